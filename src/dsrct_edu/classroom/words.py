"""Small pieces of text that the classroom shows, as plain words and as HTML."""

from __future__ import annotations

import html
import re


def inline(text: str) -> str:
    """Return text as HTML, with ``code``, *emphasis* and **strong emphasis** marked.

    Examples
    --------
    >>> inline("use `a < b`")
    'use <code>a &lt; b</code>'
    """
    safe = html.escape(text, quote=False)
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    safe = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", safe)
    return re.sub(r"\*([^*\s][^*]*)\*", r"<em>\1</em>", safe)


def paragraphs(text: str) -> str:
    """Return paragraphs, separated by blank lines, as HTML.

    Examples
    --------
    >>> paragraphs("one")
    '<p style="margin:0.2em 0">one</p>'
    """
    parts = [part for part in re.split(r"\n\s*\n", text.strip()) if part]
    return "".join(f'<p style="margin:0.2em 0">{inline(part)}</p>' for part in parts)


def box(body: str, colour: str) -> str:
    """Return HTML in a box with a coloured edge, announced by screen readers.

    Examples
    --------
    >>> from dsrct_edu.figures.palette import RIGHT
    >>> 'role="status"' in box("<p>Right.</p>", RIGHT)
    True
    """
    style = f"border-left:0.3em solid {colour};padding:0.2em 0.8em;max-width:44em"
    return f'<div role="status" style="{style}">{body}</div>'
