"""A dial: one table of values, one drawing in layers, and the words that answer its question.

In a notebook it sets the value of an ``HTML`` widget, so its stored output is words and a picture.
Pages and slides take the same table, drawing and words from `Dial.as_data`.
"""

from __future__ import annotations

import base64
import html
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from dsrct_edu.classroom import live
from dsrct_edu.classroom.dial_drawing import NEAR, WALL, Drawing, Look, svg
from dsrct_edu.errors import InputError

MOST_SETTINGS = 60  # a page holds them all
Setting = Mapping[str, Any]
_HIGHEST = 54  # per cent of the window, so that the words stand below the picture
_LARGE = (  # what is turned, in front of a hall
    ".dsrct-far{font-size:1.1em}"
    ".dsrct-far .widget-label,.dsrct-far .widget-readout,.dsrct-far strong,.dsrct-far button"
    "{font-size:1.7em!important;line-height:1.5;height:auto!important;font-weight:600}"
    ".dsrct-far .widget-slider{width:min(40em,90vw)!important;height:3.4em!important}"
    ".dsrct-far .noUi-handle{width:2.4em!important;height:2.4em!important;top:-1.1em!important}"
    ".dsrct-far button{padding:.2em 1em}"
)


@dataclass(frozen=True)
class Control:
    """What is turned: its label, the values it can take, and the one it starts at.

    A slider, or a button that goes on to the next value and from the last to the first.
    """

    label: str
    values: Sequence[Any]
    start: Any
    button: bool = False


