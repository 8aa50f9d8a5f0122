"""What the stage remembers of one panel between two ticks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from polls.live.maps import Easel
from polls.live.presence import Presence
from polls.live.snapshots import PanelState


@dataclass(slots=True)
class PanelMemory:
    """What the stage remembers of one panel."""

    presence: Presence = field(default_factory=Presence)
    state: PanelState | None = None
    generation: int = 0
    """Rises when `state` becomes outdated, so that a slow read never brings an old one back."""
    dirty_rounds: set[str] = field(default_factory=set)
    unsent_rounds: set[str] = field(default_factory=set)
    """Rounds whose counters a page has read anew; their frames are still to be sent."""
    sent_versions: dict[str, int] = field(default_factory=dict)
    turnout_to_phones: set[str] = field(default_factory=set)
    tally_to_phones: set[str] = field(default_factory=set)
    """Rounds whose newest tally phones have still to be sent."""
    tallies_sent_at: float = 0.0
    tally_after_voting: set[str] = field(default_factory=set)
    """Rounds of which phones are told no more than the turnout while they are open."""
    comments_dirty: bool = False
    comments_sent_at: float = 0.0
    pace_sent: int = -1
    """The version of the tallies with which it was last told who has finished."""
    pace_sent_at: float = 0.0
    reasons_due: bool = False
    """Comments have changed since phones were last sent the reasons that stand under options."""
    reasons_sent_at: float = 0.0
    present_sent: int = -1
    presence_sent_at: float = 0.0
    phones_sent_at: float = 0.0
    present_on_phones: int = -1
    is_warned: bool = False
    """The moderator was told that identities join faster than people can."""
    easel: Easel = field(default_factory=Easel)
    fragments: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)

    def outdate(self) -> None:
        self.state = None
        self.generation += 1
