"""Synthetic DSRCT cohorts with a known truth, analysed with and without HIPEC.

A teaching kit. It neither endorses nor rejects HIPEC, uses no patient's data, and is not
medical advice.
"""

from typing import Any

try:
    import lazy_loader as _lazy
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        "dsrct-edu is only half installed: lazy_loader is missing. Install the package again, or "
        "delete the file .course in its environment and start as the README says.",
        name=_error.name,
    ) from None

__version__ = "0.1.0"

_fetch, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    if name == "load_cohort":  # most lessons begin with it: from here on, errors are explained
        from dsrct_edu.classroom.watching import watch

        watch()
    return _fetch(name)
