"""Doubts the map where the truth is published: conversations of which Pol.is tells its results."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from polls.domain.opinions.grouping import lloyd
from polls.domain.opinions.map import draw_map
from polls.domain.opinions.projection import turn_between
from polls.domain.opinions.statements import consensus, count_statements, representative
from polls.domain.opinions.votes import MISSING
from tests.domain.opinions.rooms import (
    adjusted_rand_index,
    conversation,
    letters,
    small_conversation,
)

CONVERSATIONS = [("brexit-consensus", 0.85), ("15-per-hour-seattle", 0.85)]


@pytest.mark.parametrize(("name", "least"), CONVERSATIONS)
def test_groups_agree_with_those_that_pol_is_published(name: str, least: float) -> None:
    votes, published = conversation(name)
    found = letters(votes, draw_map(votes))
    people = sorted(published)
    assert set(people) <= set(found)
    ours = [found[person] for person in people]
    assert adjusted_rand_index([published[p] for p in people], ours) >= least


@pytest.mark.parametrize(("name", "least"), CONVERSATIONS)
def test_groups_agree_too_when_people_come_one_after_the_other(name: str, least: float) -> None:
    votes, published = conversation(name)
    drawn = None
    for count in (5, 9, 20, 40, 80, 120, 160, len(votes.participants)):
        arrived = replace(votes, participants=votes.participants[:count], votes=votes.votes[:count])
        drawn = draw_map(arrived, drawn)
    assert drawn is not None
    found = letters(votes, drawn)
    people = sorted(published)
    ours = [found[person] for person in people]
    assert adjusted_rand_index([published[p] for p in people], ours) >= least - 0.1


@pytest.mark.parametrize("name", [name for name, _ in CONVERSATIONS])
def test_one_more_vote_moves_nobody_far_and_no_letter(name: str) -> None:
    votes, _ = conversation(name)
    chance = np.random.default_rng(3)
    drawn = draw_map(votes)
    for _ in range(12):
        free = np.flatnonzero(votes.votes == MISSING)
        cells = votes.votes.copy()
        person, statement = divmod(int(chance.choice(free)), cells.shape[1])
        cells[person, statement] = chance.choice((-1, 0, 1))
        votes = replace(votes, votes=cells)
        before, drawn = drawn, draw_map(votes, drawn)
        moves = [
            np.hypot(new[0] - old[0], new[1] - old[1])
            for i, (new, old) in enumerate(zip(drawn.points, before.points, strict=True))
            if i != person and new is not None and old is not None
        ]
        assert max(moves) < 0.02
        old_letters, new_letters = letters(votes, before), letters(votes, drawn)
        changed = [p for p in old_letters if old_letters[p] != new_letters[p]]
        assert len(changed) <= 2
        assert [g.letter for g in drawn.groups] == [g.letter for g in before.groups]


def groups_of_pol_is(computed: dict[str, Any]) -> dict[str, int]:
    base = dict(
        zip(computed["base-clusters"]["id"], computed["base-clusters"]["members"], strict=True)
    )
    return {
        str(person): group["id"]
        for group in computed["group-clusters"]
        for cluster in group["members"]
        for person in base[cluster]
    }


def test_people_stand_where_pol_is_puts_them() -> None:
    votes, computed = small_conversation()
    clusters = computed["base-clusters"]
    place = {str(people[0]): i for i, people in enumerate(clusters["members"])}
    theirs = np.array([[clusters["x"][i], clusters["y"][i]] for i in place.values()])
    rows = [votes.participants.index(person) for person in place]
    ours = draw_map(votes).memory.positions[rows]
    assert np.allclose(ours @ turn_between(ours, theirs).T, theirs, atol=1e-9)
    assert np.allclose(np.abs(ours), np.abs(theirs), atol=1e-9)


def test_groups_of_pol_is_are_an_end_of_k_means_here_too() -> None:
    votes, computed = small_conversation()
    groups = groups_of_pol_is(computed)
    rows = [votes.participants.index(person) for person in groups]
    points = draw_map(votes).memory.positions[rows]
    labels = np.array(list(groups.values()))
    centres = np.array([points[labels == group].mean(axis=0) for group in sorted(set(labels))])
    end = lloyd(points, np.ones(len(points), dtype=np.int64), centres)
    assert end.labels.tolist() == labels.tolist()


def test_representative_statements_are_those_of_pol_is() -> None:
    votes, computed = small_conversation()
    groups = groups_of_pol_is(computed)
    rows = [
        np.array([votes.participants.index(p) for p, own in groups.items() if own == group])
        for group in sorted(set(groups.values()))
    ]
    counts = count_statements(votes, rows)
    for group, chosen in enumerate(representative(counts, len(rows))):
        theirs = computed["repness"][str(group)]
        expected = [(str(r["tid"]), r["repful-for"], r["n-success"], r["n-trials"]) for r in theirs]
        ours = [
            (
                c.statement,
                c.side,
                c.counts.agree if c.side == "agree" else c.counts.disagree,
                c.counts.answered,
            )
            for c in chosen
        ]
        assert ours == expected
        strengths = [
            r["repness"] * r["repness-test"] * r["p-success"] * r["p-test"] for r in theirs
        ]
        assert [c.strength for c in chosen] == pytest.approx(strengths, rel=1e-6)


def test_consensus_is_that_of_pol_is() -> None:
    votes, computed = small_conversation()
    found = consensus(count_statements(votes, []))
    for side in ("agree", "disagree"):
        ours = [c.statement for c in found if c.side == side]
        assert ours == [str(c["tid"]) for c in computed["consensus"][side]]
