"""docs/protocol.md, the code and the JavaScript speak of the same messages, fields and codes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from polls import events, protocol
from polls.app import create_app
from polls.domain.errors import Refusal
from polls.domain.kinds import all_kinds
from polls.domain.polls import GRACE_SECONDS
from polls.events import EVENTS
from polls.protocol import COMMANDS, PanelUpdate, PollOpen
from polls.services import polls as polls_service
from polls.services.commands import USE_CASES
from polls.services.permissions import ANYONE, MODERATOR, PARTICIPANT, WHO_MAY
from polls.web.messages import MESSAGES
from polls.web.openapi import describe
from polls.web.parts import Parts
from tests.factories import Room, a_poll, make_config, make_room

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
GROUPS = {
    "What anyone may say": ANYONE,
    "What a participant may say": PARTICIPANT,
    "What a moderator may say": MODERATOR,
}
SOCKETS_OWN = {"panel.snapshot", "panel.watch"}


def section(title: str, level: int = 2) -> str:
    """The text below a heading, up to the next one of its level or above."""
    marks = "#" * level
    found = re.search(
        rf"^{marks} {re.escape(title)}\n(.*?)(?=^#{{1,{level}}} |\Z)",
        DOCUMENT,
        re.DOTALL | re.MULTILINE,
    )
    assert found, f"docs/protocol.md has no section {title}"
    return found[1]


def headings(text: str, level: int) -> list[str]:
    return re.findall(rf"^{'#' * level} `(.+)`$", text, re.MULTILINE)


def rows(text: str) -> dict[str, list[str]]:
    """The rows of the tables in a text, by their first cell."""
    found = re.findall(r"^\| `(.+?)` \| (.*) \|$", text, re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split(" | ")] for name, rest in found}


def documented_commands() -> dict[str, Any]:
    return {
        name: group for title, group in GROUPS.items() for name in headings(section(title, 3), 4)
    }


# Commands


def test_every_command_is_documented_and_no_other() -> None:
    assert set(documented_commands()) == set(COMMANDS)


def test_every_command_has_a_permission_and_a_use_case() -> None:
    assert set(WHO_MAY) == set(COMMANDS)
    assert set(USE_CASES) == set(COMMANDS) - SOCKETS_OWN


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_is_documented_for_the_roles_that_may_give_it(name: str) -> None:
    assert documented_commands()[name] == WHO_MAY[name]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_commands_fields_are_documented_and_no_others(name: str) -> None:
    shown = {
        field: cells[0].endswith("required")
        for field, cells in rows(section(f"`{name}`", 4)).items()
    }
    fields = msgspec.structs.fields(COMMANDS[name])
    assert shown == {field.name: field.required for field in fields}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_refusals_named_at_a_command_exist(name: str) -> None:
    line = re.search(r"^Refused with: (.*)\.$", section(f"`{name}`", 4), re.MULTILINE)
    for code in re.findall(r"`(.+?)`", line[1] if line else ""):
        family = code.removesuffix("*")
        assert any(known.startswith(family) if "*" in code else known == code for known in MESSAGES)


def documented_acks() -> dict[str, set[str]]:
    found = {}
    for name in COMMANDS:
        line = re.search(r"^Acknowledged with: (.*)\.$", section(f"`{name}`", 4), re.MULTILINE)
        assert line, name
        found[name] = set(re.findall(r"(?:^|; )`(\w+)`", line[1]))
    return found


def acks_of_everything(room: Room) -> dict[str, set[str]]:
    """Give every command of a use case once; return the fields of its acknowledgement."""
    found: dict[str, set[str]] = {}

    def give(actor: Any, name: str, **fields: Any) -> dict[str, Any]:
        done = room.give(actor, name, **fields)
        found[name] = set(done)
        return done

    moderator, anna, ben = room.moderator, room.join(), room.join()
    words, text, statements = (room.poll(place).id for place in range(3))
    room.hold(0, ["trust"])
    give(moderator, "word.hide", poll=words, word="trust")
    receipt = room.hold(1, "More buses")[0]
    give(moderator, "answer.approve", poll=text, receipt=receipt)
    give(moderator, "answer.hide", poll=text, receipt=receipt)

    room.hold(3, 40)
    give(moderator, "truth.show", poll=room.poll(3).id)

    poll = give(moderator, "poll.create", title="T?", options=["Y", "N"])["poll"]
    give(moderator, "poll.update", poll=poll, title="Now?")
    give(moderator, "poll.visibility", poll=poll, visibility="voted")
    give(moderator, "poll.open", poll=poll)
    give(anna, "ballot.cast", poll=poll, round=1, answer="a")
    give(anna, "ballot.withdraw", poll=poll, round=1)
    give(moderator, "poll.extend", poll=poll, seconds=60)
    give(moderator, "poll.extend", poll=poll)
    give(moderator, "poll.close", poll=poll)
    room.clock.advance(GRACE_SECONDS)
    latest = room.state.polls[poll].round
    assert latest is not None
    polls_service.finish_round(room.context, room.panel_id, poll, latest.id)
    give(moderator, "poll.publish", poll=poll)
    give(moderator, "poll.clear", poll=poll)

    item = give(moderator, "agenda.add", kind="slide", title="Hello")["item"]
    give(moderator, "agenda.update", item=item, title="Welcome")
    give(moderator, "agenda.duplicate", item=item)
    give(moderator, "agenda.move", item=item, place=1)
    give(moderator, "agenda.show", item=item)
    give(moderator, "projector.show", view="join")
    sealed = give(moderator, "poll.create", title="S?", options=["Y", "N"])["poll"]
    give(moderator, "poll.visibility", poll=sealed, visibility="sealed")
    give(moderator, "poll.open", poll=sealed)
    give(moderator, "poll.close", poll=sealed)
    room.clock.advance(GRACE_SECONDS)
    latest = room.state.polls[sealed].round
    assert latest is not None
    polls_service.finish_round(room.context, room.panel_id, sealed, latest.id)
    give(moderator, "panel.reveal")
    give(moderator, "statement.add", poll=statements, text="More trees")
    give(moderator, "statement.withdraw", poll=statements, statement="s1")
    proposed = give(anna, "comment.post", text="More shade")["comment"]
    give(moderator, "statement.admit", poll=statements, comment=proposed)
    give(moderator, "agenda.paste", text="Shall we?")
    give(moderator, "agenda.open")
    give(moderator, "agenda.close")
    room.clock.advance(GRACE_SECONDS)
    for one in room.state.paced_polls():
        if one.round is not None:
            polls_service.finish_round(room.context, room.panel_id, one.id, one.round.id)
    give(moderator, "agenda.publish")
    give(moderator, "agenda.delete", item=item)

    comment = give(anna, "comment.post", text="Hello")["comment"]
    give(ben, "comment.upvote", comment=comment)
    for name in ("comment.approve", "comment.spotlight", "comment.answer"):
        give(moderator, name, comment=comment)
    give(moderator, "comment.hide", comment=comment, reason="off_topic")
    give(moderator, "panel.undo")
    give(moderator, "panel.update", comments_open=False)
    give(moderator, "link.reissue", role="projector")
    give(moderator, "panel.clear")
    return found


def test_acknowledgements_carry_the_fields_that_are_documented(tmp_path: Path) -> None:
    estimate = a_poll("numeric", settings={"truth": 50})
    room = make_room(tmp_path, a_poll("words"), a_poll("text"), a_poll("opinion"), estimate)
    told = {**acks_of_everything(room), "panel.snapshot": {"snapshot"}, "panel.watch": set()}
    assert told == documented_acks()


# Events


STRUCTS: dict[str, type[msgspec.Struct]] = {
    "panel.view": events.PanelViewEvent,
    "panel.presence": events.PresenceEvent,
    "panel.pace": events.PaceEvent,
    "poll.opened": events.PollEvent,
    "poll.closed": events.PollEvent,
    "poll.tally": events.TallyEvent,
    "poll.turnout": events.TurnoutEvent,
    "comment.posted": events.CommentEvent,
    "comment.changed": events.CommentEvent,
}


def test_every_event_is_documented_and_no_other() -> None:
    assert set(headings(section("Events"), 3)) == set(EVENTS)
    assert set(STRUCTS) == set(EVENTS) - {"panel.snapshot"}


@pytest.mark.parametrize("name", sorted(STRUCTS))
def test_an_events_fields_are_documented_and_no_others(name: str) -> None:
    fields = [field.name for field in msgspec.structs.fields(STRUCTS[name])]
    assert list(rows(section(f"`{name}`", 3))) == fields


def test_what_the_stage_sends_is_what_is_documented() -> None:
    """Every name of an event in the code that sends is one of the protocol's."""
    names = set(EVENTS) | set(COMMANDS) | {"poll.not_open"}
    for path in ((ROOT / "polls" / "live").rglob("*.py"), (ROOT / "polls" / "web").glob("so*.py")):
        for file in path:
            for found in re.findall(r'"((?:poll|panel|comment)\.[a-z_]+)"', file.read_text()):
                assert found in names | set(MESSAGES), file


