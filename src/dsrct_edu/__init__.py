"""Synthetic DSRCT cohorts with a known truth, analysed with and without HIPEC.

A teaching kit. It neither endorses nor rejects HIPEC, uses no patient's data, and is not
medical advice.
"""

import lazy_loader as _lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
