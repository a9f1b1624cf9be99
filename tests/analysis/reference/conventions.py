"""Where we differ from R on purpose: the whole list, with reasons.

A convention says what must be found on both sides, so that it hides nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from cases import Case
from fuzz_answers import PROBABILITIES, SCALES, TRANSFORMS, Answer, Answers, Refused

RELATIVE, ABSOLUTE = 1e-8, 1e-10


@dataclass(frozen=True)
class Difference:
    """One number (or refusal) that is not the same on both sides."""

    case: Case
    quantity: str
    index: int | None
    ours: float | Answer
    theirs: float | Answer
    all_ours: Answers
    all_theirs: Answers

    @property
    def kind(self) -> str:
        """The quantity without its group."""
        return kind_of(self.quantity)

    @property
    def neither(self) -> bool:
        """R has no number here."""
        return isinstance(self.theirs, float) and bool(np.isnan(self.theirs))

    @property
    def undefined(self) -> bool:
        """We have no number here."""
        return isinstance(self.ours, float) and bool(np.isnan(self.ours))

    def beside(self, quantity: str) -> float:
        """Our number of another quantity of the same group, at the same place."""
        group = self.quantity.partition(".")[2]
        values = self.all_ours.values.get(f"{quantity}.{group}")
        return float("nan") if not isinstance(values, np.ndarray) else float(values[self.index])

    def refused_for(self, *words: str) -> bool:
        """We refuse with one of these words, as a named error."""
        return (
            isinstance(self.ours, Refused)
            and not self.ours.crashed
            and any(word in self.ours.why for word in words)
        )


def kind_of(quantity: str) -> str:
    """Return the quantity without its group and cause."""
    kind = quantity.partition(".")[0]
    return kind.rstrip("0123456789").rstrip("_") if kind.startswith("aj") else kind


def close(ours: Answer, theirs: Answer) -> np.ndarray:
    """Tell which numbers agree."""
    return np.isclose(ours, theirs, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True)


def _whole_curve(d: Difference) -> bool:
    return d.neither and d.ours == 1 and d.beside("km") == 1


def _at_zero(d: Difference) -> bool:
    return d.undefined and (d.neither or d.theirs < 1e-12) and d.beside("km") == 0


def _group_times(d: Difference) -> np.ndarray:
    """Times of the rows of a group that count, in order."""
    data = d.case.data
    own = data["group"] == float(d.quantity.partition(".")[2])
    if "weights" in data:
        own &= data["weights"] > 0
    return np.sort(data.loc[own, "time"].to_numpy())


def _beyond(d: Difference) -> bool:
    # R's last time is the first of those that it takes for one.
    slack = 1e-7 * max(1.0, float(d.case.data["time"].mean()))
    if not d.neither or d.case.times[d.index or 0] < _group_times(d)[-1] - slack:
        return False
    return d.ours == 0 if d.kind == "km" else not np.isnan(d.ours)


def _limit_at_zero(d: Difference) -> bool:
    if np.isfinite(d.ours) or d.neither or d.case.has("weights") is None:
        return False
    curve = d.all_ours.values[f"km.{d.quantity.partition('.')[2]}"]
    gone = np.array(d.case.times)[curve == 0]
    # R's limit is where the curve reaches 0: after all the times at which it has not.
    return (
        gone.size > 0
        and np.max(np.array(d.case.times)[curve > 0], initial=-1.0) < d.theirs <= gone[-1]
    )


def _not_reached(d: Difference) -> bool:
    if not (d.neither and np.isinf(d.ours)):
        return False
    # An interval lies around its estimate: where that is reached, its lower limit is not infinite.
    return "low" not in d.kind or np.isinf(d.beside("quantile"))


def _infinite(d: Difference) -> bool:
    if "cox" not in d.all_ours.warned or (isinstance(d.ours, Refused) and d.ours.crashed):
        return False
    theirs = d.all_theirs
    refits = ("cox", "cox_again", "cox_default")
    overflow = any(isinstance(theirs.values.get(refit), Refused) for refit in refits)
    unbounded = "cox_again" in theirs.warned and _no_information(theirs)
    return "cox_default" in theirs.warned or overflow or unbounded or _ran_away(theirs)


def _no_information(theirs: Answers) -> bool:
    """R's error of a coefficient is beyond anything that covariates of order one could have."""
    se = theirs.values.get("cox_se")
    return isinstance(se, np.ndarray) and bool((se > 1e5).any())


