"""Scans after treatment: interval-censored relapse, lead time, and the survival they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.checks import numbers, positive
from dsrct_edu.errors import InputError

_MONTHS = "months, zero or more"
_LATER = "months, zero or more (infinite: never)"


def scan_schedule(phases: Sequence[tuple[float, float]] = ((24.0, 3.0), (60.0, 6.0))) -> Floats:
    """Months of the scans in a schedule.

    Parameters
    ----------
    phases : sequence of (until_month, every_months), default ((24, 3), (60, 6))
        Each phase runs from the end of the one before. The default is assumed: a visit every
        three months for two to three years is general advice for sarcoma; no schedule for DSRCT
        was found.

    Returns
    -------
    array, shape (scans,)
        Months, ascending, without month 0.

    Raises
    ------
    InputError
        No phase, one that ends before it starts, or an interval of zero or less.

    References
    ----------
    Rutkowski P, Lugowska I. Follow-up in soft tissue sarcomas. Memo 2014;7:92-6.
    doi:10.1007/s12254-014-0146-8.

    Examples
    --------
    >>> from dsrct_edu.bedside import scan_schedule
    >>> scan_schedule([(12, 3), (24, 6)]).tolist()
    [3.0, 6.0, 9.0, 12.0, 18.0, 24.0]
    """
    months: list[float] = []
    start = 0.0
    for row, (until, every) in enumerate(phases):
        if not (np.isfinite(until) and until > start and every > 0.0):
            raise InputError(
                "phases that end later than the one before, with an interval above zero",
                f"until {until:g}, every {every:g}",
                rows=[row],
                argument="phases",
            )
        steps = int(np.floor((until - start) / every + 1e-9))
        months += [start + every * step for step in range(1, steps + 1)]
        start = until
    if not months:
        raise InputError("at least one scan", "none", argument="phases")
    return np.array(months)


def _scans(scan_months: npt.ArrayLike) -> Floats:
    scans = np.atleast_1d(
        numbers(scan_months, "scan_months", "months, above zero", 0.0, above=True)
    )
    if scans.ndim > 1 or (np.diff(scans) <= 0.0).any():
        found = "scans out of order"
        raise InputError("scans in order, each once", found, argument="scan_months")
    return scans


def interval_censor(
    relapse_month: npt.ArrayLike,
    scan_months: npt.ArrayLike,
    symptom_delay_month: npt.ArrayLike = np.inf,
    follow_up_month: npt.ArrayLike = np.inf,
) -> pd.DataFrame:
    """Turn true relapse times into what a scan schedule sees of them.

    A relapse is found by the first scan at or after it, or by symptoms if they come first. It is
    known only to lie between the last clear scan and its discovery. Scans are taken to miss
    nothing.

    Parameters
    ----------
    relapse_month : float or array, shape (patients,)
        True month at which a scan would show the relapse; infinite if it never comes.
    scan_months : array, shape (scans,)
        Months of the scans, ascending.
    symptom_delay_month : float or array, default infinite
        Months from there to symptoms.
    follow_up_month : float or array, default infinite
        Month at which watching ends (death included).

    Returns
    -------
    DataFrame
        `relapse_month, left_month, right_month` (the relapse lies in (left, right]; right is
        infinite if it was not found), `detected` (bool), `detected_month` (infinite if not),
        `found_by` (``scan, symptoms, not found``), `delay_month` (detected minus true),
        `lead_time_month` (by how much a scan came before symptoms; 0 for those found by symptoms).

    Raises
    ------
    InputError
        Negative or missing months, scans out of order.

    References
    ----------
    Panageas KS et al. J Natl Cancer Inst 2007;99:428-32. doi:10.1093/jnci/djk091.

    Examples
    --------
    >>> from dsrct_edu.bedside import interval_censor
    >>> seen = interval_censor([4.0, 7.0], [3, 6, 9], symptom_delay_month=[9.0, 1.0])
    >>> seen[["left_month", "right_month", "found_by"]].to_numpy().tolist()
    [[3.0, 6.0, 'scan'], [6.0, 8.0, 'symptoms']]
    """
    scans = _scans(scan_months)
    relapse, silent, end = np.broadcast_arrays(
        np.atleast_1d(numbers(relapse_month, "relapse_month", _LATER, 0.0, infinite=True)),
        numbers(symptom_delay_month, "symptom_delay_month", _LATER, 0.0, infinite=True),
        numbers(follow_up_month, "follow_up_month", _LATER, 0.0, infinite=True),
    )
    padded = np.append(scans, np.inf)
    by_scan = padded[np.searchsorted(scans, relapse, side="left")]
    by_symptoms = relapse + silent
    found = np.minimum(by_scan, by_symptoms)
    detected = np.isfinite(found) & (found <= end)
    # The last clear scan: before the relapse, and taken while the patient was watched.
    clear = np.searchsorted(scans, np.minimum(relapse, np.nextafter(end, np.inf)), side="left")
    left = np.concatenate([[0.0], scans])[clear]
    month = np.where(detected, found, np.inf)
    scan_first = detected & (by_scan <= by_symptoms)
    delay = np.subtract(found, relapse, out=np.full(relapse.shape, np.inf), where=detected)
    lead = np.subtract(by_symptoms, by_scan, out=np.zeros(relapse.shape), where=scan_first)
    return pd.DataFrame(
        {
            "relapse_month": relapse,
            "left_month": left,
            "right_month": month,
            "detected": detected,
            "detected_month": month,
            "found_by": np.select([scan_first, detected], ["scan", "symptoms"], "not found"),
            "delay_month": delay,
            "lead_time_month": lead,
        }
    )


def seen_at_scans(
    patients: pd.DataFrame, every: float, seed: int | np.random.Generator = 0
) -> pd.DataFrame:
    """Return a registry as scans would have seen it.

    A recurrence counts from the scan that finds it. Scans are taken at regular intervals after the
    operation, the first on another day for each patient, as appointments fall, so that they do not
    pile up at the same months. They miss nothing; what no scan came to find before follow-up ended
    was not seen.

    Parameters
    ----------
    patients : DataFrame
        As `dsrct_edu.simulate_cohort` gives it: ``surgery_month, recurrence, recurrence_month,
        recurrence_site, follow_up_month``.
    every : float
        Months between two scans.
    seed : int or Generator
        Random numbers for the first days, or their seed.

    Returns
    -------
    DataFrame
        The same patients with ``recurrence, recurrence_month, recurrence_site`` as seen, months to
        one decimal.

    Raises
    ------
    InputError
        A column is missing, or a recurrence has no month after surgery and within follow-up.

    References
    ----------
    Panageas KS et al. J Natl Cancer Inst 2007;99:428-32. doi:10.1093/jnci/djk091.

    Examples
    --------
    >>> import pandas as pd
    >>> from dsrct_edu.bedside import seen_at_scans
    >>> patients = pd.DataFrame({"surgery_month": [6.0, 7.0], "recurrence": [True, True],
    ...     "recurrence_month": [10.0, 19.9], "recurrence_site": ["hepatic", "distant"],
    ...     "follow_up_month": [40.0, 20.0]})
    >>> seen_at_scans(patients, every=6)[["recurrence", "recurrence_month"]]
       recurrence  recurrence_month
    0        True              14.2
    1       False               NaN
    """
    apart = positive(every, "every", "months between scans, above zero")
    names = ("surgery_month", "recurrence", "recurrence_month", "recurrence_site")
    missing = [name for name in (*names, "follow_up_month") if name not in patients]
    if missing:
        remedy = "Give a registry's patients."
        raise InputError("this column", "none of this name", remedy, missing[0])
    recurred = patients["recurrence"].to_numpy() == 1
    surgery, month, end = (
        patients[name].to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("surgery_month", "recurrence_month", "follow_up_month")
    )
    wrong = recurred & ~((month > surgery) & (month <= end))
    if wrong.any():
        rows = list(patients.index[wrong])
        expected = "a recurrence after surgery and within follow-up"
        raise InputError(expected, "another month", "Correct it.", "recurrence_month", rows)
    first = apart * (1.0 - np.random.default_rng(seed).random(len(patients)))
    scans = np.ceil(np.maximum((month - surgery - first) / apart, 0.0))
    # the day's month is rounded up: nothing is seen before it is there
    found = np.ceil((surgery + first + scans * apart) * 10 - 1e-6) / 10
    seen = recurred & (found <= end)
    return patients.assign(
        recurrence=seen,
        recurrence_month=np.where(seen, found, np.nan),
        recurrence_site=patients["recurrence_site"].where(seen),
    )


def compare_schedules(
    relapse_month: npt.ArrayLike,
    death_month: npt.ArrayLike,
    schedules: Mapping[str, npt.ArrayLike],
    symptom_delay_month: npt.ArrayLike = np.inf,
) -> pd.DataFrame:
    """Show what scan schedules do to the same patients' survival times.

    Nobody's relapse or death moves: only the day the relapse is known. More scans shorten
    recurrence-free survival. Survival after recurrence they lengthen by lead time, and shorten by
    also finding relapses that would have killed unseen; which wins depends on the hazard of death.

    Parameters
    ----------
    relapse_month, death_month : array, shape (patients,)
        True months; a relapse that never comes is infinite, a death is finite.
    schedules : mapping from name to array
        Months of the scans of each schedule.
    symptom_delay_month : float or array, default infinite
        Months from the relapse to symptoms.

    Returns
    -------
    DataFrame
        `schedule, found` (fraction of the patients whose relapse was found before death),
        `median_recurrence_free_month` (to discovery or death), `mean_recurrence_free_month`,
        `mean_after_recurrence_month` (from discovery to death, among those found; missing if
        none was), `mean_lead_time_month` (infinite without symptoms), `median_survival_month`;
        the first row, ``truth``, has every relapse seen at once.

    Raises
    ------
    InputError
        Months out of range, arrays of unequal length, no schedule.

    References
    ----------
    Panageas KS et al. J Natl Cancer Inst 2007;99:428-32. doi:10.1093/jnci/djk091.

    Examples
    --------
    >>> from dsrct_edu.bedside import compare_schedules
    >>> times = {"every 3": [3, 6, 9, 12], "every 6": [6, 12]}
    >>> table = compare_schedules([2.0, 7.0], [20.0, 25.0], times)
    >>> table["mean_recurrence_free_month"].tolist()
    [4.5, 6.0, 9.0]
    """
    relapse = np.atleast_1d(numbers(relapse_month, "relapse_month", _LATER, 0.0, infinite=True))
    death = np.atleast_1d(numbers(death_month, "death_month", _MONTHS, 0.0))
    if relapse.shape != death.shape or not schedules:
        raise InputError(
            "one death for each relapse, and a schedule",
            f"{relapse.size} relapses, {death.size} deaths, {len(schedules)} schedules",
        )
    rows = [_outcome("truth", death, np.minimum(relapse, death), relapse <= death, np.zeros(0))]
    for name, scans in schedules.items():
        seen = interval_censor(relapse, scans, symptom_delay_month, death)
        found = seen["detected"].to_numpy()
        free = np.minimum(seen["detected_month"].to_numpy(), death)
        lead = seen["lead_time_month"].to_numpy()[found]
        rows.append(_outcome(name, death, free, found, lead))
    may_be_missing = ("mean_after_recurrence_month", "mean_lead_time_month")
    return pd.DataFrame(rows).astype(dict.fromkeys(may_be_missing, "Float64"))


def _outcome(
    name: str, death: Floats, free: Floats, found: Flags, lead: Floats
) -> dict[str, str | float | None]:
    after = (death - free)[found]
    return {
        "schedule": name,
        "found": found.mean(),
        "median_recurrence_free_month": np.median(free),
        "mean_recurrence_free_month": free.mean(),
        "mean_after_recurrence_month": after.mean() if after.size else None,
        "mean_lead_time_month": lead.mean() if lead.size else None,
        "median_survival_month": np.median(death),
    }
