"""Runs inside Pyodide: writes each wheel anew, with bytecode in the place of sources."""

import importlib.util
import io
import marshal
import re
import zipfile
from pathlib import Path

UNCHECKED = (1).to_bytes(4, "little") + bytes(8)  # valid whatever became of the source
SITE = "/lib/python3.12/site-packages"  # what a traceback names
TIME = (1980, 1, 1, 0, 0, 0)


def bytecode(name: str, source: bytes) -> bytes:
    """Return what Python would keep of a module."""
    code = compile(source, f"{SITE}/{name}", "exec", dont_inherit=True, optimize=0)
    return importlib.util.MAGIC_NUMBER + UNCHECKED + marshal.dumps(code)


def rewritten(wheel: bytes) -> bytes:
    """Return a wheel without sources."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(wheel)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for name in sorted(set(old.namelist())):
            content = old.read(name)
            if name.endswith("/"):
                continue
            if name.endswith(".py"):
                name, content = f"{name}c", bytecode(name, content)
            elif name.endswith(".dist-info/RECORD"):
                content = re.sub(rb"(?m)^(.*\.py),.*$", rb"\1c,,", content)
            new.writestr(zipfile.ZipInfo(name, TIME), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


for key in globals()["names"]:
    place = Path("/cache", key)
    half = place.with_suffix(".part")  # so that a file of the right name is complete
    half.write_bytes(rewritten(place.with_suffix(".source").read_bytes()))
    half.rename(place)
