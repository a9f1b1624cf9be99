"""Put a module with a fault in the place of the loaded one, wherever its parts were imported."""

from __future__ import annotations

import ast
import sys
import types
from functools import cached_property
from typing import Any


def functions(namespace: dict[str, Any], module: str) -> dict[str, types.FunctionType]:
    """Return the functions of a namespace that were written in `module`, properties included."""
    found = {}
    for name, value in list(namespace.items()):
        if isinstance(value, property | cached_property | staticmethod | classmethod):
            value = getattr(value, "fget", None) or getattr(value, "func", None) or value.__func__
        value = getattr(value, "__wrapped__", value)  # what functools.cache holds
        if isinstance(value, types.FunctionType) and value.__module__ == module:
            found[name] = value
    return found


def classes(namespace: dict[str, Any], module: str) -> dict[str, type]:
    return {
        name: value
        for name, value in namespace.items()
        if isinstance(value, type) and value.__module__ == module
    }


def _swap(old: dict[str, Any], new: dict[str, Any], module: str) -> None:
    fresh = functions(new, module)
    for name, function in functions(old, module).items():
        function.__code__ = fresh[name].__code__
        function.__defaults__ = fresh[name].__defaults__
        function.__kwdefaults__ = fresh[name].__kwdefaults__


def replace(module: types.ModuleType, tree: ast.Module, constants: bool) -> None:
    """Give the loaded functions of a module the code of `tree`; if asked its constants, too."""
    name = module.__name__
    fresh = types.ModuleType(name)
    fresh.__file__, fresh.__package__ = module.__file__, module.__package__
    # dataclasses look their module up by name
    sys.modules[name] = fresh
    try:
        exec(compile(tree, str(module.__file__), "exec"), fresh.__dict__)
    finally:
        sys.modules[name] = module
    old, new = vars(module), vars(fresh)
    _swap(old, new, name)
    ours, theirs = classes(old, name), classes(new, name)
    for label, kind in ours.items():
        _swap(dict(vars(kind)), dict(vars(theirs[label])), name)
        for key, value in vars(theirs[label]).items():
            # defaults of fields, and what the dataclass wrote of them
            if key == "__init__" or (not key.startswith("__") and isinstance(value, int | float)):
                setattr(kind, key, value)
    if not constants:
        return
    known = {*functions(old, name), *ours}
    for key, value in new.items():
        if key in known or key.startswith("__") or isinstance(value, types.ModuleType):
            continue
        if getattr(value, "__module__", None) == name or not _plain(value):
            continue
        _everywhere(key, old.get(key), value)


def _plain(value: Any) -> bool:
    return not isinstance(value, type | types.FunctionType) and not hasattr(value, "__origin__")


def _everywhere(key: str, old: Any, new: Any) -> None:
    """Rebind a constant in every module that imported it by its name."""
    for other in list(sys.modules.values()):
        if getattr(other, "__dict__", {}).get(key) is old and old is not None:
            other.__dict__[key] = new
