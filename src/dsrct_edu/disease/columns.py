"""What the columns of a cohort's two tables are: type, meaning, levels, what may be missing."""

from __future__ import annotations

ARMS = ("no_hipec", "hipec")
_ARMS = {"no_hipec": "without HIPEC", "hipec": "with HIPEC"}
# column: (type, description)
PATIENTS = {
    "patient_id": ("string", "Identifier; links to the truth file"),
    "sex": ("string", "male or female"),
    "age": ("integer", "Age at diagnosis in completed years"),
    "diagnosis_year": ("integer", "Calendar year of diagnosis"),
    "expert_centre": ("boolean", "Treated at an expert centre"),
    "poor_performance": ("boolean", "ECOG performance status 2 or worse at diagnosis"),
    "liver_metastases": ("boolean", "Liver metastases at diagnosis"),
    "extra_abdominal_metastases": ("boolean", "Metastases outside the abdomen at diagnosis"),
    "ascites": ("boolean", "Ascites at diagnosis"),
    "pci_diagnosis": ("integer", "Peritoneal cancer index at diagnosis, points (1-39)"),
    "chemotherapy_cycles": ("integer", "Cycles of induction chemotherapy begun"),
    "tumour_shrinkage": (
        "number",
        "Fall of the sum of diameters after chemotherapy, as a fraction; negative is growth; "
        "missing if follow-up ended before the first restaging at month 2",
    ),
    "recist": ("string", "Response by sum of diameters: CR, PR, SD or PD; missing as above"),
    "pci_surgery": ("integer", "Peritoneal cancer index at surgery; missing if not operated"),
    "operated": ("boolean", "Cytoreductive surgery done within follow-up"),
    "surgery_month": ("number", "Months from diagnosis to surgery; missing if not operated"),
    "cc_score": ("integer", "Completeness of cytoreduction 0-3; 0-1 is complete resection"),
    "hipec": ("boolean", "HIPEC given at surgery"),
    "radiotherapy": ("boolean", "Abdominal radiotherapy begun, from month 2 after surgery"),
    "major_complication": ("boolean", "Clavien-Dindo grade III or worse within 90 days of surgery"),
    "recurrence": ("boolean", "Recurrence after complete resection within follow-up"),
    "recurrence_month": ("number", "Months from diagnosis to recurrence; missing if none"),
    "recurrence_site": ("string", "First site: peritoneal, hepatic or distant; missing if none"),
    "death": ("boolean", "Died within follow-up"),
    "follow_up_month": ("number", "Months from diagnosis to death or end of follow-up"),
}
_OUTCOMES = {
    "death_month": ("number", "Months from diagnosis to death {arm}"),
    "recurrence_month": ("number", "Months from diagnosis to recurrence {arm}; missing if never"),
    "recurrence_site": ("string", "Site of first recurrence {arm}; missing if never"),
    "cured": ("boolean", "Would never have a recurrence {arm}, after complete resection"),
    "major_complication": ("boolean", "Major complication {arm}"),
    "radiotherapy": ("boolean", "Would be given radiotherapy {arm}"),
}
TRUTH = {
    "patient_id": ("string", "Identifier; links to the patients' file"),
    "aggressiveness": ("number", "Latent aggressiveness in standard deviations; nobody records it"),
    "propensity": ("number", "True probability of HIPEC; 0 without complete resection"),
} | {
    f"{outcome}_{arm}": (kind, text.format(arm=_ARMS[arm]))
    for arm in ARMS
    for outcome, (kind, text) in _OUTCOMES.items()
}
LEVELS = {
    "sex": ["male", "female"],
    "recist": ["CR", "PR", "SD", "PD"],
    "recurrence_site": ["peritoneal", "hepatic", "distant"],
}
# Missing means not applicable.
MAY_BE_MISSING = (
    "tumour_shrinkage",
    "recist",
    "pci_surgery",
    "surgery_month",
    "cc_score",
    "recurrence_month",
    "recurrence_site",
)


def of_type(kind: str) -> list[str]:
    """Return the patients' columns of a type: string, integer, number or boolean."""
    return [name for name, (its, _) in PATIENTS.items() if its == kind]
