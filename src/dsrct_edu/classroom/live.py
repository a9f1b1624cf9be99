"""Shows widgets where a kernel runs, and words and pictures everywhere else.

A bundle always holds the words (``text/plain``) and the still picture (``text/html``), made
without reference to where the code runs. A live kernel adds the widget view beside them. Builds
drop that one entry and nbval does not compare it, so stored output is the same in all places.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def kernel_runs() -> bool:
    """Return whether a Jupyter kernel runs this code.

    Examples
    --------
    >>> kernel_runs()
    False
    """
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return getattr(get_ipython(), "kernel", None) is not None


def bundle(words: str, still: str, widget: Callable[[], Any]) -> dict[str, Any]:
    """Return words and a still picture, with the live widget where a kernel runs.

    Parameters
    ----------
    words, still : str
        Plain text and HTML. They must not depend on where the code runs.
    widget : callable
        Makes the widget; called only in a kernel that has ipywidgets.

    Returns
    -------
    dict
        A MIME bundle.

    Examples
    --------
    >>> bundle("words", "<p>words</p>", dict)
    {'text/plain': 'words', 'text/html': '<p>words</p>'}
    """
    data: dict[str, Any] = {"text/plain": words, "text/html": still}
    if kernel_runs():
        try:
            view = widget()._repr_mimebundle_()
        except ImportError:
            return data
        if WIDGET_VIEW in (view or {}):
            data[WIDGET_VIEW] = view[WIDGET_VIEW]
    return data