def _ran_away(theirs: Answers) -> bool:
    """R dropped a covariate at the end that it did not drop at the start."""
    coef, nothing = theirs.values.get("cox"), theirs.values.get("r_says_nothing")
    if not isinstance(coef, np.ndarray) or not isinstance(nothing, np.ndarray):
        return False
    return bool((np.isnan(coef) & (nothing == 0)).any())


def _rounding_rest(d: Difference) -> bool:
    rest = d.all_theirs.values[f"r_rest.{d.quantity.partition('.')[2]}"]
    return d.case.has("weights") is not None and bool(rest[0])


def _some_undefined(d: Difference) -> bool:
    ours = d.all_ours.values[d.quantity]
    return isinstance(d.theirs, Refused) and isinstance(ours, np.ndarray) and np.isnan(ours).any()


def _noise(d: Difference) -> bool:
    if not (isinstance(d.ours, float) and isinstance(d.theirs, float)):
        return False
    noise = d.all_theirs.values[f"r_noise_{d.kind.removeprefix('zph_')}"]
    if isinstance(noise, Refused):  # the second time R stumbled over what it had answered
        return True
    noise = np.broadcast_to(noise, d.all_theirs.values[d.kind].shape)[d.index]
    if d.undefined:
        return bool(noise > RELATIVE * abs(d.theirs))
    return bool(abs(d.ours - d.theirs) <= 100 * noise or noise > 1e-3 * (1 + abs(d.theirs)))


def _singular_wald(d: Difference) -> bool:
    if not d.undefined or "r_wald_df" not in d.all_theirs.values:
        return False
    covariates = int((~np.isnan(d.all_theirs.values["cox"])).sum())
    return bool(d.all_theirs.values["r_wald_df"][0] < covariates)


def _nothing(d: Difference) -> bool:
    """Ours is NaN where R's first step finds that a covariate says nothing, or does not move it."""
    theirs = d.all_theirs.values
    if not d.undefined or isinstance(theirs["cox"], Refused):
        return False
    coef = theirs["cox"]
    nothing = (theirs["r_says_nothing"] == 1) | np.isnan(coef) | (coef == 0)
    return bool(nothing[d.index] if d.kind in ("cox", "cox_se") else nothing.all())


def _no_error(d: Difference) -> bool:
    """The robust errors of both are zero but for rounding."""
    errors = [answers.values.get("cox_se") for answers in (d.all_ours, d.all_theirs)]
    return all(isinstance(se, np.ndarray) and not (se > 1e-10).all() for se in errors)


def _ends_at_level(d: Difference) -> bool:
    """The curve ends where the first quantile is reached, but for rounding."""
    group = d.quantity.partition(".")[2]
    curve = d.all_ours.values[f"km.{group}"]
    last = curve[~np.isnan(curve)][-1]
    return d.neither and abs(last - (1 - PROBABILITIES[0])) < 1e-8


def _no_event_counts(d: Difference) -> bool:
    counted = d.case.data["event"] * d.case.data.get("weights", 1.0) > 0
    return isinstance(d.theirs, Refused) and not counted.any()


@dataclass(frozen=True)
class Convention:
    """A difference that is meant: in which quantities, when, and why."""

    name: str
    kinds: tuple[str, ...]
    holds: Callable[[Difference], bool]
    reason: str


KM_LIMITS = tuple(f"km_{end}_{scale}" for end in ("low", "high") for scale in SCALES)
QUANTILES = (
    "quantile",
    *(f"quantile_{end}_{scale}" for end in ("low", "high") for scale in SCALES),
)
COX = ("cox", "cox_se", "cox_loglik", "cox_null", "cox_score", "cox_wald", "concordance")
ZPH = tuple(f"zph_{transform}" for transform in TRANSFORMS)

