"""One shape for everything that is refused, so that every door can answer it the same way."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """Something was asked that cannot be done.

    `code` is the stable name on the wire (`noun.reason`); `details` are the values that the
    translated message needs. It never carries what a person wrote.
    """

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def __repr__(self) -> str:
        return f"Refusal({self.code!r}, {self.details!r})"


class FieldRefusal(Refusal):
    """A refused field of a form or file: where it stands and what was expected there."""

    def __init__(self, field: str, expected: str, **details: Any) -> None:
        super().__init__("field.refused", field=field, expected=expected, **details)
        self.field = field
        self.expected = expected
