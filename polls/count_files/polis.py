"""Reads an exported Pol.is conversation, and tells groups of opinion as a count file does."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from polls.count_files.problems import CountFileProblem
from polls.domain.opinions.map import OpinionMap, draw_map
from polls.domain.opinions.statements import Chosen, Counts
from polls.domain.opinions.votes import MISSING, VoteMatrix

VOTES_FILE: Final = "participants-votes.csv"
COMMENTS_FILE: Final = "comments.csv"

_VOTES: Final = {"": MISSING, "1": 1, "0": 0, "-1": -1}
_MODERATED_OUT: Final = "-1"
_MODERATIONS: Final = {"-1", "0", "1", ""}
_YES: Final = {"true", "t", "1"}


def count_polis_folder(folder: Path) -> dict[str, Any]:
    """Return the groups of opinion in a folder with `participants-votes.csv` and `comments.csv`.

    `participants` are those who voted on anything, `statements` those of the file, of which
    `kept_out` shape nothing, because they were moderated out or are about people themselves. Groups are the largest first; their members are everyone who voted, by the ids of the
    file, as numbers where they are numbers. Who voted on too little to shape a group is with
    the nearest one, and the counts of groups leave them out. The groups that Pol.is wrote into
    the file are never looked at. A file that cannot be read for certain raises CountFileProblem.
    """
    texts, hidden = _read_comments(folder)
    votes = _read_votes(folder, texts, hidden)
    return _told(draw_map(votes), votes, texts, _number)


def count_opinion(
    answers: Mapping[str, Mapping[str, str]], statements: Mapping[str, str] | Iterable[str]
) -> dict[str, Any]:
    """Return the groups of opinion in answers such as `{"s12": "agree"}` by receipt.

    `statements` are the ids in order, or the texts by id.
    """
    texts = dict(statements) if isinstance(statements, Mapping) else dict.fromkeys(statements, "")
    votes = VoteMatrix.from_answers(answers, texts)
    return _told(draw_map(votes), votes, texts, str)


Name = Callable[[str], str | int]
"""Turns an id into what is told of it."""


def _told(
    drawn: OpinionMap, votes: VoteMatrix, texts: Mapping[str, str], name: Name
) -> dict[str, Any]:
    participants = votes.participants
    members = [
        sorted((name(participants[i]) for i in (*group.members, *group.near)), key=_order)
        for group in drawn.groups
    ]
    order = sorted(range(len(members)), key=lambda g: (-len(members[g]), _order(members[g][0])))
    counts = {each.statement: each for each in drawn.statements}

    def said(statement: str) -> dict[str, Any]:
        return {"statement": name(statement), "text": texts[statement]}

    return {
        "kind": "opinion",
        "participants": drawn.participants,
        "statements": len(votes.statements),
        "kept_out": len(votes.statements) - len(drawn.statements),
        "groups": [
            {
                "members": members[group],
                "representative": [
                    {**said(each.statement), **_chosen(each)}
                    for each in drawn.groups[group].representative
                ],
            }
            for group in order
        ],
        "consensus": [{**said(each.statement), **_chosen(each)} for each in drawn.consensus],
        "divisive": [
            {
                **said(each.statement),
                "difference": round(each.strength, 3),
                "groups": [_counts(counts[each.statement].groups[group]) for group in order],
            }
            for each in drawn.divisive
        ],
    }


def _number(text: str) -> str | int:
    """Return a number where the text is one as people write it, else the text."""
    return int(text) if text.isascii() and text.isdigit() and str(int(text)) == text else text


def _order(identity: str | int) -> tuple[bool, str | int]:
    return isinstance(identity, str), identity


def _chosen(chosen: Chosen) -> dict[str, Any]:
    return {"side": chosen.side, "percent": chosen.percent, **_counts(chosen.counts)}


def _counts(counts: Counts) -> dict[str, int]:
    return {
        "agree": counts.agree,
        "disagree": counts.disagree,
        "pass": counts.passed,
        "answered": counts.answered,
    }


def _rows(folder: Path, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything, with the line each begins on."""
    line = 1
    try:
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for row in reader:
                if row:
                    yield line, row
                line = reader.line_num + 1
    except FileNotFoundError:
        raise CountFileProblem("the file is missing", file=name) from None
    except UnicodeDecodeError:
        raise CountFileProblem("the file is not UTF-8 text", file=name) from None
    except csv.Error as error:
        raise CountFileProblem(f"the line is not CSV ({error})", line, file=name) from None
    except OSError as error:
        raise CountFileProblem(f"the file cannot be read ({error.strerror})", file=name) from None


