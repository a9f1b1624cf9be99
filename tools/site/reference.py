"""The reference of the package: one page a room, from its docstrings, read with griffe."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import griffe

from tools.site import markdown
from tools.site.theme import ROOT, Page, safe

ROOMS = {
    "dsrct_edu": ("dsrct_edu", "At the front door: `import dsrct_edu as dsrct`."),
    "analysis": ("dsrct_edu.analysis", "Survival analysis on any table."),
    "studies": ("dsrct_edu.studies", "Simulation studies, registries, and the planning of trials."),
    "bedside": ("dsrct_edu.bedside", "The fusion, the response, the peritoneum, the scans."),
    "hipec": ("dsrct_edu.bedside.hipec", "The heated hour: heat, drug and depth."),
    "figures": ("dsrct_edu.figures", "Every family of figure, each with its own words."),
    "dials": (
        "dsrct_edu.classroom.dials",
        "Live demonstrations for the screen in front of a class.",
    ),
}
_LITERAL = re.compile(r"``([^`]+)``")
_DOI = re.compile(r"\bdoi:\s?(10\.\d{4,}/[^\s,;]*[^\s,;.)])")
_ADDRESS = re.compile(r"(?<![<(])https?://[^\s,;]*[^\s,;.)]")


@dataclass(frozen=True)
class Item:
    """One function or class, as it is shown."""

    anchor: str
    name: str
    kind: str
    signature: str
    summary: str
    sections: list[tuple[str, Any]]
    members: list[Item] = field(default_factory=list)


def pages() -> Iterator[Page]:
    """Write the index and one page a room."""
    rooms = []
    for key, (path, about) in ROOMS.items():
        items = [_item(found) for found in exported(path)]
        said = safe(markdown.html(about).removeprefix("<p>").removesuffix("</p>\n"))
        rooms.append({"key": key, "path": path, "about": said, "items": items})
        values = {"room": path, "about": said, "items": items}
        yield Page(f"api/{key}.html", path, "room.html.j2", values, f"Reference of {path}.")
    about = "Every public function of the package: signature, parameters, errors, examples."
    yield Page("api/index.html", "The package", "api.html.j2", {"rooms": rooms}, about)


@cache
def _package() -> griffe.Module:
    loader = griffe.GriffeLoader(search_paths=[ROOT / "src"], docstring_parser="numpy")
    package = loader.load("dsrct_edu")
    loader.resolve_aliases()
    assert isinstance(package, griffe.Module)
    return package


def exported(path: str) -> list[Any]:
    """Return the functions and classes that a room gives out, by name."""
    room: Any = (
        _package()[path.removeprefix("dsrct_edu").removeprefix(".")] if "." in path else _package()
    )
    found = []
    for name in sorted(_names(room), key=str.casefold):
        member = room[name]
        target = member.final_target if member.is_alias else member
        if target.is_function or target.is_class:
            found.append(target)
    return found


def _names(room: Any) -> set[str]:
    """Return what a room's stub or `__init__` takes from its modules, or a module defines."""
    stem = ROOT / "src" / room.path.replace(".", "/")
    if not stem.is_dir():
        return set(room.exports)
    file = next(stem / name for name in ("__init__.pyi", "__init__.py") if (stem / name).exists())
    taken = [
        node
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
    ]
    return {alias.name for node in taken for alias in node.names if not alias.name.startswith("_")}


def _item(found: Any, owner: str = "") -> Item:
    anchor = f"{owner}.{found.name}" if owner else found.name
    sections, summary = [], ""
    for section in found.docstring.parse("numpy", warnings=False) if found.docstring else []:
        if section.kind.value == "text" and not summary:
            summary, _, rest = section.value.partition("\n\n")
            if rest:
                sections.append(("text", prose(rest)))
        else:
            sections += _section(section, found)
    members = []
    if found.is_class:
        for member in found.members.values():
            shown = not member.is_alias and not member.name.startswith("_") and member.docstring
            if shown and (member.is_function or "property" in member.labels):
                members.append(_item(member, anchor))
    kind = "class" if found.is_class else "method" if owner else "function"
    return Item(anchor, found.name, kind, _signature(found), prose(summary), sections, members)


def _section(section: Any, found: Any) -> Iterator[tuple[str, Any]]:
    kind, value = section.kind.value, section.value
    if kind in {"parameters", "attributes", "raises", "returns", "yields", "other parameters"}:
        rows = []
        for entry in value:
            named = getattr(entry, "name", "") or ""
            written = str(entry.annotation or "")
            if kind == "parameters" and named in getattr(found, "parameters", ()):
                written = written.removesuffix(", optional")
            rows.append((named, written, prose(entry.description or "")))
        yield kind.capitalize(), rows
    elif kind == "examples":
        yield "Examples", [(part.value, text) for part, text in value]
    elif kind == "text":
        yield "text", prose(value)
    elif kind == "admonition":
        yield value.kind.capitalize(), prose(value.contents)


def prose(text: str) -> Any:
    """Return the text of a docstring as HTML."""
    text = _LITERAL.sub(r"`\1`", text)
    text = _ADDRESS.sub(r"<\g<0>>", text)
    text = _DOI.sub(r"[doi:\1](https://doi.org/\1)", text)
    return safe(markdown.html(text))


def _signature(found: Any) -> str:
    """Return how something is called, one argument a line where one line is too long."""
    if found.is_attribute:
        return f"{found.name} → {found.annotation}" if found.annotation else found.name
    owner = f"{found.parent.name}." if found.parent.is_class else ""
    parameters = [] if found.is_class and "dataclass" in found.labels else list(found.parameters)
    shown, starred = [], False
    for parameter in parameters:
        kind = parameter.kind.value if parameter.kind else ""
        if parameter.name in {"self", "cls"}:
            continue
        if kind == "keyword-only" and not starred:
            starred = True
            shown.append("*")
        star = {"variadic positional": "*", "variadic keyword": "**"}.get(kind, "")
        starred = starred or bool(star)
        default = f"={parameter.default}" if parameter.default is not None and not star else ""
        shown.append(f"{star}{parameter.name}{default}")
    returns = f" → {found.returns}" if getattr(found, "returns", None) else ""
    if found.is_class:
        return f"class {found.name}"
    line = f"{owner}{found.name}({', '.join(shown)}){returns}"
    if len(line) <= 78:
        return line
    return f"{owner}{found.name}(\n    " + ",\n    ".join(shown) + f",\n){returns}"
