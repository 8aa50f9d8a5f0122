"""What templates are given. The one contract between the server's state and every screen.

A view is made for one role and one language. It holds nothing personal: what is mine is in
`Mine`, which only a page rendered for one person is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from polls.domain.boards import Band, Standing
from polls.domain.tally import Results
from polls.live.shift_views import ShiftView
from polls.live.split_views import SplitView


@dataclass(frozen=True, slots=True)
class PanelistView:
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class OtherText:
    """The same text in the second language of the projector."""

    text: str
    language: str
    takes_turns: bool
    """The two are shown one after the other, not under each other."""


@dataclass(frozen=True, slots=True)
class PanelView:
    id: str
    code: str
    title: str
    title_language: str
    description: str
    theme: str
    place: str
    """One line: building, room, street, town."""
    panellists: tuple[PanelistView, ...]
    languages: tuple[str, ...]
    projector_languages: tuple[str, ...]
    """The one or two that the moderator set; none where the projector follows its browser."""
    projector_turns: bool
    moderation: str
    comments_open: bool
    board: bool
    """People see how they did in knowledge checks."""
    joining_locked: bool
    needs_pin: bool
    pin: str | None
    """Only for the moderator and the projector."""
    head_count: int | None
    ends_at: float
    keep_days: int
    """Days from its making until it ends."""
    is_ended: bool


@dataclass(frozen=True, slots=True)
class OptionView:
    id: str
    label: str
    language: str
    """The language the label really is in, for `lang`."""
    place: int
    """0 for A, 1 for B…: chooses letter, colour and seat face."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What only some kinds know of an option, and this role may know now."""
    also: OtherText | None = None


@dataclass(frozen=True, slots=True)
class TextAnswerView:
    """A written answer of an open-text poll."""

    receipt: str
    text: str
    state: str
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class PollView:
    id: str
    kind: str
    shape: str
    title: str
    title_language: str
    options: tuple[OptionView, ...]
    settings: Mapping[str, Any]
    """As stored; texts in it are already in the reader's language."""
    state: str
    is_counting: bool
    """Voting has ended, ballots under way still arrive."""
    takes_ballots: bool
    visibility: str
    countdown_seconds: int | None
    round: int
    """0 before the first opening."""
    vote: int
    """The round as people count: rounds of a rehearsal that was cleared are left out."""
    round_id: str | None
    closes_at: float | None
    results_visible: bool
    """This role sees the results now."""
    results_after_voting: bool
    """A participant sees the results once they have voted."""
    results: Results | None
    """Present only if `results_visible`."""
    tally_version: int
    turnout: int
    """People who have voted, always known."""
    texts: tuple[TextAnswerView, ...] = ()
    present: int | None = None
    """People in the room when the round closed; None while it is open."""
    is_public: bool = False
    """Listed on the results page."""
    outcome: Mapping[str, Any] | None = None
    """What the kind found out from all ballots of the closed round, where this role sees results."""
    revelation: Mapping[str, Any] | None = None
    """What the moderator has revealed of this round, such as the true value of an estimate."""
    shift: ShiftView | None = None
    """Who moved since the round before, where this role sees results."""
    result_comes_later: bool = False
    """A phone that may see this result shows it only once voting is over; see `phones_wait`."""
    picture: Mapping[str, Any] | None = None
    """What is drawn from all ballots of an open round, or was found out at its end (then it is
    `outcome`), where this role sees results; see `Kind.draw`."""
    splits: tuple[SplitView, ...] = ()
    """The closed round by groups, where this role sees the result and the groups."""
    coverage: Mapping[str, int] = field(default_factory=dict)
    """How many people answered each option, for everyone to know; see `Kind.coverage`."""
    reasons: Mapping[str, tuple[CommentView, ...]] = field(default_factory=dict)
    """Reasons given for each option, where this role sees results; as many as its screen shows."""
    title_also: OtherText | None = None


@dataclass(frozen=True, slots=True)
class ItemView:
    """One agenda item. `poll` is given for poll items."""

    id: str
    number: int
    kind: str
    title: str
    language: str
    body: str
    is_current: bool
    poll: PollView | None
    title_also: OtherText | None = None
    body_also: OtherText | None = None


