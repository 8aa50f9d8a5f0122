"""Which items go along when a part of the agenda is opened as a whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.domain.errors import Refusal
from polls.domain.pace import results_to_show, steps_to_offer, steps_to_open
from polls.domain.polls import Poll, PollState, Question, Visibility
from polls.domain.texts import Texts

KINDS = st.sampled_from(["slide", *PollState])
ASKED = (PollState.CLOSED, PollState.PUBLISHED)


def a_poll(poll_id: str, state: PollState, visibility: Visibility = Visibility.PUBLISHED) -> Poll:
    return Poll(
        id=poll_id,
        panel_id="p",
        kind="rating",
        title=Texts({"en": "How fast?"}),
        question=Question((), {}),
        state=state,
        visibility=visibility,
        countdown_seconds=None,
        round=None,
    )


def an_agenda(kinds: list[str]) -> tuple[list[tuple[str, str | None]], dict[str, Poll]]:
    """Items i0, i1 …, each a slide or a poll in this state."""
    agenda = [
        (f"i{place}", None if kind == "slide" else f"q{place}") for place, kind in enumerate(kinds)
    ]
    polls = {
        poll_id: a_poll(poll_id, PollState(kind))
        for (_, poll_id), kind in zip(agenda, kinds, strict=True)
        if poll_id
    }
    return agenda, polls


@given(st.lists(KINDS, max_size=12))
def test_what_is_offered_are_all_polls_not_asked_yet_with_what_leads_to_them(
    kinds: list[str],
) -> None:
    agenda, polls = an_agenda(kinds)
    offered = steps_to_offer(agenda, polls)
    assert offered == [item for item, _ in agenda if item in offered], "in the agenda's order"
    for place, (item, poll_id) in enumerate(agenda):
        led_to = next((one for _, one in agenda[place:] if one is not None), None)
        is_asked = led_to is not None and polls[led_to].state in ASKED
        assert (item in offered) is not is_asked, poll_id


def test_slides_at_the_end_go_along_and_those_before_an_asked_poll_do_not() -> None:
    agenda, polls = an_agenda(["slide", "closed", "slide", "draft", "slide"])
    assert steps_to_offer(agenda, polls) == ["i2", "i3", "i4"]


def test_chosen_items_are_taken_in_the_order_of_the_agenda_whatever_their_state() -> None:
    agenda, polls = an_agenda(["slide", "closed", "slide", "draft"])
    assert steps_to_open(agenda, polls, ["i3", "i0", "i1", "i3"]) == ["i0", "i1", "i3"]


@pytest.mark.parametrize(
    ("kinds", "chosen", "code"),
    [
        (["slide", "draft"], [], "pace.nothing"),
        (["slide", "draft"], ["i0"], "pace.nothing"),
        (["slide", "draft"], ["i1", "i9"], "item.unknown"),
        (["slide", "closed", "slide"], None, "pace.nothing"),
        ([], None, "pace.nothing"),
    ],
)
def test_what_would_never_close_or_is_not_there_is_refused(
    kinds: list[str], chosen: list[str] | None, code: str
) -> None:
    agenda, polls = an_agenda(kinds)
    with pytest.raises(Refusal) as refused:
        steps_to_open(agenda, polls, chosen)
    assert refused.value.code == code


def test_only_closed_results_without_a_seal_are_shown_together() -> None:
    polls = [a_poll(state.value, state) for state in PollState]
    sealed = a_poll("sealed", PollState.CLOSED, Visibility.SEALED)
    assert [poll.id for poll in results_to_show([*polls, sealed])] == ["closed"]
