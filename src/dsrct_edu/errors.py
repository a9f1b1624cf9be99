"""What the kit raises at its user: one error for input, and one for work that was stopped."""

from __future__ import annotations

from collections.abc import Sequence

_SHOWN = 5


class StoppedError(RuntimeError):
    """Work that something outside stopped: nothing is wrong with the input.

    Examples
    --------
    >>> raise StoppedError("A worker was killed. Run it again.")
    Traceback (most recent call last):
        ...
    dsrct_edu.errors.StoppedError: A worker was killed. Run it again.
    """


class InputError(ValueError):
    """Input that the kit cannot analyse, said so that a person can mend it.

    Parameters
    ----------
    expected : str
        What the kit expected, as a phrase: ``"months, zero or more"``.
    found : str
        What it found instead.
    remedy : str
        What to do about it, as a sentence.
    column : str, optional
        The column at fault.
    rows : sequence, optional
        Labels of the rows at fault. The message shows the first five and counts the rest.
    argument : str, optional
        The argument at fault, where it is no column.

    Examples
    --------
    >>> from dsrct_edu import InputError
    >>> raise InputError("months, zero or more", "-2.0", "Correct the date.", "duration", [4])
    Traceback (most recent call last):
        ...
    dsrct_edu.errors.InputError: column 'duration', row 4: expected months, zero or more; found -2.0. Correct the date.
    """  # noqa: E501

    def __init__(
        self,
        expected: str,
        found: str,
        remedy: str = "",
        column: str | None = None,
        rows: Sequence[object] | None = None,
        argument: str | None = None,
    ) -> None:
        self.expected = expected
        self.found = found
        self.remedy = remedy
        self.column = column
        self.rows = list(rows) if rows is not None else []
        self.argument = argument
        super().__init__(self._message())

    def _message(self) -> str:
        where = [] if self.argument is None else [self.argument]
        if self.column is not None:
            where.append(f"column {self.column!r}")
        if self.rows:
            shown = ", ".join(str(row) for row in self.rows[:_SHOWN])
            more = len(self.rows) - _SHOWN
            label = "row" if len(self.rows) == 1 else "rows"
            where.append(f"{label} {shown}" + (f" and {more} more" if more > 0 else ""))
        place = ", ".join(where)
        text = f"{place}: " if place else ""
        text += f"expected {self.expected}; found {self.found}."
        return f"{text} {self.remedy}".rstrip()
