"""Where a lesson is in the browser edition: the edition stands in the path.

What a student changes is kept by their browser, under the path of the notebook, and hides whatever
the site serves there later. So other notebooks have another path: the new ones are seen, and the
student's own stay where they were.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from urllib.parse import quote

import dsrct_edu
from dsrct_edu import resources
from dsrct_edu.starting import without_outputs

_WIDE = 8  # hexadecimal digits: two editions that differ never share them


def edition() -> str:
    """Return the name of the edition: the version, and a print of what students are handed.

    Examples
    --------
    >>> edition() == edition()
    True
    """
    digest = hashlib.sha256()
    for path in sorted(resources.find("notebooks").glob("*.ipynb")):
        cleared = without_outputs(json.loads(path.read_text("utf-8")))
        digest.update(json.dumps([path.name, cleared], sort_keys=True).encode())
    return f"{dsrct_edu.__version__}-{digest.hexdigest()[:_WIDE]}"


def named(name: str) -> str:
    """Return the name of an edition that someone chose, if it can stand in a path."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise SystemExit(f"EDITION={name}: letters, digits, dots and hyphens only, such as 2027-1")
    return name


def base(of: str | None = None, lite: str = "lite/") -> str:
    """Return what stands before a notebook's name in the address that opens it.

    Parameters
    ----------
    of : str, optional
        Name of the edition; that of the present notebooks by default.
    lite : str
        Where the browser edition is, as seen from the page that holds the link.

    Examples
    --------
    >>> base("2027-1")
    'lite/notebooks/index.html?path=2027-1/'
    """
    return f"{lite}notebooks/index.html?path={edition() if of is None else named(of)}/"


def link(notebook: str | Path, of: str | None = None, lite: str = "lite/") -> str:
    """Return the address that opens a lesson.

    Examples
    --------
    >>> link("05_kaplan_meier", "2027-1", lite="../lite/")
    '../lite/notebooks/index.html?path=2027-1/05_kaplan_meier.ipynb'
    """
    return f"{base(of, lite)}{quote(Path(notebook).stem)}.ipynb"
