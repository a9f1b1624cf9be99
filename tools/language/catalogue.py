"""The catalogue in gettext's form, which translators' tools read; babel writes and reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tools.language.sources import Unit
from tools.language.spots import Translate, kept

PSEUDO = "en_XA"  # the locale that is customary for a pseudo-language


def made(units: Iterable[Unit], translate: Translate | None = None) -> Catalog:
    """Return the catalogue of all texts, each once, with the places where it stands."""
    catalogue = Catalog(
        locale=PSEUDO if translate else None, project="dsrct-edu", fuzzy=False,
        copyright_holder="dsrct-edu authors",
        msgid_bugs_address="", last_translator="", language_team="",
    )  # fmt: skip
    for unit in units:
        catalogue.add(
            unit.text,
            translate(unit.text) if translate else "",
            locations=[(unit.path, unit.line)],
            auto_comments=[text for text in (unit.where, unit.comment) if text],
        )
    return catalogue


def written(catalogue: Catalog, path: Path) -> None:
    """Write a catalogue."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_po(stream, catalogue, width=96, sort_output=False)


def read(path: Path) -> Catalog:
    """Read a catalogue."""
    with path.open("rb") as stream:
        return read_po(stream)


def problems(catalogue: Catalog) -> list[str]:
    """Return the translations that lose or invent a placeholder, code, a tag or a target."""
    said = []
    for entry in catalogue:
        if not entry.id or not entry.string:
            continue
        lost, new = kept(str(entry.id)), kept(str(entry.string))
        if lost != new:
            place = ":".join(map(str, entry.locations[0])) if entry.locations else "?"
            wanted = [piece for piece in lost if piece not in new]
            found = [piece for piece in new if piece not in lost]
            said.append(f"{place}: keep {wanted or 'each as often'}; found {found}: {entry.string}")
    return said


def translator(catalogue: Catalog) -> Callable[[str], str]:
    """Return what gives a text in the language of a catalogue, or as it is if it has none."""
    known = {
        str(entry.id): str(entry.string)
        for entry in catalogue
        if entry.id and entry.string and not entry.fuzzy
    }
    return lambda text: known.get(text, text)
