"""Results as files: JSON for programs, tables for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from polls.domain.kinds import Kind
from polls.domain.kinds.base import labels_of
from polls.domain.polls import Poll
from polls.services.results import (
    PanelResults,
    PollResults,
    RoundResults,
    about_of,
    answer_in_words,
)
from polls.services.shift_files import shift_as_json
from polls.services.split_files import splits_as_json
from polls.store import agenda

FORMAT = "hemicycle-results-1"


def as_json(found: PanelResults) -> dict[str, Any]:
    """Return the results for programs, in all languages, so that anyone can count again."""
    panel = found.state.panel
    return {
        "format": FORMAT,
        "panel": {
            "code": panel.code,
            "title": dict(panel.title.by_language),
            "theme": dict(panel.theme.by_language),
            "description": dict(panel.description.by_language),
            "place": dict(panel.place),
            "languages": list(panel.languages),
            "people": found.people,
        },
        "polls": [_poll_as_json(found, poll) for poll in found.polls],
        "comments": [
            {
                "text": comment.text,
                "kind": comment.kind.value,
                "language": comment.language,
                "upvotes": comment.upvotes,
                "answered": comment.is_answered,
                "about": dict(about_of(found, comment).by_language),
            }
            for comment in found.comments
        ],
        "comments_hidden": dict(found.hidden_comments),
    }


def _poll_as_json(listed: PanelResults, found: PollResults) -> dict[str, Any]:
    poll = found.poll
    kept = found.kind.keeps_back(poll, sees_results=True)
    return {
        "id": poll.id,
        "number": found.number,
        "kind": poll.kind,
        "title": dict(poll.title.by_language),
        "options": [
            {name: value for name, value in option.items() if name not in kept}
            for option in agenda.options_as_json(poll.question.options)
        ],
        "settings": {
            key: value for key, value in poll.question.settings.items() if key not in kept
        },
        "public": found.is_public,
        "rounds": [
            _round_as_json(found.kind, round_)
            | {"shift": shift_as_json(round_), "splits": splits_as_json(listed, round_)}
            for round_ in found.rounds
        ],
    }


def _round_as_json(kind: Kind, found: RoundResults) -> dict[str, Any]:
    listed: dict[str, Any] = {
        "number": found.round.number,
        "turnout": found.results.turnout,
        "present": found.people,
        "counts": dict(found.results.counts),
        "percents": dict(found.results.percents),
        "details": dict(found.results.details),
    }
    if found.round.outcome is not None:
        listed["outcome"] = kind.publish_outcome(found.round.outcome)
    if kind.is_closed_answer:
        listed["receipts"] = [
            {"receipt": line.receipt, "answer": line.answer}
            | ({} if line.order is None else {"order": list(line.order)})
            for line in found.receipts
        ]
    if found.revelation is not None:
        listed["revelation"] = dict(found.revelation)
    if kind.shape == "text":
        listed["texts"] = list(found.texts)
        listed["texts_kept_back"] = found.texts_kept_back
    if found.reasons:
        listed["reasons"] = [
            {
                "option": reason.option_id,
                "text": reason.text,
                "language": reason.language,
                "upvotes": reason.upvotes,
                "answered": reason.is_answered,
            }
            for reason in found.reasons
        ]
    return listed


Table = list[list[str | int]]

COUNT_COLUMNS = (
    "poll",
    "title",
    "round",
    "kind",
    "key",
    "label",
    "count",
    "percent",
    "turnout",
    "present",
)
RECEIPT_COLUMNS = ("poll", "title", "round", "receipt", "answer", "label", "order")


def counts_table(found: PanelResults, language: str) -> Table:
    """Return one row for each count; a question with written answers has one row, its turnout."""
    table: Table = [list(COUNT_COLUMNS)]
    for poll, round_ in _rounds_of(found):
        results = round_.results
        start: list[str | int] = [
            poll.id,
            poll.title.in_language(language),
            round_.round.number,
            poll.kind,
        ]
        people = [results.turnout, "" if round_.people is None else round_.people]
        labels = labels_of(poll.question, language)
        for key, count in results.counts.items():
            label = answer_in_words(poll, key, language, labels=labels)[0]
            table.append([*start, key, label, count, results.percents[key], *people])
        if not results.counts:
            table.append([*start, "", "", "", "", *people])
    return table


def receipts_table(found: PanelResults, language: str) -> Table:
    """Return one row for each ballot of the questions whose answers are picked, not written."""
    table: Table = [list(RECEIPT_COLUMNS)]
    for poll, round_ in _rounds_of(found):
        title = poll.title.in_language(language)
        labels = labels_of(poll.question, language)
        for line in round_.receipts:
            parts = _wire_parts(line.answer)
            table.append(
                [
                    poll.id,
                    title,
                    round_.round.number,
                    line.receipt,
                    " ".join(str(part) for part in parts),
                    ", ".join(answer_in_words(poll, line.answer, language, labels=labels)),
                    " ".join(line.order or ()),
                ]
            )
    return table


def _wire_parts(answer: Any) -> list[Any]:
    if isinstance(answer, Mapping):
        return [f"{key}:{value}" for key, value in answer.items()]
    return answer if isinstance(answer, list) else [answer]


def _rounds_of(found: PanelResults) -> Iterator[tuple[Poll, RoundResults]]:
    for poll in found.polls:
        for round_ in poll.rounds:
            yield poll.poll, round_
