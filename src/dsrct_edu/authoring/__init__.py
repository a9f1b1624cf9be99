"""Authoring: builds every edition of a lesson from one source, and holds it to the rules.

Needs the extra ``author``; `skeleton` alone needs nothing.
"""

import sys
from importlib.util import find_spec

from dsrct_edu.errors import InputError

# nbformat asks jsonschema, which would parse the whole grammar of internationalised addresses at
# import: half of a warm build, for a format that no notebook uses. None makes its import fail,
# which jsonschema allows for.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

_TOOLS = (
    *("ipykernel", "jsonschema", "jupytext", "nbclient", "nbconvert", "nbformat"),
    *("pptx", "yaml"),
)


def require_tools() -> None:
    """Insist that the tools which build lessons are there.

    Raises
    ------
    InputError
        If one is missing.

    Examples
    --------
    >>> require_tools()
    """
    missing = [name for name in _TOOLS if find_spec(name) is None]
    if missing:
        raise InputError(
            expected="the tools that build lessons",
            found=f"no {' and no '.join(missing)}",
            remedy='Install them: pip install "dsrct-edu[author]".',
        )
