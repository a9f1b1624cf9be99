"""Live demonstrations for lecturers: turn a dial, and a picture and its words follow.

Each dial sets the value of an ``HTML`` widget, so its stored output is words and a picture.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsrct_edu.classroom import live
from dsrct_edu.errors import InputError

__all__ = ["Dial", "sample_size"]


@dataclass(frozen=True)
class Control:
    """One slider: its label, the values it can take, and the one it starts at."""

    label: str
    values: Sequence[Any]
    start: Any


@dataclass(frozen=True)
class Dial:
    """A picture with sliders. Shown by itself at the end of a cell.

    Parameters
    ----------
    title : str
        What the dial shows.
    draw : callable
        Takes one argument per control, by name; returns a figure with ``.describe()``.
    controls : mapping of str to Control
        By the name of the argument.
    """

    title: str
    draw: Callable[..., Any]
    controls: Mapping[str, Control]

    def at(self, **values: Any) -> tuple[str, str]:
        """Return the picture and its words at a setting.

        Parameters
        ----------
        **values
            By the name of the control; the others stay where they start.

        Returns
        -------
        tuple of str
            HTML and words.

        Raises
        ------
        InputError
            If a value is not on its slider.
        """
        setting = {name: control.start for name, control in self.controls.items()} | values
        for name, value in setting.items():
            if name not in self.controls or value not in self.controls[name].values:
                known = {key: list(control.values) for key, control in self.controls.items()}
                raise InputError(
                    expected=f"one of the settings {known}",
                    found=f"{name}={value!r}",
                    remedy="Use a value that the slider has.",
                )
        return live.picture(self.draw(**setting))

    def __repr__(self) -> str:
        return self._words(self.at()[1])

    def _words(self, words: str) -> str:
        setting = ", ".join(
            f"{control.label} {control.start}" for control in self.controls.values()
        )
        return f"{self.title} ({setting}). {words}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        image, words = self.at()
        still = f"<p><strong>{html.escape(self.title)}</strong></p>{image}"
        return live.bundle(self._words(words), still, lambda: self.widget(image))

    def widget(self, image: str | None = None) -> Any:
        """Return the dial as ipywidgets; arrow keys move a slider."""
        import ipywidgets as widgets

        title = widgets.HTML(f"<strong>{html.escape(self.title)}</strong>")
        shown = widgets.HTML(image if image is not None else self.at()[0])
        sliders = {
            name: widgets.SelectionSlider(
                options=list(control.values),
                value=control.start,
                description=control.label,
                continuous_update=False,
                style={"description_width": "initial"},
                layout={"width": "30em"},
            )
            for name, control in self.controls.items()
        }

        def on_change(_: Any) -> None:
            shown.value = self.at(**{name: slider.value for name, slider in sliders.items()})[0]

        for slider in sliders.values():
            slider.observe(on_change, names="value")
        return widgets.VBox([title, *sliders.values(), shown])


def sample_size() -> Dial:
    """Show how a survival curve wavers as the number of patients falls (lesson 05).

    Returns
    -------
    Dial
        Sliders for the number of patients, and for drawing another set of patients.

    Examples
    --------
    >>> list(sample_size().controls)
    ['patients', 'draw']
    """

    def picture(patients: int, draw: int) -> Any:
        import dsrct_edu as dsrct

        cohort = dsrct.simulate_cohort(patients, "modest", seed=draw)
        return dsrct.kaplan_meier(dsrct.endpoint(cohort.patients)).plot()

    controls = {
        "patients": Control("Patients", (20, 40, 100, 200, 500, 2000), 200),
        "draw": Control("Draw again", tuple(range(1, 21)), 1),
    }
    return Dial("The same disease, another set of patients", picture, controls)
