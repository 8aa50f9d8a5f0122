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
