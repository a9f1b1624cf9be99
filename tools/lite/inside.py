"""Runs inside Pyodide: writes each wheel anew, so that a lesson starts sooner.

Bytecode stands instead of sources, or beside them; matplotlib brings its list of fonts along; and
jedi leaves out what it knows of packages that are not here.
"""

import importlib.util
import io
import marshal
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

UNCHECKED = (1).to_bytes(4, "little") + bytes(8)  # valid whatever became of the source
SITE = "/lib/python3.12/site-packages"  # what a traceback names
TIME = (1980, 1, 1, 0, 0, 0)
# Stubs of Django, of Python 2, and of what was once common beside it: 1,200 files to be unpacked.
ELSEWHERE = re.compile(
    r"jedi/third_party/(django-stubs|typeshed/(stdlib/2|third_party/2|third_party/2and3))/"
)


def bytecode(name: str, source: bytes) -> bytes:
    """Return what Python would keep of a module."""
    code = compile(source, f"{SITE}/{name}", "exec", dont_inherit=True, optimize=0)
    return importlib.util.MAGIC_NUMBER + UNCHECKED + marshal.dumps(code)


def list_of_fonts() -> bytes:
    """Return what matplotlib noted of its fonts when it was imported here."""
    import matplotlib.font_manager

    return Path(matplotlib.__file__).with_name("fontlist.json").read_bytes()


def written(name: str, content: bytes, sources: bool) -> dict[str, bytes]:
    """Return what one file of a wheel becomes: one file, or a module and its bytecode."""
    if name.endswith(".py"):
        code = bytecode(name, content)
        if sources:
            return {name: content, importlib.util.cache_from_source(name): code}
        return {f"{name}c": code}
    if name.endswith(".dist-info/RECORD"):
        content = b"".join(record(content.splitlines(keepends=True), sources))
    if name == "matplotlib/fontlist.json":  # Pyodide's is of another machine, and passed over
        content = list_of_fonts()
    return {name: content}


def record(lines: list[bytes], sources: bool) -> Iterator[bytes]:
    """Yield the lines on files that are still there, without the hashes of what was compiled."""
    for line in lines:
        if not ELSEWHERE.match(line.decode()):
            yield line if sources else re.sub(rb"^(.*\.py),.*$", rb"\1c,,", line)


def rewritten(wheel: bytes, sources: bool) -> bytes:
    """Return a wheel with bytecode; its sources stay if somebody reads them."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(wheel)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for name in sorted(set(old.namelist())):
            if name.endswith("/") or ELSEWHERE.match(name):
                continue
            for place, content in written(name, old.read(name), sources).items():
                new.writestr(zipfile.ZipInfo(place, TIME), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


for key, sources in globals()["names"].items():
    place = Path("/cache", key)
    half = place.with_suffix(".part")  # so that a file of the right name is complete
    half.write_bytes(rewritten(place.with_suffix(".source").read_bytes(), sources))
    half.rename(place)
