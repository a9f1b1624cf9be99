"""The warning that a value lies outside what a model's source covers."""

from __future__ import annotations

import warnings


class ValidityWarning(UserWarning):
    """A value that can occur at the bedside, but outside what the model's source covers."""


def warn(message: str) -> None:
    """Warn at the line that called the public function, two calls above this one."""
    warnings.warn(message, ValidityWarning, stacklevel=4)
