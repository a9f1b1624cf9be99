"""Writes files whole or not at all, and says in plain words why one cannot be written."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dsrct_edu.errors import InputError

_FULL = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}


@contextmanager
def writable(path: str | Path) -> Iterator[None]:
    """Turn a failure to write inside the block into an error that names the place and the cause.

    Parameters
    ----------
    path : str or Path
        The file or folder that is being written.

    Raises
    ------
    InputError
        If the disk is full, the place is read-only, or something else stands there.

    Examples
    --------
    >>> with writable("report"):
    ...     raise OSError(errno.ENOSPC, "No space left on device")
    Traceback (most recent call last):
        ...
    dsrct_edu.errors.InputError: expected room on the disk; found report: No space left on device. \
Free some, and do the same again: no half-written file was left.
    """
    try:
        yield
    except OSError as error:
        found = f"{error.filename2 or error.filename or path}: {error.strerror or error}"
        if error.errno in _FULL:
            remedy = "Free some, and do the same again: no half-written file was left."
            raise InputError("room on the disk", found, remedy) from error
        remedy = "Choose a folder of your own. `dsrct-edu doctor` looks at it."
        raise InputError("a place that can be written", found, remedy) from error


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """Give a file beside `path` to write to, which takes its name once the block is done.

    Whatever stops the block (an error, Ctrl-C, a full disk), `path` is as it was before.

    Parameters
    ----------
    path : str or Path
        The file to be; its folder is made if needed, before the block begins.

    Yields
    ------
    Path
        An empty file beside it, with the same ending.

    Raises
    ------
    InputError
        If it cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with whole(folder / "a.txt") as part:
    ...     _ = part.write_text("all of it")
    >>> [path.name for path in folder.iterdir()]
    ['a.txt']
    """
    target = Path(path)
    part = target.with_name(f".part-{target.name}")
    with writable(target):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(b"")
            yield part
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)


def write(path: str | Path, content: str | bytes) -> None:
    r"""Write a text (UTF-8, lines end in ``\n``) or bytes, whole or not at all.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "a.txt")
    >>> write(path, "one\ntwo\n")
    >>> path.read_bytes()
    b'one\ntwo\n'
    """
    with whole(path) as part:
        part.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
