"""Tables as CSV that spreadsheets read with its accents, and of which they run no part."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(table: Iterable[Sequence[str | int]]) -> bytes:
    """Return the rows as CSV in UTF-8, with the mark by which spreadsheets know it."""
    written = io.StringIO()
    writer = csv.writer(written)
    for row in table:
        writer.writerow([harmless(cell) for cell in row])
    return written.getvalue().encode("utf-8-sig")


def harmless(cell: str | int) -> str | int:
    """Keep a spreadsheet from taking a text for a formula: an apostrophe makes it a text."""
    if isinstance(cell, str) and (
        cell.startswith(_FORMULA_STARTS) or cell.lstrip().startswith(_FORMULA_STARTS)
    ):
        return f"'{cell}"
    return cell