def _table(
    folder: Path, name: str, needed: Iterable[str]
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Return the header of a file and its further rows, each as long as the header."""
    rows = _rows(folder, name)
    line, header = next(rows, (1, []))
    header = [cell.strip() for cell in header]
    for column in needed:
        if column not in header:
            raise CountFileProblem(f"the column “{column}” is missing", line, file=name)
    twice = next((cell for place, cell in enumerate(header) if cell in header[:place]), None)
    if twice is not None:
        raise CountFileProblem(f"the column “{twice}” is there twice", line, file=name)
    return header, _even_rows(rows, name, len(header))


def _even_rows(
    rows: Iterator[tuple[int, list[str]]], name: str, width: int
) -> Iterator[tuple[int, list[str]]]:
    for line, row in rows:
        if len(row) != width:
            raise CountFileProblem(
                f"the row has {len(row)} cells, the header has {width}", line, file=name
            )
        yield line, row


def _read_comments(folder: Path) -> tuple[dict[str, str], frozenset[str]]:
    """Return the texts of the statements by id, and those that shape no groups."""
    header, rows = _table(folder, COMMENTS_FILE, ("comment-id", "moderated"))
    identity, moderated = header.index("comment-id"), header.index("moderated")
    body = header.index("comment-body") if "comment-body" in header else None
    meta = header.index("is-meta") if "is-meta" in header else None
    texts: dict[str, str] = {}
    hidden: set[str] = set()
    for line, row in rows:
        statement, moderation = row[identity].strip(), row[moderated].strip()
        if not (statement.isascii() and statement.isdigit()):
            raise CountFileProblem(
                f"“{statement}” is not a number of a comment", line, file=COMMENTS_FILE
            )
        if statement in texts:
            raise CountFileProblem(
                f"the comment {statement} is there twice", line, file=COMMENTS_FILE
            )
        if moderation not in _MODERATIONS:
            raise CountFileProblem(
                f"“{moderation}” is not a moderation (-1, 0 or 1)", line, file=COMMENTS_FILE
            )
        texts[statement] = "" if body is None else row[body]
        # Questions about the people themselves (age, trade) are kept out of the groups too.
        about_people = meta is not None and row[meta].strip().lower() in _YES
        if moderation == _MODERATED_OUT or about_people:
            hidden.add(statement)
    return texts, frozenset(hidden)


def _read_votes(folder: Path, texts: Mapping[str, str], hidden: frozenset[str]) -> VoteMatrix:
    header, rows = _table(folder, VOTES_FILE, ("participant",))
    identity = header.index("participant")
    columns = [place for place, name in enumerate(header) if name.isascii() and name.isdigit()]
    for column in columns:
        if header[column] not in texts:
            # Whether it was moderated out stands in the comments alone.
            raise CountFileProblem(
                f"statement {header[column]} is not in {COMMENTS_FILE}", 1, file=VOTES_FILE
            )
    participants: dict[str, int] = {}
    votes: list[list[int]] = []
    for line, row in rows:
        participant = row[identity].strip()
        if not participant:
            raise CountFileProblem("the participant is missing", line, file=VOTES_FILE)
        if participant in participants:
            raise CountFileProblem(
                f"the participant {participant} is there twice, first in line "
                f"{participants[participant]}",
                line,
                file=VOTES_FILE,
            )
        participants[participant] = line
        votes.append([_vote(row[column], header[column], line) for column in columns])
    matrix = np.array(votes, dtype=np.int8).reshape(len(participants), len(columns))
    statements = tuple(header[column] for column in columns)
    return VoteMatrix(tuple(participants), statements, matrix, hidden.intersection(statements))


def _vote(cell: str, statement: str, line: int) -> int:
    try:
        return _VOTES[cell.strip()]
    except KeyError:
        raise CountFileProblem(
            f"“{cell}” for statement {statement} is not a vote (1, 0, -1 or nothing)",
            line,
            file=VOTES_FILE,
        ) from None
