"""Rounds on the wire: closing, the grace, countdowns, asking again, and two moderators at work."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from polls.domain.polls import GRACE_SECONDS
from tests.support.server import RunningServer
from tests.support.waiting import eventually
from tests.support.wire import Client, Refused, WireRoom, make_wire_room

# Closing


def test_a_late_ballot_counts_within_the_grace_and_not_after_it(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    early, late, too_late = (wire_room.phone() for _ in range(3))
    receipt = wire_room.cast(early, poll, "a", sequence=5)["receipt"]
    answer = wire_room.moderator.done("poll.close", poll=poll)
    assert answer["counting_seconds"] == GRACE_SECONDS
    assert wire_room.cast(late, poll, "b")["ok"]
    assert early.all("poll.closed") == []
    assert wire_room.moderator.snapshot()["poll"]["counting"] is True

    closed = early.hear("poll.closed", timeout_seconds=8)
    assert (closed["poll"], closed["round"]) == (poll, 1)
    assert wire_room.cast(too_late, poll, "c")["code"] == "poll.not_open"
    assert wire_room.cast(late, poll, "c")["code"] == "poll.not_open"
    assert late.refused("ballot.withdraw", poll=poll, round=1) == "poll.not_open"

    # What was acknowledged is acknowledged again, and nothing else.
    assert wire_room.cast(early, poll, "a", sequence=5)["receipt"] == receipt
    assert wire_room.cast(early, poll, "c", sequence=6)["code"] == "poll.not_open"
    snapshot = early.snapshot()
    assert snapshot["tally"]["counts"] == {"a": 1, "b": 1, "c": 0}
    assert snapshot["poll"]["state"] == "closed"
    assert snapshot["poll"]["counting"] is False


def test_a_countdown_closes_its_round_by_itself(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room(countdown_seconds=5)
    phone = wire_room.phone()
    closes_at = phone.first["poll"]["closes_at"]
    assert 3 < closes_at - phone.first["now"] <= 5
    wire_room.cast(phone, poll)
    closed = phone.hear("poll.closed", timeout_seconds=12)
    assert closed["closes_at"] == closes_at
    assert time.time() >= closes_at + GRACE_SECONDS
    assert phone.snapshot()["poll"]["state"] == "closed"


def test_more_time_is_given_or_the_limit_taken_away(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room(countdown_seconds=60)
    moderator = wire_room.moderator
    before = moderator.snapshot()["poll"]["closes_at"]
    assert moderator.done("poll.extend", poll=poll, seconds=30)["closes_at"] == before + 30
    assert moderator.done("poll.extend", poll=poll)["closes_at"] is None
    assert wire_room.phone().first["poll"]["closes_at"] is None
    assert moderator.refused("poll.extend", poll=poll, seconds=0) == "countdown.refused"
    assert moderator.refused("poll.extend", poll=poll, seconds=10**6) == "countdown.refused"


def test_asking_again_is_round_two_and_begins_empty(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    anna = wire_room.phone()
    first = wire_room.cast(anna, poll, "a", sequence=1)["receipt"]
    wire_room.close_poll(poll)
    assert wire_room.moderator.done("poll.open", poll=poll)["round"] == 2
    opened = anna.hear("poll.opened", lambda event: event["round"] == 2)
    assert opened["poll"] == poll
    snapshot = anna.snapshot()
    assert (snapshot["round"], snapshot["turnout"]) == (2, 0)
    assert snapshot["tally"]["counts"] == {"a": 0, "b": 0, "c": 0}
    assert snapshot["you"]["ballot"] is None

    assert wire_room.cast(anna, poll, "b", sequence=2)["code"] == "poll.not_open"
    assert wire_room.cast(anna, poll, "b", round=3)["code"] == "poll.wrong_round"
    second = wire_room.cast(anna, poll, "b", round=2, sequence=3)["receipt"]
    assert second != first
    frame = anna.hear("poll.tally", lambda frame: frame["round"] == 2 and frame["turnout"] == 1)
    assert frame["counts"] == {"a": 0, "b": 1, "c": 0}
    # The first round's ballot is still answered as it was.
    assert wire_room.cast(anna, poll, "a", sequence=1)["receipt"] == first


def test_results_kept_for_publishing_are_seen_once_published(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room(visibility="published")
    moderator = wire_room.moderator
    phone = wire_room.phone()
    wire_room.cast(phone, poll, "c")
    assert moderator.refused("poll.publish", poll=poll) == "poll.not_closed"
    wire_room.close_poll(poll)
    assert phone.snapshot()["tally"] is None
    moderator.done("poll.publish", poll=poll)
    assert phone.snapshot()["tally"]["counts"] == {"a": 0, "b": 0, "c": 1}
    assert moderator.refused("poll.publish", poll=poll) == "poll.already_published"


def test_a_rehearsals_votes_are_thrown_away(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    phone = wire_room.phone()
    wire_room.cast(phone, poll, "a")
    wire_room.moderator.done("poll.clear", poll=poll)
    assert phone.snapshot()["poll"]["state"] == "draft"
    assert wire_room.cast(phone, poll, "a")["code"] == "poll.not_open"
    wire_room.moderator.done("poll.open", poll=poll)
    assert phone.sees_turnout(0)
    wire_room.moderator.done("panel.clear")
    assert phone.snapshot()["item"] is None
    assert wire_room.moderator.refused("panel.undo") == "undo.nothing"


# Moderators


def test_two_moderators_never_fight(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    other = wire_room.connect(role="moderator", key=wire_room.moderator_key)
    other.first  # noqa: B018
    wire_room.moderator.done("poll.close", poll=poll)
    assert other.hear("panel.view", lambda view: view["region"] == "now" and view["version"] > 2)
    assert other.refused("poll.close", poll=poll) == "poll.counting"
    other.hear("poll.closed", timeout_seconds=8)
    refused = other.ask("poll.close", poll=poll)
    assert (refused["code"], refused["state"]) == ("poll.not_open", "closed")
    assert other.done("panel.undo")["undone"] == "poll.close"
    assert wire_room.moderator.snapshot()["poll"]["state"] == "open"
    assert wire_room.moderator.refused("poll.open", poll=poll) == "poll.already_open"
    assert wire_room.cast(wire_room.phone(), poll)["ok"]


def test_an_opening_is_taken_back_only_while_nobody_has_voted(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    phone = wire_room.phone()
    wire_room.cast(phone, poll)
    assert wire_room.moderator.refused("panel.undo") == "undo.has_ballots"
    phone.done("ballot.withdraw", poll=poll, round=1)
    assert wire_room.moderator.done("panel.undo")["undone"] == "poll.create"
    assert phone.snapshot()["poll"] is None
    assert wire_room.cast(phone, poll)["code"] in {"poll.not_open", "poll.unknown"}


def draft(room: WireRoom) -> str:
    return str(room.moderator.done("poll.create", title="T?", options=["Y", "N"])["poll"])


def item(room: WireRoom) -> str:
    return str(room.moderator.done("agenda.add", kind="slide", title="Hello", body="All")["item"])


def comment(room: WireRoom) -> str:
    return str(room.phone().done("comment.post", text="Hello there")["comment"])


def words(room: WireRoom) -> str:
    poll = room.ask_room(kind="words", options=None)
    room.cast(room.phone(), poll, ["trust"])
    return poll


ACTIONS: dict[str, Callable[[WireRoom], dict[str, Any]]] = {
    "poll.create": lambda room: {"title": "T?", "options": ["Y", "N"]},
    "poll.update": lambda room: {"poll": draft(room), "title": "Another?"},
    "poll.open": lambda room: {"poll": draft(room)},
    "poll.close": lambda room: {"poll": room.ask_room()},
    "poll.visibility": lambda room: {"poll": draft(room), "visibility": "voted"},
    "word.hide": lambda room: {"poll": words(room), "word": "trust"},
    "agenda.show": lambda room: {"item": item(room)},
    "agenda.add": lambda room: {"kind": "slide", "title": "Hello"},
    "agenda.update": lambda room: {"item": item(room), "title": "Changed"},
    "agenda.duplicate": lambda room: {"item": item(room)},
    "agenda.move": lambda room: {"item": item(room), "place": 1},
    "agenda.delete": lambda room: {"item": item(room)},
    "agenda.paste": lambda room: {"text": "Shall we?\nShall they?"},
    "comment.approve": lambda room: {"comment": comment(room)},
    "comment.hide": lambda room: {"comment": comment(room), "reason": "off_topic"},
    "comment.spotlight": lambda room: {"comment": comment(room)},
    "comment.answer": lambda room: {"comment": comment(room)},
    "panel.update": lambda room: {"moderation": "pre", "comments_open": False, "pin": "1234"},
    "projector.show": lambda room: {"view": "blank"},
}


def what_is_kept(room: WireRoom) -> list[Any]:
    """Everything a moderator can change in this panel, but versions and the list of actions."""
    panel = "(SELECT id FROM panel WHERE code = ?)"
    queries = [
        f"""
        SELECT moderation, comments_open, joining_locked, pin, head_count, current_item_id,
            projector_view, spotlight_comment_id FROM panel WHERE id = {panel}
        """,
        f"""
        SELECT id, kind, title, body, poll_id FROM agenda_item
        WHERE deleted_at IS NULL AND panel_id = {panel} ORDER BY position, id
        """,
        f"""
        SELECT p.id, p.kind, p.title, p.options, p.settings, p.visibility, p.state
        FROM poll p JOIN agenda_item i ON i.poll_id = p.id
        WHERE i.deleted_at IS NULL AND p.panel_id = {panel} ORDER BY p.id
        """,
        f"""
        SELECT r.id, r.number, r.closes_at, r.closed_at
        FROM round r JOIN poll p ON p.id = r.poll_id WHERE p.panel_id = {panel} ORDER BY r.id
        """,
        f"SELECT id, state, reason, is_answered FROM comment WHERE panel_id = {panel} ORDER BY id",
    ]
    return [room.rows(query, room.code) for query in queries]


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_what_a_moderator_did_is_taken_back_whole(wire_room: WireRoom, name: str) -> None:
    fields = ACTIONS[name](wire_room)
    before = what_is_kept(wire_room)
    wire_room.moderator.done(name, **fields)
    assert what_is_kept(wire_room) != before or name == "comment.approve"
    assert wire_room.moderator.done("panel.undo")["undone"] == name
    assert what_is_kept(wire_room) == before


def test_publishing_is_taken_back(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    wire_room.close_poll(poll)
    wire_room.moderator.done("poll.publish", poll=poll)
    assert wire_room.moderator.done("panel.undo")["undone"] == "poll.publish"
    assert wire_room.moderator.snapshot()["poll"]["state"] == "closed"


# Links


@pytest.mark.parametrize("role", ["moderator", "projector"])
def test_a_new_link_locks_out_the_old_one(wire_room: WireRoom, role: str) -> None:
    old_key = wire_room.moderator_key if role == "moderator" else wire_room.projector_key
    path = "moderate" if role == "moderator" else "screen"
    browser = requests.Session()
    page = f"{wire_room.server.url}/p/{wire_room.code}/{path}"
    browser.get(page, params={"key": old_key}, allow_redirects=False, timeout=30)
    assert browser.cookies
    held = wire_room.connect(role=role, key=old_key)
    phone = wire_room.phone()

    new_key = wire_room.moderator.done("link.reissue", role=role)["key"]
    eventually(lambda: not held.is_connected, message="the old link's socket is closed")
    assert wire_room.moderator.is_connected, "who asked for it stays"
    assert phone.is_connected
    with pytest.raises(Refused) as caught:
        wire_room.connect(role=role, key=old_key)
    assert caught.value.code == "permission.denied"
    assert browser.get(page, allow_redirects=False, timeout=30).status_code == 403
    assert wire_room.api("GET", "", old_key).status_code == 403
    assert wire_room.connect(role=role, key=new_key).first["panel"]["code"] == wire_room.code


# Joining


def test_a_room_pin_is_asked_of_newcomers_only(wire_room: WireRoom) -> None:
    known = wire_room.phone()
    key = known.first["you"]["key"]
    wire_room.moderator.done("panel.update", pin="4711")
    for auth, code in (({}, "pin.needed"), ({"pin": "4712"}, "pin.wrong")):
        with pytest.raises(Refused) as caught:
            wire_room.phone(**auth)
        assert caught.value.code == code
    assert wire_room.phone(pin=" 4711 ").first["you"]["key"]
    assert wire_room.phone(key=key).first["you"]["key"] == key
    wire_room.moderator.done("panel.update", pin="")
    assert wire_room.phone().first["you"]["key"]


@pytest.mark.parametrize("pin", ["123", "123456789", "abcd", "１２３４", "12 34"])
def test_a_pin_is_four_to_eight_digits(wire_room: WireRoom, pin: str) -> None:
    assert wire_room.moderator.refused("panel.update", pin=pin) == "pin.refused"


def test_a_locked_panel_lets_nobody_new_in(wire_room: WireRoom) -> None:
    known = wire_room.phone()
    wire_room.moderator.done("panel.update", joining_locked=True)
    with pytest.raises(Refused) as caught:
        wire_room.phone()
    assert caught.value.code == "panel.locked"
    assert wire_room.phone(key=known.first["you"]["key"]).first
    assert wire_room.api("POST", "/participants", json={}).json()["code"] == "panel.locked"


def test_a_head_count_stands_for_the_phones_seen(wire_room: WireRoom) -> None:
    wire_room.phone()
    wire_room.moderator.done("panel.update", head_count=85)
    assert wire_room.moderator.snapshot()["present"] == 85
    for wrong in (-1, "many", "9" * 5000, 2_000_000):
        assert wire_room.moderator.refused("panel.update", head_count=wrong) == "head_count.refused"
    wire_room.moderator.done("panel.update", head_count=0)
    assert wire_room.moderator.snapshot()["present"] == 1


# Limits


@pytest.fixture(scope="module")
def small_server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server with few seats and little patience."""
    server = RunningServer(
        tmp_path_factory.mktemp("small"),
        settings={
            "HEMICYCLE_PARTICIPANTS_MOST": "4",
            "HEMICYCLE_PARTICIPANT_COMMANDS_PER_MINUTE": "20",
        },
    )
    yield server.start()
    server.forget()


