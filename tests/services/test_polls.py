"""Polls as a moderator leads them: asked, opened, closed, published, asked again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.polls import GRACE_SECONDS, PollState
from polls.services import polls
from polls.store import ballots
from tests.factories import Room, a_poll, make_room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return make_room(tmp_path, a_poll(), a_poll("words"), a_poll(countdown_seconds=60))


def refused(room: Room, name: str, **fields: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        room.direct(name, **fields)
    return caught.value


# Asking


def test_a_question_is_put_after_the_current_item_and_opened_at_once(room: Room) -> None:
    room.open(0)
    made = room.direct("poll.create", title="And now?", options=["Yes", "No"], open=True)
    state = room.state
    assert [item.id for item in state.items][1] == made["item"]
    assert state.panel.current_item_id == made["item"]
    assert state.polls[made["poll"]].state is PollState.OPEN


def test_a_question_like_another_takes_what_is_left_out(room: Room) -> None:
    like = room.direct(
        "poll.create",
        title="First?",
        kind="multiple_choice",
        options=["One", "Two", "Three"],
        settings={"most": 2},
        visibility="voted",
    )["poll"]
    made = room.direct("poll.create", title="Second?", like=like)
    poll = room.state.polls[made["poll"]]
    assert poll.kind == "multiple_choice"
    assert [option.label.in_language("en") for option in poll.question.options] == [
        "One",
        "Two",
        "Three",
    ]
    assert poll.question.settings == {"least": 1, "most": 2}
    assert poll.visibility == "voted"
    other = room.direct("poll.create", title="Third?", like=like, kind="rating")["poll"]
    assert room.state.polls[other].question.options == ()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": {"english": "Hello"}}, "title.english"),
        ({"options": ["Only one"]}, "options"),
        ({"options": ["Twin", "Twin"]}, "options[2].label"),
        ({"options": [""] * 2}, "options[1].label"),
        ({"options": [str(number) for number in range(13)]}, "options"),
        ({"kind": "roulette"}, "kind"),
        ({"settings": {"colour": "red"}}, "settings.colour"),
        ({"visibility": "nobody"}, "visibility"),
        ({"countdown_seconds": 2}, "countdown_seconds"),
    ],
)
def test_a_faulty_question_is_refused_by_the_name_of_its_field_and_nothing_is_kept(
    room: Room, fields: dict[str, Any], field: str
) -> None:
    before = room.state.items
    whole = {"title": "Well?", "options": ["Yes", "No"], **fields}
    refusal = refused(room, "poll.create", **whole)
    assert isinstance(refusal, FieldRefusal)
    assert refusal.field == field
    assert refusal.expected
    assert room.state.items == before


def test_a_poll_is_changed_only_before_anyone_could_answer_it(room: Room) -> None:
    poll = room.poll(0)
    room.direct("poll.update", poll=poll.id, title="Better?", countdown_seconds=30)
    assert room.poll(0).title.in_language("en") == "Better?"
    assert room.poll(0).question == poll.question
    room.open(0)
    assert refused(room, "poll.update", poll=poll.id, title="Worse?").code == "poll.has_ballots"
    room.close(0)
    assert refused(room, "poll.update", poll=poll.id, title="Worse?").code == "poll.has_ballots"


def test_a_poll_of_another_panel_is_unknown(room: Room, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    other = make_room(folder, a_poll(), code="OTHER2")
    foreign = other.poll().id
    for name in ("poll.open", "poll.close", "poll.publish", "poll.clear", "poll.extend"):
        assert refused(room, name, poll=foreign).code == "poll.unknown"


@pytest.mark.parametrize("name", ["poll.open", "poll.publish", "poll.clear", "poll.visibility"])
def test_a_poll_that_was_deleted_is_not_led_on(room: Room, name: str) -> None:
    room.hold(0, "a")
    before, item = room.poll(0), room.state.items[0].id
    room.direct("agenda.delete", item=item)
    more = {"visibility": "live"} if name == "poll.visibility" else {}
    assert refused(room, name, poll=before.id, **more).code == "poll.unknown"
    assert room.state.polls[before.id] == before
    room.direct("panel.undo")
    room.direct(name, poll=before.id, **more)


def test_an_item_that_was_deleted_is_not_changed_copied_or_deleted_again(room: Room) -> None:
    item = room.state.items[0].id
    room.direct("agenda.delete", item=item)
    for name in ("agenda.update", "agenda.duplicate", "agenda.delete", "agenda.show"):
        assert refused(room, name, item=item).code == "item.unknown"
    room.direct("panel.undo")
    assert room.state.items[0].id == item, "deleting twice does not hide the way back"


# Leading


def test_a_poll_goes_from_draft_to_published_and_round_again(room: Room) -> None:
    states = []
    for number in (1, 2):
        assert room.open(0) == number
        states.append(room.poll(0).state)
        room.close(0)
        states.append(room.poll(0).state)
        room.direct("poll.publish", poll=room.poll(0).id)
        states.append(room.poll(0).state)
    assert states == ["open", "closed", "published"] * 2


def test_a_refused_step_changes_nothing(room: Room) -> None:
    poll = room.poll(0).id
    for name, code in (("poll.close", "poll.not_open"), ("poll.publish", "poll.not_closed")):
        assert refused(room, name, poll=poll).code == code
    room.open(0)
    for name, code in (("poll.open", "poll.already_open"), ("poll.publish", "poll.not_closed")):
        assert refused(room, name, poll=poll).code == code
    latest = room.poll(0).round
    assert latest is not None
    assert (room.poll(0).state, latest.number) == ("open", 1)


def test_a_countdown_of_the_poll_is_used_unless_another_is_given(room: Room) -> None:
    poll = room.poll(2).id
    now = room.clock.now

    def ends_at() -> float | None:
        latest = room.poll(2).round
        assert latest is not None
        return latest.closes_at

    room.direct("poll.open", poll=poll)
    assert ends_at() == now + 60
    room.direct("panel.undo")
    room.direct("poll.open", poll=poll, countdown_seconds=10)
    assert ends_at() == now + 10
    room.direct("panel.undo")
    room.direct("poll.open", poll=poll, countdown_seconds=0)
    assert ends_at() is None


def test_a_round_is_finished_only_when_its_grace_is_over_and_by_one_caller(room: Room) -> None:
    room.open(0)
    poll, round_id = room.poll(0).id, room.round_id(0)
    room.direct("poll.close", poll=poll)
    assert refused(room, "poll.close", poll=poll).code == "poll.counting"
    room.clock.advance(GRACE_SECONDS - 0.1)
    polls.finish_round(room.context, room.panel_id, poll, round_id)
    assert room.poll(0).state == "open"
    room.clock.advance(0.2)
    for _ in range(2):
        polls.finish_round(room.context, room.panel_id, poll, round_id)
    assert room.poll(0).state == "closed"


def test_more_time_after_the_end_begins_now(room: Room) -> None:
    poll = room.poll(2).id
    room.direct("poll.open", poll=poll)
    room.clock.advance(61)
    answer = room.direct("poll.extend", poll=poll, seconds=20)
    assert answer["closes_at"] == room.clock.now + 20
    room.cast(room.join(), "a", 2)
    assert refused(room, "poll.extend", poll=room.poll(0).id).code == "poll.not_open"


def test_asking_again_leaves_the_first_round_as_it_was(room: Room) -> None:
    anna = room.join()
    room.open(0)
    first = room.cast(anna, "a")
    room.close(0)
    first_round = room.round_id(0)
    room.open(0)
    second = room.cast(anna, "b")
    assert first != second
    counters = room.state.counters
    assert counters[room.round_id(0)]["b"] == 1
    kept = room.context.database.read(
        lambda connection: ballots.counters_of(connection, [first_round])
    )[first_round]
    assert (kept["a"], kept["b"]) == (1, 0)


def test_clearing_a_rehearsal_leaves_a_draft_without_a_trace(room: Room) -> None:
    anna = room.join()
    room.open(0)
    room.cast(anna, "a")
    room.direct("poll.clear", poll=room.poll(0).id)
    assert (room.poll(0).state, room.poll(0).round) == ("draft", None)
    room.open(0)
    assert room.state.counters[room.round_id(0)]["a"] == 0
    room.cast(anna, "b")
    assert room.state.counters[room.round_id(0)]["b"] == 1


def test_clearing_everything_begins_the_agenda_again(room: Room) -> None:
    room.hold(0, "a", "b")
    room.open(1)
    room.comment("A rehearsed thought")
    room.direct("panel.clear")
    state = room.state
    assert {poll.state for poll in state.polls.values()} == {PollState.DRAFT}
    assert state.panel.current_item_id is None
    assert state.shown == ()
    assert len(state.items) == 3


def test_words_are_hidden_in_words_only(room: Room) -> None:
    assert refused(room, "word.hide", poll=room.poll(0).id, word="x").code == "poll.wrong_kind"
    room.open(1)
    room.cast(room.join(), ["Spam"], 1)
    room.direct("word.hide", poll=room.poll(1).id, word=" SPÁM ")
    assert room.poll(1).question.settings["hidden"] == ["spam"]
    room.direct("word.hide", poll=room.poll(1).id, word="spam", hidden=False)
    assert room.poll(1).question.settings["hidden"] == []


def test_written_answers_are_moderated_in_open_text_only(room: Room) -> None:
    refusal = refused(room, "answer.approve", poll=room.poll(0).id, receipt="AAA-AAA")
    assert refusal.code == "poll.not_open"
    room.open(0)
    refusal = refused(room, "answer.hide", poll=room.poll(0).id, receipt="AAA-AAA")
    assert refusal.code == "answer.unknown"
