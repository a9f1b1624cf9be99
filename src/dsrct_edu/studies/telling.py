"""One effect, told as many numbers: the headlines that a single world allows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dsrct_edu.disease import Scenario, scenario, true_effect


def headlines(world: str | Scenario = "modest") -> pd.DataFrame:
    """Return the true effect of HIPEC as seven numbers, from the most striking to the plainest.

    Parameters
    ----------
    world : str or Scenario
        Whose effect; after a complete resection, the clock at surgery.

    Returns
    -------
    DataFrame
        ``told_as, without, with``: one row a headline. A ratio is 1 without HIPEC, and the months
        gained are 0. A median is the first month at which a curve is at or below one half.

    Examples
    --------
    >>> from dsrct_edu.studies import headlines
    >>> list(headlines("null")["with"].round(2))[-1]
    0.0
    """
    made = scenario(world) if isinstance(world, str) else world
    truth = true_effect(world, horizon=60)
    alive = truth.survival.pivot(index="time", columns="arm", values="survival")
    first = truth.cumulative_incidence
    relapsed = first[first["cause"] != "death"].groupby(["time", "arm"])["cumulative_incidence"]
    relapse = relapsed.sum().unstack()
    peritoneal = float(np.exp(made.effect_peritoneal_early))
    year, five = relapse.loc[12], alive.loc[60]
    back, dead = ((curve <= 0.5).idxmax() for curve in (1 - relapse, alive))
    rows = [
        ("hazard of peritoneal relapse to month 18, ratio", 1.0, peritoneal),
        ("relapsed within a year, of 100", 100 * year["no_hipec"], 100 * year["hipec"]),
        ("median time to relapse, month", back["no_hipec"], back["hipec"]),
        ("median survival, month", dead["no_hipec"], dead["hipec"]),
        ("hazard of death, ratio", 1.0, truth.hazard_ratio),
        ("alive at five years, of 100", 100 * five["no_hipec"], 100 * five["hipec"]),
        ("months lived more, of the first 60", 0.0, truth.rmst_difference),
    ]
    return pd.DataFrame(rows, columns=["told_as", "without", "with"])
