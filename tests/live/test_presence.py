"""Who is in the room: the quick counts equal those of someone who writes everything down."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.live.presence import (
    FORGET_EVERY_SECONDS,
    JOIN_WINDOW_SECONDS,
    SEEN_SECONDS,
    Presence,
)

PEOPLE = "abcd"


class Notebook:
    """Counts slowly and plainly: everyone seen lately or connected, and voters of the round."""

    def __init__(self) -> None:
        self.sockets: dict[str, int] = {}
        self.seen: dict[str, float] = {}
        self.voters: set[str] = set()

    def present(self, now: float) -> set[str]:
        here = {
            person
            for person, at in self.seen.items()
            if now - at <= SEEN_SECONDS or self.sockets.get(person, 0) > 0
        }
        return here | self.voters


steps = st.lists(
    st.tuples(
        st.sampled_from(["connect", "disconnect", "see", "vote", "forget", "round"]),
        st.sampled_from(PEOPLE),
        st.floats(0, 100),
    ),
    max_size=30,
)


@given(steps)
def test_the_count_equals_a_plain_one(story: list[tuple[str, str, float]]) -> None:
    presence, notebook = Presence(), Notebook()
    presence.start_round("r", ())
    now = 0.0
    for what, person, passes in story:
        now += passes
        if what == "connect":
            presence.connect(person, now)
            notebook.sockets[person] = notebook.sockets.get(person, 0) + 1
            notebook.seen[person] = now
        elif what == "disconnect":
            if not notebook.sockets.get(person):
                continue
            presence.disconnect(person, now)
            notebook.sockets[person] -= 1
            notebook.seen[person] = now
        elif what == "see":
            presence.see(person, now)
            notebook.seen[person] = now
        elif what == "vote":
            presence.vote("r", person)
            notebook.voters.add(person)
        elif what == "forget":
            presence.forget(person)
            notebook.sockets.pop(person, None)
            notebook.seen.pop(person, None)
            notebook.voters.discard(person)
        else:
            presence.start_round("r", {person})
            notebook.voters = {person}
    # Those who left are forgotten every few seconds, so the count is asked twice.
    now += FORGET_EVERY_SECONDS
    presence.present(now)
    assert presence.present(now) == len(notebook.present(now))
    assert presence.connected == sum(1 for count in notebook.sockets.values() if count)


def after(*actions: Callable[[Presence], object]) -> Presence:
    presence = Presence()
    for action in actions:
        action(presence)
    return presence


def test_who_was_seen_lately_is_here_and_who_was_not_is_not() -> None:
    presence = after(lambda p: p.see("anna", 0.0))
    assert presence.present(SEEN_SECONDS) == 1
    assert presence.present(SEEN_SECONDS + FORGET_EVERY_SECONDS + 1) == 0


def test_who_is_connected_stays_however_quiet() -> None:
    presence = after(lambda p: p.connect("anna", 0.0))
    assert presence.present(10 * SEEN_SECONDS) == 1
    presence.disconnect("anna", 10 * SEEN_SECONDS)
    assert presence.present(11 * SEEN_SECONDS) == 1
    assert presence.present(11 * SEEN_SECONDS + FORGET_EVERY_SECONDS + 1) == 0


def test_two_sockets_are_one_person() -> None:
    presence = after(lambda p: p.connect("anna", 0.0), lambda p: p.connect("anna", 1.0))
    assert (presence.present(1.0), presence.connected) == (1, 1)
    presence.disconnect("anna", 2.0)
    assert presence.connected == 1


def test_who_voted_and_left_still_counts_in_this_round_and_not_in_the_next() -> None:
    presence = after(
        lambda p: p.start_round("r1", ()),
        lambda p: p.see("anna", 0.0),
        lambda p: p.vote("r1", "anna"),
    )
    later = SEEN_SECONDS + FORGET_EVERY_SECONDS + 1
    assert presence.present(later) == 1
    presence.start_round("r2", ())
    assert presence.present(later + FORGET_EVERY_SECONDS) == 0


def test_a_vote_in_another_round_says_nothing_about_this_one() -> None:
    presence = after(lambda p: p.start_round("r1", ()), lambda p: p.vote("r0", "anna"))
    assert presence.present(0.0) == 0


def test_the_erased_are_not_counted() -> None:
    presence = after(
        lambda p: p.start_round("r", ()),
        lambda p: p.connect("anna", 0.0),
        lambda p: p.vote("r", "anna"),
        lambda p: p.forget("anna"),
    )
    assert (presence.present(0.0), presence.connected) == (0, 0)


def test_a_disconnection_of_somebody_unknown_changes_nothing() -> None:
    presence = after(lambda p: p.disconnect("nobody", 0.0))
    assert (presence.present(0.0), presence.connected) == (0, 0)


@pytest.mark.parametrize(("passes", "count"), [(0.0, 3), (JOIN_WINDOW_SECONDS, 3), (10.5, 0)])
def test_joins_are_counted_over_ten_seconds(passes: float, count: int) -> None:
    presence = after(*(lambda p: p.join(100.0) for _ in range(3)))
    assert presence.joins_lately(100.0 + passes) == count