def test_a_snapshots_fields_are_documented_and_no_others(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    room.open()
    anna = room.join()
    room.cast(anna, "a")
    room.context.stage.fresh_state(room.panel_id)
    found = room.context.stage.snapshot(room.panel_id, anna.role, "en", None)
    shown = rows(section("`panel.snapshot`", 3))
    assert set(shown) == set(found) | {"you"}
    for part in ("panel", "item", "poll"):
        inside = set(re.findall(r"`(\w+)`", shown[part][0]))
        assert set(found[part]) <= inside, part


def test_the_fields_of_connecting_are_documented_and_no_others() -> None:
    fields = {field.name: field.required for field in msgspec.structs.fields(protocol.Connect)}
    shown = rows(section("Connecting"))
    assert {name: cells[0].endswith("required") for name, cells in shown.items()} == fields


def test_every_poll_kind_is_documented_with_its_settings() -> None:
    shown = rows(section("Answers by kind"))
    assert set(shown) == set(all_kinds())
    for name in all_kinds():
        for setting in a_poll(name).settings:
            assert f"`{setting}`" in shown[name][0], (name, setting)


# Refusals and HTTP


def test_every_refusal_is_documented_and_no_other() -> None:
    assert set(rows(section("Refusals"))) == set(MESSAGES)


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_a_refusal_is_documented_with_its_status_and_its_fields(code: str) -> None:
    status, fields, _ = rows(section("Refusals"))[code]
    assert int(status) == Parts.status_of(Refusal(code))
    message = str(getattr(MESSAGES[code], "_args", [MESSAGES[code]])[0])
    assert set(re.findall(r"%\((\w+)\)s", message)) <= set(re.findall(r"`(\w+)`", fields))


def test_no_code_is_mentioned_that_does_not_exist() -> None:
    known = set(COMMANDS) | set(EVENTS) | set(MESSAGES)
    families = {name.split(".")[0] for name in known} - {"request", "server", "auth", "you"}
    mentioned = re.findall(r"`([a-z]+\.[a-z_]+)`", DOCUMENT)
    assert [
        name for name in mentioned if name.split(".")[0] in families and name not in known
    ] == []


def test_every_door_is_documented_and_no_other(tmp_path: Path) -> None:
    app = create_app(make_config(tmp_path))
    doors = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert set(rows(section("Over HTTP"))) == doors


def test_the_openapi_description_names_every_command_and_every_door_of_the_api() -> None:
    paths = set(describe()["paths"])
    for name in USE_CASES:
        assert f"/api/v1/panels/{{code}}/commands/{name}" in paths
    doors = {row.split()[1] for row in rows(section("Over HTTP")) if " /api/v1/" in row}
    plain = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", door) for door in doors}
    about_itself = {"/api/v1/openapi.json", "/api/v1/agenda.schema.json"}
    plain -= about_itself | {"/api/v1/panels/{code}/commands/{name}"}
    assert plain <= paths


# The JavaScript


def javascript() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "static").glob("*.js")}


