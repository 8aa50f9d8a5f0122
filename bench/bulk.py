"""A panel with more in it than anyone would want to vote by hand, written straight into SQLite."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from polls import protocol
from polls.agenda_file.reading import read_agenda
from polls.app import create_context
from polls.config import Config
from polls.domain.kinds import kind_named
from polls.domain.polls import GRACE_SECONDS, Poll, Role
from polls.domain.tally import BALLOTS, VERSION
from polls.services import commands, panels, participants, polls
from polls.services.context import Actor

SECRET = "secret of the bench"
HOUR_SECONDS = 3600

BALLOT = (
    "INSERT INTO ballot (round_id, participant, answer, sequence, receipt, channel, state)"
    " VALUES (?, ?, ?, 1, ?, 'phone', 'shown')"
)
COUNTER = (
    "INSERT INTO counter (round_id, key, shard, value) VALUES (?, ?, 0, ?)"
    " ON CONFLICT (round_id, key, shard) DO UPDATE SET value = value + excluded.value"
)
PARTICIPANT = "INSERT INTO participant (panel_id, id, language, joined_at) VALUES (?, ?, 'en', ?)"
COMMENT = (
    "INSERT INTO comment (id, panel_id, item_id, participant, kind, text, language, state, reason,"
    " is_answered, upvotes, posted_at) VALUES (?, ?, ?, ?, ?, ?, 'en', ?, '', ?, ?, ?)"
)


def names(count: int, prefix: str) -> list[str]:
    """Return participants as they are kept: up to 32 characters, each its own."""
    return [f"{prefix}{number:024d}" for number in range(count)]


def cursor_with_room(connection: Connection) -> Any:
    """Return a cursor in a transaction that need not write out early, to make space."""
    if not connection.in_transaction():
        connection.begin()
    cursor: Any = connection.connection.cursor()
    cursor.execute("PRAGMA cache_size = -500000")
    return cursor


class Panel:
    """A panel in a database of its own, without a server. Its clock goes on when it is told to."""

    def __init__(self, folder: Path, agenda: str) -> None:
        self.database_url = f"sqlite:///{folder / 'panel.db'}"
        self._now = time.time() - HOUR_SECONDS
        config = replace(
            Config(secret=SECRET),
            database_url=self.database_url,
            participant_commands_per_minute=1_000_000,
        )
        self.context = create_context(config, threaded=True, clock=lambda: self._now)
        self.links = panels.create(self.context, read_agenda(agenda))
        self.moderator = Actor(Role.MODERATOR, self.links.panel_id)

    def polls(self) -> list[Poll]:
        state = self.context.stage.state(self.links.panel_id)
        return [state.polls[item.poll_id] for item in state.items if item.poll_id]

    def give(self, actor: Actor, name: str, **fields: Any) -> dict[str, Any]:
        return commands.give(self.context, actor, name, protocol.parse_command(name, fields))

    def join(self) -> Actor:
        return participants.join(self.context, self.links.panel_id, "en").actor

    def cast(self, voter: Actor, poll: Poll, answer: Any) -> None:
        self.give(voter, "ballot.cast", poll=poll.id, round=1, answer=answer)

    def open(self, poll: Poll) -> None:
        self.give(self.moderator, "poll.open", poll=poll.id)

    def close_and_publish(self, poll: Poll) -> None:
        self.give(self.moderator, "poll.close", poll=poll.id)
        self._now += GRACE_SECONDS + 0.1
        polls.finish_round(self.context, self.links.panel_id, poll.id, self._round_of(poll))
        self.give(self.moderator, "poll.publish", poll=poll.id)

    def _round_of(self, poll: Poll) -> str:
        latest = self.context.stage.state(self.links.panel_id).polls[poll.id].round
        if latest is None:
            raise ValueError("this poll was not opened")
        return latest.id

    def fill_round(self, poll: Poll, people: Sequence[str], answers: Sequence[Any]) -> None:
        """Let people answer in turn, their ballots and counters written at once."""
        round_id, kind = self._round_of(poll), kind_named(poll.kind)
        texts = [json.dumps(answer) for answer in answers]
        ballots = (
            (round_id, person, text, person[-7:] + person[0])
            for person, text in zip(people, cycle(texts), strict=False)
        )
        counts: Counter[str] = Counter({BALLOTS: len(people), VERSION: 1})
        times = Counter(islice(cycle(range(len(answers))), len(people)))
        for place, answer in enumerate(answers):
            for key, value in kind.contributions(answer).items():
                counts[key] += value * times[place]

        def work(connection: Connection) -> None:
            cursor = cursor_with_room(connection)
            cursor.executemany(BALLOT, ballots)
            cursor.executemany(COUNTER, [(round_id, *count) for count in counts.items()])

        self.context.database.write(work)

    def seat(self, people: Sequence[str]) -> None:
        """Let people have joined."""
        rows = [(self.links.panel_id, person, self._now) for person in people]
        self._write(PARTICIPANT, rows)

    def comment(self, people: Sequence[str], count: int) -> None:
        """Let people have written: most of it shown, some waiting, some hidden."""
        kinds, states = ("comment", "question", "proposal"), ("shown",) * 8 + ("waiting", "hidden")
        text = "Could this be tried in one district first, and looked at after a year? No. "
        rows = [
            (
                f"{number:032x}",
                self.links.panel_id,
                None,
                people[number % len(people)],
                kinds[number % 3],
                f"{text}{number}",
                states[number % 10],
                number % 7 == 0,
                number % 50,
                self._now,
            )
            for number in range(count)
        ]
        self._write(COMMENT, rows)

    def _write(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        def work(connection: Connection) -> None:
            cursor_with_room(connection).executemany(statement, rows)

        self.context.database.write(work)

    def close_database(self) -> None:
        self.context.database.close()
