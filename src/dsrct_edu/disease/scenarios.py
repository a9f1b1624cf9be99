"""Parameters of the disease model, and the four scenarios that differ in what HIPEC does.

The table ``parameters.csv`` holds one row a parameter, with unit, meaning and source;
``scenarios.csv`` holds the coefficients of HIPEC, which are all that tells one scenario from
another. A file of a lecturer's own replaces some of them, for another disease.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pandas as pd

from dsrct_edu import checks
from dsrct_edu.disease import parameter_files
from dsrct_edu.disease.treating_centres import FILE
from dsrct_edu.errors import InputError

_FOLDER = Path(__file__).parent
# Raise this when an equation changes (equations.py, outcomes.py, unresected.py, the noise of
# simulate.py): truths are cached by parameters, table of centres and equations.
EQUATIONS = 2


@cache
def _table() -> pd.DataFrame:
    return pd.read_csv(_FOLDER / "parameters.csv", dtype={"value": float})


@cache
def _index() -> dict[str, int]:
    return {name: row for row, name in enumerate(_table()["parameter"])}


@cache
def _units() -> dict[str, str]:
    return dict(zip(_table()["parameter"], _table()["unit"], strict=True))


@cache
def _effects() -> pd.DataFrame:
    return pd.read_csv(_FOLDER / "scenarios.csv").set_index("parameter").astype(float)


@cache
def _centres() -> str:
    return FILE.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Scenario:
    """One fully specified disease model.

    Parameters are read as attributes: ``scenario("null").effect_cure``.

    Parameters
    ----------
    name : str
        What the scenario is called.
    values : tuple of float
        One value a parameter, in the order of ``describe()``.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> dsrct.scenario("null").effect_cure
    0.0
    """

    name: str
    values: tuple[float, ...]
    _sources: Mapping[str, str] = field(repr=False, compare=False, default_factory=dict)
    _groups: dict[str, Mapping[str, float]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        # The equations read hundreds of parameters a block: as plain attributes that costs little.
        for name, value in self.parameters.items():
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> float:
        raise AttributeError(f"a scenario has no parameter {name!r}")

    def __repr__(self) -> str:
        return f"Scenario({self.name!r}, {len(self.values)} parameters, {self.fingerprint})"

    @property
    def parameters(self) -> dict[str, float]:
        """All parameters by name."""
        return dict(zip(_index(), self.values, strict=True))

    def group(self, prefix: str) -> Mapping[str, float]:
        """Return the parameters that begin with a word, named by what follows it.

        Examples
        --------
        >>> from dsrct_edu.disease import scenario
        >>> scenario().group("radio")["start"]
        2.0
        """
        if prefix not in self._groups:
            start = f"{prefix}_"
            self._groups[prefix] = {
                name.removeprefix(start): value
                for name, value in self.parameters.items()
                if name.startswith(start)
            }
        return self._groups[prefix]

    @property
    def fingerprint(self) -> str:
        """Hash of parameters, centres and the version of the equations; the name does not enter."""
        text = ";".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return hashlib.sha256(f"{EQUATIONS};{_centres()};{text}".encode()).hexdigest()[:16]

    @property
    def does_nothing(self) -> bool:
        """Whether every coefficient of HIPEC is zero: both futures of a patient are then one."""
        effects = self.group("effect").items()
        return not any(value for name, value in effects if name != "window")  # months, no effect

    def replace(self, **parameters: float) -> Scenario:
        """Return the scenario with some parameters changed.

        Parameters
        ----------
        **parameters : float
            New values by name; ``describe()`` lists names and units.

        Returns
        -------
        Scenario
            The changed scenario; its name says that it was changed.

        Raises
        ------
        InputError
            If a name is unknown, or a value is not a finite number in the range of its unit.

        Examples
        --------
        >>> import dsrct_edu as dsrct
        >>> dsrct.scenario("null").replace(effect_cure=0.5).name
        'null, changed'
        """
        suffix = "" if self.name.endswith("changed") else ", changed"
        sources = dict.fromkeys(parameters, "changed by hand")
        return self._with(parameters, self.name + suffix, sources)

    def randomised(self, probability: float = 0.5) -> Scenario:
        """Return the scenario with HIPEC decided by a coin in theatre after complete resection.

        Parameters
        ----------
        probability : float
            Probability of HIPEC, above 0 and at most 1.

        Returns
        -------
        Scenario
            Same disease, same effects, no confounding after complete resection.

        Examples
        --------
        >>> import dsrct_edu as dsrct
        >>> dsrct.scenario("modest").randomised().name
        'modest, randomised'
        """
        expected = "a probability above 0 and at most 1"
        coin = checks.number(probability, "probability", expected, 0, 1, above=True)
        return self._with({"coin": coin}, f"{self.name}, randomised")

    def hidden_confounding(self, strength: float = -0.8) -> Scenario:
        """Return the scenario in which surgeons see an aggressiveness that no registry records.

        Parameters
        ----------
        strength : float
            Log odds of HIPEC per standard deviation of aggressiveness; negative means that
            HIPEC goes to the less aggressive disease.

        Returns
        -------
        Scenario
            Same disease, same effects, one unmeasured confounder.

        Examples
        --------
        >>> import dsrct_edu as dsrct
        >>> dsrct.scenario("null").hidden_confounding().offer_aggr
        -0.8
        """
        return self._with({"offer_aggr": strength}, f"{self.name}, hidden confounding")

    def describe(self) -> pd.DataFrame:
        """Return every parameter with its value, unit, meaning and source.

        Returns
        -------
        DataFrame
            Columns ``parameter, value, unit, meaning, source``. The source is an evidence id
            (see ``published``) or the word ``assumed`` with the reason; of a parameter from a
            file what the file says, and ``changed by hand`` after `replace`.

        Examples
        --------
        >>> import dsrct_edu as dsrct
        >>> list(dsrct.scenario().describe().columns)
        ['parameter', 'value', 'unit', 'meaning', 'source']
        """
        table = _table()
        sources = table["parameter"].map(self._sources).fillna(table["source"])
        return table.assign(value=list(self.values), source=sources)

    def _with(
        self, changes: Mapping[str, float], name: str, sources: Mapping[str, str] | None = None
    ) -> Scenario:
        merged = self.parameters
        for key, value in changes.items():
            if key not in merged:
                remedy = "scenario().describe() lists the names."
                raise InputError("a parameter of the scenario", repr(key), remedy)
            merged[key] = parameter_files.in_range(key, value, _units()[key])
        parameter_files.in_order(merged)
        return Scenario(name, tuple(merged.values()), {**self._sources, **(sources or {})})


def scenario(name: str | Path | Scenario = "modest") -> Scenario:
    """Return one of the four scenarios, or that of a file.

    Parameters
    ----------
    name : {"null", "modest", "strong", "harm"}, path or Scenario
        ``null``: HIPEC changes nothing at all. ``modest``: it delays peritoneal recurrence and
        costs complications. ``strong``: it also cures some. ``harm``: it only costs. Which of
        these is nearest to real patients is not known. A path that ends in ``.toml`` is read as
        a file of parameters, for another disease (docs/handbook.md). A ``Scenario`` is handed
        back as it is.

    Returns
    -------
    Scenario
        Frozen parameters.

    Raises
    ------
    InputError
        If there is no such scenario, or its file says what is not understood.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> dsrct.scenario("null").effect_peritoneal_early
    0.0
    """
    if isinstance(name, Scenario):
        return name
    if isinstance(name, Path) or (isinstance(name, str) and name.endswith(".toml")):
        return _from_file(Path(name))
    checks.one_of(name, tuple(_effects().columns), "scenario")
    base = Scenario(name, tuple(float(value) for value in _table()["value"]))
    effects = {str(key): float(value) for key, value in _effects()[name].items()}
    return base._with(effects, name)


def _from_file(path: Path) -> Scenario:
    read = parameter_files.read(path, _index())
    return scenario(read.base)._with(read.values, read.name, read.sources)
