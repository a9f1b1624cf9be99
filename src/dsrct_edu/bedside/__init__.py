"""Bedside models: the fusion, the response, the peritoneum, the heated hour, the scans after it.

Small models of the parts of one treatment, to be understood and checked. Not medical advice.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
