"""The kinds of array that the kit computes with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]  # bit patterns and counts in tables
Places = NDArray[np.intp]  # positions: indices into arrays, 32 bits wide in the browser
