"""What is kept, in kinds that people understand: the page `/privacy` tells of each kind, the record
`docs/privacy.md` of each column in it. Tests hold the three and the schema together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class KeptUntil(StrEnum):
    """How long a kind of data stays as it is."""

    END = "end"
    """Until the panel ends; then it is deleted, or nothing leads from it to anybody."""
    RESULTS = "results"
    """As long as the panel's results."""
    SERVER = "server"
    """As long as the server's database."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of data."""

    until: KeptUntil
    columns: Mapping[str, str]
    """Names of columns, parted by blanks, by table."""

    def names(self) -> frozenset[str]:
        """Return every column as `table.column`."""
        return frozenset(
            f"{table}.{column}"
            for table, listed in self.columns.items()
            for column in listed.split()
        )


KEPT: Mapping[str, Kept] = {
    "seat": Kept(
        KeptUntil.END,
        {"participant": "panel_id id language joined_at", "hashing_key": "panel_id value"},
    ),
    "votes": Kept(
        KeptUntil.END,
        {
            "ballot": "id round_id participant answer sequence receipt channel state option_order",
        },
    ),
    "comments": Kept(
        KeptUntil.END,
        {
            "comment": "id panel_id item_id participant kind text language state reason"
            " is_answered upvotes posted_at option_id round_id",
        },
    ),
    "support": Kept(KeptUntil.END, {"upvote": "comment_id participant is_on sequence"}),
    "results": Kept(
        KeptUntil.RESULTS,
        {
            "round": "id poll_id number opened_at closes_at closed_at present outcome shift splits",
            "counter": "round_id key shard value",
        },
    ),
    "panel": Kept(
        KeptUntil.RESULTS,
        {
            "panel": "id code title description theme place panellists languages moderation"
            " comments_open joining_locked pin head_count current_item_id projector_view"
            " projector_languages projector_turns spotlight_comment_id version created_at ends_at"
            " ended_at paced paced_last split_by board revealed",
            "agenda_item": "id panel_id position kind title body poll_id deleted_at",
            "poll": "id panel_id kind title options settings visibility state countdown_seconds"
            " rounds_cleared revealed_round_id",
        },
    ),
    "moderation": Kept(
        KeptUntil.RESULTS,
        {
            "capability": "id panel_id role key_hash created_at revoked_at",
            "action": "id panel_id name subject before at undone_at",
        },
    ),
    "server": Kept(KeptUntil.SERVER, {"instance_setting": "name value"}),
}

COOKIES = ("hc_participant_", "hc_moderator_", "hc_projector_", "hc_language")
"""Beginnings of the names of all cookies; a panel's code follows."""

IN_BROWSER = ("outbox", "sequence", "draft", "reason", "typed", "seat", "pace")
"""What a phone's own store holds of a panel, each as `hemicycle:CODE:name`, some followed by what
it is about."""

BESIDE_PANELS = ("hemicycle.letter-keys", "hemicycle:typed")
"""What a browser's store holds beside that, by whole names."""
