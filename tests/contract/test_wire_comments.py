"""Comments on the wire: written, waiting, shown, supported, hidden with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.wire import WireRoom

COMMENT = {"comment", "state", "upvotes", "answered", "reason"}


def post(room: WireRoom, text: str = "More buses, please", **fields: Any) -> str:
    return str(room.phone().done("comment.post", text=text, **fields)["comment"])


def moderate_first(room: WireRoom) -> None:
    room.moderator.done("panel.update", moderation="pre")


# Writing


def test_a_comment_is_shown_at_once_where_the_moderator_reads_afterwards(
    wire_room: WireRoom,
) -> None:
    anna = wire_room.phone()
    wire_room.moderator.first  # noqa: B018
    answer = anna.done("comment.post", text=" More  buses ", kind="proposal")
    assert answer["state"] == "shown"
    for client in (anna, wire_room.moderator):
        event = client.hear("comment.posted", lambda e: e["comment"] == answer["comment"])
        assert set(event) == COMMENT
    mine = anna.snapshot()["you"]["comments"]
    assert [(found["text"], found["state"]) for found in mine] == [("More buses", "shown")]


def test_a_comment_waits_where_the_moderator_reads_first(wire_room: WireRoom) -> None:
    moderate_first(wire_room)
    anna, ben = wire_room.phone(), wire_room.phone(watch=["comments"])
    comment = anna.done("comment.post", text="Is anybody reading?")
    assert comment["state"] == "waiting"
    assert ben.refused("comment.upvote", comment=comment["comment"]) == "comment.not_shown"
    assert ben.all("comment.posted") == []

    wire_room.moderator.done("comment.approve", comment=comment["comment"])
    changed = anna.hear("comment.changed")
    assert (changed["comment"], changed["state"]) == (comment["comment"], "shown")
    view = ben.hear("panel.view", lambda view: "Is anybody reading?" in view["html"])
    assert view["region"] == "comments"
    assert ben.done("comment.upvote", comment=comment["comment"])["upvotes"] == 1


def test_only_those_who_watch_comments_are_sent_them(wire_room: WireRoom) -> None:
    watching, leaving, other = (wire_room.phone() for _ in range(3))
    watching.done("panel.watch", region="comments")
    leaving.done("panel.watch", region="comments")
    leaving.done("panel.watch", region="comments", on=False)
    post(wire_room, "A new thought")
    watching.hear("panel.view", lambda view: "A new thought" in view["html"])
    for client in (leaving, other):
        assert not any("A new thought" in view["html"] for view in client.all("panel.view"))


def test_the_same_id_twice_is_one_comment_with_one_answer(wire_room: WireRoom) -> None:
    anna = wire_room.phone()
    fields = {"text": "Once only", "id": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    first = anna.done("comment.post", **fields)
    assert anna.done("comment.post", **fields) == first
    wire_room.moderator.done("panel.update", comments_open=False)
    assert anna.done("comment.post", **fields) == first, "a retry is answered after closing too"
    assert len(anna.snapshot()["you"]["comments"]) == 1


def test_anothers_id_is_refused_and_tells_nothing(wire_room: WireRoom) -> None:
    wire_room.phone().done("comment.post", text="Mine", id="abcd1234abcd1234")
    answer = wire_room.phone().ask("comment.post", text="Me too", id="abcd1234abcd1234")
    assert answer["code"] == "comment.id_taken"
    assert "Mine" not in str(answer)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": ""}, "text.empty"),
        ({"text": " \n\u200b"}, "text.empty"),
        ({"text": "a" * 501}, "text.too_long"),
        ({"text": "a" * 60_000}, "text.too_long"),
        ({"text": 5}, "command.malformed"),
        ({"text": None}, "command.malformed"),
        ({}, "command.malformed"),
        ({"text": "Hi", "kind": "joke"}, "command.malformed"),
        ({"text": "Hi", "id": "../../etc"}, "comment.id_refused"),
        ({"text": "Hi", "id": "short"}, "comment.id_refused"),
        ({"text": "Hi", "about": "no such item"}, "command.malformed"),
        ({"text": "Hi", "about": "0123456789abcdef"}, "item.unknown"),
        ({"text": "Hi", "state": "shown"}, "command.malformed"),
    ],
)
def test_what_cannot_be_a_comment_is_refused_by_name(
    wire_room: WireRoom, fields: dict[str, Any], code: str
) -> None:
    anna = wire_room.phone()
    assert anna.refused("comment.post", fields) == code
    assert anna.snapshot()["you"]["comments"] == []


def test_closed_comments_take_none(wire_room: WireRoom) -> None:
    wire_room.moderator.done("panel.update", comments_open=False)
    anna = wire_room.phone()
    assert anna.first["panel"]["comments_open"] is False
    assert anna.refused("comment.post", text="Still there?") == "comments.closed"


def test_one_participants_many_comments_are_slowed_and_nobody_elses(wire_room: WireRoom) -> None:
    anna = wire_room.phone()
    answers = [anna.ask("comment.post", text=f"Thought {number}") for number in range(14)]
    limited = [answer for answer in answers if not answer["ok"]]
    assert limited
    assert {answer["code"] for answer in limited} == {"rate.limited"}
    assert all(answer["retry_after"] >= 1 for answer in limited)
    assert str(limited[0]["retry_after"]) in limited[0]["message"]
    assert wire_room.phone().done("comment.post", text="My first")["state"] == "shown"


# Supporting


def test_supporting_twice_counts_once(wire_room: WireRoom) -> None:
    comment = post(wire_room)
    ben = wire_room.phone()
    for _ in range(3):
        assert ben.done("comment.upvote", comment=comment) == {"ok": True, "on": True, "upvotes": 1}
    assert wire_room.phone().done("comment.upvote", comment=comment)["upvotes"] == 2
    assert ben.done("comment.upvote", comment=comment, on=False)["upvotes"] == 1
    assert ben.snapshot()["you"]["upvoted"] == []


def test_support_with_a_lower_sequence_is_answered_and_ignored(wire_room: WireRoom) -> None:
    comment = post(wire_room)
    ben = wire_room.phone()
    ben.done("comment.upvote", comment=comment, on=True, sequence=5)
    late = ben.done("comment.upvote", comment=comment, on=False, sequence=4)
    assert (late["on"], late["upvotes"]) == (True, 1)
    assert ben.done("comment.upvote", comment=comment, on=False, sequence=6)["upvotes"] == 0
    assert ben.done("comment.upvote", comment=comment, on=True, sequence=6)["on"] is False


@pytest.mark.parametrize("sequence", [-1, 2**53, "5", 1.5])
def test_a_sequence_that_cannot_be_counted_is_refused(wire_room: WireRoom, sequence: Any) -> None:
    comment = post(wire_room)
    phone = wire_room.phone()
    assert phone.refused("comment.upvote", comment=comment, sequence=sequence) == (
        "command.malformed"
    )
    assert phone.done("comment.upvote", comment=comment)["upvotes"] == 1


def test_nobody_supports_their_own_comment_nor_one_that_is_not_there(wire_room: WireRoom) -> None:
    anna = wire_room.phone()
    comment = anna.done("comment.post", text="I agree with me")["comment"]
    assert anna.refused("comment.upvote", comment=comment) == "comment.own"
    assert anna.refused("comment.upvote", comment="0123456789abcdef") == "comment.unknown"
    assert anna.refused("comment.upvote", comment="é") == "command.malformed"


# Moderating


def test_a_hidden_comment_keeps_its_reason_for_the_author_alone(wire_room: WireRoom) -> None:
    anna, ben = wire_room.phone(), wire_room.phone()
    comment = anna.done("comment.post", text="You know whom I mean")["comment"]
    wire_room.moderator.done("comment.hide", comment=comment, reason="names_person")
    event = anna.hear("comment.changed", lambda event: event["state"] == "hidden")
    assert event["reason"] == "names_person"
    assert anna.snapshot()["you"]["comments"][0]["reason"] == "names_person"
    assert ben.all("comment.changed") == []
    assert ben.refused("comment.upvote", comment=comment) == "comment.not_shown"


@pytest.mark.parametrize(
    ("reason", "code"), [("", "comment.reason_missing"), ("x" * 201, "text.too_long")]
)
def test_hiding_needs_a_reason_of_one_line(wire_room: WireRoom, reason: str, code: str) -> None:
    comment = post(wire_room)
    answer = wire_room.moderator.refused("comment.hide", comment=comment, reason=reason)
    assert answer == code


def test_a_spotlit_comment_is_on_the_projector_until_hidden(wire_room: WireRoom) -> None:
    moderate_first(wire_room)
    screen = wire_room.projector()
    comment = post(wire_room, "Put me on stage")
    wire_room.moderator.done("comment.spotlight", comment=comment)
    screen.hear("panel.view", lambda view: "Put me on stage" in view["html"])
    screen.forget()
    wire_room.moderator.done("comment.hide", comment=comment, reason="off_topic")
    view = screen.hear("panel.view")
    assert "Put me on stage" not in view["html"]
    assert wire_room.moderator.refused("comment.spotlight", comment="nope") == "comment.unknown"


def test_a_comment_is_marked_as_answered(wire_room: WireRoom) -> None:
    anna = wire_room.phone()
    comment = anna.done("comment.post", text="Who pays?", kind="question")["comment"]
    wire_room.moderator.done("comment.answer", comment=comment)
    assert anna.hear("comment.changed")["answered"] is True
    wire_room.moderator.done("comment.answer", comment=comment, on=False)
    anna.hear("comment.changed", lambda event: event["answered"] is False)


def test_a_comment_becomes_a_poll(wire_room: WireRoom) -> None:
    comment = post(wire_room, "Shall buses be free?")
    fields = {"title": "", "comment": comment, "options": ["Yes", "No"], "open": True}
    wire_room.moderator.done("poll.create", **fields)
    assert wire_room.phone().first["poll"]["title"] == "Shall buses be free?"


def test_a_written_answer_is_shown_and_hidden_by_its_receipt(wire_room: WireRoom) -> None:
    moderate_first(wire_room)
    poll = wire_room.ask_room(kind="text", options=None)
    screen = wire_room.projector()
    receipt = wire_room.cast(wire_room.phone(), poll, "Plant more trees")["receipt"]
    screen.hear("poll.tally", lambda frame: frame["turnout"] == 1)
    assert not any("Plant more trees" in view["html"] for view in screen.all("panel.view"))
    wire_room.moderator.done("answer.approve", poll=poll, receipt=receipt)
    screen.hear("panel.view", lambda view: "Plant more trees" in view["html"])
    screen.forget()
    wire_room.moderator.done("answer.hide", poll=poll, receipt=receipt)
    assert "Plant more trees" not in screen.hear("panel.view")["html"]
    refused = wire_room.moderator.refused("answer.hide", poll=poll, receipt="AAA-AAA")
    assert refused == "answer.unknown"


def test_a_hidden_word_leaves_the_cloud_and_may_come_back(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room(kind="words", options=None)
    screen = wire_room.projector()
    wire_room.cast(wire_room.phone(), poll, ["Nonsense", "trust"])
    screen.hear("poll.tally", lambda frame: set(frame["counts"]) == {"nonsense", "trust"})
    wire_room.moderator.done("word.hide", poll=poll, word="NONSENSE")
    screen.hear("poll.tally", lambda frame: set(frame["counts"]) == {"trust"})
    screen.forget()
    wire_room.moderator.done("word.hide", poll=poll, word="nonsense", hidden=False)
    screen.hear("poll.tally", lambda frame: set(frame["counts"]) == {"nonsense", "trust"})
    choice = wire_room.ask_room()
    assert wire_room.moderator.refused("word.hide", poll=choice, word="a") == "poll.wrong_kind"


# The same over HTTP


def test_the_http_door_gives_the_same_answers(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    seat = wire_room.api("POST", "/participants", json={})
    assert seat.status_code == 201
    key = seat.json()["key"]
    ballot = {"poll": poll, "round": 1, "answer": "b", "sequence": 1}
    cast = wire_room.api("POST", "/commands/ballot.cast", key, json=ballot)
    assert (cast.status_code, cast.json()["ok"]) == (200, True)
    phone = wire_room.phone(key=key)
    assert wire_room.cast(phone, poll, "b", sequence=1) == cast.json()
    snapshot = wire_room.api("GET", "", key).json()["snapshot"]
    assert snapshot["you"]["ballot"]["receipt"] == cast.json()["receipt"]
    assert set(snapshot) == set(phone.first)


@pytest.mark.parametrize(
    ("command", "body", "status", "code"),
    [
        ("ballot.cast", b"{{{", 400, "command.malformed"),
        ("ballot.cast", b"[]", 400, "command.malformed"),
        ("ballot.cast", b'{"poll":"p","round":1,"answer":1}', 404, "poll.unknown"),
        ("poll.close", b'{"poll":"p"}', 403, "permission.denied"),
        ("panel.snapshot", b"{}", 400, "command.unknown"),
        ("nonsense", b"{}", 400, "command.unknown"),
        ("comment.post", b'{"text":""}', 400, "text.empty"),
    ],
)
def test_the_http_door_refuses_in_the_shape_of_an_ack(
    wire_room: WireRoom, command: str, body: bytes, status: int, code: str
) -> None:
    key = wire_room.api("POST", "/participants", json={}).json()["key"]
    answer = wire_room.api("POST", f"/commands/{command}", key, data=body)
    assert answer.status_code == status
    told = answer.json()
    assert (told["ok"], told["code"]) == (False, code)
    assert told["message"]


def test_the_http_door_needs_a_key_that_fits(wire_room: WireRoom) -> None:
    for key in ("", "wrong", wire_room.projector_key):
        answer = wire_room.api("POST", "/commands/poll.close", key, json={"poll": "p"})
        assert answer.status_code == 403
    assert wire_room.api("GET", "", wire_room.moderator_key).status_code == 200
    assert wire_room.api("GET", "").status_code == 403
