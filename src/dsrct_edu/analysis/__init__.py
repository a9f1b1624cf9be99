"""Survival analysis on anybody's data: a DataFrame in, frozen results out.

The functions check their input and hand it to kernels on plain arrays (`kernels`,
`partial_likelihood`, `two_groups`, `incidence`, `logistic`, `weighting`), which simulation studies
use directly. What is exported stands in ``__init__.pyi``, and is imported when first used.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
