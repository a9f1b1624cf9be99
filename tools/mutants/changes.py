"""The small faults that can be planted in a module, and their names.

A fault changes one comparison, operator, number, truth value, condition, return value, slice or
keyword of a call. Strings, messages, annotations, decorators and what is raised stay as they are.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS = {
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq},
    **{ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn},
    **{ast.NotIn: ast.In},
}
OPERATORS = {
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult},
    **{ast.FloorDiv: ast.Div, ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr},
    **{ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr, ast.LShift: ast.RShift},
    **{ast.RShift: ast.LShift},
}
NAMES = {
    **{"minimum": "maximum", "maximum": "minimum", "min": "max", "max": "min"},
    **{"any": "all", "all": "any", "floor": "ceil", "ceil": "floor"},
}
# Keywords that change no number, or say what is so anyway.
IDLE = {"strict", "stacklevel", "dtype", "copy", "repr", "argument", "frozen", "out", "default"}
DEFAULTS = {"side='left'"}
LAST_AXIS = {"sort", "argsort", "lexsort", "diff", "take_along_axis"}  # by default, of two here


@dataclass(frozen=True)
class Mutant:
    """One fault: its name, which tells where it is and what it changes, and its line.

    `inside` a function, or outside, where it acts when the module is imported.
    """

    name: str
    index: int
    line: int
    inside: bool


def alternatives(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in place of a node."""
    for kind in (_signs, _values, _ways, _parts):
        yield from kind(node)


def _signs(node: ast.AST) -> Iterator[ast.AST]:
    """Yield other comparisons and operators."""
    match node:
        case ast.Compare():
            for i, sign in enumerate(node.ops):
                if new := COMPARISONS.get(type(sign)):
                    ops = [*node.ops[:i], new(), *node.ops[i + 1 :]]
                    yield ast.Compare(node.left, ops, node.comparators)
        case ast.BinOp() if new := OPERATORS.get(type(node.op)):
            yield ast.BinOp(node.left, new(), node.right)
        case ast.AugAssign() if new := OPERATORS.get(type(node.op)):
            yield ast.AugAssign(node.target, new(), node.value)
        case ast.UnaryOp():
            yield node.operand
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _values(node: ast.AST) -> Iterator[ast.AST]:
    """Yield other numbers, truth values and functions."""
    match node:
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield ast.Constant(node.value + 1)
        case ast.Attribute() if node.attr in NAMES:
            yield ast.Attribute(node.value, NAMES[node.attr], node.ctx)
        case ast.Name() if node.id in NAMES:
            yield ast.Name(NAMES[node.id], node.ctx)


def _ways(node: ast.AST) -> Iterator[ast.AST]:
    """Yield conditions turned round, and nothing returned."""
    match node:
        case ast.IfExp() if not isinstance(node.test, ast.Compare):
            yield ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        case ast.If() if not isinstance(node.test, ast.Compare | ast.UnaryOp):
            yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        case ast.Return(value=ast.Constant(None)):
            pass
        case ast.Return(value=ast.expr()):
            yield ast.Return(ast.Constant(None))


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield slices without an end, and calls without a keyword."""
    match node:
        case ast.Slice():
            if node.lower:
                yield ast.Slice(None, node.upper, node.step)
            if node.upper:
                yield ast.Slice(node.lower, None, node.step)
            if node.step:
                yield ast.Slice(node.lower, node.upper, None)
        case ast.Call():
            for i, word in enumerate(node.keywords):
                if word.arg and word.arg not in IDLE and not by_default(node, word):
                    others = [*node.keywords[:i], *node.keywords[i + 1 :]]
                    yield ast.Call(node.func, node.args, others)


def by_default(call: ast.Call, word: ast.keyword) -> bool:
    """Whether a call does the same without this keyword."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    text = ast.unparse(word)
    return text in DEFAULTS or (text == "axis=1" and called in LAST_AXIS)


def spoken(node: ast.AST) -> bool:
    """Whether a node is a message, a warning, or for the types only."""
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.keyword):
        return node.arg in IDLE - {"out", "default"}
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        # a name for a type, such as `Pair = tuple[Floats, Floats] | None`
        name = node.targets[0].id
        return name[0].isupper() and not name.isupper() and isinstance(node.value, ast.BinOp)
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr == "warn"


class Planter(ast.NodeTransformer):
    """Walk a module, name every possible fault, and plant the chosen one."""

    def __init__(self, source: str, chosen: int | None = None) -> None:
        self.lines = source.splitlines()
        self.chosen = chosen
        self.found: list[Mutant] = []
        self.within: list[str] = []
        self.depth = 0  # functions around
        self.seen: Counter[str] = Counter()

    def visit(self, node: ast.AST) -> ast.AST:
        """Offer the alternatives of a node, then those of what it holds."""
        if spoken(node):
            return node
        for new in alternatives(node):
            index = len(self.found)
            self.found.append(Mutant(self._name(node, new), index, node.lineno, self.depth > 0))
            if index == self.chosen:
                return ast.copy_location(new, node)
        return super().visit(node)

    def _name(self, node: ast.AST, new: ast.AST) -> str:
        def short(part: ast.AST) -> str:
            return ast.unparse(part).splitlines()[0]

        first, last = self.lines[node.lineno - 1], self.lines[node.end_lineno - 1]
        before = first.encode()[: node.col_offset].decode().lstrip()
        after = last.encode()[node.end_col_offset :].decode().split("  #")[0].rstrip()
        change = f"{before}⟦{short(node)} → {short(new)}⟧{after}"
        name = f"{'.'.join(self.within) or 'module'} | {change}"
        self.seen[name] += 1
        return name if self.seen[name] == 1 else f"{name} ({self.seen[name]})"

    def _inside(self, node: ast.FunctionDef | ast.ClassDef) -> ast.AST:
        self.within.append(node.name)
        if isinstance(node, ast.FunctionDef):
            args = node.args
            args.defaults = [self.visit(value) for value in args.defaults]
            args.kw_defaults = [value and self.visit(value) for value in args.kw_defaults]
        self.depth += isinstance(node, ast.FunctionDef)
        node.body = [self.visit(part) for part in node.body]
        self.depth -= isinstance(node, ast.FunctionDef)
        self.within.pop()
        return node

    visit_FunctionDef = visit_ClassDef = _inside

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """Leave the annotation alone."""
        if node.value:
            node.value = self.visit(node.value)
        return node


def mutants(source: str) -> list[Mutant]:
    """Return every fault that can be planted in a module."""
    planter = Planter(source)
    planter.visit(ast.parse(source))
    return planter.found


def planted(source: str, mutant: Mutant) -> ast.Module:
    """Return the module with one fault planted."""
    tree = Planter(source, mutant.index).visit(ast.parse(source))
    assert isinstance(tree, ast.Module)
    return ast.fix_missing_locations(tree)
