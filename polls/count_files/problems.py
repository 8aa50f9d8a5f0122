"""What can be wrong with a file of ballots, and where in the file it is."""

from __future__ import annotations


class CountFileProblem(Exception):
    """A file of ballots cannot be counted.

    `reason` is a plain clause for whoever has the file in hand; `line` is the line it stands on,
    from 1, or None where no single line is at fault. `file` is the name of the file within a
    folder of several; None means the file that was asked for.
    """

    def __init__(self, reason: str, line: int | None = None, *, file: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.file = file

    def in_words(self, name: str) -> str:
        """Return `FILE, line N: reason` for the file or folder that was called `name`."""
        where = name if self.file is None else f"{name.rstrip('/')}/{self.file}"
        line = "" if self.line is None else f", line {self.line}"
        return f"{where}{line}: {self.reason}"
