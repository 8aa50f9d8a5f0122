"""Made-up rooms with known camps, and conversations that Pol.is published with its own groups."""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from polls.domain.opinions.map import OpinionMap
from polls.domain.opinions.votes import MISSING, VoteMatrix

ROOT = Path(__file__).resolve().parents[3]
POLIS = ROOT.parent / "shared" / "data" / "polis"
CODES = {"": MISSING, "1": 1, "0": 0, "-1": -1}


def votes_of(*rows: Sequence[int], hidden: frozenset[str] = frozenset()) -> VoteMatrix:
    """A table of these rows, people p0, p1, … and statements s0, s1, …"""
    width = len(rows[0]) if rows else 0
    return VoteMatrix(
        tuple(f"p{i}" for i in range(len(rows))),
        tuple(f"s{j}" for j in range(width)),
        np.array(rows, dtype=np.int8).reshape(len(rows), width),
        hidden,
    )


def camps(
    *sizes: int, statements: int = 20, answered: float = 1.0, firm: float = 0.9, seed: int = 1
) -> VoteMatrix:
    """A room of camps; each has its own answers and gives them with the chance `firm`."""
    chance = random.Random(seed)
    rows = []
    for size in sizes:
        line = [chance.choice((-1, 1)) for _ in range(statements)]
        for _ in range(size):
            row = [v if chance.random() < firm else chance.choice((-1, 0, 1)) for v in line]
            rows.append([v if chance.random() < answered else MISSING for v in row])
    return votes_of(*rows)


def camp_of_each(*sizes: int) -> list[int]:
    return [camp for camp, size in enumerate(sizes) for _ in range(size)]


def groups_as_sets(votes: VoteMatrix, drawn: OpinionMap) -> set[frozenset[str]]:
    return {frozenset(votes.participants[i] for i in group.members) for group in drawn.groups}


def letters(votes: VoteMatrix, drawn: OpinionMap) -> dict[str, str]:
    """The letter of everyone in a group, by participant."""
    return {
        votes.participants[i]: group.letter
        for group in drawn.groups
        for i in (*group.members, *group.near)
    }


def adjusted_rand_index(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    """How far two partitions agree: 1 the same, 0 as by chance (Hubert and Arabie 1985)."""

    def pairs(counts: Counter[Any]) -> float:
        return sum(n * (n - 1) / 2 for n in counts.values())

    both = pairs(Counter(zip(one, other, strict=True)))
    first, second = pairs(Counter(one)), pairs(Counter(other))
    expected = first * second / (len(one) * (len(one) - 1) / 2)
    most = (first + second) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def conversation(name: str) -> tuple[VoteMatrix, dict[str, str]]:
    """A conversation as Pol.is exported it, and its group of each participant who has one."""
    folder = POLIS / name
    if not folder.is_dir():
        pytest.skip(f"{name} is not there")
    with (folder / "participants-votes.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    with (folder / "comments.csv").open(encoding="utf-8-sig", newline="") as file:
        out = {c["comment-id"] for c in csv.DictReader(file) if c["moderated"] == "-1"}
    columns = [place for place, cell in enumerate(header) if cell.isdigit()]
    statements = tuple(header[column] for column in columns)
    cells = [[CODES[row[column]] for column in columns] for row in rows]
    votes = VoteMatrix(
        tuple(row[0] for row in rows),
        statements,
        np.array(cells, dtype=np.int8),
        frozenset(out) & set(statements),
    )
    return votes, {row[0]: row[1] for row in rows if row[1]}


def small_conversation() -> tuple[VoteMatrix, dict[str, Any]]:
    """A conversation of 35 people with all that Pol.is computed of it.

    Inside of Pol.is −1 is to agree; the votes that were downloaded have it the other way round.
    """
    folder = POLIS / "red-dwarf-below-100"
    if not folder.is_dir():
        pytest.skip("red-dwarf-below-100 is not there")
    computed = json.loads((folder / "math-pca2.json").read_text(encoding="utf-8"))
    given = json.loads((folder / "votes.json").read_text(encoding="utf-8"))
    people = sorted({vote["pid"] for vote in given})
    votes = np.full((len(people), len(computed["tids"])), MISSING, dtype=np.int8)
    for vote in sorted(given, key=lambda vote: int(vote["modified"])):
        votes[people.index(vote["pid"]), computed["tids"].index(vote["tid"])] = vote["vote"]
    return (
        VoteMatrix(
            tuple(map(str, people)),
            tuple(map(str, computed["tids"])),
            votes,
            frozenset(map(str, computed["mod-out"])),
        ),
        computed,
    )
