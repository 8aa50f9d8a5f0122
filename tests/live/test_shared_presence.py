"""People of several workers: each person counts once, wherever they sit, and fades as always."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.live.presence import SEEN_SECONDS, Presence
from polls.live.shared_presence import SharedPresence, tags_of

TAG = tags_of(b"a secret of this instance")


class Hall:
    """Workers that hear all of each other's news at once."""

    def __init__(self, workers: int) -> None:
        self.now = 1000.0
        self.at = [SharedPresence(TAG) for _ in range(workers)]

    def pass_on(self) -> None:
        for number, worker in enumerate(self.at):
            news = worker.take_news().as_message()
            for other in self.at:
                if other is not worker:
                    other.hear(f"worker {number}", news, self.now)

    def present(self) -> list[int]:
        self.pass_on()
        return [worker.present(self.now) for worker in self.at]


def test_people_of_all_workers_are_present_at_each() -> None:
    hall = Hall(3)
    for number, worker in enumerate(hall.at):
        worker.connect(f"person {number}", hall.now)
    assert hall.present() == [3, 3, 3]


def test_who_is_at_two_workers_counts_once_and_stays_until_both_are_left() -> None:
    hall = Hall(2)
    for worker in hall.at:
        worker.connect("ann", hall.now)
    assert hall.present() == [1, 1]
    hall.at[0].disconnect("ann", hall.now)
    hall.pass_on()
    hall.now += 10 * SEEN_SECONDS
    assert hall.present() == [1, 1]
    hall.at[1].disconnect("ann", hall.now)
    hall.pass_on()
    hall.now += SEEN_SECONDS + 1
    assert hall.present() == [0, 0]


def test_people_of_a_dead_worker_fade_after_two_minutes_and_not_before() -> None:
    hall = Hall(2)
    hall.at[0].connect("ann", hall.now)
    hall.at[1].connect("ben", hall.now)
    hall.pass_on()
    hall.at[1].lose("worker 0", hall.now)
    hall.now += SEEN_SECONDS - 1
    assert hall.at[1].present(hall.now) == 2
    hall.now += 10
    assert hall.at[1].present(hall.now) == 1


def test_who_comes_back_elsewhere_after_a_death_does_not_fade() -> None:
    hall = Hall(2)
    hall.at[0].connect("ann", hall.now)
    hall.pass_on()
    hall.at[1].lose("worker 0", hall.now)
    hall.at[1].connect("ann", hall.now)
    hall.now += 10 * SEEN_SECONDS
    assert hall.at[1].present(hall.now) == 1


def test_who_voted_elsewhere_and_left_counts_as_long_as_the_round_is_on() -> None:
    hall = Hall(2)
    for worker in hall.at:
        worker.start_round("r1", [])
    hall.at[0].connect("ann", hall.now)
    hall.at[0].vote("r1", "ann")
    hall.at[0].disconnect("ann", hall.now)
    hall.pass_on()
    hall.now += 10 * SEEN_SECONDS
    assert hall.present() == [1, 1]
    for worker in hall.at:
        worker.start_round("r2", [])
    assert hall.present() == [0, 0]


def test_a_whole_list_takes_the_place_of_what_was_missed() -> None:
    hall = Hall(2)
    for name in ("ann", "ben"):
        hall.at[0].connect(name, hall.now)
    hall.pass_on()
    hall.at[0].disconnect("ann", hall.now)
    hall.at[0].connect("eve", hall.now)
    hall.at[0].take_news()
    hall.at[1].hear_all("worker 0", hall.at[0].tags_here(), hall.now)
    assert "eve" in hall.at[1].connected_participants
    assert "ann" not in hall.at[1].connected_participants
    assert "ben" in hall.at[1].connected_participants


def test_the_erased_are_forgotten_everywhere_even_if_their_socket_ends_later() -> None:
    hall = Hall(2)
    hall.at[0].connect("ann", hall.now)
    hall.pass_on()
    hall.at[0].forget("ann")
    hall.at[1].forget_tag(TAG("ann"))
    hall.at[0].disconnect("ann", hall.now)
    assert hall.present() == [0, 0]


def test_identities_that_join_anywhere_are_counted_for_the_warning() -> None:
    hall = Hall(2)
    for worker in hall.at:
        for _ in range(3):
            worker.join(hall.now)
    hall.pass_on()
    assert [worker.joins_lately(hall.now) for worker in hall.at] == [6, 6]


def test_nothing_is_told_twice_and_a_page_asked_for_again_is_no_news() -> None:
    presence = SharedPresence(TAG)
    presence.see("ann", 1000.0)
    assert presence.take_news().seen == {TAG("ann")}
    presence.see("ann", 1001.0)
    assert not presence.take_news()
    presence.see("ann", 1100.0)
    assert presence.take_news().seen == {TAG("ann")}


def test_no_news_name_a_participant() -> None:
    presence = SharedPresence(TAG)
    presence.start_round("r1", [])
    presence.connect("c0ffee", 1.0)
    presence.vote("r1", "c0ffee")
    assert "c0ffee" not in str(presence.take_news().as_message())
    assert "c0ffee" not in str(presence.tags_here())


def test_another_instance_makes_other_tags() -> None:
    assert TAG("ann") == tags_of(b"a secret of this instance")("ann")
    assert TAG("ann") != tags_of(b"another secret")("ann")
    assert TAG("ann") != TAG("ben")


@pytest.mark.parametrize("told", [{}, {"came": 5}])
def test_news_that_are_none_raise_before_anything_is_counted(told: dict[str, object]) -> None:
    presence = SharedPresence(TAG)
    with pytest.raises((KeyError, TypeError)):
        presence.hear("worker", told, 1.0)
    assert presence.present(1.0) == 0


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["connect", "disconnect", "vote", "wait", "tell"]),
        st.integers(0, 2),
        st.sampled_from(["ann", "ben", "eve"]),
    ),
    max_size=60,
)


@given(STEPS)
def test_any_number_of_workers_count_as_one_would(steps: Sequence[tuple[str, int, str]]) -> None:
    hall, alone = Hall(3), Presence()
    open_sockets: set[tuple[int, str]] = set()
    for worker in (*hall.at, alone):
        worker.start_round("r1", [])
    for what, number, who in steps:
        worker = hall.at[number]
        if what == "connect" and (number, who) not in open_sockets:
            open_sockets.add((number, who))
            worker.connect(who, hall.now)
            alone.connect(who, hall.now)
        elif what == "disconnect" and (number, who) in open_sockets:
            open_sockets.discard((number, who))
            worker.disconnect(who, hall.now)
            alone.disconnect(who, hall.now)
        elif what == "vote":
            worker.vote("r1", who)
            alone.vote("r1", who)
        elif what == "wait":
            hall.pass_on()
            hall.now += SEEN_SECONDS / 2
        elif what == "tell":
            hall.pass_on()
    assert hall.present() == [alone.present(hall.now)] * 3
