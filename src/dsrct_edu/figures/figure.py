"""The figure that carries its own words: in a notebook, in a saved file, anywhere."""

from __future__ import annotations

import base64
import html
import io
import re
import sys
from collections.abc import Callable, Container, Mapping
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

import matplotlib.figure
import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image  # matplotlib's own way of writing PNG, always installed with it
from PIL.PngImagePlugin import PngInfo

from dsrct_edu import files
from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.tables import NOTHING, Column, check

_DPI = 100
_COLOURS = 128

P = ParamSpec("P")


class Figure(matplotlib.figure.Figure):
    """A matplotlib figure that says what it shows.

    Built without pyplot, so a notebook shows it once: as the value of its cell.

    Parameters
    ----------
    width, height : float
        Size in inches.
    headline : str
        What the picture is, in a few words.

    Attributes
    ----------
    headline : str
        Title of the saved file.
    words : str
        One or two sentences with the numbers to take away: the alternative text.

    Examples
    --------
    >>> figure = Figure(4, 3, "An empty page")
    >>> figure.words = "Nothing is drawn."
    >>> figure.describe()
    'An empty page. Nothing is drawn.'
    """

    def __init__(self, width: float, height: float, headline: str) -> None:
        super().__init__(
            figsize=(width, height), dpi=_DPI, layout="constrained", facecolor=palette.PAPER
        )
        FigureCanvasAgg(self)
        self.headline = headline
        self.words = ""

    def describe(self) -> str:
        """Return what the figure shows, in plain sentences."""
        return f"{self.headline}. {self.words}".strip()

    def entitle(self, title: str | None) -> None:
        """Put a title above everything, where nothing else can stand."""
        if title:
            self.suptitle(style.wrapped(title, 64), x=0.01, ha="left", fontsize=style.LARGE)

    def settle(self) -> None:
        """Lay the axes out once and leave them there: the same bytes however often drawn."""
        engine = self.get_layout_engine()
        if engine is not None:
            engine.execute(self)
            self.set_layout_engine("none")

    def draw(self, renderer: RendererBase) -> None:
        """Draw in the kit's style, whatever the session's settings are."""
        with style.applied():
            super().draw(renderer)

    def savefig(self, fname: Any, **kwargs: Any) -> None:
        """Save as matplotlib does, in the kit's style; `save` embeds the words as well."""
        with style.applied():
            super().savefig(fname, **kwargs)

    def png(self) -> bytes:
        """Return the picture as PNG, with its words inside and no trace of the software."""
        canvas: Any = FigureCanvasAgg(self)
        canvas.draw()
        page = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        about = PngInfo()
        for key, text in (("Title", self.headline), ("Description", self.describe())):
            about.add_itxt(key, text)
        stream = io.BytesIO()
        # 128 colours are all that a figure has, and a third of the bytes in every notebook.
        palette = page.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        palette.save(stream, "png", optimize=True, pnginfo=about, dpi=(_DPI, _DPI))
        return stream.getvalue()

    def html(self) -> str:
        """Return an ``<img>`` with the picture as data and the words as alternative text."""
        data = base64.b64encode(self.png()).decode("ascii")
        words = html.escape(self.describe(), quote=True)
        width = round(self.get_figwidth() * _DPI)
        return f'<img alt="{words}" width="{width}" src="data:image/png;base64,{data}">'

    def save(self, path: str | Path, dpi: float = 200) -> Path:
        """Save as PNG, SVG or PDF, by the suffix, with the description embedded.

        Parameters
        ----------
        path : str or Path
            File to write; ``.png``, ``.svg`` or ``.pdf``.
        dpi : float, default 200
            Dots per inch of a PNG.

        Returns
        -------
        Path
            The file written. The same figure gives the same bytes.

        Raises
        ------
        InputError
            For any other suffix.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix == ".png":
            with files.whole(path) as part:
                self.savefig(part, format="png", dpi=dpi, metadata=self._png_metadata())
        elif suffix == ".pdf":
            blank = dict.fromkeys(("Creator", "Producer", "CreationDate"))
            about = {"Title": self.headline, "Subject": self.describe()}
            with files.whole(path) as part:
                self.savefig(part, format="pdf", metadata={**blank, **about})
        elif suffix == ".svg":
            files.write(path, self._svg())
        else:
            raise InputError(
                "a file name that ends in .png, .svg or .pdf",
                repr(path.name),
                "Change the ending.",
                argument="path",
            )
        return path

    def _png_metadata(self) -> dict[str, str | None]:
        return {"Software": None, "Title": self.headline, "Description": self.describe()}

    def _svg(self) -> str:
        stream = io.StringIO()
        self.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
        title, words = html.escape(self.headline), html.escape(self.describe())
        opening = rf'<svg role="img"\1>\n <title>{title}</title>\n <desc>{words}</desc>'
        return re.sub(r"<svg([^>]*)>", lambda m: m.expand(opening), stream.getvalue(), count=1)

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> dict[str, str]:
        _claim_png()
        bundle = {"text/html": self.html(), "text/plain": self.describe()}
        bundle["image/png"] = base64.b64encode(self.png()).decode("ascii")
        return {
            kind: data
            for kind, data in bundle.items()
            if (not include or kind in include) and not (exclude and kind in exclude)
        }

    def __repr__(self) -> str:
        return self.describe()


def _claim_png() -> None:
    """Keep the inline backend from drawing the picture a second time, larger and wordless.

    Once pyplot is imported, IPython has a PNG printer for every matplotlib figure, and it would
    win over the bundle; a printer for this class wins over that.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        shell.display_formatter.formatters["image/png"].for_type(Figure, Figure.png)


def figure(
    headline: str, columns: Mapping[str, Column] = NOTHING, height: float = 5.4
) -> Callable[[Callable[Concatenate[Figure, P], str]], Callable[P, Figure]]:
    """Make a figure function of one that draws a table on a page and returns the words.

    This is the one door of the room: the table, which comes first, is checked, the page is made
    and headed, and its layout settled, all in the kit's style.

    Parameters
    ----------
    headline : str
        What the picture is; a function may write it anew where it depends on the options.
    columns : mapping of str to Column
        What the table must hold.
    height : float
        Inches; a function may change it before it draws.

    Notes
    -----
    ``title`` stands in the signature of every figure function, for readers and type checkers, but
    is set here: before anything is drawn, so that what is placed by hand leaves it room.
    """

    def decorated(draw: Callable[Concatenate[Figure, P], str]) -> Callable[P, Figure]:
        drawing = signature(draw)
        public = drawing.replace(
            parameters=list(drawing.parameters.values())[1:], return_annotation="Figure"
        )
        table = next(iter(public.parameters))

        @wraps(draw)
        def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
            try:
                given = public.bind(*args, **kwargs)
            except TypeError as error:
                raise TypeError(f"{draw.__name__}() {error}") from None
            given.arguments[table] = check(given.arguments[table], columns)
            with style.applied():
                page = Figure(style.WIDTH, height, headline)
                page.entitle(given.arguments.get("title"))
                page.words = draw(page, *given.args, **given.kwargs)
                page.settle()
            return page

        drawn.__signature__ = public  # type: ignore[attr-defined]
        return drawn

    return decorated
