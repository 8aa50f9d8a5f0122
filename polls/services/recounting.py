"""Counting again: from the ballots in the database, or from a file of receipts alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from polls.domain.errors import Refusal
from polls.domain.kinds import Kind, kind_named
from polls.domain.polls import Question, Role, may_see_results
from polls.domain.tally import BALLOTS
from polls.domain.texts import Texts
from polls.services.result_files import FORMAT
from polls.store import agenda, ballots


@dataclass(frozen=True, slots=True)
class Recount:
    """What a round's counters say, and what its ballots say."""

    code: str
    title: Texts
    number: int
    ballots: int
    differences: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    """Counter, then ballots, for each key in which they differ."""
    is_sealed: bool = False
    """Nobody may know a number of it yet, not even where two of them differ."""
    is_listed: bool = True
    """The ballots are there to be counted."""


def recount_panel(connection: Connection, panel_id: str, code: str) -> list[Recount]:
    """Add up all ballots of every round of a panel and compare them with the counters.

    Both are read as they were at one moment, so that votes that come in meanwhile do no harm.
    """
    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    done = []
    for poll in agenda.polls_of(connection, panel_id).values():
        for found in agenda.rounds_of(connection, poll.id):
            kept, again = ballots.recount(connection, found.id, kind_named(poll.kind))
            done.append(
                Recount(
                    code,
                    poll.title,
                    found.number,
                    again[BALLOTS],
                    _differences(kept, again),
                    is_sealed=not may_see_results(Role.MODERATOR, poll.visibility, poll.state),
                )
            )
    return done


def _differences(kept: Mapping[str, Any], again: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        key: (kept.get(key, 0), again.get(key, 0))
        for key in sorted({*kept, *again})
        if kept.get(key, 0) != again.get(key, 0)
    }


def recount_file(body: Any) -> list[Recount]:
    """Count a downloaded `results.json` again from its receipts, without any database."""
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise Refusal("results.not_a_file", expected=FORMAT)
    try:
        code = str(body["panel"]["code"])
        return [
            _recount_listed(code, poll, round_)
            for poll in body["polls"]
            for round_ in poll["rounds"]
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refusal("results.not_a_file", expected=FORMAT) from error


def _recount_listed(code: str, poll: Mapping[str, Any], round_: Mapping[str, Any]) -> Recount:
    kind = kind_named(poll["kind"])
    title, number = Texts(poll["title"]), int(round_["number"])
    if not kind.is_closed_answer:
        return Recount(code, title, number, int(round_["turnout"]), is_listed=False)
    question = agenda.question_from(poll["options"], poll["settings"])
    counted: Counter[str] = Counter()
    receipts = [line["receipt"] for line in round_["receipts"]]
    for line in round_["receipts"]:
        counted.update(kind.contributions(kind.parse(line["answer"], question)))
        counted[BALLOTS] += 1
    again = kind.summarise(counted, question)
    differences = _differences(
        {**round_["counts"], BALLOTS: round_["turnout"]}, {**again.counts, BALLOTS: again.turnout}
    )
    if kind.outcome_is_counted:
        differences |= _outcome_differences(kind, question, round_)
    if len(set(receipts)) < len(receipts):
        differences["receipts"] = (len(receipts), len(set(receipts)))
    return Recount(code, title, number, counted[BALLOTS], differences)


def _outcome_differences(
    kind: Kind, question: Question, round_: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """Return the parts of an outcome to which its receipts do not lead."""
    answers = [kind.parse(line["answer"], question) for line in round_["receipts"]]
    again = kind.outcome(answers, question) or {}
    told = round_.get("outcome") or {}
    return {
        f"outcome.{part}": (told.get(part), again.get(part))
        for part in sorted({*told, *again})
        if told.get(part) != again.get(part)
    }
