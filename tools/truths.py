"""Compute the truths of the four scenarios and write src/dsrct_edu/disease/committed_truths.json.

python tools/truths.py    run it again whenever a parameter or an equation has changed
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dsrct_edu.disease import scenario, truth

FILE = Path(truth.__file__).with_name("committed_truths.json")
NAMES = ("null", "modest", "strong", "harm")
HORIZONS = (36.0, 60.0)
SHOWN = (
    *("rmst_difference", "rmst_difference_mcse", "log_hazard_ratio", "log_hazard_ratio_mcse"),
    "patients",
)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="*", default=NAMES)
    chosen = parser.parse_args().scenario
    truths: dict[str, Any] = json.loads(FILE.read_text()) if len(chosen) < len(NAMES) else {}
    for name in chosen:
        # The switches do not enter the truth; leave them off, as the loader does.
        model = scenario(name)
        for horizon in HORIZONS:
            for origin in ("surgery", "diagnosis"):
                numbers = truth.simulate_effect(model, origin, horizon)
                truths[truth.effect_key(model, origin, horizon)] = numbers
                shown = {key: numbers[key] for key in SHOWN}
                print(f"{name:7} {origin:9} {horizon:g}: {shown}", flush=True)
            for adjusted in (False, True):
                result = truth.simulate_censored(model, adjusted, horizon)
                truths[truth.censored_key(model, adjusted, horizon)] = asdict(result)
                print(f"{name:7} censored, adjusted {adjusted} {horizon:g}: {result}", flush=True)
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in truths.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
