"""Rooms of sockets: who hears what."""

from __future__ import annotations


def role_room(panel: str, role: str) -> str:
    return f"{panel}/{role}"


def language_room(panel: str, role: str, language: str) -> str:
    """Readers of one language in one role; fragments are rendered once for each."""
    return f"{panel}/{role}/{language}"


def comments_room(panel: str, language: str) -> str:
    """Phones that look at the comments now."""
    return f"{panel}/comments/{language}"


def voted_room(round_id: str) -> str:
    """Participants who voted in a round and may see its tally for that reason."""
    return f"round/{round_id}/voted"


def participant_room(panel: str, participant: str) -> str:
    """All sockets of one participant."""
    return f"{panel}/person/{participant}"


def panel_and_rest(room: str) -> tuple[str, str]:
    """Take the name of a panel's room apart, so that other workers can be told of it."""
    panel, _, rest = room.partition("/")
    return panel, rest


def participant_of(rest: str) -> str | None:
    """Return whose room is meant by the second part of its name; None for rooms of many."""
    kind, _, participant = rest.partition("/")
    return participant if kind == "person" else None
