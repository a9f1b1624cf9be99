"""Asks OSV, the open database of vulnerabilities, about every locked package.

    python -m tools.audit

An audit that could not look is no audit. So a package that is known to be vulnerable is asked about
too: where that comes back clean, or nothing comes back, this fails. It ends with 0 if nothing is
known against any package, with 1 if something is, and with 2 if it could not look.
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence

from tools.locks import Pin, locked

SERVICE = "https://api.osv.dev/v1/querybatch"
CONTROL = Pin("jinja2", "2.4.1")
"""Known to be vulnerable since 2014."""
ACCEPTED: dict[str, str] = {}
"""What is known and accepted, by its identifier, with the reason."""
_BATCH = 500
_SECONDS = 60


class CouldNotLook(Exception):
    """The database did not answer, or not as one that looks."""


def known_against(pins: Sequence[Pin], service: str = SERVICE) -> dict[Pin, list[str]]:
    """Return what is known against each package, by identifier.

    Raises
    ------
    CouldNotLook
        If the service cannot be reached, answers something else, or misses the control.
    """
    found: dict[Pin, list[str]] = {}
    for start in range(0, len(pins), _BATCH):
        asked = [CONTROL, *pins[start : start + _BATCH]]
        control, *answers = _answers(asked, service)
        if not control:
            raise CouldNotLook(f"{service} knows nothing against {CONTROL.name} {CONTROL.version}")
        found |= dict(zip(asked[1:], answers, strict=True))
    return found


def _answers(asked: Sequence[Pin], service: str) -> list[list[str]]:
    queries = [
        {"package": {"name": pin.name, "ecosystem": pin.ecosystem}, "version": pin.version}
        for pin in asked
    ]
    request = urllib.request.Request(
        service,
        json.dumps({"queries": queries}).encode(),
        {"Content-Type": "application/json", "User-Agent": "dsrct-edu"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            results = json.load(answer)["results"]
        found = [[one["id"] for one in result.get("vulns") or []] for result in results]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise CouldNotLook(f"{service}: {error or type(error).__name__}") from error
    if len(found) != len(asked):
        raise CouldNotLook(f"{service} answered {len(found)} of {len(asked)} questions")
    return found


def told(found: dict[Pin, list[str]]) -> Iterator[tuple[str, bool]]:
    """Yield a line for each thing known, and whether it is accepted."""
    for pin, known in found.items():
        for one in known:
            why = ACCEPTED.get(one)
            line = f"{pin.name} {pin.version}: https://osv.dev/vulnerability/{one}"
            yield (f"{line} (accepted: {why})", True) if why else (line, False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--service", default=SERVICE, help="another address of the database")
    service = parser.parse_args(arguments).service
    pins = list(locked())
    try:
        lines = list(told(known_against(pins, service)))
    except CouldNotLook as error:
        print(f"NOT AUDITED: {error}", file=sys.stderr)
        print("No package was looked up. Run this where the network is open.", file=sys.stderr)
        return 2
    for line, _ in lines:
        print(line)
    faults = sum(not accepted for _, accepted in lines)
    print(f"{len(pins)} packages looked up: {faults or 'nothing'} known against them.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
