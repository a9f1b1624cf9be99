"""Finds the texts for readers in Python code, and writes the code with other texts.

A string is for readers by what it holds, whoever uses it: the same words are the same text
everywhere, so that a word which is shown here and compared there stays one word. It is one that

- holds a space and a word of two letters or more, once placeholders, code and tags are set aside;
- or is one capitalised word, as labels are (``"Patients"``);
- or is one word of any kind in a place that is shown: ``SHOWN``, ``SHOWING`` and ``NAMING``.

It is none if it is a docstring, a type, an index, a pattern, a style sheet, or stands in
``words.toml``, which says of each group of strings why.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from tools.language.spots import Spot, Translate, has_words

SHOWN = {
    "title", "label", "headline", "xlabel", "ylabel", "unit", "caption", "words", "help",
    "expected", "found", "remedy", "epilog", "description", "noun", "plural", "verb", "joint",
    "time_zero", "second_clock",
}  # fmt: skip
"""Arguments, assigned names and keys whose strings are shown, single words too."""
SHOWING = {
    "InputError", "counted", "set_title", "set_xlabel", "set_ylabel", "suptitle", "annotate",
    "AuthorError", "LessonError", "print", "listed",
}  # fmt: skip
"""Functions that show what they are given."""
SHOWING_ONE = {"text": 2, "Layer": 3, "Role": 2, "Axis": 0, "Control": 0}
"""Functions that show one of the things that they are given, by its place."""
NAMING = re.compile(r"_?(?:.*_)?(?:WORDS|LABELS|TITLES?|REGIONS|DOORS)")
"""Tables whose values are shown."""
STYLING = {"loc", "xycoords", "textcoords", "arrowprops", "layout", "linestyle", "style", "gid"}
"""Arguments that say how something is drawn, and are never shown."""

_LABEL = re.compile(r"[A-Z][a-z]+(?:-[A-Za-z]+)*[.:]?")
_PATTERN = re.compile(r"\\[wWsSdDbBAZ.]|\(\?|\[\^|\]\+|\]\*|\.\*[$)]")
_STYLE = re.compile(r"[\w-]+:[^\s][^:;]*;|[\w-]+:\s*[\w#.%-]+;|^\s*[.\w-]+\{", re.DOTALL)
_CORNER = re.compile(r"^(?:outside )?(?:upper|lower|center) (?:left|right|center)$")  # of a legend
_ROWS = re.compile(r"\A(?:[^\s,;]*(?:[,;][^\s,;]*)+\n?)+\Z")  # of a table, as a CSV file has them
_CODE_MODULES = {"re", "ast", "importlib"}  # they read code, and these read it, too
_CODE_METHODS = {"query", "eval", "select", "select_one", "find_all", "find_parent"}
_KEY_OF = re.compile(r"_key$|fingerprint$")  # functions whose strings a file or a cache knows
_NO_TEXT = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module


@cache
def words(part: str) -> frozenset[str]:
    """Return the strings of a part of ``words.toml``: never, always, or beside other texts."""
    groups = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
    return frozenset(text for group in groups[part].values() for text in group["strings"])


@cache
def selecting() -> frozenset[str]:
    """Return the words by which the code of a lesson selects rows or columns: they are data."""
    found = set()
    for path in sorted((Path(__file__).resolve().parents[2] / "lessons").glob("*.*")):
        text = path.read_text("utf-8") if path.suffix in (".md", ".toml") else ""
        if path.suffix == ".md":
            codes = cells(text)
        else:
            codes = [code for code in _values(tomllib.loads(text)) if "[" in code]
        for code in codes:
            found |= set(_indices(code))
    return frozenset(found)


def cells(lesson: str) -> list[str]:
    """Return the code of a lesson, cell by cell."""
    codes = re.findall(r"^```\{code-cell\}\n((?:.*\n)*?)```", lesson, flags=re.MULTILINE)
    return [re.sub(r"^:.*\n", "", code, flags=re.MULTILINE) for code in codes]


def constants(code: str) -> list[str]:
    """Return all strings of a piece of code, and the names of its arguments."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return []
    found = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    found += [node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)]
    return [text for text in found if isinstance(text, str)]


def _values(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list):
        for one in data.values() if isinstance(data, dict) else data:
            yield from _values(one)


def _indices(code: str) -> Iterator[str]:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            for inner in ast.walk(node.slice):
                text = inner.value if isinstance(inner, ast.Constant) else None
                if isinstance(text, str) and (" " in text or text[:1].isupper()):
                    yield text


def spots(source: str, offset: int = 0, where: str = "code") -> list[Spot]:
    """Return where a module, or a cell of a lesson, holds texts for readers."""
    strings, parents = _walked(ast.parse(source))
    starts = _line_starts(source)
    found = []
    for node in strings:
        texts = tuple(_texts(node, parents))
        if not texts:
            continue
        start = offset + _offset(source, starts, node.lineno, node.col_offset)
        end = offset + _offset(source, starts, node.end_lineno or 0, node.end_col_offset or 0)
        found.append(Spot(start, end, texts, where, _emitter(node, parents), _comment(node)))
    return found


