"""The gallery as a reader has it: each picture, its words, and the code printed below it."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "gallery"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
NAMES = re.findall(r'<img src="(\w+)\.png"', README)
IMPORTS, *BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
CODE = dict(zip(NAMES, BLOCKS, strict=True))
WORDS = dict(zip(NAMES, re.findall(r"^> (.*)$", README, re.MULTILINE), strict=True))


@cache
def drawn(name):
    """Run the code under a picture, as one would paste it; its last expression is the figure."""
    *lines, last = ast.parse(IMPORTS + CODE[name]).body
    names = {}
    exec(compile(ast.Module(lines, []), name, "exec"), names)
    return eval(compile(ast.Expression(last.value), name, "eval"), names)