@pytest.fixture
def small_room(small_server: RunningServer) -> Any:
    room = make_wire_room(small_server)
    yield room
    room.close()


def test_a_full_panel_says_so_and_keeps_those_who_have_a_seat(small_room: WireRoom) -> None:
    phones = [small_room.phone() for _ in range(4)]
    with pytest.raises(Refused) as caught:
        small_room.phone(language="fr")
    assert caught.value.code == "panel.full"
    assert small_room.phone(key=phones[0].first["you"]["key"]).first


def flood(phone: Client, count: int, name: str, payload: Any) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []
    for _ in range(count):
        phone.send(name, payload, answers.append)
    eventually(lambda: len(answers) == count, 20)
    return answers


def test_a_flood_from_one_phone_is_slowed_and_hurts_nobody_beside_it(small_room: WireRoom) -> None:
    poll = small_room.ask_room()
    loud, quiet = small_room.phone(), small_room.phone()
    answers = flood(loud, 60, "ballot.cast", {"poll": poll, "round": 1, "answer": "a"})
    limited = [answer for answer in answers if not answer["ok"]]
    assert len(limited) in range(40, 61), "the minute may turn in between"
    assert {answer["code"] for answer in limited} == {"rate.limited"}
    assert all(1 <= answer["retry_after"] <= 60 for answer in limited)
    assert small_room.cast(quiet, poll, "b")["ok"]
    assert quiet.sees_turnout(2)
    assert small_room.moderator.done("poll.extend", poll=poll)["ok"]


@pytest.mark.parametrize(
    ("name", "payload"), [("nonsense", {}), ("ballot.cast", "{{{"), ("panel.snapshot", {"x": 1})]
)
def test_a_flood_of_nonsense_is_slowed_too(small_room: WireRoom, name: str, payload: Any) -> None:
    answers = flood(small_room.phone(), 45, name, payload)
    assert "rate.limited" in {answer["code"] for answer in answers}
