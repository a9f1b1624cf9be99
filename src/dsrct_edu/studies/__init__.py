"""Monte Carlo studies: every method beside the truth.

What is exported stands in ``__init__.pyi``, and is imported when first used.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
