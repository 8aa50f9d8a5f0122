"""Polls and rounds: which change is allowed in which state, and who sees results when."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.domain.errors import Refusal
from polls.domain.polls import (
    GRACE_SECONDS,
    Poll,
    PollState,
    Question,
    Role,
    Round,
    Visibility,
    guard_close,
    guard_edit,
    guard_open,
    guard_publish,
    guard_visibility,
    may_see_results,
    parse_countdown,
    polls_to_reveal,
    results_are_public,
)
from polls.domain.texts import Texts

DRAFT, OPEN, CLOSED, PUBLISHED = PollState
POLL = Poll("p", "x", "single_choice", Texts({"en": "?"}), Question(), DRAFT, Visibility.LIVE)
ROUND = Round("r", "p", 1, opened_at=100.0)


def code_of(guard: object, poll: Poll) -> str:
    try:
        guard(poll)  # type: ignore[operator]
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize(
    ("guard", "codes"),
    [
        (guard_open, ["", "poll.already_open", "", ""]),
        (guard_close, ["poll.not_open", "", "poll.not_open", "poll.not_open"]),
        (
            guard_publish,
            ["poll.not_closed", "poll.not_closed", "", "poll.already_published"],
        ),
    ],
)
def test_each_transition_guards_itself_in_every_state(guard: object, codes: list[str]) -> None:
    assert [code_of(guard, replace(POLL, state=state)) for state in PollState] == codes


def test_a_refused_transition_names_the_state_it_met() -> None:
    with pytest.raises(Refusal) as caught:
        guard_close(replace(POLL, state=CLOSED))
    assert caught.value.details == {"state": "closed"}


def test_a_poll_may_be_edited_only_before_its_first_round() -> None:
    assert code_of(guard_edit, POLL) == ""
    assert code_of(guard_edit, replace(POLL, state=OPEN, round=ROUND)) == "poll.has_ballots"
    assert code_of(guard_edit, replace(POLL, state=CLOSED, round=ROUND)) == "poll.has_ballots"


# Seals

SEALED = replace(POLL, visibility=Visibility.SEALED)


@pytest.mark.parametrize("state", list(PollState))
def test_a_sealed_result_is_never_published_on_its_own(state: PollState) -> None:
    expected = "poll.already_published" if state is PUBLISHED else "poll.sealed"
    assert code_of(guard_publish, replace(SEALED, state=state)) == expected


@pytest.mark.parametrize("state", [OPEN, CLOSED])
@pytest.mark.parametrize("wanted", [v for v in Visibility if v is not Visibility.SEALED])
def test_a_seal_stays_once_voting_has_begun(state: PollState, wanted: Visibility) -> None:
    with pytest.raises(Refusal, match=r"poll\.seal_stays"):
        guard_visibility(replace(SEALED, state=state, round=ROUND), wanted)


@pytest.mark.parametrize("state", [OPEN, CLOSED, PUBLISHED])
@pytest.mark.parametrize("before", [v for v in Visibility if v is not Visibility.SEALED])
def test_what_could_be_seen_cannot_be_sealed_any_more(state: PollState, before: Visibility) -> None:
    with pytest.raises(Refusal, match=r"poll\.seal_too_late"):
        guard_visibility(
            replace(POLL, visibility=before, state=state, round=ROUND), Visibility.SEALED
        )


def test_other_choices_of_who_sees_results_stay_free() -> None:
    for before, wanted in product(Visibility, Visibility):
        guard_visibility(replace(POLL, visibility=before), wanted)
        if Visibility.SEALED not in (before, wanted):
            guard_visibility(replace(POLL, visibility=before, state=OPEN, round=ROUND), wanted)
    guard_visibility(replace(SEALED, state=OPEN, round=ROUND), Visibility.SEALED)
    guard_visibility(replace(SEALED, state=PUBLISHED, round=ROUND), Visibility.LIVE)


def test_a_reveal_takes_all_sealed_polls_that_are_closed_and_no_other() -> None:
    closed = replace(SEALED, id="c", state=CLOSED)
    others = [SEALED, replace(SEALED, state=PUBLISHED), replace(POLL, state=CLOSED)]
    assert polls_to_reveal([*others, closed], "en") == [closed]
    with pytest.raises(Refusal, match=r"reveal\.nothing"):
        polls_to_reveal(others, "en")


def test_a_reveal_waits_for_the_last_sealed_poll_and_names_it() -> None:
    opened = replace(SEALED, state=OPEN, title=Texts({"en": "Tram?", "fr": "Le tram ?"}))
    with pytest.raises(Refusal, match=r"reveal\.still_open") as caught:
        polls_to_reveal([replace(SEALED, state=CLOSED), opened], "fr")
    assert caught.value.details == {"title": "Le tram ?"}
    assert polls_to_reveal([replace(SEALED, state=CLOSED), replace(POLL, state=OPEN)], "fr"), (
        "what is not sealed may be voted on meanwhile"
    )


# Who sees results: P phone that has not voted, V phone that has, M moderator, S projector screen
SEEN = {
    (Visibility.LIVE, DRAFT): "",
    (Visibility.LIVE, OPEN): "PVMS",
    (Visibility.LIVE, CLOSED): "PVMS",
    (Visibility.LIVE, PUBLISHED): "PVMS",
    (Visibility.PROJECTOR, DRAFT): "",
    (Visibility.PROJECTOR, OPEN): "MS",
    (Visibility.PROJECTOR, CLOSED): "MS",
    (Visibility.PROJECTOR, PUBLISHED): "PVMS",
    (Visibility.VOTED, DRAFT): "",
    (Visibility.VOTED, OPEN): "VM",
    (Visibility.VOTED, CLOSED): "VMS",
    (Visibility.VOTED, PUBLISHED): "PVMS",
    (Visibility.PUBLISHED, DRAFT): "",
    (Visibility.PUBLISHED, OPEN): "M",
    (Visibility.PUBLISHED, CLOSED): "M",
    (Visibility.PUBLISHED, PUBLISHED): "PVMS",
    (Visibility.SEALED, DRAFT): "",
    (Visibility.SEALED, OPEN): "",
    (Visibility.SEALED, CLOSED): "",
    (Visibility.SEALED, PUBLISHED): "PVMS",
}
EYES = {
    "P": (Role.PARTICIPANT, False),
    "V": (Role.PARTICIPANT, True),
    "M": (Role.MODERATOR, False),
    "S": (Role.PROJECTOR, False),
}


def test_the_table_of_who_sees_results_is_complete() -> None:
    assert set(SEEN) == set(product(Visibility, PollState))


@pytest.mark.parametrize(("visibility", "state"), list(SEEN))
def test_results_are_seen_by_whom_the_table_names(visibility: Visibility, state: PollState) -> None:
    seen = {
        letter
        for letter, (role, has_voted) in EYES.items()
        if may_see_results(role, visibility, state, has_voted)
    }
    assert seen == set(SEEN[(visibility, state)])


@pytest.mark.parametrize(("visibility", "state"), list(SEEN))
def test_results_are_public_only_when_nobody_votes_and_people_may_see_them(
    visibility: Visibility, state: PollState
) -> None:
    expected = state in (CLOSED, PUBLISHED) and "V" in SEEN[(visibility, state)]
    assert results_are_public(visibility, state) is expected


# Rounds and time

moments = st.floats(0, 10_000)


@given(st.none() | moments, st.none() | moments, moments)
def test_a_round_is_in_one_state_at_a_time(
    closes_at: float | None, closed_at: float | None, now: float
) -> None:
    found = replace(ROUND, closes_at=closes_at, closed_at=closed_at)
    assert not (found.is_closed and (found.is_counting(now) or found.takes_ballots(now)))


@given(moments)
def test_ballots_count_until_the_grace_is_over(closes_at: float) -> None:
    found = replace(ROUND, closes_at=closes_at)
    assert found.takes_ballots(closes_at + GRACE_SECONDS)
    assert not found.takes_ballots(closes_at + GRACE_SECONDS + 0.01)


@pytest.mark.parametrize("raw", [None, "", 0, "0"])
def test_no_countdown_is_no_limit(raw: object) -> None:
    assert parse_countdown(raw) is None


@pytest.mark.parametrize("raw", [5, "90", 3600])
def test_a_countdown_is_whole_seconds(raw: object) -> None:
    assert parse_countdown(raw) == int(str(raw))


@pytest.mark.parametrize("raw", [4, 3601, -5, "soon", 7.5, True, [5], "9" * 5000])
def test_other_countdowns_are_refused(raw: object) -> None:
    with pytest.raises(Refusal) as caught:
        parse_countdown(raw)
    assert caught.value.code == "countdown.refused"