def _is_string(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(node, ast.JoinedStr)


def _walked(
    tree: ast.AST,
) -> tuple[list[ast.Constant | ast.JoinedStr], dict[ast.AST, ast.AST]]:
    """Return the strings of a tree, those inside an f-string not by themselves; and all parents."""
    strings: list[ast.Constant | ast.JoinedStr] = []
    parents: dict[ast.AST, ast.AST] = {}
    left = [(tree, False)]
    while left:
        node, inside = left.pop()
        if not inside and _is_string(node):
            strings.append(node)  # type: ignore[arg-type]
            inside = True
        for child in ast.iter_child_nodes(node):
            parents[child] = node
            left.append((child, inside))
    return strings, parents


def _inside(node: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Yield a string and those in its fields."""
    for inner in ast.walk(node):
        if _is_string(inner):
            yield inner  # type: ignore[misc]


def _texts(node: ast.Constant | ast.JoinedStr, parents: dict[ast.AST, ast.AST]) -> Iterator[str]:
    for inner in _inside(node):
        if _is_whole(inner, parents) and _is_text(inner, parents):
            yield message(inner)


def _is_whole(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Return whether a string stands by itself: no part of an f-string, and no format."""
    parent = parents.get(node)
    if isinstance(parent, ast.FormattedValue):
        return node is not parent.format_spec
    return not isinstance(parent, ast.JoinedStr)


def _is_text(node: ast.Constant | ast.JoinedStr, parents: dict[ast.AST, ast.AST]) -> bool:
    text = message(node)
    if text in words("always") and not _set_aside(node, parents):
        return True
    if text.strip() in words("never") or _selects(text.strip()) or not has_words(text):
        return False
    if any(pattern.search(text) for pattern in (_PATTERN, _STYLE, _CORNER, _ROWS)):
        return False
    if _set_aside(node, parents):
        return False
    if is_code(re.sub(r"\{(\w*)\}", r"\1", text)):
        return False
    if re.search(r"\s", text.strip()) or text != text.strip():
        return True
    if isinstance(node, ast.Constant) and (_LABEL.fullmatch(text) or text in words("always")):
        return True
    return isinstance(node, ast.Constant) and _is_shown(node, parents)


@cache
def _selects(text: str) -> bool:
    """Return whether a lesson's code selects by this text, or by one that its fields can make."""
    if "{" not in text:
        return text in selecting()
    parts = (re.escape(part) for part in re.split(r"\{\w*\}", text))
    made = re.compile(r"\w+".join(parts))
    return any(made.fullmatch(known) for known in selecting())


def is_code(text: str) -> bool:
    """Return whether a string is itself code: something is called, looked up, set or imported."""
    try:
        tree = ast.parse(text.strip())
    except (SyntaxError, ValueError):
        return False
    if re.search(r"\w \(", text):  # a note in brackets
        return False
    telling = ast.Call | ast.Assign | ast.Import | ast.ImportFrom | ast.Attribute
    return any(isinstance(node, telling) for node in ast.walk(tree))


def _set_aside(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Return whether a string is a docstring, a type, a key, or read as code by what takes it."""
    parent = parents.get(node)
    if isinstance(parent, ast.Expr):
        return not isinstance(node, ast.JoinedStr)
    if isinstance(parent, ast.keyword) and parent.arg in STYLING:
        return True
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute):
        owner = parent.func.value
        if isinstance(owner, ast.Name) and owner.id in _CODE_MODULES:
            return True
        if parent.func.attr in _CODE_METHODS:
            return True
    return _is_type_or_key(node, parents)


def _is_type_or_key(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    parent = parents.get(node)
    while parent is not None and not isinstance(parent, _NO_TEXT | ast.stmt):
        if isinstance(parent, ast.Subscript) and node is parent.slice:
            return isinstance(parent.value, ast.Name) and parent.value.id == "Literal"
        if isinstance(parent, ast.arg) and node is parent.annotation:
            return True
        node, parent = parent, parents.get(parent)
    if isinstance(parent, ast.AnnAssign):
        return node is parent.annotation
    holder = parents.get(parent) if isinstance(parent, ast.Return) else None
    return isinstance(holder, ast.FunctionDef) and bool(_KEY_OF.search(holder.name))


def _is_shown(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Return whether a string stands where its words are shown, though it may be one word."""
    parent = parents.get(node)
    match parent:
        case ast.FormattedValue():
            return has_words(message(parents[parent]))  # type: ignore[arg-type]
        case ast.keyword():
            return parent.arg in SHOWN
        case ast.arguments():
            return _default_of(node, parent) in SHOWN
        case ast.Call():
            return any(node is one and _shows(parent, at) for at, one in enumerate(parent.args))
        case ast.Compare():
            return any(_is_named(side) for side in (parent.left, *parent.comparators))
        case ast.Assign():
            return any(_is_named(target) for target in parent.targets)
        case ast.AnnAssign():
            return _is_named(parent.target)
        case _:
            return _is_shown_with(node, parent, parents)


def _is_shown_with(node: ast.AST, parent: ast.AST | None, parents: dict[ast.AST, ast.AST]) -> bool:
    """Return whether a string is a part of what is shown: a branch, an item, a value."""
    if isinstance(parent, ast.IfExp):
        return node is not parent.test and _is_shown(parent, parents)
    if isinstance(parent, ast.BoolOp):  # what is said in place of nothing
        return any(isinstance(one, ast.Call) and _shows(one, -1) for one in parent.values)
    if isinstance(parent, ast.Dict):
        return node in parent.values and _is_shown(parent, parents)
    if isinstance(parent, ast.Tuple) and getattr(node, "value", "") in words("beside"):
        return True
    return isinstance(parent, ast.Tuple | ast.List) and _is_shown(parent, parents)


def _shows(node: ast.Call, place: int) -> bool:
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    return name in SHOWING or SHOWING_ONE.get(name) == place


def _is_named(node: ast.AST) -> bool:
    name = node.id if isinstance(node, ast.Name) else ""
    return name in SHOWN or bool(NAMING.fullmatch(name))


def _default_of(node: ast.AST, arguments: ast.arguments) -> str:
    """Return the name of the argument whose default a string is."""
    places = [*arguments.posonlyargs, *arguments.args]
    named = places[len(places) - len(arguments.defaults) :] + arguments.kwonlyargs
    defaults = [*arguments.defaults, *arguments.kw_defaults]
    return next((one.arg for one, own in zip(named, defaults, strict=True) if own is node), "")


def message(node: ast.Constant | ast.JoinedStr) -> str:
    """Return the text of a string as a translator sees it, ``{name}`` for each of its fields."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    names = iter(_names_of(node))
    return "".join(
        str(part.value).replace("{", "{{").replace("}", "}}")
        if isinstance(part, ast.Constant)
        else f"{{{next(names)}}}"
        for part in node.values
    )


def _fields(node: ast.JoinedStr) -> list[ast.FormattedValue]:
    return [part for part in node.values if isinstance(part, ast.FormattedValue)]


def _names_of(node: ast.JoinedStr) -> list[str]:
    """Return a name for each field: its own, or that of what is called or looked up."""
    seen: dict[str, int] = {}
    names = []
    for field in _fields(node):
        name = _name(field.value)
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id.strip("_") or "value"
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Subscript):
        return _name(node.value)
    return "value"


def _comment(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return ""
    return ", ".join(
        f"{{{name}}}: {ast.unparse(field.value)}"
        for name, field in zip(_names_of(node), _fields(node), strict=True)
        if ast.unparse(field.value) != name
    )


class Translated(ast.NodeTransformer):
    """Puts other texts into a tree."""

    def __init__(self, translate: Translate, parents: dict[ast.AST, ast.AST]) -> None:
        self.translate, self.parents = translate, parents

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        text = isinstance(node.value, str) and _is_whole(node, self.parents)
        if text and _is_text(node, self.parents):
            return ast.Constant(self.translate(node.value))
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        text = message(node)
        inner = [
            ast.FormattedValue(self.visit(field.value), field.conversion, field.format_spec)
            for field in _fields(node)
        ]
        named = dict(zip(_names_of(node), inner, strict=True))
        said = self.translate(text) if _is_text(node, self.parents) else text
        return ast.JoinedStr(_joined(said, named))


def _joined(text: str, named: dict[str, ast.FormattedValue]) -> list[ast.expr]:
    """Return the parts of an f-string that says this text."""
    parts: list[ast.expr] = []
    for piece in re.split(r"(\{\{|\}\}|\{\w+\})", text):
        if piece in ("{{", "}}"):
            parts.append(ast.Constant(piece[0]))
        elif piece.startswith("{"):
            parts.append(named[piece[1:-1]])
        elif piece:
            parts.append(ast.Constant(piece))
    return parts


def _emitter(
    node: ast.Constant | ast.JoinedStr, parents: dict[ast.AST, ast.AST]
) -> Callable[[Translate], str]:
    def emit(translate: Translate) -> str:
        made = Translated(translate, parents).visit(node)
        if isinstance(made, ast.Constant):
            return repr(made.value)
        # One literal for each part, as Python 3.11 forbids some of them in one f-string.
        parts = [
            repr(part.value)
            if isinstance(part, ast.Constant)
            else ast.unparse(ast.JoinedStr([part]))
            for part in made.values
        ]
        return f"({' '.join(parts) or repr('')})"

    return emit


def _line_starts(source: str) -> list[int]:
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _offset(source: str, starts: list[int], line: int, column: int) -> int:
    """Return the place in the text of a line and a column in bytes, as ``ast`` counts."""
    text = source[starts[line - 1] : starts[line]]
    return starts[line - 1] + len(text.encode()[:column].decode())
