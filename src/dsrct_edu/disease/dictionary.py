"""The data dictionary of the committed cohorts, as a Frictionless data package."""

from __future__ import annotations

from typing import Any

from dsrct_edu import vocabulary
from dsrct_edu.disease.committed import recipes
from dsrct_edu.vocabulary import Column


def datapackage() -> dict[str, Any]:
    """Return the descriptor of ``data/synthetic`` (Frictionless Data Package)."""
    resources = []
    for name, recipe in recipes().items():
        about = f"{recipe.summary} ({recipe.patients} synthetic patients)"
        true = f"What is true of {name}"
        resources.append(_resource(name, f"{name}.csv", about, vocabulary.patients()))
        resources.append(_resource(f"{name}_truth", f"truth/{name}.csv", true, vocabulary.truth()))
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


def _resource(name: str, path: str, about: str, columns: dict[str, Column]) -> dict[str, Any]:
    fields = [_field(column) for column in columns.values()]
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


def _field(column: Column) -> dict[str, Any]:
    described = {"name": column.name, "type": column.type, "description": column.meaning}
    constraints: dict[str, Any] = {"required": not column.may_be_missing}
    if column.levels:
        constraints["enum"] = list(column.levels)
    truth_values = {"trueValues": ["True"], "falseValues": ["False"]}
    boolean = truth_values if column.type == "boolean" else {}
    return described | boolean | {"constraints": constraints}
