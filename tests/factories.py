"""Makes what tests need: a context on a fresh database, a panel, people who vote and write.

    room = make_room(tmp_path, a_poll("single_choice"))
    room.open()
    anna = room.join()
    room.cast(anna, "a")
    room.close()

Everything goes through the services, as it does behind a door. Time stands still until
`room.clock.advance(…)`; receipts and codes come from a seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection

from polls import protocol
from polls.app import create_context
from polls.config import Config
from polls.domain.agenda import (
    ItemDefinition,
    PanelDefinition,
    PollDefinition,
    define_poll,
)
from polls.domain.codes import Choose
from polls.domain.comments import Moderation
from polls.domain.kinds import kind_named
from polls.domain.polls import GRACE_SECONDS, Poll, Question, Role
from polls.domain.texts import Texts
from polls.live.snapshots import PanelState, load_state
from polls.services import commands, panels, participants, polls
from polls.services.context import Actor, Context
from polls.store import agenda
from polls.store.database import Database

NOON = 1_700_000_000.0


@dataclass(slots=True)
class Clock:
    """Stands still until it is told to go on."""

    now: float = NOON

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


SECRET = "secret of the tests"
"""A server that goes on with a database made here needs it as HEMICYCLE_SECRET."""


@cache
def migrated_database() -> bytes:
    """The file that the migrations make of nothing; hundreds of tests begin with a copy."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hemicycle.db"
        database = Database(f"sqlite:///{path}")
        database.migrate()
        database.close()
        return path.read_bytes()


def make_config(folder: Path, **settings: Any) -> Config:
    """Return settings for a database in this folder; other settings may be given by name."""
    if "database_url" not in settings:
        path = folder / "hemicycle.db"
        settings["database_url"] = f"sqlite:///{path}"
        if not path.exists():
            path.write_bytes(migrated_database())
    settings.setdefault("participant_comments_per_minute", 10_000)
    return replace(Config(secret=SECRET), **settings)


def seeded(seed: int = 1) -> Choose:
    return random.Random(seed).choice


def make_context(
    folder: Path, clock: Callable[[], float] | None = None, **settings: Any
) -> Context:
    """Return the parts that use cases work with, on a migrated database, without a server."""
    return create_context(make_config(folder, **settings), clock=clock or Clock(), choose=seeded())


OPTIONS: dict[str, tuple[Any, ...]] = {
    "single_choice": ("Yes", "No", "Both", "Neither"),
    "multiple_choice": ("Trust", "Access", "Privacy", "Cost"),
    "ranking": ("Trams", "Trees", "Benches", "Lamps"),
    "opinion": ("Trees come first", "Cars must go", "Ask us first", "Keep a counter"),
    "budget": tuple(
        {"label": label, "cost": cost}
        for label, cost in (("Park", 40), ("Tram", 60), ("Trees", 12.5), ("Lamps", 30))
    ),
}
OPTIONS["points"] = ("Trees", "Benches", "A market", "Lamps")
OPTIONS["knowledge"] = ({"label": "2005", "right": True}, "2015", "1995", "Never")
SETTINGS = {"budget": {"budget": 100}}
ANSWERS: dict[str, tuple[Any, ...]] = {
    "single_choice": ("a", "b", "c", "d"),
    "multiple_choice": (["a"], ["a", "c"], ["b", "c", "d"], ["a", "b", "c", "d"]),
    "rating": (1, 2, 3, 4, 5),
    "words": (["privacy"], ["Privacy", "trust"], ["privacité"], ["the", "trust", "Élan"]),
    "text": ("More buses", "Ask us first", "Nothing"),
    "opinion": (
        {"s1": "agree"},
        {"s1": "disagree", "s2": "agree"},
        {"s2": "pass", "s4": "agree"},
        {"s1": "agree", "s2": "disagree", "s3": "pass", "s4": "agree"},
    ),
    "ranking": (["a", "b", "c", "d"], ["c"], ["d", "b"], ["b", "a", "d", "c"]),
    "points": ({"a": 60, "b": 40}, {"c": 100}, {"a": 1, "b": 2, "c": 3, "d": 94}),
    "numeric": (0, 12, 13, 50, 100),
    "knowledge": ("a", "b", "c", "d"),
    "budget": (["a", "b"], ["c"], ["a", "c", "d"], ["b", "d"]),
}
"""Answers that a poll made by `a_poll` takes."""


def a_poll(kind: str = "single_choice", title: str = "", **fields: Any) -> PollDefinition:
    """Return a poll definition; what is not given is something usual for its kind."""
    fields.setdefault("options", OPTIONS.get(kind))
    fields.setdefault("settings", SETTINGS.get(kind))
    return define_poll(kind, title or f"A question of kind {kind}?", **fields)


def question_of(definition: PollDefinition) -> Question:
    return Question(definition.options, definition.settings)


def parse_answer(definition: PollDefinition, answer: Any) -> Any:
    return kind_named(definition.kind).parse(answer, question_of(definition))


