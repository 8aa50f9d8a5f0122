"""A poll, its rounds and their states: which change is allowed, and what the error says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from polls.domain.errors import Refusal
from polls.domain.texts import Texts

GRACE_SECONDS = 2.0
"""Ballots that were under way when voting closed still count for this long."""

LONGEST_COUNTDOWN_SECONDS = 3600


class PollState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"


class Visibility(StrEnum):
    """Who sees results, and from when on."""

    LIVE = "live"
    PROJECTOR = "projector"
    VOTED = "voted"
    PUBLISHED = "published"
    SEALED = "sealed"


class Role(StrEnum):
    PARTICIPANT = "participant"
    MODERATOR = "moderator"
    PROJECTOR = "projector"


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    label: Texts
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What only some kinds know of an option: what a project costs, whether an answer is right."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a poll kind needs to know of a poll: its options and its settings."""

    options: tuple[Option, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def option_ids(self) -> tuple[str, ...]:
        return tuple(option.id for option in self.options)


@dataclass(frozen=True, slots=True)
class Poll:
    id: str
    panel_id: str
    kind: str
    title: Texts
    question: Question
    state: PollState
    visibility: Visibility
    countdown_seconds: int | None = None
    round: Round | None = None
    """The latest round, or None before the first opening."""
    earlier_shifts: tuple[Mapping[str, Any], ...] = ()
    """The shifts kept with the rounds before the latest, oldest first."""
    rounds_cleared: int = 0
    """Rounds thrown away with a rehearsal. Their numbers are not given again, so that a ballot
    that a phone kept from then cannot count now."""
    revealed_round_id: str | None = None
    """The round in which the moderator revealed what the kind keeps back until then. A round of
    its own, so that a copy, or the same question asked again, does not give it away."""

    @property
    def is_revealed(self) -> bool:
        return (
            self.round is not None
            and self.round.id == self.revealed_round_id
            and self.round.is_closed
        )

    @property
    def next_round_number(self) -> int:
        return (self.rounds_cleared if self.round is None else self.round.number) + 1


@dataclass(frozen=True, slots=True)
class Round:
    id: str
    poll_id: str
    number: int
    opened_at: float
    closes_at: float | None = None
    """When voting ends, by hand or countdown (epoch seconds); grace comes on top."""
    closed_at: float | None = None
    """When counting was complete; from then on nothing changes any more."""
    present: int | None = None
    """How many people were in the room when the round closed."""
    outcome: Mapping[str, Any] | None = None
    """What the kind found out from all ballots when the round closed; see `Kind.outcome`."""
    shift: Mapping[str, Any] | None = None
    """Who moved since the round before, as numbers of people; see `polls.domain.shifts`."""
    splits: Mapping[str, Any] | None = None
    """Counts by the groups of each grouping question; see `polls.domain.splits`."""

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    def is_counting(self, now: float) -> bool:
        """Voting has ended, but ballots under way may still arrive."""
        return not self.is_closed and self.closes_at is not None and now >= self.closes_at

    def takes_ballots(self, now: float) -> bool:
        if self.is_closed:
            return False
        return self.closes_at is None or now <= self.closes_at + GRACE_SECONDS


def guard_open(poll: Poll) -> None:
    """A poll may be opened, or opened again, unless it is open already."""
    if poll.state is PollState.OPEN:
        raise Refusal("poll.already_open")


def guard_close(poll: Poll) -> None:
    if poll.state is not PollState.OPEN:
        raise Refusal("poll.not_open", state=poll.state.value)


def guard_publish(poll: Poll) -> None:
    if poll.state is PollState.PUBLISHED:
        raise Refusal("poll.already_published")
    if poll.visibility is Visibility.SEALED:
        raise Refusal("poll.sealed")
    if poll.state is not PollState.CLOSED:
        raise Refusal("poll.not_closed", state=poll.state.value)


def guard_edit(poll: Poll) -> None:
    """Texts and options stay as they are once people have answered them."""
    if poll.round is not None:
        raise Refusal("poll.has_ballots", state=poll.state.value)


def guard_delete(poll: Poll) -> None:
    """What is voted on stays on the agenda, and so does what waits under a seal: only polls that
    stand there are revealed."""
    if poll.state is PollState.OPEN:
        raise Refusal("item.is_open")
    if poll.visibility is Visibility.SEALED and poll.state is PollState.CLOSED:
        raise Refusal("poll.sealed")


def guard_visibility(poll: Poll, wanted: Visibility) -> None:
    """A seal is put on before voting opens and stays until all are revealed: else someone could
    look, and seal what was seen, or break it to look."""
    if poll.round is None or wanted is poll.visibility:
        return
    if wanted is Visibility.SEALED:
        raise Refusal("poll.seal_too_late")
    if poll.visibility is Visibility.SEALED and poll.state is not PollState.PUBLISHED:
        raise Refusal("poll.seal_stays")


def polls_to_reveal(polls: Iterable[Poll], language: str) -> list[Poll]:
    """Return the sealed polls that are closed, or refuse while one of them is still voted on."""
    sealed = [poll for poll in polls if poll.visibility is Visibility.SEALED]
    for poll in sealed:
        if poll.state is PollState.OPEN:
            raise Refusal("reveal.still_open", title=poll.title.in_language(language))
    closed = [poll for poll in sealed if poll.state is PollState.CLOSED]
    if not closed:
        raise Refusal("reveal.nothing")
    return closed


def may_see_results(
    role: Role, visibility: Visibility, state: PollState, has_voted: bool = False
) -> bool:
    """Say whether a role sees the tally of a poll now.

    Drafts have no results, and sealed ones are nobody's before they are revealed. Otherwise the
    moderator always sees them. A projector stands in front of
    everyone, so it shows a tally meant for those who voted only once voting is closed.
    """
    if state is PollState.DRAFT:
        return False
    if state is PollState.PUBLISHED:
        return True
    if visibility is Visibility.SEALED:
        return False
    if role is Role.MODERATOR or visibility is Visibility.LIVE:
        return True
    if visibility is Visibility.PROJECTOR:
        return role is Role.PROJECTOR
    if visibility is Visibility.VOTED:
        return state is PollState.CLOSED if role is Role.PROJECTOR else has_voted
    return False


def results_are_public(visibility: Visibility, state: PollState) -> bool:
    """Say whether the results page may list a poll: when its round is over and the
    participants themselves may see it."""
    if state is PollState.PUBLISHED:
        return True
    return state is PollState.CLOSED and visibility in (Visibility.LIVE, Visibility.VOTED)


def parse_countdown(value: object) -> int | None:
    """Return whole seconds, None for no limit, or refuse."""
    if value in (None, "", 0, "0"):
        return None
    seconds = 0
    if isinstance(value, int) and not isinstance(value, bool):
        seconds = value
    elif isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value.strip()):
        seconds = int(value)
    if not 5 <= seconds <= LONGEST_COUNTDOWN_SECONDS:
        raise Refusal("countdown.refused", most=LONGEST_COUNTDOWN_SECONDS)
    return seconds
