"""Live demonstrations for lecturers: turn a dial, and a picture and its words follow.

Each dial sets the value of an ``HTML`` widget, so its stored output is words and a picture.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsrct_edu.classroom import live
from dsrct_edu.errors import InputError

__all__ = ["Dial", "peritoneal_effect", "sample_size", "selection_strength"]

OFFER = tuple(f"offer_{what}" for what in ("shrink", "pci", "liver", "extra", "ascites", "poor"))
"""What the team looks at before it gives HIPEC, of all that also bears on survival."""


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


def peritoneal_effect() -> Dial:
    """Show what happens elsewhere when HIPEC lowers peritoneal relapse alone (lesson 08).

    Returns
    -------
    Dial
        A slider for the hazard ratio of HIPEC on peritoneal relapse. Every setting shows the same
        patients, randomised in theatre; the rates of the other relapses are never touched.

    Examples
    --------
    >>> list(peritoneal_effect().controls)
    ['hazard_ratio']
    """

    def picture(hazard_ratio: float) -> Any:
        import dsrct_edu as dsrct

        effect = math.log(hazard_ratio)
        scenario = dsrct.scenario("null").replace(
            effect_peritoneal_early=effect, effect_peritoneal_late=effect
        )
        cohort = dsrct.simulate_cohort(6000, scenario.randomised(), seed=8)
        first = dsrct.endpoint(cohort.patients, event="first_event", origin="surgery")
        first["arm"] = first["hipec"].map({True: "HIPEC", False: "no HIPEC"})
        curves = dsrct.aalen_johansen(first, "duration", "cause", by="arm")
        return curves.plot(horizon=36, time_zero="surgery")

    door = Control("Hazard ratio, peritoneal", (1.0, 0.8, 0.6, 0.4, 0.2, 0.1), 1.0)
    return Dial("Holding one of three doors", picture, {"hazard_ratio": door})


STEPS = ("ever_never", "operated_only", "complete_resection", "adjusted_cox")
"""The core staircase, as methods of `simulation_study`."""


def selection_strength() -> Dial:
    """Show the staircase where HIPEC does nothing, and the choice is more or less selective.

    Returns
    -------
    Dial
        A slider for how much the team looks at the patient before it gives HIPEC: 0 is blind, 1
        is the model as it stands. Each estimate is the mean of 100 registries of 150 patients,
        with the range that holds 95 of them (lesson 10).

    Examples
    --------
    >>> list(selection_strength().controls)
    ['strength']
    """

    def picture(strength: float) -> Any:
        import dsrct_edu as dsrct

        null = dsrct.scenario("null")
        scenario = null.replace(**{name: strength * getattr(null, name) for name in OFFER})
        study = dsrct.simulation_study(
            scenario, n_patients=150, n_replicates=100, methods=STEPS, seed=10, progress=False
        )
        return dsrct.figures.staircase(dsrct.studies.staircase(study, "hazard_ratio"))

    strength = Control("Strength of selection", (0.0, 0.5, 1.0, 1.5, 2.0), 1.0)
    return Dial("HIPEC does nothing here. Who gets it?", picture, {"strength": strength})
