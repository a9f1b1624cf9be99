"""Reads a file of parameters for another disease, and holds parameters to their ranges.

What such a file says must be meant: a name that is unknown, a value out of range, a number without
a source and a key that nothing reads are errors that name the file and the parameter.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import inf
from pathlib import Path
from typing import Any

from dsrct_edu import checks
from dsrct_edu.errors import InputError
from dsrct_edu.wording import brief, listed

_ASSUMED = "assumed: "
_KEYS: dict[str, type] = {"name": str, "base": str, "sources": dict, "parameters": dict}
# Smallest and largest value of a unit; what has another unit is any number.
_RANGES = {
    "probability": (0.0, 1.0),
    "fraction": (0.0, 1.0),
    "ratio": (0.0, inf),
    "months": (0.0, inf),
    "weeks": (0.0, inf),
    "cycles": (1.0, inf),
    "years": (0.0, 120.0),
    "log years": (0.0, 3.0),
    "per month": (0.0, inf),
    "Weibull shape": (0.01, 50.0),
    "shape": (0.01, 50.0),
}
_ORDERED = (
    ("age_min", "age_median", "age_max"),
    ("year_first", "year_end", "year_cut"),
    ("cycles_low", "cycles_high"),
)


@dataclass(frozen=True)
class ParameterFile:
    """What a file says: its name, the scenario it starts from, new values and their sources."""

    name: str
    base: str
    values: dict[str, float]
    sources: dict[str, str]


def read(path: Path, known: Mapping[str, float]) -> ParameterFile:
    """Return what a file of parameters says.

    Parameters
    ----------
    path : Path
        A TOML file: ``name``; ``base``, one of the four scenarios; a table ``sources`` of
        publications; a table ``parameters``, each ``{value = 50, source = "..."}``, where the
        source is a key of ``sources`` or the word ``assumed: `` with the reason.
    known : mapping
        The parameters that there are.

    Returns
    -------
    ParameterFile

    Raises
    ------
    InputError
        If the file is not there, is no TOML, or says anything that is not understood.
    """
    data = _toml(path)
    for key, kind in _KEYS.items():
        if not isinstance(data.get(key, {} if key == "sources" else None), kind):
            remedy = f"A file of parameters has {listed(list(_KEYS), 'and')}."
            found = brief(data[key]) if key in data else "none"
            text = "a table" if kind is dict else "a text"
            raise InputError(f"`{key}`, {text}", found, remedy, argument=path.name)
    _only(data, _KEYS, path.name)
    cited = data.get("sources", {})
    values, sources = {}, {}
    for name, entry in data["parameters"].items():
        place = f"{path.name}, {name}"
        if name not in known:
            near = get_close_matches(name, known, 1)
            remedy = f"Did you mean {near[0]}? " if near else ""
            remedy += "scenario().describe() lists the names."
            raise InputError("a parameter of the scenario", repr(name), remedy, argument=path.name)
        if not isinstance(entry, dict) or not {"value", "source"} <= set(entry):
            remedy = f'Write {name} = {{value = 1.0, source = "assumed: why"}}.'
            raise InputError("a value and its source", brief(entry), remedy, argument=place)
        _only(entry, ("value", "source"), place)
        values[name] = checks.number(entry["value"], place, "a finite number")
        sources[name] = _source(entry["source"], cited, place)
    unused = sorted(set(cited) - {entry["source"] for entry in data["parameters"].values()})
    if unused:
        remedy = "Name it where a value comes from it, or remove it."
        raise InputError("sources that are used", repr(unused[0]), remedy, argument=path.name)
    return ParameterFile(data["name"], data["base"], values, sources)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("a file of parameters", f"no file {path}", "Check the path.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        remedy = "Mend it there."
        raise InputError("text in TOML", str(error), remedy, argument=path.name) from error


def _only(found: Mapping[str, object], known: Mapping[str, object] | tuple[str, ...],
          place: str) -> None:  # fmt: skip
    extra = sorted(set(found) - set(known))
    if extra:
        expected = listed(list(known), "or")
        raise InputError(expected, repr(extra[0]), "Rename or remove it.", argument=place)


def _source(source: object, cited: Mapping[str, str], place: str) -> str:
    if isinstance(source, str) and source in cited:
        return cited[source]
    if isinstance(source, str) and source.startswith(_ASSUMED) and source[len(_ASSUMED) :].strip():
        return source
    expected = "a key of [sources], or `assumed: ` with the reason"
    raise InputError(expected, brief(source), "Say where the number comes from.", argument=place)


def in_range(name: str, value: object, unit: str) -> float:
    """Return a parameter if it lies in the range of its unit.

    Examples
    --------
    >>> in_range("male", 0.5, "probability")
    0.5
    """
    low, high = _RANGES.get(unit, (-inf, inf))
    expected = f"a finite number, {unit}"
    if unit in _RANGES:
        expected += f", {low:g} or more" if high == inf else f", from {low:g} to {high:g}"
    divided_by = name.endswith(("_median", "_window", "late_death"))
    return checks.number(value, name, expected, low, high, above=divided_by)  # type: ignore[arg-type]


def in_order(values: Mapping[str, float]) -> None:
    """Insist that the parameters that bound one another are in order."""
    for names in _ORDERED:
        found = [values[name] for name in names]
        if found != sorted(found):
            words = ", ".join(f"{name} {value:g}" for name, value in zip(names, found, strict=True))
            raise InputError(f"{' <= '.join(names)}", words, "Change the others, too.")
