"""The heated hour under one name: heat, circuit, drug, depth and kinetics."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
