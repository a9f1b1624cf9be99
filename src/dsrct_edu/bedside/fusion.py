"""The fusion gene EWSR1-WT1, and what each test can see of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsrct_edu.arrays import Floats
from dsrct_edu.checks import as_given, fraction, whole
from dsrct_edu.errors import InputError

from ._tables import read


def fusion_parts() -> pd.DataFrame:
    """Parts of EWSR1 and WT1 that the fusion keeps and loses.

    The fusion is acquired by the tumour, not inherited.

    Returns
    -------
    DataFrame
        `gene, chromosome, part, kind` (``exon`` or ``domain``), `kept` (bool), `note, source`.

    References
    ----------
    Exons: doi:10.1007/s100249900108; 17 of EWSR1: Plougastel B et al. Genomics 1993;18:609-15.
    Domains: Nat Genet 1997;17:309-13. doi:10.1038/ng1197-309.

    Examples
    --------
    >>> from dsrct_edu.bedside import fusion_parts
    >>> parts = fusion_parts()
    >>> parts.loc[parts["kept"] & (parts["kind"] == "exon"), "part"].tolist()
    ['exons 1-7', 'exons 8-10']
    """
    return read("fusion_parts")


def what_tests_see() -> pd.DataFrame:
    """Tell what each test shows in each of five tumours, derived from what is true of them.

    Break-apart FISH sees that EWSR1 is broken, not its partner. RT-PCR sees the transcript its
    primers were made for. Sequencing names both genes. The two WT1 antibodies see one end of the
    protein each, wherever that end comes from. None of them sees the tumour's tissue.

    Returns
    -------
    DataFrame
        `tumour, test, result` (``positive``, ``negative``, a fusion, or ``not stated``), `source`.

    References
    ----------
    In the table. EWSR1-WT1 outside DSRCT: doi:10.1038/s41379-021-00843-5 and
    doi:10.1016/j.modpat.2023.100418, three tumours each: "pathognomonic" is too strong. The case
    without WT1 exons 9-10 also expressed full-length WT1; its abstract was read, its journal
    could not be confirmed.

    Examples
    --------
    >>> from dsrct_edu.bedside import what_tests_see
    >>> seen = what_tests_see().pivot(index="tumour", columns="test", values="result")
    >>> seen.loc[["DSRCT, typical", "Ewing sarcoma"], "break-apart FISH"].tolist()
    ['positive', 'positive']
    """
    tumours = read("tumours")
    results = {
        "break-apart FISH": _words(tumours["ewsr1"] == "broken"),
        "RT-PCR for EWSR1-WT1": _words(tumours["partner"] == "WT1"),
        "sequencing": ("EWSR1-" + tumours["partner"]).fillna("no EWSR1 fusion"),
        "WT1 antibody, C-terminal": tumours["wt1_c_terminal"],
        "WT1 antibody, N-terminal": tumours["wt1_n_terminal"],
    }
    tests = [tumours.assign(test=test, result=result) for test, result in results.items()]
    by_tumour = pd.concat(tests).sort_index(kind="stable", ignore_index=True)
    return by_tumour[["tumour", "test", "result", "source"]]


def _words(seen: pd.Series[bool]) -> pd.Series[str]:
    return seen.map({True: "positive", False: "negative"})


def post_test_probability(
    pre_test: npt.ArrayLike, sensitivity: npt.ArrayLike, specificity: npt.ArrayLike
) -> float | Floats:
    """Probability of the disease after a positive test.

    The pre-test probability is that among the patients who are actually tested, not the incidence
    in the population.

    Parameters
    ----------
    pre_test, sensitivity, specificity : float or array
        Fractions from 0 to 1.

    Returns
    -------
    float or array
        Fraction of those with a positive test who have the disease.

    Raises
    ------
    InputError
        A value outside 0 to 1, or a test that can never be positive. For a negative test, swap:
        ``1 - post_test_probability(1 - pre_test, specificity, sensitivity)``.

    References
    ----------
    Bayes' rule. Physicians given probabilities found it in 10 % of cases, given natural
    frequencies in 46 %: Hoffrage U, Gigerenzer G. Acad Med 1998;73:538-40.
    doi:10.1097/00001888-199805000-00024.

    Examples
    --------
    >>> from dsrct_edu.bedside import post_test_probability
    >>> round(post_test_probability(0.05, 0.913, 0.90), 3)
    0.325
    """
    prior = fraction(pre_test, "pre_test")
    true_positive = prior * fraction(sensitivity, "sensitivity")
    false_positive = (1.0 - prior) * (1.0 - fraction(specificity, "specificity"))
    positive = np.asarray(true_positive + false_positive)
    if (positive == 0.0).any():
        raise InputError(
            "a test that is sometimes positive",
            "no positive test at all",
            "After a negative test, use one minus the probability with the two roles swapped.",
        )
    return as_given(true_positive / positive)


_BY_MISTAKE = 0.02  # assumed: share of tumours with a whole EWSR1 that are called positive


def break_apart_room(dsrct: int, ewing: int, people: int = 1000) -> pd.DataFrame:
    """Count a break-apart test among people with DSRCT, Ewing sarcoma and other tumours.

    What the test says of DSRCT depends on who else is tested: it hardly tells DSRCT from
    Ewing sarcoma, and tells the two from the rest.

    Parameters
    ----------
    dsrct, ewing : int
        People with DSRCT and with Ewing sarcoma; all others have another tumour.
    people : int, default 1000
        How many are tested.

    Returns
    -------
    DataFrame
        `tumour, result` (``positive`` or ``negative``), `n` (whole people).

    Raises
    ------
    InputError
        Counts that are not whole, negative, or more than all.

    References
    ----------
    Of tumours called DSRCT 86.3 % were positive: doi:10.1038/bjc.2017.4; the test had helped to
    call them so. Of 236 Ewing sarcomas in a trial 211 were (EWSR1 or FUS):
    doi:10.5858/arpa.2020-0671-OA. Of the others 2 % are assumed to be; further tumours with a
    broken EWSR1 are left out.

    Examples
    --------
    >>> from dsrct_edu.bedside import break_apart_room
    >>> room = break_apart_room(300, 200)
    >>> room.loc[room["result"] == "positive", "n"].tolist()
    [259, 179, 10]
    """
    total = whole(people, "people", 1)
    with_dsrct = whole(dsrct, "dsrct", 0, total)
    with_ewing = whole(ewing, "ewing", 0, total - with_dsrct)
    known = read("break_apart")
    tumours = [*known["tumour"], "other tumours"]
    n = np.array([with_dsrct, with_ewing, total - with_dsrct - with_ewing])
    found = np.floor(n * np.append(known["positive"], _BY_MISTAKE) + 0.5).astype(int)
    results = {"positive": found, "negative": n - found}
    parts = [
        pd.DataFrame({"tumour": tumours, "result": result, "n": count})
        for result, count in results.items()
    ]
    return pd.concat(parts, ignore_index=True)


def out_of_100(rooms: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tell who is who among 100 people with a positive test, room by room.

    Parameters
    ----------
    rooms : mapping from name to DataFrame
        Rooms as :func:`break_apart_room` counts them.

    Returns
    -------
    DataFrame
        `panel, category, n`: whole people who add up to 100 in each room.

    Raises
    ------
    InputError
        Nobody with a positive test.

    References
    ----------
    None: shares, rounded by the largest remainders.

    Examples
    --------
    >>> from dsrct_edu.bedside import break_apart_room, out_of_100
    >>> out_of_100({"strong suspicion": break_apart_room(700, 100)})["n"].tolist()
    [87, 13, 0]
    """
    parts = []
    for name, room in rooms.items():
        mine = room[(room["result"] == "positive") & (room["n"] > 0)]
        if mine.empty:
            raise InputError("people who are positive", "nobody", argument="rooms")
        exact = mine["n"].to_numpy() * 100 / mine["n"].sum()
        n = np.floor(exact + 1e-9).astype(int)
        n[np.argsort(n - exact, kind="stable")[: 100 - n.sum()]] += 1
        parts.append(pd.DataFrame({"panel": name, "category": mine["tumour"], "n": n}))
    return pd.concat(parts, ignore_index=True)
