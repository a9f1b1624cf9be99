"""Builds a design from the JSON that a saved study carries."""

from __future__ import annotations

from typing import Any

from dsrct_edu.disease import Scenario, scenario
from dsrct_edu.errors import InputError
from dsrct_edu.studies.running import Design


def scenario_to_json(model: Scenario) -> dict[str, Any]:
    """Return name, parameters and fingerprint."""
    return {
        "name": model.name,
        "fingerprint": model.fingerprint,
        "parameters": model.parameters,
    }


def scenario_from_json(held: dict[str, Any]) -> Scenario:
    """Return the scenario, if this version still knows the same model."""
    model = Scenario(held["name"], tuple(held["parameters"].values()))
    same = list(held["parameters"]) == list(scenario().parameters)
    if not same or model.fingerprint != held["fingerprint"]:
        raise InputError(
            f"the disease model {held['fingerprint']} that the study was drawn from",
            "another set of parameters or equations in this version of the package",
            "Read the estimates from its .npz or .parquet file, or run the study again.",
            "scenario",
        )
    return model


def design_from_json(held: dict[str, Any]) -> Design:
    """Return the design that ``to_json`` described."""
    from dsrct_edu.studies.simulation import CohortDesign
    from dsrct_edu.studies.two_arm import TwoArmDesign

    fields = {key: value for key, value in held.items() if key != "kind"}
    if fields["scenario"] is not None:
        fields["scenario"] = scenario_from_json(fields["scenario"])
    if held["kind"] == "two_arm":
        return TwoArmDesign(**fields)
    return CohortDesign(**fields | {"methods": tuple(fields["methods"])})
