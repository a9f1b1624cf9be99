"""Finds the data and the lessons, in a wheel or in a checkout, and fills the page templates."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dsrct_edu.errors import InputError

if TYPE_CHECKING:
    from jinja2 import Environment

_PACKAGE = Path(__file__).resolve().parent
_SHARE = _PACKAGE / "_share"


def root() -> Path:
    """Return the folder that holds ``data/``, ``lessons/`` and ``notebooks/``."""
    if _SHARE.is_dir():
        return _SHARE
    return _PACKAGE.parents[1]


def find(*parts: str) -> Path:
    """Return the path of a file or folder that the kit ships.

    Parameters
    ----------
    *parts : str
        Path below the shipped root, such as ``"data", "synthetic", "teaching.csv"``.

    Raises
    ------
    InputError
        If the file is not there: the installation is incomplete.

    Examples
    --------
    >>> from dsrct_edu.resources import find
    >>> find("data", "synthetic").name
    'synthetic'
    """
    path = root().joinpath(*parts)
    if not path.exists():
        raise InputError(
            expected=f"the shipped file {'/'.join(parts)}",
            found="no such file in this installation",
            remedy="Install the package again; in a checkout, run `make course`.",
        )
    return path


def render(template: str, **values: object) -> str:
    """Return a template of ``dsrct_edu/templates`` filled with values.

    Pages (``.html.j2``) escape what is filled in; other formats say themselves how.

    Parameters
    ----------
    template : str
        File name, such as ``report.html.j2``.
    **values
        The names that the template uses; one that is missing is an error.

    Returns
    -------
    str

    Examples
    --------
    >>> render("qti_manifest.xml.j2", quiz={"lesson": "05"}, names=[]).splitlines()[-1]
    '</manifest>'
    """
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PACKAGE / "templates"),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
