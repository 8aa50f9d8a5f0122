"""A part of the agenda open as a whole, everyone at their own pace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from polls.domain.errors import Refusal
from polls.domain.polls import GRACE_SECONDS, PollState, Role
from polls.live.snapshots import People, room_view
from polls.live.views import PacedView
from polls.services import polls
from polls.services.participants import own, you
from tests.factories import Room, a_poll, make_room

KINDS = ("single_choice", "multiple_choice", "rating", "words")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = make_room(tmp_path, *(a_poll(kind) for kind in KINDS))
    made.direct("agenda.add", kind="slide", title="Hello")
    return made


def refusal_of(room: Room, name: str, **fields: Any) -> str:
    with pytest.raises(Refusal) as caught:
        room.direct(name, **fields)
    return caught.value.code


def ids_of(room: Room, *places: int) -> list[str]:
    return [item_ids(room)[place] for place in places]


def steps_on(room: Room) -> list[str] | None:
    return room.state.panel.paced


def states(room: Room) -> list[str]:
    return [room.poll(place).state.value for place in range(len(KINDS))]


def item_ids(room: Room) -> list[str]:
    return [item.id for item in room.state.items]


def paced_on(room: Room, role: Role = Role.PROJECTOR) -> PacedView | None:
    return room_view(room.state, role, "en", People(), room.clock.now).paced


def finish_all(room: Room) -> None:
    """Let the grace pass and the clock close what is due."""
    room.clock.advance(GRACE_SECONDS + 0.1)
    for place in range(len(KINDS)):
        if room.poll(place).state is PollState.OPEN:
            poll = room.poll(place)
            polls.finish_round(room.context, room.panel_id, poll.id, room.round_id(place))


def test_all_questions_that_were_never_asked_are_opened_together(room: Room) -> None:
    room.hold(1, ["a"])
    opened = room.direct("agenda.open")["polls"]
    assert opened == [room.poll(place).id for place in (0, 2, 3)]
    assert states(room) == ["open", "closed", "open", "open"]
    assert steps_on(room) == ids_of(room, 0, 2, 3, 4)
    paced = paced_on(room)
    assert paced is not None
    assert [step.number for step in paced.steps] == [1, 3, 4, 5]
    assert {room.poll(place).round.closes_at for place in (0, 2, 3)} == {None}  # type: ignore[union-attr]


def test_chosen_questions_are_opened_in_the_order_of_the_agenda(room: Room) -> None:
    ids = item_ids(room)
    room.direct("agenda.open", items=[ids[3], ids[1]], countdown_seconds=60)
    assert states(room) == ["draft", "open", "draft", "open"]
    assert steps_on(room) == [ids[1], ids[3]]
    assert room.state.panel.current_item_id == ids[1]
    assert room.poll(3).round is not None
    assert room.poll(3).round.closes_at == room.clock.now + 60  # type: ignore[union-attr]


def test_a_question_that_is_open_joins_without_a_new_round(room: Room) -> None:
    ids = item_ids(room)
    room.open(2)
    room.cast(room.join(), 4, 2)
    assert room.direct("agenda.open", items=[ids[0], ids[2]])["polls"] == [room.poll(0).id]
    assert room.poll(2).round is not None
    assert room.poll(2).round.number == 1  # type: ignore[union-attr]
    assert room.state.panel.current_item_id == ids[2], "what people are looking at stays on"
    room.direct("agenda.open", items=[ids[1]])
    assert steps_on(room) == ids[:3]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"items": []}, "pace.nothing"),
        ({"items": [""]}, "pace.nothing"),
        ({"items": ["0123456789abcdef"]}, "item.unknown"),
        ({"countdown_seconds": 2}, "countdown.refused"),
    ],
)
def test_what_cannot_be_opened_together_is_refused(
    room: Room, fields: dict[str, Any], code: str
) -> None:
    assert refusal_of(room, "agenda.open", **fields) == code
    assert states(room) == ["draft"] * 4
    assert steps_on(room) is None


def test_slides_alone_would_never_close_so_they_are_not_opened(room: Room) -> None:
    ids = item_ids(room)
    assert refusal_of(room, "agenda.open", items=[ids[4]]) == "pace.nothing"
    assert steps_on(room) is None
    room.direct("agenda.open", items=[ids[0]])
    assert refusal_of(room, "agenda.open", items=[ids[0]]) == "poll.already_open"
    assert room.direct("agenda.open", items=[ids[4], ids[0]])["polls"] == [], "the slide joins"
    assert steps_on(room) == [ids[0], ids[4]]


def test_slides_and_comment_rounds_are_steps_in_the_order_of_the_agenda(room: Room) -> None:
    ids = item_ids(room)
    talk = room.direct("agenda.add", kind="comments", title="Say it", after=ids[1])["item"]
    room.direct("agenda.move", item=ids[4], place=1)
    room.direct("agenda.open")
    order = [ids[4], ids[0], ids[1], talk, ids[2], ids[3]]
    assert steps_on(room) == order
    assert room.state.panel.current_item_id == ids[4], "the first step is on"
    paced = paced_on(room, Role.PARTICIPANT)
    assert paced is not None
    assert [step.kind for step in paced.steps] == [
        "slide",
        "poll",
        "poll",
        "comments",
        "poll",
        "poll",
    ]
    assert len(paced.polls) == 4


def test_what_leads_to_a_question_that_was_asked_already_does_not_come_again(room: Room) -> None:
    ids = item_ids(room)
    talk = room.direct("agenda.add", kind="comments", title="Say it", after=ids[0])["item"]
    room.direct("agenda.move", item=ids[4], place=1)
    room.hold(0, "a")
    view = room_view(room.state, Role.MODERATOR, "en", People(), room.clock.now)
    room.direct("agenda.open")
    assert steps_on(room) == [talk, *ids[1:4]]
    assert view.pace_offered == set(room.state.panel.paced or ()), "and so it is offered"


def test_a_person_has_finished_once_all_questions_are_answered_whatever_they_have_read(
    room: Room,
) -> None:
    room.direct("agenda.open", items=ids_of(room, 0, 2, 4))
    anna = room.join()
    room.cast(anna, "a", 0)
    assert finished(room) == 0
    room.cast(anna, 4, 2)
    assert finished(room) == 1


def finished(room: Room) -> int:
    paced = paced_on(room)
    assert paced is not None
    return paced.finished


def test_a_step_that_is_deleted_makes_way_for_the_next_and_comes_back(room: Room) -> None:
    ids = item_ids(room)
    room.direct("agenda.move", item=ids[4], place=1)
    room.direct("agenda.open")
    assert refusal_of(room, "agenda.delete", item=ids[0]) == "item.is_open"
    room.direct("agenda.delete", item=ids[4])
    assert room.state.panel.current_item_id == ids[0]
    paced = paced_on(room)
    assert paced is not None
    assert [step.id for step in paced.steps] == ids[:4]
    room.direct("panel.undo")
    paced = paced_on(room)
    assert paced is not None
    assert [step.id for step in paced.steps] == [ids[4], *ids[:4]]


def test_everyone_answers_in_any_order_and_those_who_finished_are_counted(room: Room) -> None:
    room.direct("agenda.open")
    anna, ben = room.join(), room.join()
    answers: list[Any] = ["a", ["a", "c"], 4, ["trust"]]
    for place in (3, 1, 0, 2):
        room.cast(anna, answers[place], place)
    room.cast(ben, "b", 0)
    room.cast(ben, 2, 2)
    paced = paced_on(room)
    assert paced is not None
    assert paced.finished == 1
    assert [step.poll.turnout for step in paced.steps if step.poll] == [2, 1, 2, 1]
    told = you(own(room.context, ben), None)["ballots"]
    assert [entry["ballot"] and entry["ballot"]["answer"] for entry in told] == ["b", None, 2, None]
    room.withdraw(anna, 1)
    paced = paced_on(room)
    assert paced is not None
    assert paced.finished == 0


def test_snapshots_hold_every_poll_that_is_on_as_its_reader_may_see_it(room: Room) -> None:
    room.direct("poll.visibility", poll=room.poll(0).id, visibility="voted")
    room.direct("agenda.open")
    anna = room.join()
    room.cast(anna, "a", 0)
    owned = own(room.context, anna)
    stage = room.context.stage
    stage.fresh_state(room.panel_id)
    snapshot = stage.snapshot(room.panel_id, anna.role, "en", owned.ballot, owned.answered)
    assert [poll["turnout"] for poll in snapshot["polls"]] == [1, 0, 0, 0]
    assert snapshot["polls"][0]["tally"]["counts"]["a"] == 1
    other = stage.snapshot(room.panel_id, anna.role, "en", None)
    assert other["polls"][0]["tally"] is None


def test_all_are_closed_together_and_then_one_is_on_at_a_time_again(room: Room) -> None:
    assert refusal_of(room, "agenda.close") == "pace.not_open"
    room.direct("agenda.open")
    anna = room.join()
    room.cast(anna, "a", 0)
    done = room.direct("agenda.close")
    assert done["polls"] == [room.poll(place).id for place in range(4)]
    assert refusal_of(room, "agenda.close") == "poll.counting"
    room.cast(anna, 3, 2)
    finish_all(room)
    assert states(room) == ["closed"] * 4
    assert steps_on(room) is None
    assert paced_on(room) is None
    assert room.state.panel.paced_last == item_ids(room)
    assert refusal_of(room, "agenda.close") == "pace.not_open"


def test_one_of_them_may_be_closed_alone_and_the_others_go_on(room: Room) -> None:
    room.direct("agenda.open")
    room.close(1)
    paced = paced_on(room)
    assert paced is not None
    assert [poll.state for poll in paced.polls] == ["open", "closed", "open", "open"]
    room.direct("agenda.close")
    finish_all(room)
    assert steps_on(room) is None


def test_opening_and_closing_can_be_taken_back(room: Room) -> None:
    room.direct("agenda.open")
    room.direct("panel.undo")
    assert states(room) == ["draft"] * 4
    assert steps_on(room) is None
    room.direct("agenda.open")
    room.direct("agenda.close")
    room.direct("panel.undo")
    assert states(room) == ["open"] * 4
    room.cast(room.join(), "a", 0)
    room.direct("agenda.close")
    finish_all(room)
    room.direct("panel.undo")
    assert states(room) == ["open"] * 4
    assert steps_on(room) == item_ids(room), "slides too"
    assert room.state.panel.paced_last is None
    assert [found.closed_at for place in range(4) if (found := room.poll(place).round)] == [
        None
    ] * 4


def test_taking_an_opening_back_restores_what_was_on_and_what_had_been_asked(room: Room) -> None:
    ids = item_ids(room)
    room.hold(1, ["a"], publish=True)
    room.direct("agenda.open", items=ids_of(room, 0, 2))
    room.direct("agenda.show", item=ids[4])
    room.direct("projector.show", view="idle")
    before = room.state
    room.direct("agenda.open", items=ids)
    assert states(room) == ["open"] * 4
    room.direct("panel.undo")
    assert room.state.polls == before.polls
    for name in ("paced", "paced_last", "current_item_id", "projector_view"):
        assert getattr(room.state.panel, name) == getattr(before.panel, name), name


def test_taking_back_the_closing_of_the_last_one_brings_all_steps_back(room: Room) -> None:
    room.direct("agenda.open", items=ids_of(room, 0, 2, 4))
    room.close(0)
    room.close(2)
    assert steps_on(room) is None
    room.direct("panel.undo")
    assert states(room) == ["closed", "draft", "open", "draft"]
    assert steps_on(room) == ids_of(room, 0, 2, 4)
    room.direct("panel.undo")
    assert states(room) == ["open", "draft", "open", "draft"]


def go_through(room: Room, *places: int) -> None:
    """Open these items together, let one person answer the first, close all."""
    room.direct("agenda.open", items=ids_of(room, *places))
    room.cast(room.join(), "a", places[0])
    room.direct("agenda.close")
    finish_all(room)


def test_all_results_of_the_part_are_published_in_one_go_and_taken_back_in_one(room: Room) -> None:
    room.hold(1, ["a"])
    go_through(room, 0, 2, 4)
    assert next_of(room) == "publish_all"
    published = room.direct("agenda.publish")["polls"]
    assert published == [room.poll(0).id, room.poll(2).id]
    assert states(room) == ["published", "closed", "published", "draft"], "no other one"
    shown = room_view(room.state, Role.PROJECTOR, "en", People(), room.clock.now)
    assert shown.projector_view == "reveal"
    assert [entry.poll.id for entry in shown.revealed] == published
    assert refusal_of(room, "agenda.publish") == "pace.no_results"
    assert next_of(room) == "advance"
    room.direct("panel.undo")
    assert states(room) == ["closed", "closed", "closed", "draft"]
    assert (room.state.panel.projector_view, room.state.panel.revealed) == ("item", None)


def test_once_the_part_is_over_its_first_question_stands_for_a_slide_that_was_on(
    room: Room,
) -> None:
    ids = item_ids(room)
    room.direct("agenda.move", item=ids[4], place=1)
    room.direct("agenda.open")
    assert room.state.panel.current_item_id == ids[4]
    room.direct("agenda.close")
    finish_all(room)
    assert room.state.panel.current_item_id == ids[0]
    room.direct("panel.undo")
    assert room.state.panel.current_item_id == ids[4]
    assert len(room.state.panel.paced or ()) == 5
    room.direct("agenda.add", kind="slide", title="Elsewhere")
    room.direct("agenda.show", item=item_ids(room)[5])
    room.direct("agenda.close")
    finish_all(room)
    assert room.state.panel.current_item_id == item_ids(room)[5], "what is shown meanwhile stays"


def test_there_is_nothing_to_publish_before_the_part_is_over(room: Room) -> None:
    assert refusal_of(room, "agenda.publish") == "pace.no_results"
    room.hold(1, ["a"])
    assert refusal_of(room, "agenda.publish") == "pace.no_results", "it was not open together"
    room.direct("agenda.open", items=ids_of(room, 0, 2))
    room.close(0)
    assert refusal_of(room, "agenda.publish") == "pace.no_results"
    room.direct("agenda.close")
    assert refusal_of(room, "agenda.publish") == "pace.no_results", "votes are being counted"


def test_what_was_published_alone_or_thrown_away_is_not_published_again(room: Room) -> None:
    go_through(room, 0, 1, 2)
    room.direct("poll.publish", poll=room.poll(0).id)
    room.direct("poll.clear", poll=room.poll(1).id)
    assert room.direct("agenda.publish")["polls"] == [room.poll(2).id]


def test_sealed_results_stay_sealed_when_the_others_are_published(room: Room) -> None:
    room.direct("poll.visibility", poll=room.poll(0).id, visibility="sealed")
    go_through(room, 0, 1, 2)
    assert room.direct("agenda.publish")["polls"] == [room.poll(1).id, room.poll(2).id]
    assert states(room)[0] == "closed"
    assert room.direct("panel.reveal")["polls"] == [room.poll(0).id]


def test_only_the_moderator_is_told_what_can_be_published(room: Room) -> None:
    go_through(room, 0, 2)
    for role, many in ((Role.MODERATOR, 2), (Role.PROJECTOR, 0), (Role.PARTICIPANT, 0)):
        view = room_view(room.state, role, "en", People(), room.clock.now)
        assert len(view.results_together) == many
    with pytest.raises(Refusal, match="permission"):
        room.give(room.join(), "agenda.publish")


def test_an_opening_that_people_have_answered_is_not_taken_back_by_half(room: Room) -> None:
    room.direct("agenda.open")
    room.cast(room.join(), ["trust"], 3)
    assert refusal_of(room, "panel.undo") == "undo.has_ballots"
    assert states(room) == ["open"] * 4


def test_another_item_may_be_shown_meanwhile_and_the_next_step_is_to_close_all(
    room: Room,
) -> None:
    room.direct("agenda.open")
    view = room_view(room.state, Role.MODERATOR, "en", People(), room.clock.now)
    assert view.next_action is not None
    assert (view.next_action.command, view.next_action.name) == ("agenda.close", "close_all")
    room.direct("agenda.add", kind="slide", title="A break")
    room.direct("agenda.show", item=item_ids(room)[5])
    assert paced_on(room) is None
    room.direct("agenda.show", item=item_ids(room)[4])
    assert paced_on(room) is not None
    room.direct("agenda.close")
    view = room_view(room.state, Role.MODERATOR, "en", People(), room.clock.now)
    assert view.next_action is not None
    assert view.next_action.name == "wait"


def test_a_rehearsal_that_is_cleared_leaves_no_pace_behind(room: Room) -> None:
    room.direct("agenda.open")
    room.direct("poll.clear", poll=room.poll(1).id)
    paced = paced_on(room)
    assert paced is not None
    assert len(paced.polls) == 3
    room.direct("panel.clear")
    assert steps_on(room) is None
    room.direct("agenda.open")
    assert states(room) == ["open"] * 4


def next_of(room: Room) -> str:
    view = room_view(room.state, Role.MODERATOR, "en", People(), room.clock.now)
    assert view.next_action is not None
    return view.next_action.name


def test_a_question_whose_votes_are_thrown_away_is_not_waited_for(room: Room) -> None:
    ids = item_ids(room)
    room.direct("agenda.open", items=ids[:2])
    room.close(1)
    room.direct("poll.clear", poll=room.poll(0).id)
    assert steps_on(room) is None
    room.direct("agenda.show", item=ids[1])
    assert next_of(room) == "publish"


def test_the_others_stay_open_together_when_one_is_cleared(room: Room) -> None:
    ids = item_ids(room)
    room.direct("agenda.open", items=ids[:3])
    room.direct("poll.clear", poll=room.poll(0).id)
    assert steps_on(room) == ids[1:3]
    room.direct("agenda.show", item=ids[1])
    assert next_of(room) == "close_all"
    room.direct("agenda.close")
    assert next_of(room) == "wait"