def test_the_javascript_listens_to_events_of_the_protocol_only() -> None:
    for name, source in javascript().items():
        for found in re.findall(r"""socket\.on\(\s*["'`]([a-z]+\.[a-z_]+)["'`]""", source):
            assert found in EVENTS, name


def test_the_javascript_mentions_no_message_that_does_not_exist() -> None:
    known = set(COMMANDS) | set(EVENTS) | set(MESSAGES)
    families = {name.split(".")[0] for name in set(COMMANDS) | set(EVENTS)}
    for name, source in javascript().items():
        for found in re.findall(r"""["'`]([a-z]+\.[a-z_]+)["'`]""", source):
            if found.split(".")[0] in families:
                assert found in known, name


def test_forms_name_commands_of_the_protocol_only() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        for found in re.findall(r"/do/([a-z]+\.[a-z_]+)", source):
            assert found in USE_CASES, path.name
        for found in re.findall(r"""data-command=["']([a-z]+\.[a-z_]+)["']""", source):
            assert found in COMMANDS, path.name


# What is parsed is what is documented


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_an_unknown_field_is_refused_at_every_command(name: str) -> None:
    with pytest.raises(Refusal) as caught:
        protocol.parse_command(name, {"surprise": 1})
    assert caught.value.code == "command.malformed"


@pytest.mark.parametrize("payload", [[], "text", 5, True, {"poll": 5}, {"poll": "é"}, {1: 2}])
def test_a_payload_of_the_wrong_shape_is_refused(payload: object) -> None:
    with pytest.raises(Refusal) as caught:
        protocol.parse_command("poll.close", payload)
    assert caught.value.code == "command.malformed"


def test_forms_are_read_like_messages_though_all_their_fields_are_text() -> None:
    update = protocol.parse_form("panel.update", {"comments_open": "false", "head_count": "12"})
    assert isinstance(update, PanelUpdate)
    assert update.comments_open is False
    opened = protocol.parse_form("poll.open", {"poll": "p", "countdown_seconds": "30"})
    assert isinstance(opened, PollOpen)
    assert int(str(opened.countdown_seconds)) == 30
    with pytest.raises(Refusal):
        protocol.parse_form("panel.update", {"comments_open": "perhaps"})
