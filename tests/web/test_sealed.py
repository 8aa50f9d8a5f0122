"""What is sealed does not leak: two rooms that voted differently look the same to everyone.

Each way by which something leaves the house is asked in both rooms; what comes out must be equal,
character for character, but for ids that are drawn at random. After the reveal it must differ:
else the way would be one that never tells anything, and the test worth nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from polls.app import create_app
from polls.commands.main import main
from polls.domain.errors import Refusal
from polls.domain.polls import GRACE_SECONDS, Role
from polls.services import panels, participants, polls
from polls.services.context import Context
from polls.services.history import _restore
from polls.store import agenda
from polls.web.identity import cookie_name
from tests.factories import ANSWERS, SECRET, Clock, Room, a_panel, a_poll, make_config, room_in

ONE, OTHER = 0, 1
"""Which of two answers most people give, in the one room and in the other."""

CHOICES: dict[str, tuple[Any, Any]] = {
    **{kind: (answers[0], answers[1]) for kind, answers in ANSWERS.items()},
    "opinion": ({"s1": "agree", "s2": "disagree"}, {"s1": "disagree", "s2": "agree"}),
}
"""Two answers of each kind; opinions to the same statements, since which ones were answered, but
not how, is told to everyone."""


@dataclass
class House:
    """A running app with one sealed poll, and all that its stage has sent."""

    app: Any
    room: Room
    folder: Path
    voter: Any = None
    heard: list[tuple[str, Any, str]] = field(default_factory=list)

    @property
    def context(self) -> Context:
        return self.room.context

    def client(self, role: Role | None = None) -> FlaskClient:
        client: FlaskClient = self.app.test_client()
        if role is Role.MODERATOR:
            client.set_cookie(cookie_name(role, self.room.code), self.room.links.moderator_key)
        if role is Role.PROJECTOR:
            client.set_cookie(cookie_name(role, self.room.code), self.room.links.projector_key)
        return client

    def page(self, path: str, role: Role | None = None) -> str:
        answer = self.client(role).get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.get_data(as_text=True)

    def tick(self) -> None:
        self.room.clock.advance(4)
        self.context.stage.tick()


def a_house(folder: Path, kind: str, most: int) -> House:
    """A house in which five people voted under a seal; the first one alike in all houses."""
    folder.mkdir()
    clock = Clock()
    app = create_app(make_config(folder), clock=clock)
    parts = app.extensions["hemicycle"]
    room = room_in(parts.context, a_panel(a_poll(kind, visibility="sealed"), a_poll("text")), clock)
    house = House(app, room, folder)
    parts.context.stage.stop()  # Ticks come by hand, so that both houses hear the same in turn.
    # Rounds are finished by hand too, by `close`.
    parts.context.stage._finish_round = lambda *_due: None
    parts.context.stage.connect_to(
        emit=lambda event, payload, place: house.heard.append((event, payload, place)),
        has_members=lambda place: not place.endswith(("/fr", "/nl")),
        render=parts.renderer,
    )
    room.open()
    house.tick()
    answers = CHOICES[kind]
    house.voter = room.join()
    room.cast(house.voter, answers[0])
    for choice in (most, most, most, 1 - most):
        room.cast(room.join(), answers[choice])
    house.tick()
    return house


@pytest.fixture(params=sorted(CHOICES))
def houses(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[House, House]]:
    found = tuple(a_house(tmp_path / str(most), request.param, most) for most in (ONE, OTHER))
    yield found[0], found[1]
    for house in found:
        house.context.stage.stop()
        house.context.database.close()


@pytest.fixture
def choices(tmp_path: Path) -> Iterator[tuple[House, House]]:
    found = tuple(a_house(tmp_path / str(most), "single_choice", most) for most in (ONE, OTHER))
    yield found[0], found[1]
    for house in found:
        house.context.stage.stop()
        house.context.database.close()


def without_ids(text: str) -> str:
    text = re.sub("[0-9a-f]{16,}", "ID", text)
    return re.sub(r"\b[0-9A-Z]{3}-[0-9A-Z]{3}\b", "RECEIPT", text)


def close(house: House) -> None:
    room = house.room
    room.direct("poll.close", poll=room.poll().id)
    house.tick()
    room.clock.advance(GRACE_SECONDS)
    polls.finish_round(house.context, room.panel_id, room.poll().id, room.round_id())
    house.tick()


# Ways


def sent(house: House) -> str:
    """All frames, fragments and events that any screen was sent, in every language."""
    return json.dumps(house.heard, sort_keys=True, default=str)


def snapshots(house: House) -> str:
    stage, panel = house.context.stage, house.room.panel_id
    return json.dumps([stage.snapshot(panel, role, "en", None) for role in Role], default=str)


def views(house: House) -> str:
    """What templates are given, also of what they do not show."""
    stage, panel = house.context.stage, house.room.panel_id
    return repr([stage.view(panel, role, "en") for role in Role])


def pages(house: House) -> str:
    code = house.room.code
    return "".join(
        [
            house.page(f"/p/{code}/moderate", Role.MODERATOR),
            house.page(f"/p/{code}/screen", Role.PROJECTOR),
            house.page(f"/p/{code}"),
        ]
    )


def results_page(house: House) -> str:
    return house.page(f"/p/{house.room.code}/results?all=1", Role.MODERATOR)


def downloads(house: House) -> str:
    files = ("results.json", "results.csv", "receipts.csv", "splits.csv")
    return "".join(
        house.page(f"/p/{house.room.code}/{name}?all=1", Role.MODERATOR) for name in files
    )


def api(house: House) -> str:
    code = house.room.code
    headers = {"Authorization": f"Bearer {house.room.links.moderator_key}"}
    client = house.client()
    return "".join(
        client.get(path, headers=headers).get_data(as_text=True)
        for path in (f"/api/v1/panels/{code}", f"/api/v1/panels/{code}/results.json?all=1")
    )


def commands(house: House) -> str:
    environment = {
        "HEMICYCLE_DATABASE_URL": f"sqlite:///{house.folder / 'hemicycle.db'}",
        "HEMICYCLE_SECRET": SECRET,
    }
    code = house.room.code
    told = ""
    for given in (
        ("recount", code),
        ("export", code, "--all"),
        ("export", code, "--all", "--format", "csv"),
        ("export", code, "--all", "--receipts"),
        ("export", code, "--all", "--splits"),
        ("export", code, "--agenda"),
    ):
        done = CliRunner().invoke(main, list(given), env=environment)
        assert done.exit_code == 0, done.output
        told += done.output
    return told


WAYS: tuple[Callable[[House], str], ...] = (
    sent, snapshots, views, pages, results_page, downloads, api, commands,
)  # fmt: skip


def differing(pair: tuple[House, House]) -> list[str]:
    """Return the ways by which the two houses can be told apart."""
    return [way.__name__ for way in WAYS if len({without_ids(way(house)) for house in pair}) > 1]


def test_nobody_learns_anything_before_the_reveal_and_everyone_after(
    houses: tuple[House, House],
) -> None:
    assert differing(houses) == [], "while voting is open"
    for house in houses:
        close(house)
    assert differing(houses) == [], "once it is closed"
    for house in houses:
        house.room.direct("panel.reveal")
        house.tick()
    told = differing(houses)
    kind = houses[0].room.poll().kind
    expected = {"results_page", "downloads", "api", "commands"}
    assert expected <= set(told), (kind, told)
    assert {"sent", "views"} <= set(told), (kind, told)


def test_a_voter_sees_no_more_than_before_voting(choices: tuple[House, House]) -> None:
    found = []
    for house in choices:
        room = house.room
        stage = house.context.stage
        owned = participants.own(house.context, house.voter)
        found.append(
            without_ids(
                json.dumps(
                    [
                        stage.snapshot(room.panel_id, Role.PARTICIPANT, "en", owned.ballot),
                        participants.traces(house.context, house.voter),
                    ],
                    default=str,
                )
            )
        )
    assert found[0] == found[1]


def test_the_moderator_still_sees_how_many_voted(choices: tuple[House, House]) -> None:
    house = choices[0]
    assert "5 of 5 people in the room" in house.page(
        f"/p/{house.room.code}/moderate", Role.MODERATOR
    )
    snapshot = house.context.stage.snapshot(house.room.panel_id, Role.MODERATOR, "en", None)
    assert (snapshot["turnout"], snapshot["tally"]) == (5, None)


def refused(house: House, name: str, **fields: Any) -> str:
    with pytest.raises(Refusal) as caught:
        house.room.direct(name, **fields)
    return caught.value.code


@pytest.mark.parametrize("visibility", ["live", "projector", "voted", "published"])
def test_the_seal_cannot_be_broken_to_look(choices: tuple[House, House], visibility: str) -> None:
    house = choices[0]
    poll = house.room.poll().id
    assert refused(house, "poll.visibility", poll=poll, visibility=visibility) == "poll.seal_stays"
    assert refused(house, "poll.update", poll=poll, visibility=visibility) == "poll.has_ballots"
    close(house)
    assert refused(house, "poll.visibility", poll=poll, visibility=visibility) == "poll.seal_stays"
    assert refused(house, "poll.publish", poll=poll) == "poll.sealed"
    assert differing(choices[:1] + choices[:1]) == []


def test_undo_breaks_no_seal(tmp_path: Path) -> None:
    house = a_house(tmp_path / "a", "single_choice", ONE)
    room = house.room
    close(house)
    for _ in range(6):
        try:
            room.direct("panel.undo")
        except Refusal:
            break
        assert room.poll().visibility == "sealed"
        assert "data-counts" not in house.page(f"/p/{room.code}/moderate", Role.MODERATOR)
    assert room.poll().state in ("open", "closed")


def test_a_seal_put_on_by_hand_cannot_be_taken_back_once_people_voted(tmp_path: Path) -> None:
    house = a_house(tmp_path / "a", "single_choice", ONE)
    entry = {"table": "poll", "id": house.room.poll().id, "values": {"visibility": "live"}}
    with pytest.raises(Refusal, match=r"poll\.seal_stays"):
        house.context.database.write(lambda connection: _restore(connection, entry, 0.0))


def test_clearing_or_copying_shows_nothing(choices: tuple[House, House]) -> None:
    for house in choices:
        close(house)
        room = house.room
        room.direct("agenda.duplicate", item=room.state.items[0].id)
        room.direct("poll.clear", poll=room.poll().id)
    assert differing(choices) == []


def test_a_reveal_is_one_moment_for_all_and_waits_for_the_last(tmp_path: Path) -> None:
    clock = Clock()
    app = create_app(make_config(tmp_path), clock=clock)
    definitions = [a_poll(title=f"Question {n}?", visibility="sealed") for n in range(3)]
    room = room_in(app.extensions["hemicycle"].context, a_panel(*definitions, a_poll()), clock)
    assert code_of(room, "panel.reveal") == "reveal.nothing"
    room.hold(0, "a", "a", "b")
    room.open(1)
    with pytest.raises(Refusal) as caught:
        room.direct("panel.reveal")
    assert (caught.value.code, caught.value.details) == (
        "reveal.still_open", {"title": "Question 1?"},
    )  # fmt: skip
    room.direct("poll.close", poll=room.poll(1).id)
    assert code_of(room, "panel.reveal") == "reveal.still_open", "the last votes are being counted"
    room.clock.advance(GRACE_SECONDS + 1)
    polls.finish_round(room.context, room.panel_id, room.poll(1).id, room.round_id(1))
    room.hold(3, "a")
    done = room.direct("panel.reveal")
    assert done == {"polls": [room.poll(0).id, room.poll(1).id]}
    assert [room.poll(place).state for place in range(4)] == [
        "published", "published", "draft", "closed",
    ]  # fmt: skip
    assert code_of(room, "panel.undo") == "undo.nothing", "what was seen cannot be unseen"
    view = room.context.stage.view(room.panel_id, Role.PROJECTOR, "en")
    assert view.projector_view == "reveal"
    assert [entry.leading[0].label for entry in view.revealed if entry.leading] == ["Yes"]
    room.context.stage.stop()
    room.context.database.close()


def code_of(room: Room, name: str) -> str:
    with pytest.raises(Refusal) as caught:
        room.direct(name)
    return caught.value.code


def test_asked_again_after_the_reveal_it_is_sealed_again(choices: tuple[House, House]) -> None:
    for house in choices:
        close(house)
        house.room.direct("panel.reveal")
        house.heard.clear()
        house.room.open()
        for _ in range(2):
            house.room.cast(house.room.join(), "c")
        house.tick()
        house.heard.clear()
        house.tick()
    assert differing(choices) == [], "the first round, too, is out of sight meanwhile"


def test_reasons_wait_with_the_results_that_they_belong_to(tmp_path: Path) -> None:
    clock = Clock()
    app = create_app(make_config(tmp_path), clock=clock)
    definition = a_poll(visibility="sealed", settings={"reasons": True})
    room = room_in(app.extensions["hemicycle"].context, a_panel(definition), clock)
    house = House(app, room, tmp_path)
    room.open()
    anna = room.join()
    room.cast(anna, "b")
    item = room.state.items[0].id
    room.comment("It is quicker", anna, kind="reason", about=item, option="b")
    ways = (views, pages, results_page, downloads, api)
    assert not any("It is quicker" in way(house) for way in ways)
    room.close()
    assert not any("It is quicker" in way(house) for way in ways)
    room.direct("panel.reveal")
    assert all("It is quicker" in way(house) for way in (views, results_page, downloads))
    room.context.stage.stop()
    room.context.database.close()


def a_sealed_reason(folder: Path) -> tuple[House, str]:
    """A house in which one person voted under a seal and said why."""
    clock = Clock()
    app = create_app(make_config(folder), clock=clock)
    definition = a_poll(visibility="sealed", settings={"reasons": True})
    growing = a_poll("opinion")
    room = room_in(app.extensions["hemicycle"].context, a_panel(definition, growing), clock)
    house = House(app, room, folder)
    house.context.stage.stop()
    house.context.stage.connect_to(
        emit=lambda event, payload, place: house.heard.append((event, payload, place)),
        has_members=lambda _place: True,
        render=app.extensions["hemicycle"].renderer,
    )
    room.open(1)
    room.open()
    anna = room.join()
    room.cast(anna, "b")
    item = room.state.items[0].id
    reason = room.comment("It is quicker", anna, kind="reason", about=item, option="b")
    return house, reason


def test_a_moderator_can_do_nothing_with_a_reason_under_a_seal(tmp_path: Path) -> None:
    house, reason = a_sealed_reason(tmp_path)
    room = house.room
    told = [place for event, _, place in house.heard if event == "comment.posted"]
    assert len(told) == 1
    assert "moderator" not in told[0]
    for is_closed in (False, True):
        if is_closed:
            room.close()
        for name, fields in (
            ("comment.spotlight", {}),
            ("comment.approve", {}),
            ("comment.hide", {"reason": "insults"}),
            ("comment.answer", {"on": True}),
            ("statement.admit", {"poll": room.poll(1).id}),
            ("poll.create", {"title": "", "options": ["One", "Two"]}),
        ):
            assert refused(house, name, comment=reason, **fields) == "comment.sealed"
    assert room.state.spotlight is None
    assert "It is quicker" not in json.dumps([payload for _, payload, _ in house.heard])
    room.direct("panel.reveal")
    room.direct("comment.spotlight", comment=reason)
    assert room.state.spotlight is not None
    house.context.database.close()


def test_a_sealed_question_stays_on_the_agenda_until_it_is_revealed(tmp_path: Path) -> None:
    house, reason = a_sealed_reason(tmp_path)
    room = house.room
    item = room.state.items[0].id
    assert refused(house, "agenda.delete", item=item) == "item.is_open"
    room.close()
    assert refused(house, "agenda.delete", item=item) == "poll.sealed"
    assert len(room.state.items) == 2
    house.context.database.write(
        lambda connection: agenda.change_item(connection, item, deleted_at=room.clock.now)
    )
    house.context.stage.structure_changed(room.panel_id)
    assert "It is quicker" not in views(house), "even one that was taken off before"
    assert refused(house, "comment.spotlight", comment=reason) == "comment.sealed"
    house.context.database.write(
        lambda connection: agenda.change_item(connection, item, deleted_at=None)
    )
    room.direct("panel.reveal")
    room.direct("agenda.delete", item=item)
    house.context.database.close()


def test_after_the_panels_end_a_seal_can_still_be_broken(tmp_path: Path) -> None:
    house = a_house(tmp_path / "a", "single_choice", ONE)
    close(house)
    panels.end(house.context, house.room.panel_id)
    house.room.direct("panel.reveal")
    assert house.room.poll().state == "published"


def test_a_split_shows_nothing_of_a_sealed_grouping_question(tmp_path: Path) -> None:
    """How many of each group voted would tell how people answered the grouping question."""
    clock = Clock()
    app = create_app(make_config(tmp_path), clock=clock)
    room = room_in(
        app.extensions["hemicycle"].context,
        a_panel(
            a_poll(options=["Citizen", "Expert"], settings={"grouping": True}, visibility="sealed"),
            a_poll(options=["Yes", "No"]),
        ),
        clock,
    )
    people = [room.join() for _ in range(20)]
    for place in (0, 1):
        room.open(place)
        for number, person in enumerate(people):
            room.cast(person, "ab"[number % 2 if place else number // 10], place)
        room.close(place)
    house = House(app, room, tmp_path)
    for role in (Role.MODERATOR, Role.PROJECTOR):
        poll = room.context.stage.view(room.panel_id, role, "en").item
        assert poll is not None
        assert poll.poll is not None
        assert poll.poll.splits == ()
    assert "Citizen" not in results_page(house) + downloads(house)
    with pytest.raises(Refusal, match=r"split\.none"):
        room.direct("projector.show", view="split")
    room.direct("panel.reveal")
    room.direct("agenda.show", item=room.state.items[1].id)
    room.direct("projector.show", view="split")
    split = room.context.stage.view(room.panel_id, Role.PROJECTOR, "en").split
    assert split is not None
    assert [group.label for group in split.groups] == ["Citizen", "Expert"]
    assert "Citizen" in downloads(house)
    room.context.stage.stop()
    room.context.database.close()
