"""Statements come and go while people answer, and nothing that was answered is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from polls.domain.errors import Refusal
from polls.domain.kinds import kind_named
from polls.services.recounting import recount_panel
from tests.factories import Room, a_poll, make_room


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = make_room(tmp_path, a_poll("opinion"), a_poll())
    made.open()
    yield made
    made.context.database.close()


def refused(room: Room, name: str, **fields: Any) -> str:
    with pytest.raises(Refusal) as caught:
        room.direct(name, **({"poll": room.poll().id} | fields))
    return caught.value.code


def labels(room: Room) -> dict[str, str]:
    return {option.id: option.label.in_language("en") for option in room.poll().question.options}


def withdrawn(room: Room) -> set[str]:
    return {option.id for option in room.poll().question.options if option.facts.get("withdrawn")}


def propose(room: Room, text: str, actor: Any = None) -> str:
    return room.comment(text, actor, kind="statement", about=room.state.items[0].id)


def comment_of(room: Room, actor: Any, comment: str) -> dict[str, Any]:
    from polls.services import participants

    found = participants.you(participants.own(room.context, actor), None)["comments"]
    return next(one for one in found if one["id"] == comment)


def assert_counted_twice_the_same(room: Room) -> None:
    counted = room.context.database.read(
        lambda connection: recount_panel(connection, room.panel_id, room.code)
    )
    assert [found.differences for found in counted] == [{}]


def test_a_statement_is_added_while_people_answer(room: Room) -> None:
    anna = room.join()
    room.cast(anna, {"s1": "agree"})
    added = room.direct("statement.add", poll=room.poll().id, text="  More   trees. ")["statement"]
    assert labels(room)[added] == "More trees."
    room.cast(anna, {"s1": "agree", added: "pass"})
    assert_counted_twice_the_same(room)


@pytest.mark.parametrize("text", ["Cars must go", "cars must GO!", " Cars  must  go. "])
def test_a_statement_that_is_there_already_is_refused_kindly(room: Room, text: str) -> None:
    assert refused(room, "statement.add", text=text) == "statement.known"
    assert len(labels(room)) == 4


@pytest.mark.parametrize(("text", "code"), [("", "text.empty"), ("a" * 201, "text.too_long")])
def test_a_statement_has_a_text_that_is_not_too_long(room: Room, text: str, code: str) -> None:
    assert refused(room, "statement.add", text=text) == code


def test_only_opinion_polls_have_statements(room: Room) -> None:
    assert refused(room, "statement.add", poll=room.poll(1).id, text="x") == "poll.wrong_kind"


def test_statements_stay_once_voting_is_over(room: Room) -> None:
    room.direct("poll.close", poll=room.poll().id)
    assert refused(room, "statement.add", text="Too late") == "poll.not_open"
    assert refused(room, "statement.withdraw", statement="s1") == "poll.not_open"


def test_there_are_at_most_two_hundred(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll("opinion", options=[f"Number {n}" for n in range(199)]))
    room.direct("statement.add", poll=room.poll().id, text="The last one")
    assert refused(room, "statement.add", text="One more") == "statement.too_many"


def test_a_statement_taken_out_keeps_its_answers(room: Room) -> None:
    anna = room.join()
    room.cast(anna, {"s1": "agree", "s2": "disagree"})
    room.direct("statement.withdraw", poll=room.poll().id, statement="s2")
    assert withdrawn(room) == {"s2"}
    # The phone had not heard of it and sends all its answers again.
    room.cast(anna, {"s1": "agree", "s2": "disagree", "s3": "pass"})
    room.direct("statement.withdraw", poll=room.poll().id, statement="s2", on=False)
    assert withdrawn(room) == set()
    assert_counted_twice_the_same(room)
    assert refused(room, "statement.withdraw", statement="s9") == "statement.unknown"


def test_adding_what_was_taken_out_puts_it_back(room: Room) -> None:
    room.direct("statement.withdraw", poll=room.poll().id, statement="s2")
    assert room.direct("statement.add", poll=room.poll().id, text="cars must go") == {
        "statement": "s2"
    }
    assert withdrawn(room) == set()
    assert len(labels(room)) == 4


def test_adding_is_undone_without_losing_what_was_answered(room: Room) -> None:
    anna = room.join()
    added = room.direct("statement.add", poll=room.poll().id, text="New")["statement"]
    room.cast(anna, {"s1": "agree", added: "agree"})
    room.direct("panel.undo")
    assert withdrawn(room) == {added}
    room.cast(anna, {"s1": "pass", added: "agree"})
    assert_counted_twice_the_same(room)


def test_before_voting_an_undone_statement_is_gone(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll("opinion"))
    room.direct("statement.add", poll=room.poll().id, text="New")
    room.direct("panel.undo")
    assert list(labels(room)) == ["s1", "s2", "s3", "s4"]


def test_taking_out_is_undone(room: Room) -> None:
    room.direct("statement.withdraw", poll=room.poll().id, statement="s2")
    room.direct("panel.undo")
    assert withdrawn(room) == set()


# Proposals


def test_a_proposal_waits_for_the_moderator_even_where_comments_do_not(room: Room) -> None:
    anna = room.join()
    comment = propose(room, "A bench on every corner.", anna)
    assert [c.text for c in room.state.waiting] == ["A bench on every corner."]
    assert room.state.shown == ()
    assert comment_of(room, anna, comment)["state"] == "waiting"


def test_an_admitted_proposal_is_put_to_the_vote_and_its_author_is_told(room: Room) -> None:
    anna = room.join("fr")
    comment = propose(room, "Un banc à chaque coin.", anna)
    added = room.direct("statement.admit", poll=room.poll().id, comment=comment)["statement"]
    option = next(o for o in room.poll().question.options if o.id == added)
    assert option.label.by_language == {"fr": "Un banc à chaque coin."}
    told = comment_of(room, anna, comment)
    assert (told["state"], told["answered"], told["kind"]) == ("shown", True, "statement")
    assert room.state.waiting == room.state.shown == ()
    assert room.state.counts.shown == 0


def test_a_proposal_may_be_admitted_in_other_words(room: Room) -> None:
    comment = propose(room, "a bench on evry corner")
    fields = {"poll": room.poll().id, "comment": comment, "text": "A bench on every corner."}
    added = room.direct("statement.admit", **fields)["statement"]
    assert labels(room)[added] == "A bench on every corner."


def test_admitting_is_undone_for_the_proposal_too(room: Room) -> None:
    comment = propose(room, "A bench on every corner.")
    added = room.direct("statement.admit", poll=room.poll().id, comment=comment)["statement"]
    room.direct("panel.undo")
    assert withdrawn(room) == {added}
    assert [c.id for c in room.state.waiting] == [comment]
    assert room.direct("statement.admit", poll=room.poll().id, comment=comment) == {
        "statement": added
    }


def test_a_comment_can_be_made_a_statement_and_stays_a_comment(room: Room) -> None:
    comment = room.comment("Ask the children too.")
    room.direct("statement.admit", poll=room.poll().id, comment=comment)
    assert [(c.id, c.is_answered) for c in room.state.shown] == [(comment, True)]


def test_a_long_comment_has_to_be_shortened_first(room: Room) -> None:
    comment = room.comment("a" * 300)
    assert refused(room, "statement.admit", comment=comment) == "text.too_long"


def test_a_proposal_that_is_shown_instead_is_a_comment(room: Room) -> None:
    comment = propose(room, "Is this a statement?")
    room.direct("comment.approve", comment=comment)
    assert [(c.id, c.kind.value) for c in room.state.shown] == [(comment, "comment")]


@pytest.mark.parametrize("place", [1, None])
def test_nobody_proposes_where_nothing_is_asked_for(room: Room, place: int | None) -> None:
    if place is None:
        room.close()
    about = room.state.items[place or 0].id
    with pytest.raises(Refusal) as caught:
        room.comment("Mine", kind="statement", about=about)
    assert caught.value.code == "statement.not_asked_for"


def test_nobody_proposes_where_the_moderator_wants_none(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll("opinion", settings={"propose": False}))
    room.open()
    with pytest.raises(Refusal) as caught:
        propose(room, "Mine")
    assert caught.value.code == "statement.not_asked_for"


def test_a_proposal_is_as_short_as_a_statement(room: Room) -> None:
    with pytest.raises(Refusal) as caught:
        propose(room, "a" * 201)
    assert caught.value.code == "text.too_long"


# After closing


def test_the_map_is_kept_at_closing_and_can_be_drawn_again_from_the_receipts(room: Room) -> None:
    answers: list[Any] = [
        {f"s{n}": "agree" if (n + person) % 2 else "disagree" for n in range(1, 5)}
        for person in range(9)
    ]
    for answer in answers:
        room.cast(room.join(), answer)
    room.close()
    latest = room.poll().round
    assert latest is not None
    assert latest.outcome == kind_named("opinion").outcome(answers[::-1], room.poll().question)
    assert_counted_twice_the_same(room)