def a_panel(*polls: PollDefinition, **fields: Any) -> PanelDefinition:
    """Return a panel with these polls on its agenda; without any, one of every kind."""
    definitions = polls or tuple(a_poll(kind) for kind in ANSWERS)
    values: dict[str, Any] = {
        "title": Texts({"en": "A test panel"}),
        "languages": ("en", "fr", "nl"),
        "code": "TEST42",
        "moderation": Moderation.POST,
        "items": tuple(ItemDefinition.of_poll(poll) for poll in definitions),
    }
    return PanelDefinition(**(values | fields))


@dataclass(slots=True)
class Room:
    """A panel in use. A poll is meant by its place on the agenda, from 0; the first if none."""

    context: Context
    clock: Clock
    links: panels.PanelLinks
    moderator: Actor
    people: list[Actor] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.links.code

    @property
    def panel_id(self) -> str:
        return self.links.panel_id

    @property
    def state(self) -> PanelState:
        """The panel as the database has it now."""
        return self.context.database.read(lambda connection: load_state(connection, self.panel_id))

    def poll(self, place: int = 0) -> Poll:
        def read(connection: Connection) -> Poll:
            items = agenda.items_of(connection, self.panel_id)
            found = [item.poll_id for item in items if item.poll_id]
            return agenda.polls_of(connection, self.panel_id)[found[place]]

        return self.context.database.read(read)

    def round_id(self, place: int = 0) -> str:
        latest = self.poll(place).round
        assert latest is not None, "this poll was not opened"
        return latest.id

    def give(self, actor: Actor, name: str, **fields: Any) -> dict[str, Any]:
        """Give a command as a door would."""
        return commands.give(self.context, actor, name, protocol.parse_command(name, fields))

    def direct(self, name: str, **fields: Any) -> dict[str, Any]:
        """Give a command as the moderator."""
        return self.give(self.moderator, name, **fields)

    def join(self, language: str = "en") -> Actor:
        actor = participants.join(self.context, self.panel_id, language).actor
        self.context.stage.presence(self.panel_id).see(
            actor.require_participant(), self.context.clock()
        )
        self.people.append(actor)
        return actor

    def open(self, place: int = 0) -> int:
        return int(self.direct("poll.open", poll=self.poll(place).id)["round"])

    def cast(
        self,
        actor: Actor,
        answer: Any,
        place: int = 0,
        *,
        round: int | None = None,  # noqa: A002
        sequence: int | None = None,
    ) -> str:
        """Cast a ballot in the latest round; return its receipt."""
        poll = self.poll(place)
        number = round if round is not None else (poll.round.number if poll.round else 0)
        fields = {"poll": poll.id, "round": number, "answer": answer, "sequence": sequence}
        return str(self.give(actor, "ballot.cast", **fields)["receipt"])

    def withdraw(self, actor: Actor, place: int = 0, sequence: int | None = None) -> None:
        poll = self.poll(place)
        assert poll.round is not None
        fields = {"poll": poll.id, "round": poll.round.number, "sequence": sequence}
        self.give(actor, "ballot.withdraw", **fields)

    def close(self, place: int = 0, *, publish: bool = False) -> None:
        """End voting and let the grace pass, so that the round is closed and counted."""
        poll = self.poll(place)
        self.direct("poll.close", poll=poll.id)
        self.clock.advance(GRACE_SECONDS + 0.1)
        polls.finish_round(self.context, self.panel_id, poll.id, self.round_id(place))
        if publish:
            self.direct("poll.publish", poll=poll.id)

    def hold(self, place: int, *answers: Any, publish: bool = False) -> list[str]:
        """Open a poll, let one newcomer cast each answer, close it; return the receipts."""
        self.open(place)
        receipts = [self.cast(self.join(), answer, place) for answer in answers]
        self.close(place, publish=publish)
        return receipts

    def comment(self, text: str, actor: Actor | None = None, **fields: Any) -> str:
        """Write a comment, by a newcomer if nobody is named; return its id."""
        return str(self.give(actor or self.join(), "comment.post", text=text, **fields)["comment"])

    def upvote(self, comment: str, count: int = 1) -> None:
        """Let newcomers support a comment."""
        for _ in range(count):
            self.give(self.join(), "comment.upvote", comment=comment, on=True)


def room_in(context: Context, definition: PanelDefinition, clock: Clock) -> Room:
    """Return a room for a new panel in a context, such as the one of a running app."""
    links = panels.create(context, definition)
    return Room(context, clock, links, Actor(Role.MODERATOR, links.panel_id))


def make_room(
    folder: Path,
    *definitions: PollDefinition,
    clock: Clock | None = None,
    **panel_fields: Any,
) -> Room:
    """Return a room with a panel of these polls on a fresh database; all kinds if none.

    A server that goes on with the database needs a clock near its own, or the panel is over.
    """
    clock = clock or Clock()
    return room_in(make_context(folder, clock), a_panel(*definitions, **panel_fields), clock)
