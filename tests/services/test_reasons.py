"""A reason, "because…": given for one's own answer, shown under the option it belongs to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from polls.domain.errors import Refusal
from polls.domain.polls import Role
from polls.live.snapshots import People, room_view
from polls.live.views import PollView, RoomView
from polls.services import panels, participants
from polls.services.context import Actor
from polls.services.participants import own, you
from polls.services.result_files import as_json
from polls.services.results import PanelResults, load_results, round_view
from polls.store import comments
from tests.factories import Room, a_poll, make_room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = make_room(
        tmp_path,
        a_poll(settings={"reasons": True}),
        a_poll("multiple_choice", settings={"reasons": True}),
        a_poll(),
    )
    made.open()
    return made


def because(room: Room, actor: Actor, option: str, text: str = "", place: int = 0) -> str:
    item = [item.id for item in room.state.items if item.poll_id][place]
    fields: dict[str, Any] = {"kind": "reason", "about": item, "option": option}
    return room.comment(text or f"Because of {option}", actor, **fields)


def refusal_of(room: Room, actor: Actor, option: str, text: str = "", place: int = 0) -> str:
    with pytest.raises(Refusal) as caught:
        because(room, actor, option, text, place)
    return caught.value.code


def view_of(room: Room, role: Role) -> RoomView:
    return room_view(room.state, role, "en", People(), room.clock.now)


def poll_of(room: Room, role: Role) -> PollView:
    item = view_of(room, role).item
    assert item is not None
    assert item.poll is not None
    return item.poll


def texts(poll: PollView) -> dict[str, list[str]]:
    return {option: [found.text for found in given] for option, given in poll.reasons.items()}


def results_of(room: Room) -> PanelResults:
    return room.context.database.read(lambda c: load_results(c, room.panel_id))


def voter(room: Room, answer: Any = "a", place: int = 0) -> Actor:
    actor = room.join()
    room.cast(actor, answer, place)
    return actor


def test_a_reason_stands_under_its_option_on_every_screen(room: Room) -> None:
    because(room, voter(room, "a"), "a", "It is nearer")
    because(room, voter(room, "c"), "c", "Both have a point")
    for role in Role:
        assert texts(poll_of(room, role)) == {"a": ["It is nearer"], "c": ["Both have a point"]}


def test_only_the_voters_of_an_option_give_reasons_for_it(room: Room) -> None:
    anna = voter(room, "a")
    assert refusal_of(room, anna, "b") == "reason.not_your_answer"
    assert refusal_of(room, anna, "nosuch") == "reason.not_your_answer"
    assert refusal_of(room, room.join(), "a") == "reason.not_your_answer"
    room.withdraw(anna)
    assert refusal_of(room, anna, "a") == "reason.not_your_answer"
    assert room.state.reasons == {}


def test_who_chose_several_gives_a_reason_for_each_of_them(room: Room) -> None:
    room.open(1)
    anna = voter(room, ["a", "c"], 1)
    because(room, anna, "a", place=1)
    because(room, anna, "c", place=1)
    assert refusal_of(room, anna, "b", place=1) == "reason.not_your_answer"
    assert set(poll_of(room, Role.PROJECTOR).reasons) == {"a", "c"}


def test_a_question_that_does_not_ask_for_reasons_takes_none(room: Room) -> None:
    room.open(2)
    anna = voter(room, "a", 2)
    assert refusal_of(room, anna, "a", place=2) == "reason.not_asked"
    slide = room.direct("agenda.add", kind="slide", title="Hello")["item"]
    with pytest.raises(Refusal) as caught:
        room.comment("Because", anna, kind="reason", about=slide, option="a")
    assert caught.value.code == "reason.not_asked"


def test_one_reason_for_each_option_and_round_and_a_retry_is_the_first(room: Room) -> None:
    anna = voter(room, "a")
    item = room.state.items[0].id
    fields = {"kind": "reason", "about": item, "option": "a", "id": "aaaabbbb"}
    first = room.give(anna, "comment.post", text="Once", **fields)
    assert room.give(anna, "comment.post", text="Once", **fields) == first
    assert refusal_of(room, anna, "a") == "reason.given"
    room.cast(anna, "b")
    because(room, anna, "b")
    room.close()
    room.open()
    room.cast(anna, "a")
    because(room, anna, "a", "Still")
    assert texts(poll_of(room, Role.PARTICIPANT)) == {"a": ["Still"]}


def test_a_reason_is_shown_while_its_author_gives_that_answer_and_its_author_always_sees_it(
    room: Room,
) -> None:
    anna = voter(room, "a")
    reason = because(room, anna, "a", "It is nearer")
    room.direct("comment.spotlight", comment=reason)
    room.cast(anna, "b")
    assert texts(poll_of(room, Role.PROJECTOR)) == {}
    assert view_of(room, Role.MODERATOR).comments == ()
    assert view_of(room, Role.PROJECTOR).spotlight is None
    (mine,) = you(own(room.context, anna), None)["comments"]
    assert (mine["kind"], mine["option"], mine["round_id"]) == ("reason", "a", room.round_id())
    (trace,) = participants.traces(room.context, anna)["comments"]
    assert (trace["kind"], trace["option_text"]) == ("reason", "Yes")
    room.withdraw(anna)
    assert texts(poll_of(room, Role.PROJECTOR)) == {}
    room.cast(anna, "a")
    assert texts(poll_of(room, Role.PROJECTOR)) == {"a": ["It is nearer"]}


def test_of_several_answers_only_the_one_given_up_loses_its_reason(room: Room) -> None:
    room.open(1)
    anna = voter(room, ["a", "c"], 1)
    because(room, anna, "a", place=1)
    because(room, anna, "c", place=1)
    room.cast(anna, ["b", "c"], 1)
    assert set(poll_of(room, Role.PROJECTOR).reasons) == {"c"}


def test_a_reason_given_up_is_gone_once_the_panel_has_ended_and_the_others_stay(
    room: Room,
) -> None:
    anna, ben = voter(room, "a"), voter(room, "b")
    because(room, anna, "a")
    because(room, ben, "b", "It is quicker")
    room.cast(anna, "c")
    room.close(publish=True)
    panels.end(room.context, room.panel_id)
    (round_,) = results_of(room).polls[0].rounds
    assert [reason.text for reason in round_.reasons] == ["It is quicker"]


def test_the_database_keeps_one_reason_even_when_two_come_at_once(room: Room) -> None:
    anna = voter(room, "a")
    because(room, anna, "a")

    def again(connection: Connection) -> bool:
        (first,) = comments.comments_by(connection, room.panel_id, anna.require_participant())
        return comments.insert_comment(
            connection, room.panel_id, replace(first, id="ccccdddd", text="Once more")
        )

    assert not room.context.database.write(again)
    assert texts(poll_of(room, Role.PROJECTOR)) == {"a": ["Because of a"]}


def test_a_reason_longer_than_a_line_is_refused(room: Room) -> None:
    anna = voter(room)
    assert refusal_of(room, anna, "a", "x" * 201) == "text.too_long"
    assert refusal_of(room, anna, "a", " \u200b ") == "text.empty"
    because(room, anna, "a", "x" * 200)


def test_reasons_are_moderated_like_comments(room: Room) -> None:
    room.direct("panel.update", moderation="pre")
    reason = because(room, voter(room), "a", "Waiting")
    (listed,) = view_of(room, Role.MODERATOR).comments
    assert listed.state == "waiting"
    assert listed.option is not None
    assert (listed.option.place, listed.option.label) == (0, "Yes")
    for role in Role:
        assert texts(poll_of(room, role)) == {}
    room.direct("comment.approve", comment=reason)
    assert texts(poll_of(room, Role.PARTICIPANT)) == {"a": ["Waiting"]}
    assert [found.state for found in view_of(room, Role.MODERATOR).comments] == ["shown"]
    room.direct("comment.hide", comment=reason, reason="insults")
    assert texts(poll_of(room, Role.PARTICIPANT)) == {}


def test_reasons_come_with_the_results_and_never_before(room: Room) -> None:
    room.direct("poll.visibility", poll=room.poll().id, visibility="published")
    because(room, voter(room), "a")
    for role in (Role.PARTICIPANT, Role.PROJECTOR):
        view = view_of(room, role)
        assert poll_of(room, role).reasons == {}
        assert view.comments == ()
        assert view.comment_counts.shown == 0
    room.close(publish=True)
    assert set(poll_of(room, Role.PARTICIPANT).reasons) == {"a"}


def test_those_with_most_support_come_first_and_a_screen_shows_as_many_as_it_has_room_for(
    room: Room,
) -> None:
    given = [because(room, voter(room), "a", text) for text in ("One", "Two", "Three", "Four")]
    room.upvote(given[2], 3)
    room.upvote(given[3], 2)
    room.upvote(given[0], 1)
    assert texts(poll_of(room, Role.PROJECTOR)) == {"a": ["Three"]}
    assert texts(poll_of(room, Role.PARTICIPANT)) == {"a": ["Three", "Four"]}
    room.close(publish=True)
    found = results_of(room)
    (round_,) = found.polls[0].rounds
    view = round_view(found, found.polls[0].poll, round_, "en", room.clock.now)
    assert texts(view) == {"a": ["Three", "Four", "One", "Two"]}


def test_results_files_have_the_reasons_and_the_list_of_comments_has_not(room: Room) -> None:
    because(room, voter(room, "b"), "b", "It is nearer")
    room.comment("Something else")
    room.close(publish=True)
    found = as_json(results_of(room))
    (reason,) = found["polls"][0]["rounds"][0]["reasons"]
    assert reason == {
        "option": "b",
        "text": "It is nearer",
        "language": "en",
        "upvotes": 0,
        "answered": False,
    }
    assert [comment["text"] for comment in found["comments"]] == ["Something else"]


def test_a_reason_is_erased_with_its_author_and_with_its_votes(room: Room) -> None:
    anna, ben = voter(room, "a"), voter(room, "b")
    because(room, anna, "a")
    because(room, ben, "b")
    participants.erase(room.context, anna)
    assert set(poll_of(room, Role.PROJECTOR).reasons) == {"b"}
    room.direct("poll.clear", poll=room.poll().id)
    assert own(room.context, ben).comments == []
