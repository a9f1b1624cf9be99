"""The data dictionary of the committed cohorts, as a Frictionless data package."""

from __future__ import annotations

from typing import Any

from dsrct_edu.disease.columns import LEVELS, MAY_BE_MISSING, PATIENTS, TRUTH
from dsrct_edu.disease.committed import recipes


def datapackage() -> dict[str, Any]:
    """Return the descriptor of ``data/synthetic`` (Frictionless Data Package)."""
    resources = []
    for name, recipe in recipes().items():
        about = f"{recipe.summary} ({recipe.patients} synthetic patients)"
        resources.append(_resource(name, f"{name}.csv", about, PATIENTS))
        resources.append(
            _resource(f"{name}_truth", f"truth/{name}.csv", f"What is true of {name}", TRUTH)
        )
    return {
        "name": "dsrct-edu-synthetic",
        "title": "Synthetic cohorts of desmoplastic small round cell tumour",
        "description": (
            "Simulated, none of it a patient's data. Months run from diagnosis; a month is "
            "30.4375 days. Missing means not applicable. Truth files hold both potential outcomes "
            "and are not for students before the reveal. Not medical advice."
        ),
        "licenses": [{"name": "CC0-1.0", "title": "Creative Commons Zero v1.0 Universal"}],
        "resources": resources,
    }


def _resource(
    name: str, path: str, about: str, columns: dict[str, tuple[str, str]]
) -> dict[str, Any]:
    fields = [_field(column, *spec) for column, spec in columns.items()]
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""], "primaryKey": "patient_id"}
    return {
        "name": name,
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "encoding": "utf-8",
        "description": about,
        "schema": schema,
    }


def _field(column: str, kind: str, text: str) -> dict[str, Any]:
    described: dict[str, Any] = {"name": column, "type": kind, "description": text}
    base = column.removesuffix("_hipec").removesuffix("_no")
    constraints: dict[str, Any] = {"required": base not in MAY_BE_MISSING}
    if base in LEVELS:
        constraints["enum"] = LEVELS[base]
    if kind == "boolean":
        described |= {"trueValues": ["True"], "falseValues": ["False"]}
    return described | {"constraints": constraints}