@dataclass(frozen=True)
class Dial:
    """A picture that follows its controls. Shown by itself at the end of a cell.

    Parameters
    ----------
    title : str
        What the dial shows.
    controls : mapping of str to Control
        By name; together they have at most 60 settings.
    drawing : Drawing
        How the rows of a setting are drawn.
    values : callable
        Takes a value for each control, by name; returns the rows at that setting, with a column
        ``layer`` and what the layers need.
    says : callable
        Takes the same; returns the words, which answer what the dial asks.
    ghosts : int, default 2
        How many earlier settings stay in the picture.
    look : Look
        For whom it is drawn; see `present`.

    Raises
    ------
    InputError
        If there are too many settings.
    """

    title: str
    controls: Mapping[str, Control]
    drawing: Drawing
    values: Callable[..., pd.DataFrame]
    says: Callable[..., str]
    ghosts: int = 2
    look: Look = NEAR

    def __post_init__(self) -> None:
        """Hold the dial to what a page can carry."""
        if len(self.settings()) > MOST_SETTINGS:
            raise InputError(
                f"at most {MOST_SETTINGS} settings",
                str(len(self.settings())),
                "Give the controls fewer values.",
            )

    def present(self) -> Dial:
        """Return the dial for a hall: letters, lines and control that the last row can see.

        Examples
        --------
        >>> from dsrct_edu.classroom import dials
        >>> 'viewBox="0 0 560 340"' in dials.sample_size().present().svg(patients=20)
        True
        """
        return replace(self, look=WALL)

    def settings(self) -> list[dict[str, Any]]:
        """Return every setting of the controls."""
        each = itertools.product(*(control.values for control in self.controls.values()))
        return [dict(zip(self.controls, values, strict=True)) for values in each]

    def setting(self, **values: Any) -> dict[str, Any]:
        """Return a setting: the values given, and for the others those they start at.

        Raises
        ------
        InputError
            If a control has no such value, or there is no such control.
        """
        full = {name: control.start for name, control in self.controls.items()} | values
        for name, value in full.items():
            if name not in self.controls or value not in self.controls[name].values:
                known = {key: list(control.values) for key, control in self.controls.items()}
                raise InputError(
                    expected=f"one of the settings {known}",
                    found=f"{name}={value!r}",
                    remedy="Use a value that the control has.",
                )
        return full

    def words(self, **values: Any) -> str:
        """Return what the picture says at a setting."""
        return self.says(**self.setting(**values))

    def table(self) -> pd.DataFrame:
        """Return all values as one tidy table: the settings, ``layer``, and what is drawn."""
        parts = [self.values(**setting).assign(**setting) for setting in self.settings()]
        whole = pd.concat(parts, ignore_index=True)
        return whole[[*self.controls, *(name for name in whole if name not in self.controls)]]

    def as_data(self) -> dict[str, Any]:
        """Return the whole dial as plain data, for pages and slides.

        Returns
        -------
        dict
            ``title``, ``controls``, ``drawing``; ``fixed``, columns of layers that are the same at
            every setting; and ``settings``, each with ``setting``, ``words`` and ``layers``, the
            columns that are its own. Missing numbers are None.
        """
        each = [(setting, _columns(self.values(**setting))) for setting in self.settings()]
        first = each[0][1]
        same = {key for key in first if all(rows.get(key) == first[key] for _, rows in each)}
        controls = {
            name: asdict(control) | {"values": list(control.values)}
            for name, control in self.controls.items()
        }
        drawing = asdict(self.drawing) | {"alt": self.drawing.describe(), "ghosts": self.ghosts}
        settings = [
            {"setting": at, "words": self.says(**at), "layers": _nested(rows, set(rows) - same)}
            for at, rows in each
        ]
        return {
            "title": self.title,
            "controls": controls,
            "drawing": drawing,
            "fixed": _nested(first, same),
            "settings": settings,
        }

    def svg(self, earlier: Sequence[Setting] = (), **values: Any) -> str:
        """Return the picture at a setting as SVG; earlier settings, oldest first, stay in grey."""
        setting = self.setting(**values)
        past = [self.values(**self.setting(**before)) for before in earlier]
        words = self.says(**setting)
        return svg(self.drawing, self.values(**setting), past, self.title, words, self.look)

    def html(self, earlier: Sequence[Setting] = (), **values: Any) -> str:
        """Return picture and words at a setting, as an ``<img>`` with ``alt`` and a paragraph."""
        drawn = base64.b64encode(self.svg(earlier, **values).encode("utf-8")).decode("ascii")
        alt = html.escape(self.drawing.describe())
        far = self.look == WALL
        most = f"min(100%,{_HIGHEST * self.look.width / self.drawing.height:.0f}vh)"
        wide = most if far else f"{self.look.width}px"
        fit = f"display:block;width:100%;max-width:{wide};height:auto"
        large = "font-size:1.7em;font-weight:600;" if far else ""
        column = f"{large}max-width:{wide};margin:0.3em 0;line-height:1.4"
        return (
            f'<img alt="{alt}" style="{fit}" src="data:image/svg+xml;base64,{drawn}">'
            f'<p role="status" style="{column}">{html.escape(self.words(**values))}</p>'
        )

    def __repr__(self) -> str:
        start = ", ".join(f"{control.label}: {control.start}" for control in self._shown())
        return f"{self.title} ({start}). {self.words()}"

    def _shown(self) -> list[Control]:
        return [control for control in self.controls.values() if not control.button]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        still = f"<p><strong>{html.escape(self.title)}</strong></p>{self.html()}"
        return live.bundle(repr(self), still, self.widget)

    def widget(self) -> Any:
        """Return the dial as ipywidgets; arrow keys move a slider, Space presses a button."""
        import ipywidgets as widgets

        shown = widgets.HTML(self.html())
        visited = [self.setting()]

        def turn(name: str, value: Any) -> None:
            now = visited[-1] | {name: value}
            if now == visited[-1]:
                return
            visited[:] = [*(old for old in visited if old != now), now]
            shown.value = self.html(visited[-1 - self.ghosts : -1], **now)

        def slider(name: str, control: Control) -> Any:
            made = widgets.SelectionSlider(
                options=[(str(value), value) for value in control.values],
                value=control.start,
                description=control.label,
                continuous_update=False,
                style={"description_width": "initial"},
                layout={"width": f"{18 + len(control.label) / 2}em"},
            )
            made.observe(lambda change: turn(name, change["new"]), names="value")
            return made

        def button(name: str, control: Control) -> Any:
            def press(_: Any) -> None:
                place = list(control.values).index(visited[-1][name]) + 1
                turn(name, control.values[place % len(control.values)])

            made = widgets.Button(description=control.label, layout={"width": "auto"})
            made.on_click(press)
            return made

        turned = [
            (button if control.button else slider)(name, control)
            for name, control in self.controls.items()
        ]
        title = widgets.HTML(f"<strong>{html.escape(self.title)}</strong>")
        view = widgets.VBox([title, widgets.HBox(turned), shown])
        view.add_class("dsrct-dial")
        if self.look == WALL:
            view.children = (widgets.HTML(f"<style>{_LARGE}</style>"), *view.children)
            view.add_class("dsrct-far")
        return view


_Columns = dict[tuple[str, str], list[Any]]


def _columns(table: pd.DataFrame) -> _Columns:
    """Return what a table holds, by layer and column."""
    return {
        (str(name), str(column)): [None if pd.isna(cell) else cell for cell in rows[column]]
        for name, rows in table.groupby("layer", sort=False)
        for column in rows.columns.drop("layer")
        if rows[column].notna().any()
    }


def _nested(columns: _Columns, chosen: set[tuple[str, str]]) -> dict[str, dict[str, list[Any]]]:
    nested: dict[str, dict[str, list[Any]]] = {}
    for name, column in columns:
        if (name, column) in chosen:
            nested.setdefault(name, {})[column] = columns[name, column]
    return nested
