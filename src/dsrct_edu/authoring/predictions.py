"""Walks over the cells of a lesson and gathers what belongs to each prediction.

A prediction is a ``predict`` cell that names it, the code cell in which that name calls ``beside``,
and the ``reveal`` text cells right after. The same walk serves every edition.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from nbformat import NotebookNode

from dsrct_edu.classroom.exercises import tags


@dataclass
class Prediction:
    """The cells of one prediction, in the order of the lesson."""

    key: str
    name: str
    ask: NotebookNode
    reveal: NotebookNode | None = None
    texts: list[NotebookNode] = field(default_factory=list)

    @property
    def folded(self) -> list[str]:
        """The ids of the cells that an edition folds: the reveal and its texts."""
        cells = [self.reveal, *self.texts] if self.reveal else []
        return [cell.id for cell in cells]


def walk(cells: Iterable[NotebookNode]) -> list[Prediction]:
    """Return the predictions of a lesson, in any of its editions."""
    found: list[Prediction] = []
    shown: Prediction | None = None  # whose reveal was the last cell that is no `reveal` text
    for cell in cells:
        if cell.cell_type != "code":
            if "reveal" not in tags(cell):
                shown = None
            elif shown:
                shown.texts.append(cell)
            continue
        shown = None
        if "predict" in tags(cell):
            found += [Prediction(key, name, cell) for name, key in asked(cell.source)]
            continue
        for prediction in found:
            if prediction.reveal is None and prediction.name in besides(cell.source):
                prediction.reveal, shown = cell, prediction
    return found


def asked(source: str) -> list[tuple[str, str]]:
    """Return the names that a cell gives to predictions, each with the prediction's number.

    Examples
    --------
    >>> asked('guess_2 = dsrct.predict("10.2", ...)')
    [('guess_2', '10.2')]
    """
    return [
        (node.targets[0].id, str(node.value.args[0].value))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call) and _called(node.value) == "predict"
        and node.value.args and isinstance(node.value.args[0], ast.Constant)
    ]  # fmt: skip


def besides(source: str) -> list[str]:
    """Return the names beside which a cell shows a result.

    Examples
    --------
    >>> besides("guess_2.beside(ratio, figure)")
    ['guess_2']
    """
    return [
        node.func.value.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and node.func.attr == "beside" and isinstance(node.func.value, ast.Name)
    ]  # fmt: skip


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
