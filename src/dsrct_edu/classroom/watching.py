"""Watches the cells of a live kernel: which stopped, and what each stop means in plain words.

Nothing is watched outside a kernel, and a cell that runs shows what it would have shown.
"""

from __future__ import annotations

import ast
import re
import sys
from types import TracebackType
from typing import Any

from dsrct_edu.classroom import live
from dsrct_edu.classroom.explaining import SHORT, plainly

STOPPED: dict[str, str] = {}
"""The names whose cell stopped when it last ran, each with the kind of error."""

_ASSIGNED = re.compile(r"^(\w+)\s*=(?!=)", re.MULTILINE)


def watch() -> None:
    """Begin to watch the cells of this kernel, once; do nothing where no kernel runs.

    Examples
    --------
    >>> watch()
    """
    if "IPython" not in sys.modules or not live.kernel_runs():
        return
    from IPython import get_ipython

    shell = get_ipython()
    if getattr(shell, "dsrct_edu_watches", False):
        return
    shell.dsrct_edu_watches = True
    shell.set_custom_exc((Exception,), _explained)
    shell.events.register("post_run_cell", _note)


def _explained(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    traceback: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    """Show the plain line, and below it the traceback that IPython would have shown."""
    from IPython.core.error import UsageError

    if isinstance(error, UsageError):  # of a magic: IPython's own line is plain
        shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
        return []
    if isinstance(error, SyntaxError):
        shown = shell.SyntaxTB.structured_traceback(kind, error, [])
    else:
        shown = shell.InteractiveTB.structured_traceback(
            kind, error, traceback, tb_offset=tb_offset
        )
    try:
        line = plainly(error, traceback, list(shell.user_ns), STOPPED)
    except Exception:  # of an object that cannot be looked at
        line = SHORT
    lines = [f"{line}\n", *shown]
    shell._showtraceback(kind, error, lines)
    return lines


def _note(result: Any) -> None:
    """Remember the names that a stopped cell would have set; forget those that a good one sets."""
    error = result.error_before_exec or result.error_in_exec
    for name in assigned(result.info.raw_cell or ""):
        if error is None:
            STOPPED.pop(name, None)
        else:
            STOPPED[name] = type(error).__name__


def assigned(code: str) -> set[str]:
    """Return the names that a cell sets, also where it is no Python.

    Examples
    --------
    >>> sorted(assigned("a = 1; b, c = 2, 3")), assigned("helps = (")
    (['a', 'b', 'c'], {'helps'})
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return set(_ASSIGNED.findall(code))
    names = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return names | {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def stopped_since(exercise: str) -> str | None:
    """Return the name that the check in this cell looks at and whose own cell has stopped since.

    Examples
    --------
    >>> stopped_since("05.1") is None
    True
    """
    if not STOPPED:
        return None
    from IPython import get_ipython

    cells = getattr(get_ipython(), "user_ns", {}).get("In") or [""]
    return next((name for name in looked_at(str(cells[-1]), exercise) if name in STOPPED), None)


def looked_at(code: str, exercise: str) -> list[str]:
    """Return the names in the answer that a cell gives to the check of an exercise.

    Examples
    --------
    >>> looked_at('dsrct.check("05.1", part / whole)', "05.1")
    ['part', 'whole']
    """
    try:
        calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    except (SyntaxError, ValueError):
        return []
    answers = [
        answer
        for call in calls
        if call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value == exercise
        for answer in [*call.args[1:], *(keyword.value for keyword in call.keywords)]
    ]
    return [
        node.id for answer in answers for node in ast.walk(answer) if isinstance(node, ast.Name)
    ]
