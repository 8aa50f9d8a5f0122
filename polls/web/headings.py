"""Headings of the tables that people download, in their language.

Programs rely on the names of the columns, which are English and stay; a table with headings in
words is asked for by `?headings=words`, as the pages' own links do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

HEADINGS: dict[str, Any] = {
    "answer": _l("Answer (short)"),
    "both": _l("Voted both times"),
    "by": _l("Split by (id)"),
    "by_title": _l("Split by"),
    "count": _l("Number"),
    "from": _l("From (short)"),
    "from_label": _l("Answer before"),
    "from_round": _l("Vote before"),
    "group": _l("Group (id)"),
    "group_label": _l("Group"),
    "group_size": _l("People in the group"),
    "group_turnout": _l("Votes of the group"),
    "key": _l("Answer (short)"),
    "kind": _l("Kind of question"),
    "label": _l("Answer"),
    "leavers": _l("Left"),
    "moved": _l("Moved"),
    "newcomers": _l("Newcomers"),
    "order": _l("Order seen"),
    "percent": _l("Percent"),
    "poll": _l("Question (id)"),
    "present": _l("People in the room"),
    "receipt": _l("Receipt"),
    "round": _l("Vote number"),
    "title": _l("Question"),
    "to": _l("To (short)"),
    "to_label": _l("Answer after"),
    "turnout": _l("Votes"),
}
"""By the name of the column."""


def in_words(columns: Sequence[str | int]) -> list[str | int]:
    """Return the headings of a table's columns in the current language."""
    return [str(HEADINGS.get(str(name), name)) for name in columns]
