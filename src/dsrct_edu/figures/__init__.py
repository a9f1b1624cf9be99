"""Figures that say what they show: tidy tables in, a picture with its own words out."""

import logging
import sys

import lazy_loader as _lazy

if sys.platform == "emscripten":
    # Every session in the browser builds matplotlib's font cache, and a notebook would show the
    # notice of it in red above the first figure. Here, before anything imports matplotlib.
    logging.getLogger("matplotlib.font_manager").addFilter(
        lambda record: "building the font cache" not in record.getMessage()
    )

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