@dataclass(frozen=True, slots=True)
class PacedView:
    """Items that are open together, everyone at their own pace."""

    steps: tuple[ItemView, ...]
    """In the order of the agenda: polls, and slides and comment rounds between them."""
    finished: int
    """People who have answered all polls among them."""
    is_open: bool
    """At least one poll still takes ballots."""

    @property
    def polls(self) -> tuple[PollView, ...]:
        return tuple(step.poll for step in self.steps if step.poll is not None)


@dataclass(frozen=True, slots=True)
class CommentView:
    id: str
    text: str
    language: str
    kind: str
    state: str
    upvotes: int
    is_answered: bool
    reason: str
    posted_at: float
    about: str = ""
    """Title of the agenda item it was written for."""
    option: OptionView | None = None
    """The option that a reason is given for."""
    round_id: str | None = None
    """The round that a reason was given in."""


@dataclass(frozen=True, slots=True)
class CommentCounts:
    waiting: int = 0
    shown: int = 0
    hidden: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True)
class NextAction:
    """The moderator's one obvious next step: a command with its fields."""

    command: str
    fields: Mapping[str, str]
    name: str
    """show, open, close, close_all, publish, publish_all, reveal, advance, finish or wait: chooses
    label and icon."""
    subject: str = ""
    """Title of the item it leads to, if it leads to one."""


@dataclass(frozen=True, slots=True)
class ActionView:
    """What a moderator did last, for the second moderator and for undo."""

    name: str
    subject: str
    at: float
    can_undo: bool
    id: int = 0


@dataclass(frozen=True, slots=True)
class LeadingAnswer:
    label: str
    language: str
    place: int | None
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class RevealedView:
    """One result among those that were revealed together."""

    poll: PollView
    number: int
    """Place on the agenda."""
    leading: tuple[LeadingAnswer, ...] = ()
    tied: int = 0
    """How many answers share the lead, if more than one."""
    average: float | None = None
    """What a scale came to, where there is one answer for all."""


@dataclass(frozen=True, slots=True)
class RoomView:
    """Everything the main part of a screen shows."""

    role: str
    language: str
    version: int
    panel: PanelView
    item: ItemView | None
    """The current agenda item; None while people join."""
    items: tuple[ItemView, ...]
    """The agenda; polls in it carry results where this role may see them."""
    item_count: int
    present: int
    connected: int
    projector_view: str
    """item, join, idle, blank, split or reveal."""
    spotlight: CommentView | None
    comments: tuple[CommentView, ...]
    """Phones and results: shown ones. Moderator: waiting, shown and hidden ones."""
    comment_counts: CommentCounts
    paced: PacedView | None = None
    """The items that are open together, if the current item is one of them."""
    pace_offered: frozenset[str] = frozenset()
    """For the moderator: ids of the items that are opened together unless others are chosen."""
    results_together: tuple[ItemView, ...] = ()
    """For the moderator: what was open together last and can be published now."""
    last_poll: PollView | None = None
    """Phones: the latest poll whose results they may see, while nothing is on."""
    split: SplitView | None = None
    """The split that the projector shows instead of the whole result."""
    revealed: tuple[RevealedView, ...] = ()
    """The sealed polls that were revealed together last."""
    board: BoardView | None = None
    """Where the moderator wants it shown."""
    next_action: NextAction | None = None
    last_action: ActionView | None = None
    join_warning: int = 0
    """Identities that joined within the last ten seconds, when that is faster than people can."""
    now: float = 0.0


@dataclass(frozen=True, slots=True)
class BoardView:
    """How many people knew how many answers in the knowledge checks so far."""

    questions: int
    people: int
    bands: tuple[Band, ...]
    """The best first; empty while too few people took part."""


@dataclass(frozen=True, slots=True)
class Mine:
    """What belongs to the reader alone; never part of a fragment that is sent to a room."""

    participant: str | None = None
    answer: Any = None
    receipt: str = ""
    comments: tuple[CommentView, ...] = ()
    upvoted: frozenset[str] = field(default_factory=frozenset)
    order: tuple[str, ...] | None = None
    """Option ids in the order this reader sees them; None where all see the same."""
    paced: Mapping[str, Mine] = field(default_factory=dict)
    """The same for each of the polls that are open together, by poll id."""
    standing: Standing | None = None
    """How this reader did in knowledge checks, where that is shown."""
