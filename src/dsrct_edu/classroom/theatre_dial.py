"""The dial of the heated hour: what heat and drug come to below the surface."""

from __future__ import annotations

import pandas as pd

from dsrct_edu.classroom.dial import Control, Dial
from dsrct_edu.classroom.dial_drawing import Axis, Drawing, Layer
from dsrct_edu.wording import plain

_DEPTHS = (0.0, 0.1, 0.5, 1.0, 2.5)  # millimetres
_DEEP, _SHALLOW = 0.50, 0.217  # decay lengths of the drug: the deepest published, the shallowest
_MILD = 39.0  # degrees below which thermal dose is hardly supported
_PANELS = ("Thermal dose, minutes", "Drug, % of the fluid's")


def hour_at_depth() -> Dial:
    """Show what heat and drug come to at a depth below the washed surface (lesson 04).

    Returns
    -------
    Dial
        Sliders for the temperature at the surface, the minutes and the depth. Two published
        perfusions are among the settings, and no one patient's. The fall of temperature is that
        measured in the abdominal wall.

    Examples
    --------
    >>> list(hour_at_depth().controls)
    ['celsius', 'minutes', 'depth']
    """
    layers = (
        Layer("dose", "line", "neutral", "at each depth", ghost=True),
        Layer("pump", "line", "neutral", "as long at 43 °C", dashed=True),
        Layer("dose here", "point", "neutral", "at the depth chosen"),
        Layer("drug", "band", "neutral", "between the published penetrations", panel=1),
        Layer("drug here", "point", "neutral", panel=1),
    )
    powers = tuple((10.0**power, f"{10.0**power:g}") for power in range(-3, 3))
    depths = tuple((depth, f"{depth:g}") for depth in (0.0, 0.5, 1.0, 1.5, 2.0, 2.5))
    return Dial(
        "What the pump shows, and what arrives",
        {
            "celsius": Control("Surface, °C", (40.6, 41.0, 42.0, 43.0), 40.6),
            "minutes": Control("Minutes", (30, 60, 90), 90),
            "depth": Control("Depth, mm", _DEPTHS, 1.0),
        },
        Drawing(
            Axis("Millimetres below the surface", 0, 2.6, depths),
            Axis("", 1e-3, 200, powers, log=True),
            layers,
            _PANELS,
            height=380,
        ),
        _depth_rows,
        _depth_words,
    )


def _dose(celsius: float, minutes: float, depth: float) -> float:
    from dsrct_edu import bedside

    return float(bedside.thermal_dose(minutes, bedside.wall_temperature(depth, celsius)))


def _drug(depth: float) -> tuple[float, float]:
    """Return the least and the most of the drug that arrives, in per cent."""
    from dsrct_edu import bedside

    least, most = (float(bedside.penetration(depth, decay)) for decay in (_SHALLOW, _DEEP))
    return 100 * least, 100 * most


def _depth_rows(celsius: float, minutes: int, depth: float) -> pd.DataFrame:
    along = [0.0, 1.0, 2.5]  # on a log axis both are straight between these
    doses = [_dose(celsius, minutes, each) for each in along]
    least, most = zip(*map(_drug, along), strict=True)
    parts = [
        pd.DataFrame({"layer": "dose", "x": along, "y": doses}),
        pd.DataFrame({"layer": "pump", "x": [0.0, 2.5], "y": float(minutes)}),
        pd.DataFrame({"layer": "dose here", "x": [depth], "y": _dose(celsius, minutes, depth)}),
        pd.DataFrame({"layer": "drug", "x": along, "low": least, "high": most}),
        pd.DataFrame({"layer": "drug here", "x": depth, "y": _drug(depth)}),
    ]
    return pd.concat(parts, ignore_index=True)


def _part(percentage: float) -> str:
    return f"{percentage:.0f}" if percentage >= 10 else f"{percentage:.1g}"


def _depth_words(celsius: float, minutes: int, depth: float) -> str:
    from dsrct_edu import bedside

    heat, dose = float(bedside.wall_temperature(depth, celsius)), _dose(celsius, minutes, depth)
    least, most = _drug(depth)
    surface = f"Surface at {celsius:g} °C for {minutes} minutes"
    if depth == 0:
        return (
            f"{surface}: a thermal dose of {plain(dose)} minutes. At 43 °C it would be {minutes}. "
            "At the surface there is as much drug as in the fluid. Go deeper."
        )
    doubt = ", where the rule is hardly supported" if heat < _MILD else ""
    return (
        f"{surface}. At {depth:g} mm it has {plain(heat)} °C{doubt}: a thermal dose of "
        f"{dose:.2g} minutes, where 43 °C would give {minutes}. Of the drug, {_part(least)}% to "
        f"{_part(most)}% arrives. Heat and time move the left panel, depth moves both. "
        "What heat does to a drug's action is in neither."
    )
