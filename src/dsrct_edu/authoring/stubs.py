"""Derives the stub of an exercise from its solution.

In an exercise cell a comment at the end of a line says what the student sees:

``share = 4 / 6  # stub``             ``share = ...``
``return n / d  # stub``              ``return ...``
``kmf.fit(a, b)  # stub: kmf.fit(a, ...)``  ``kmf.fit(a, ...)``
``left = n - d  # cut``               nothing: the line is left out
``g = predict("42.1", None)  # stub``  ``g = predict("42.1", ...)``

Lines without a marker stand in both. The solution is the same cell without the markers.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize

_MARKER = re.compile(r"#\s*(stub|cut)\b\s*(?::\s*(.*))?$")
_ASSIGNMENT = re.compile(r"^(\s*[A-Za-z_][\w.,\s\[\]'\"]*?=)(?!=)")
_PREDICTION = re.compile(r"^(.*\bpredict\([^,()]+,\s*)None(\).*)$")
_RETURN = re.compile(r"^(\s*return\b)")


class StubError(ValueError):
    """A marker that cannot be followed."""


def markers(source: str) -> dict[int, tuple[int, str, str | None]]:
    """Return the markers of a cell: line number to column, kind and replacement."""
    found = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and (match := _MARKER.match(token.string)):
            found[token.start[0]] = (token.start[1], match.group(1), match.group(2))
    return found


def solution(source: str) -> str:
    """Return the cell without its markers."""
    marks = markers(source)
    lines = source.splitlines()
    for number, (column, _, _) in marks.items():
        lines[number - 1] = lines[number - 1][:column].rstrip()
    return "\n".join(lines)


def stub(source: str) -> str:
    """Return the cell as a student gets it."""
    marks = markers(source)
    if not marks:
        raise StubError(
            "a cell of an exercise or a prediction has no marker; "
            "end the line to be filled in with `# stub`"
        )
    lines = []
    for number, line in enumerate(source.splitlines(), 1):
        if number not in marks:
            lines.append(line)
            continue
        column, kind, replacement = marks[number]
        if kind == "stub":
            lines.append(_stub_line(line[:column].rstrip(), replacement))
    text = "\n".join(lines)
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise StubError(f"the stub is not valid Python ({error.msg}): {text!r}") from error
    return text


def _stub_line(line: str, replacement: str | None) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    if replacement:
        return indent + replacement.strip()
    if match := _PREDICTION.match(line):
        return f"{match[1]}...{match[2]}"
    for pattern in (_ASSIGNMENT, _RETURN):
        if match := pattern.match(line):
            return f"{match.group(1)} ..."
    raise StubError(
        f"`# stub` needs an assignment or a return; say what the student sees with "
        f"`# stub: ...` on the line {line.strip()!r}"
    )


def strangers(stub_source: str, solution_source: str) -> list[str]:
    """Return the stub's lines that are not the solution's, three dots standing for anything."""
    known = solution_source.splitlines()
    return [
        line
        for line in stub_source.splitlines()
        if not any(_pattern(line).fullmatch(candidate) for candidate in known)
    ]


def _pattern(line: str) -> re.Pattern[str]:
    return re.compile(".+".join(re.escape(part) for part in line.split("...")))


def assigned(source: str) -> set[str]:
    """Return the names that a cell assigns, defines or imports at its top level."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                names.add(part.id)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return names


def used(source: str) -> set[str]:
    """Return the names that a cell reads."""
    return {
        node.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
