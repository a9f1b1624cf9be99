"""Lists the licence of every locked package in docs/licences.md; an unknown one is a failure.

    python -m tools.licences

What is installed here tells its licence in its metadata. What is not (for another system, or in an
environment of its own) keeps its row of the page; a new one is fetched, and its metadata read.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from email.message import Message
from email.parser import Parser
from pathlib import Path

from tools.locks import LOCKS, ROOT, Pin, locked, normal

PAGE = ROOT / "docs" / "licences.md"
PERMITTED = {
    *("MIT", "MIT-0", "MIT-CMU", "BSD-3-Clause", "BSD-2-Clause", "BSD", "0BSD", "ISC", "Zlib"),
    *("Apache-2.0", "PSF-2.0", "CC0-1.0", "MPL-2.0", "OFL-1.1"),
}
"""Licences that someone has read and found fit; MPL-2.0 asks for its own files only."""
APART = {"citolab-qti-convert": "GPL-3.0-only"}
"""Programs that a check runs by themselves: nothing of them is called, linked or handed on."""
READ = {"pkginfo": "MIT"}
"""Licences that someone has read in the package's own file, where its metadata tell none."""
_WORDS = {
    r"MIT( License)?": "MIT",
    r"Apache.*": "Apache-2.0",
    r"(The )?BSD[- ]3.*|.*3-Clause.*": "BSD-3-Clause",
    r"(The )?BSD[- ]2.*|.*2-Clause.*": "BSD-2-Clause",
    r"BSD( License)?": "BSD",
    r"ISC.*": "ISC",
    r"PSFL?|Python Software Foundation License": "PSF-2.0",
    r"Mozilla Public License 2\.0.*": "MPL-2.0",
}
_WHEELS = ((), ("--platform", "win_amd64"), ("--platform", "macosx_11_0_arm64"))
_ABOUT = """# Licences of what the kit stands on

Made by `python -m tools.licences` from the metadata of every package in the locks; a test keeps it
in step. A licence that is unknown, or that nobody has read yet, fails that test. None of these
packages is part of this repository or of its wheel: pip and npm fetch them. One is under the GPL: a
program of its own that `make formats` runs and nobody else needs. The website carries the search
and the font of `make site`, with their licences beside them. The kit's own licences are in
`LICENSE` (code) and `LICENSE-content` (text and data).

"BSD" means that the metadata does not say which of the BSD licences it is.
"""


class Unknown(Exception):
    """The licence of a package is not told, or nobody has read it yet."""


def licence(metadata: Message) -> str:
    """Return the licence that a package's metadata tells, as an SPDX expression.

    Raises
    ------
    Unknown
        If it tells none that is permitted.
    """
    told = str(metadata.get("License") or "").strip()
    classifiers = [str(one).rpartition(":: ")[2] for one in metadata.get_all("Classifier") or []
                   if str(one).startswith("License ::")]  # fmt: skip
    short = told.splitlines()[0] if told else ""
    seen = [str(metadata.get("License-Expression") or ""), short, *classifiers]
    apart = APART.get(normal(str(metadata["Name"])))
    if apart in seen:
        return str(apart)
    if not any(seen) and (read := READ.get(normal(str(metadata["Name"])))):
        return read
    for words in filter(None, seen):
        said = _in_short(words.strip(" ="))
        if said is not None:
            return said
    raise Unknown(f"{metadata['Name']}: {'; '.join(filter(None, seen)) or 'no licence told'}")


def _in_short(words: str) -> str | None:
    """Return words as an SPDX expression of permitted licences, or None."""
    parts = [part for part in re.split(r"\s+(?:AND|OR)\s+|[()]+", words) if part]
    if parts and set(parts) <= PERMITTED:
        return words
    for pattern, known in _WORDS.items():
        if re.fullmatch(pattern, words, re.IGNORECASE):
            return known
    return None


def _fit(name: str, said: str) -> bool:
    return bool(said) and (said == APART.get(name) or _in_short(said) is not None)


def installed() -> dict[str, Message]:
    """Return the metadata of all that this Python has."""
    found = importlib.metadata.distributions()
    return {normal(one.metadata["Name"]): one.metadata for one in found}  # type: ignore[misc]


def of_npm() -> dict[str, str]:
    """Return the licences that the locks of npm tell."""
    found = {}
    for lock in LOCKS:
        if lock.endswith(".json"):
            for path, held in json.loads((ROOT / lock).read_text("utf-8"))["packages"].items():
                found[path.rpartition("node_modules/")[2]] = str(held.get("license", ""))
    return found


def fetched(pin: Pin) -> Message:
    """Fetch the wheel of a package, for any system, and return its metadata."""
    get = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    with tempfile.TemporaryDirectory() as folder:
        for wheel in _WHEELS:
            command = [*get, *wheel, "--dest", folder, f"{pin.name}=={pin.version}"]
            if subprocess.run(command, capture_output=True).returncode == 0:
                (file,) = Path(folder).glob("*.whl")
                with zipfile.ZipFile(file) as held:
                    (name,) = (n for n in held.namelist() if n.endswith(".dist-info/METADATA"))
                    return Parser().parsestr(held.read(name).decode("utf-8"))
    raise Unknown(f"{pin.name}: not installed here, and its wheel could not be fetched")


def rows_of(page: str) -> dict[str, str]:
    """Return the licences that a page lists, by package."""
    return dict(re.findall(r"^\| ([^ |]+) \| ([^|]+?) \| [^|]+ \|$", page, re.MULTILINE))


def page(old: str, elsewhere: Callable[[Pin], Message]) -> str:
    """Return the page anew.

    Parameters
    ----------
    old : str
        The page as it is.
    elsewhere : callable
        Returns the metadata of a package that is neither installed here nor on the old page.

    Raises
    ------
    Unknown
        If the licence of any package is.
    """
    here, npm, known = installed(), of_npm(), rows_of(old)
    rows: dict[str, tuple[str, str]] = {}
    unknown = []
    for pin, use in locked().items():
        try:
            if pin.ecosystem == "npm":
                said = _in_short(npm[pin.name])
                if said is None:
                    raise Unknown(f"{pin.name}: {npm[pin.name] or 'no licence told'}")
            elif pin.name in here:
                said = licence(here[pin.name])
            elif _fit(pin.name, known.get(pin.name, "")):
                said = known[pin.name]
            else:
                said = licence(elsewhere(pin))
            rows.setdefault(pin.name, (said, use))
        except Unknown as error:
            unknown.append(str(error))
    if unknown:
        raise Unknown("\n".join(unknown))
    counts = Counter(said for said, _ in rows.values()).most_common()
    lines = [f"| {name} | {said} | {use} |" for name, (said, use) in sorted(rows.items())]
    return "\n".join(
        [
            _ABOUT,
            f"{len(rows)} packages: " + ", ".join(f"{said} {n}" for said, n in counts) + ".\n",
            "| package | licence | first needed by |",
            "|---|---|---|",
            *lines,
            "",
        ]
    )


def main() -> int:
    """Run from the command line."""
    old = PAGE.read_text("utf-8") if PAGE.exists() else ""
    try:
        new = page(old, fetched)
    except Unknown as error:
        print(f"Read these licences; if they are fit, add them to PERMITTED:\n{error}")
        return 1
    PAGE.write_text(new, encoding="utf-8", newline="\n")
    print("docs/licences.md", "is as it was" if new == old else "written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