CONVENTIONS = (
    Convention(
        "limits where survival is 1",
        ("km_low_log-log", "km_high_log-log"),
        _whole_curve,
        "R's log-log limits are not defined there; ours are 1, as on the other scales.",
    ),
    Convention(
        "error and limits where survival is 0",
        ("km_se", *KM_LIMITS),
        _at_zero,
        "R says 0 or nothing, depending on scale and weights; ours are not defined.",
    ),
    Convention(
        "limits of a quantile where survival is 0",
        tuple(name for name in QUANTILES if name.endswith("plain")),
        _limit_at_zero,
        "As above: with robust errors R takes 0 for a limit of survival there.",
    ),
    Convention(
        "beyond the last follow-up of a group",
        ("km", "aj", "aj_se", "aj_low", "aj_high"),
        _beyond,
        "R says nothing; ours goes on where nobody is left who could still have the event.",
    ),
    Convention(
        "quantile or limit not reached",
        QUANTILES,
        _not_reached,
        "R says NA; ours is infinite, which prints as not reached.",
    ),
    Convention(
        "a curve that ends at the level of the first quantile",
        ("quantile",),
        _ends_at_level,
        "R allows for rounding at every level but this, where it says NA to all.",
    ),
    Convention(
        "limits of an incidence of 0",
        ("aj_low", "aj_high"),
        lambda d: d.neither and d.ours == 0,
        "R's log limits are not defined there; ours are 0.",
    ),
    Convention(
        "a covariate that says nothing is refused",
        ("cox",),
        lambda d: d.refused_for(
            "a covariate that varies",
            "do not determine each other",
            "more rows than covariates",
            "at least 2 groups",
        ),
        "R sets the coefficient to NA and goes on; ours names the covariate.",
    ),
    Convention(
        "no event is refused",
        ("cox", "logrank", "logrank_strata", "aj"),
        lambda d: d.refused_for("at least one event", "at least one cause"),
        "R returns zeros or NaN; ours says that nothing can be estimated.",
    ),
    Convention(
        "a group never at risk with another is refused",
        ("logrank", "logrank_strata"),
        lambda d: d.refused_for("every group to be at risk together"),
        "R leaves the group out and lowers the degrees of freedom; ours names it.",
    ),
    Convention(
        "infinite coefficients",
        (*COX, *ZPH, "zph_df"),
        _infinite,
        "R gives what it had when it stopped, with a warning; ours says converged False.",
    ),
    Convention(
        "a single cluster is refused",
        ("cox",),
        lambda d: d.refused_for("cluster"),
        "R's robust errors are then 1e-16, for the residuals add up to zero.",
    ),
    Convention(
        "Wald test of a singular robust covariance",
        ("cox_wald",),
        _singular_wald,
        "As with no more clusters than covariates: R takes a generalised inverse; ours is NaN.",
    ),
    Convention(
        "Wald test with a robust error of 0",
        ("cox_wald",),
        _no_error,
        "Both divide rounding by rounding, where the residuals of each cluster add up to 0.",
    ),
    Convention(
        "a covariate that does not vary in any risk set",
        ("cox", "cox_se", "cox_score", "cox_wald"),
        _nothing,
        "R says NA or, where no covariate varies, 0 as it never starts; ours is NaN.",
    ),
    Convention(
        "an incidence without events",
        ("aj",),
        _no_event_counts,
        "R stumbles over it where rows with the event weigh nothing; ours is 0.",
    ),
    Convention(
        "R contradicts itself",
        ZPH,
        _noise,
        "cox.zph says something else with time in another unit: rounding decides.",
    ),
    Convention(
        "a test of one term that does not exist",
        ZPH,
        _some_undefined,
        "cox.zph then refuses the tests of all terms; ours is NaN for that term.",
    ),
    Convention(
        "R leaves a rest of rounding",
        ("km_se", *KM_LIMITS, *QUANTILES),
        _rounding_rest,
        "Where a weighted risk set runs empty R's curve may end at 1e-16 or below 0; ours at 0.",
    ),
)


def convention_of(difference: Difference) -> Convention | None:
    """Return the convention that a difference is, if it is one."""
    if isinstance(difference.ours, np.ndarray) and isinstance(difference.theirs, np.ndarray):
        return None  # of another length
    for convention in CONVENTIONS:
        if difference.kind in convention.kinds and convention.holds(difference):
            return convention
    return None
