"""Everything a participant can do, done with plain forms in a browser without JavaScript."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.pages import Reader, forms
from tests.support.waiting import eventually
from tests.support.wire import WireRoom


def take_seat(room: WireRoom, language: str = "en") -> Reader:
    reader = Reader(room.server.url, language)
    page = f"/p/{room.code}"
    return reader.open(page).send(f"{page}/join")


def traces_of(reader: Reader, room: WireRoom) -> dict[str, Any]:
    answer = reader.session.get(f"{reader.url}/p/{room.code}/traces.json", timeout=30)
    assert "attachment" in answer.headers["Content-Disposition"]
    return dict(json.loads(answer.text))


def vote(reader: Reader, room: WireRoom, answer: Any) -> Reader:
    return reader.open(f"/p/{room.code}").send(f"/p/{room.code}/vote", answer=answer)


def support(reader: Reader, room: WireRoom) -> None:
    """Support the first comment of somebody else; a page's comments may be a second old."""
    action = f"/p/{room.code}/write"

    def can_be_seen() -> bool:
        reader.open(f"/p/{room.code}/comments")
        return any("comment" in form.names for form in forms(reader.tree))

    eventually(can_be_seen, interval_seconds=0.1)
    reader.send(action, has={"comment"})


KINDS: dict[str, tuple[dict[str, Any], Any, Any, Any, Any]] = {
    "single_choice": ({"options": ["Yes", "No"]}, "a", "b", "a", "b"),
    "multiple_choice": (
        {"options": ["One", "Two", "Three"]}, ["a", "c"], ["b"], ["a", "c"], ["b"],
    ),
    "rating": ({}, "4", "2", 4, 2),
    "words": ({}, ["Trust", "", ""], ["open", "fair", ""], ["trust"], ["open", "fair"]),
    "text": ({}, "More\r\nbuses", "Fewer cars", "More\nbuses", "Fewer cars"),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_vote_is_sent_changed_and_taken_back(wire_room: WireRoom, kind: str) -> None:
    fields, first, second, first_stored, second_stored = KINDS[kind]
    poll = wire_room.ask_room(kind=kind, **({"options": None} | fields))
    reader = take_seat(wire_room)
    vote(reader, wire_room, first)
    assert reader.status == 200
    ballot = traces_of(reader, wire_room)["ballots"][0]
    assert (ballot["poll"], ballot["answer"]) == (poll, first_stored)
    assert ballot["receipt"] in reader.text, "the page shows the receipt"

    vote(reader, wire_room, second)
    changed = traces_of(reader, wire_room)["ballots"][0]
    assert changed["answer"] == second_stored
    assert changed["receipt"] == ballot["receipt"]
    assert wire_room.moderator.sees_turnout(1)

    reader.send(f"/p/{wire_room.code}/vote", has={"withdraw"})
    assert traces_of(reader, wire_room)["ballots"][0]["taken_back"] is True
    assert wire_room.moderator.sees_turnout(0)


@pytest.mark.parametrize(
    ("kind", "answer", "message"),
    [
        ("single_choice", "z", "This choice is not part of the question."),
        ("multiple_choice", [], "Please choose at least 1."),
        ("rating", "9", "Please choose a step from 1 to 5."),
        ("rating", "", "Please choose a step from 1 to 5."),
        ("words", ["", "", ""], "Please write at least one word."),
        ("words", ["x" * 31, "", ""], "A word may have at most 30 characters."),
        ("text", "  ", "Please write something first."),
        ("text", "x" * 300, "This text has 300 characters; at most 280 fit."),
    ],
)
def test_what_is_no_answer_is_refused_on_the_page(
    wire_room: WireRoom, kind: str, answer: Any, message: str
) -> None:
    wire_room.ask_room(kind=kind, **({"options": None} | KINDS[kind][0]))
    reader = vote(take_seat(wire_room), wire_room, answer)
    assert reader.status == 400
    assert message in reader.text
    assert wire_room.moderator.snapshot()["turnout"] == 0


def test_a_vote_that_comes_too_late_is_told_so(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    reader = take_seat(wire_room)
    wire_room.close_poll(poll)
    form = {"poll": poll, "round": "1", "answer": "a"}
    url = f"{reader.url}/p/{wire_room.code}/vote"
    answer = reader.session.post(url, data=form, timeout=30)
    assert answer.status_code == 409
    assert "Voting is not open." in answer.text


def test_results_are_read_where_they_are_ones_own_to_see(wire_room: WireRoom) -> None:
    wire_room.ask_room(visibility="voted", options=["Zebra", "Quagga"])
    voter, watcher = take_seat(wire_room), take_seat(wire_room)
    vote(voter, wire_room, "a")
    assert "100" in voter.open(f"/p/{wire_room.code}").text
    assert "100" not in watcher.open(f"/p/{wire_room.code}").text


def test_a_comment_is_written_and_supported(wire_room: WireRoom) -> None:
    page = f"/p/{wire_room.code}/comments"
    action = f"/p/{wire_room.code}/write"
    anna, ben = take_seat(wire_room), take_seat(wire_room)
    anna.open(page).send(action, text="More trees, please", kind="proposal")
    assert anna.path == page
    assert "More trees, please" in anna.text
    support(ben, wire_room)
    assert traces_of(ben, wire_room)["upvoted"]
    assert traces_of(anna, wire_room)["comments"][0]["upvotes"] == 1
    support(ben, wire_room)
    assert traces_of(ben, wire_room)["upvoted"] == []


def test_a_comment_that_cannot_be_taken_keeps_its_text_on_the_page(wire_room: WireRoom) -> None:
    page = f"/p/{wire_room.code}/comments"
    reader = take_seat(wire_room).open(page)
    reader.send(f"/p/{wire_room.code}/write", text="a" * 501)
    assert reader.status == 400
    assert "at most 500 fit" in reader.text
    assert "a" * 501 in reader.html
    wire_room.moderator.done("panel.update", comments_open=False)
    reader.send(f"/p/{wire_room.code}/write", text="Too late")
    assert reader.status == 409
    assert "Comments are closed now." in reader.text


def test_a_comment_that_cannot_be_taken_is_given_back_in_its_round(wire_room: WireRoom) -> None:
    ask, page = wire_room.moderator.done, f"/p/{wire_room.code}"
    rounds = [
        ask("agenda.add", kind="comments", title=title)["item"] for title in ("First?", "Second?")
    ]
    ask("agenda.open")
    reader = take_seat(wire_room).open(f"{page}?step=4")
    text = "Zebra " * 90
    reader.send(f"{page}/write", has={"about", "step"}, about=rounds[1], step="4", text=text)
    assert reader.status >= 400
    assert reader.text.count("Zebra") == 90, "in the second round alone"
    assert "Step 4 of 4" in reader.text
    wire_room.moderator.done("agenda.show")
    reader.send(f"{page}/write", has={"about", "step"}, about=rounds[1], step="4", text=text)
    assert reader.text.count("Zebra") == 90, "among the comments, when the round is over"


def test_a_waiting_and_a_hidden_comment_are_told_to_their_author(wire_room: WireRoom) -> None:
    wire_room.moderator.done("panel.update", moderation="pre")
    page = f"/p/{wire_room.code}/comments"
    anna, ben = take_seat(wire_room), take_seat(wire_room)
    anna.open(page).send(f"/p/{wire_room.code}/write", text="You know whom I mean")
    assert "You know whom I mean" not in ben.open(page).text
    comment = traces_of(anna, wire_room)["comments"][0]
    assert comment["state"] == "waiting"
    reason = "It names a neighbour"
    wire_room.moderator.done("comment.hide", comment=comment["id"], reason=reason)
    assert reason in anna.open(page).text
    assert reason not in ben.open(page).text


def test_my_traces_show_everything_that_is_kept(wire_room: WireRoom) -> None:
    wire_room.ask_room(options=["Zebra", "Quagga"])
    reader = take_seat(wire_room)
    vote(reader, wire_room, "b")
    reader.open(f"/p/{wire_room.code}/comments")
    reader.send(f"/p/{wire_room.code}/write", text="Remember me")
    traces = traces_of(reader, wire_room)
    reader.open(f"/p/{wire_room.code}/traces")
    for shown in ("Quagga", "Remember me", traces["ballots"][0]["receipt"]):
        assert shown in reader.text
    assert set(traces) == {
        "panel", "title", "ends_at", "seat", "ballots", "comments", "upvoted", "upvotes", "in_memory"
    }  # fmt: skip


def test_erasing_keeps_closed_counts_lowers_open_ones_and_leaves_no_text(
    wire_room: WireRoom,
) -> None:
    reader = take_seat(wire_room)
    other = wire_room.phone()
    closed = wire_room.ask_room(options=["Zebra", "Quagga"])
    vote(reader, wire_room, "a")
    wire_room.close_poll(closed)
    words = wire_room.ask_room(kind="words", options=None)
    vote(reader, wire_room, ["unusualword", "", ""])
    wire_room.cast(other, words, ["trust"])
    wire_room.close_poll(words)
    still_open = wire_room.ask_room(options=["Zebra", "Quagga"])
    vote(reader, wire_room, "b")
    wire_room.cast(other, still_open, "a")
    reader.open(f"/p/{wire_room.code}/comments")
    reader.send(f"/p/{wire_room.code}/write", text="Forget me")
    comment = other.done("comment.post", text="Keep me")["comment"]
    support(reader, wire_room)
    assert traces_of(reader, wire_room)["upvoted"] == [comment]
    seat = reader.cookie(f"hc_participant_{wire_room.code}").value

    reader.open(f"/p/{wire_room.code}/traces?erase=1").send(f"/p/{wire_room.code}/erase")
    assert reader.status == 200
    assert reader.cookie(f"hc_participant_{wire_room.code}") is None
    assert wire_room.api("GET", "", seat).status_code == 403

    moderator = wire_room.moderator
    frame = moderator.hear(
        "poll.tally", lambda frame: frame["poll"] == still_open and frame["version"] == 3
    )
    assert frame["counts"] == {"a": 1, "b": 0}
    query = """
        SELECT b.answer, b.participant FROM ballot b JOIN round r ON r.id = b.round_id
        WHERE r.poll_id = ?
        """
    (kept,) = wire_room.rows(query, closed)
    assert kept[0] == '"a"', "a vote in a closed round stays counted"
    assert len(wire_room.rows(query, words)) == 1, "words are gone"
    assert len(wire_room.rows(query, still_open)) == 1
    people = wire_room.rows("SELECT id FROM participant WHERE id = ?", kept[1])
    assert people == [], "and leads to nobody"
    mine = other.snapshot()["you"]
    assert [(found["text"], found["upvotes"]) for found in mine["comments"]] == [("Keep me", 0)]
    assert "unusualword" not in wire_room.server.run("export", wire_room.code).stdout
    assert wire_room.server.run("recount", wire_room.code).returncode == 0


def test_erasing_is_for_those_who_have_a_seat(wire_room: WireRoom) -> None:
    reader = Reader(wire_room.server.url)
    for path in ("erase", "vote", "write"):
        answer = reader.session.post(f"{reader.url}/p/{wire_room.code}/{path}", timeout=30)
        assert answer.status_code == 403
    page = reader.open(f"/p/{wire_room.code}/traces")
    assert page.find_form(f"/p/{wire_room.code}/join")


def test_everything_is_read_in_french(wire_room: WireRoom) -> None:
    wire_room.ask_room(title={"en": "Now?", "fr": "Maintenant ?"})
    reader = take_seat(wire_room, "fr")
    assert reader.speaks == "fr"
    vote(reader, wire_room, "z")
    assert reader.status == 400
    assert "Please" not in reader.text


def test_what_is_on_now_is_there_after_a_reload(wire_room: WireRoom) -> None:
    reader = take_seat(wire_room)
    poll = wire_room.ask_room(title="Shall we begin?")
    assert "Shall we begin?" in reader.open(f"/p/{wire_room.code}").text
    wire_room.close_poll(poll)
    eventually(
        lambda: not reader.open(f"/p/{wire_room.code}").html.count('name="answer"'),
        message="no form once voting is over",
    )
