"""Figures that say what they show: tidy tables in, a picture with its own words out."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
