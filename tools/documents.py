"""Puts tables into the documents: between two comments that name them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

DOCS = Path(__file__).resolve().parents[1] / "docs"


def markdown(table: pd.DataFrame) -> str:
    """Return a table as Markdown."""
    cells = [[f"{v:.3g}" if isinstance(v, float) else str(v) for v in row] for row in table.values]
    cells = [["" if cell == "nan" else cell for cell in row] for row in cells]
    lines = [list(table.columns), ["---"] * len(table.columns), *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def fill(name: str, blocks: Mapping[str, str]) -> None:
    """Replace the named blocks of a document; each must be there once."""
    page = DOCS / name
    text = page.read_text(encoding="utf-8")
    for block, content in blocks.items():
        begin, end = f"<!-- begin {block} -->", f"<!-- end {block} -->"
        new = f"{begin}\n{content}\n{end}"
        text, found = re.subn(f"{begin}.*{end}", lambda _, b=new: b, text, flags=re.DOTALL)
        assert found == 1, block
    page.write_text(text, encoding="utf-8")
