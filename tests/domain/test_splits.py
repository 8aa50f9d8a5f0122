"""A split tells how groups answered and never what a few people answered.

The attacker of these tests knows all that is published, tries every way in which the ballots
could belong to the voters, and learns nothing about a hidden cell that the result as a whole
does not tell.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polls.domain.kinds import kind_named
from polls.domain.splits import LEAST, Split, SplitRow, Voter, split_by_groups
from tests.factories import ANSWERS, a_poll, parse_answer, question_of

Cell = tuple[int, str | None, str]
Table = dict[str | None, dict[str, int]]


def voters_of(table: Table) -> list[Voter]:
    """Voters of one grouping question and an exclusive result, from a table of counts."""
    return [
        Voter(frozenset({key}), (group,))
        for group, row in table.items()
        for key, count in row.items()
        for _ in range(count)
    ]


def split_of(table: Table, least: int = LEAST, sizes: Mapping[str, int] | None = None) -> Split:
    keys = list(dict.fromkeys(key for row in table.values() for key in row))
    groups = [group for group in table if group is not None]
    (split,) = split_by_groups(
        voters_of(table),
        keys,
        [groups],
        is_exclusive=True,
        sizes=None if sizes is None else [sizes],
        least=least,
    )
    assert split is not None
    return split


def cells(split: Split) -> dict[str | None, list[int | None]]:
    return {row.group: list(row.counts.values()) for row in split if row.group or row.ballots}


def numbers(split: Split) -> list[int | None]:
    return [row.ballots for row in split]


# What is shown


def test_large_groups_are_shown_whole() -> None:
    split = split_of({"a": {"x": 12, "y": 8}, "b": {"x": 5, "y": 25}, None: {"x": 9, "y": 6}})
    assert cells(split) == {"a": [12, 8], "b": [5, 25], None: [9, 6]}
    assert numbers(split) == [20, 30, 15]


def test_nobody_without_a_group_looks_like_a_few_without_one() -> None:
    table: Table = {"a": {"x": 20, "y": 20}, "b": {"x": 20, "y": 20}, "c": {"x": 3, "y": 1}}
    split = split_of(table)
    assert split[-1] == SplitRow(None, None, {"x": None, "y": None})
    assert split == split_of({**table, None: {"x": 0, "y": 0}})


def test_a_group_under_five_is_hidden_whole_and_so_is_how_many_of_it_voted() -> None:
    split = split_of({"a": {"x": 20, "y": 20}, "b": {"x": 20, "y": 20}, "c": {"x": 4, "y": 0}})
    assert split[2] == SplitRow("c", None, {"x": None, "y": None})


def test_the_number_of_a_small_group_is_not_what_the_others_leave_of_the_turnout() -> None:
    """Else 80 who voted, less 76 in the other groups, are the 4."""
    split = split_of({"a": {"x": 20, "y": 20}, "b": {"x": 18, "y": 18}, "c": {"x": 4, "y": 0}})
    assert numbers(split) == [40, None, None, None], "the smallest that has hidden cells"


def test_small_groups_that_are_many_enough_together_cost_no_other_its_number() -> None:
    table: Table = {group: {"x": 20, "y": 20} for group in "ab"}
    table |= {"c": {"x": 3, "y": 0}, "d": {"x": 0, "y": 3}}
    assert numbers(split_of(table)) == [40, 40, None, None, None]


def test_small_groups_that_are_all_as_large_as_they_can_be_are_told_by_their_sum() -> None:
    """8 people in two groups of 4 at most; so a third number is kept back."""
    table: Table = {group: {"x": 20, "y": 20} for group in "ab"}
    table |= {"c": {"x": 4, "y": 0}, None: {"x": 4, "y": 0}}
    sizes = {"a": 40, "b": 50, "c": 4}
    assert numbers(split_of(table, sizes=sizes)) == [40, None, None, None]


def test_that_no_member_of_a_group_voted_is_kept_back() -> None:
    table: Table = {"a": {"x": 20, "y": 20}, "b": {"x": 20, "y": 20}, "c": {"x": 0, "y": 0}}
    assert numbers(split_of(table, sizes={"a": 40, "b": 40, "c": 0})) == [40, 40, None, None]
    split = split_of(table, sizes={"a": 40, "b": 40, "c": 3})
    assert sum(row.ballots is None for row in split) == 3


def test_whoever_a_number_is_kept_back_of_has_no_share_that_tells_it() -> None:
    """What everyone answered counts a group's ballots."""
    split = split_of({"a": {"x": 40}, "b": {"x": 30}, "c": {"x": 3}})
    assert [row.counts["x"] for row in split if row.ballots is None] == [None, None, None]


def test_a_group_of_which_nobody_voted_costs_the_others_nothing() -> None:
    split = split_of({"a": {"x": 12, "y": 8}, "b": {"x": 0, "y": 0}, "c": {"x": 7, "y": 9}})
    assert cells(split) == {"a": [12, 8], "b": [None, None], "c": [7, 9]}


def test_one_hidden_group_never_stands_alone() -> None:
    """Else all others, taken away from the whole result, would tell it."""
    split = split_of({"a": {"x": 20, "y": 20}, "b": {"x": 20, "y": 20}, "c": {"x": 3, "y": 1}})
    assert sum(None in row.counts.values() for row in split) >= 2


@pytest.mark.parametrize("few", range(LEAST))
def test_few_for_an_answer_are_hidden_and_few_against_it_too(few: int) -> None:
    split = split_of({"a": {"x": few, "y": 30}, "b": {"x": 30, "y": 30}, "c": {"x": 30, "y": 30}})
    assert cells(split)["a"] == [None, None]


def test_that_everyone_in_a_group_agrees_is_hidden() -> None:
    split = split_of({"a": {"x": 9, "y": 0}, "b": {"x": 10, "y": 40}, "c": {"x": 10, "y": 40}})
    assert cells(split)["a"] == [None, None]


def test_what_is_left_over_is_at_least_five_people() -> None:
    split = split_of(
        {
            "a": {"x": 3, "y": 10, "z": 12},
            "b": {"x": 20, "y": 20, "z": 20},
            "c": {"x": 20, "y": 20, "z": 20},
        }
    )
    hidden = [key for key, count in split[0].counts.items() if count is None]
    assert hidden == ["x", "y"], "3 people alone would be known by subtraction"
    assert split[0].counts["z"] == 12


def test_an_answer_that_nobody_in_the_room_gave_is_no_secret() -> None:
    split = split_of({"a": {"x": 12, "y": 8, "z": 0}, "b": {"x": 9, "y": 9, "z": 0}})
    assert cells(split) == {"a": [12, 8, 0], "b": [9, 9, 0]}


def test_a_hidden_cell_costs_little_of_a_large_table() -> None:
    table: Table = {group: dict.fromkeys("uvwxyz", 20) for group in "abcdef"}
    table["a"]["u"] = 2
    hidden = sum(row.count(None) for row in cells(split_of(table)).values())
    assert hidden == 4, "one cell, and three that keep it from being computed"


def test_a_result_nobody_gave_has_no_numbers() -> None:
    (split,) = split_by_groups([], ["x", "y"], [["a", "b"]], is_exclusive=True)
    assert split is not None
    assert cells(split) == {"a": [None, None], "b": [None, None]}


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_a_kind_splits_its_answers_by_keys_that_it_lists(kind: str) -> None:
    definition = a_poll(kind)
    question, its_kind = question_of(definition), kind_named(kind)
    keys = its_kind.split_keys(question)
    for answer in ANSWERS[kind]:
        counted_for = its_kind.split_of(parse_answer(definition, answer), question)
        assert set(counted_for) <= set(keys)
        assert len(set(counted_for)) == len(counted_for)
        assert keys != its_kind.categories(question) or len(counted_for) <= 1, "one in each row"
        assert not keys or counted_for or kind == "opinion", "people may pass"


# What cannot be found out


def arrangements(answers: list[frozenset[str]]) -> Iterator[list[frozenset[str]]]:
    """Every way in which these ballots could belong to the voters, each once."""
    left = Counter(answers)
    found: list[frozenset[str]] = []

    def go_on() -> Iterator[list[frozenset[str]]]:
        if len(found) == len(answers):
            yield found
            return
        for answer in list(left):
            if left[answer]:
                left[answer] -= 1
                found.append(answer)
                yield from go_on()
                found.pop()
                left[answer] += 1

    return go_on()


def counted(voters: Sequence[Voter], answers: list[frozenset[str]]) -> Counter[Cell]:
    found: Counter[Cell] = Counter()
    for voter, answer in zip(voters, answers, strict=True):
        for place, group in enumerate(voter.groups):
            for key in answer:
                found[(place, group, key)] += 1
    return found


def learnt(
    voters: Sequence[Voter], splits: Sequence[Split | None], keys: Sequence[str]
) -> list[Cell]:
    """Return the hidden cells whose number follows from what is published, though the result as
    a whole leaves it open."""
    shown: dict[Cell, int] = {}
    hidden: list[Cell] = []
    for place, split in enumerate(splits):
        for row in split or ():
            for key in keys:
                count = row.counts[key]
                if count is None:
                    hidden.append((place, row.group, key))
                else:
                    shown[(place, row.group, key)] = count
    at_all: dict[Cell, set[int]] = {cell: set() for cell in hidden}
    with_split: dict[Cell, set[int]] = {cell: set() for cell in hidden}
    for answers in arrangements([voter.keys for voter in voters]):
        found = counted(voters, answers)
        fits = all(found[cell] == count for cell, count in shown.items())
        for cell in hidden:
            at_all[cell].add(found[cell])
            if fits:
                with_split[cell].add(found[cell])
    return [cell for cell in hidden if len(with_split[cell]) == 1 < len(at_all[cell])]


exclusive = st.sampled_from([frozenset({key}) for key in "xyz"])
several = st.sets(st.sampled_from("xyz"), min_size=1).map(frozenset)
one_group = st.tuples(st.sampled_from(["a", "b", "c", None]))
two_groups = st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["m", "n", "o"]))


def rooms(
    answer: st.SearchStrategy[frozenset[str]], groups: st.SearchStrategy[tuple[str | None, ...]]
) -> st.SearchStrategy[list[Voter]]:
    return st.lists(st.builds(Voter, answer, groups), min_size=1, max_size=8)


GROUPS = (["a", "b", "c"], ["m", "n", "o"])


@pytest.mark.parametrize(
    ("answer", "groups", "is_exclusive"),
    [
        (exclusive, one_group, True),
        (several, one_group, False),
        (exclusive, two_groups, True),
        (several, two_groups, False),
    ],
    ids=["one choice", "several choices", "one choice, two questions", "several, two questions"],
)
@given(data=st.data(), least=st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_no_hidden_cell_follows_from_all_that_is_published(
    answer: st.SearchStrategy[frozenset[str]],
    groups: st.SearchStrategy[tuple[str | None, ...]],
    is_exclusive: bool,
    data: st.DataObject,
    least: int,
) -> None:
    voters = data.draw(rooms(answer, groups))
    questions = GROUPS[: len(voters[0].groups)]
    splits = split_by_groups(voters, "xyz", questions, is_exclusive=is_exclusive, least=least)
    assert learnt(voters, splits, "xyz") == []


@given(
    data=st.data(),
    is_exclusive=st.booleans(),
    least=st.integers(1, 3),
)
@settings(max_examples=60, deadline=None)
def test_a_second_split_gives_nothing_away_of_one_that_is_published_already(
    data: st.DataObject, is_exclusive: bool, least: int
) -> None:
    voters = data.draw(rooms(exclusive if is_exclusive else several, two_groups))
    alone = [Voter(voter.keys, voter.groups[:1]) for voter in voters]
    first = split_by_groups(alone, "xyz", GROUPS[:1], is_exclusive=is_exclusive, least=least)[0]
    assert first is not None
    both = split_by_groups(
        voters, "xyz", GROUPS, is_exclusive=is_exclusive, published={0: first}, least=least
    )
    assert both[0] == first, "what was shown stays"
    assert learnt(voters, both, "xyz") == []


def test_the_attacker_of_these_tests_is_no_straw_man() -> None:
    """Hiding only the small cells, without the ones beside them, is found out at once."""
    table: Table = {"a": {"x": 1, "y": 2}, "b": {"x": 2, "y": 2}}
    naive = (
        SplitRow("a", 3, {"x": None, "y": 2}),
        SplitRow("b", 4, {"x": 2, "y": 2}),
    )
    assert learnt(voters_of(table), [naive], "xy") == [(0, "a", "x")]


def possible_numbers(
    table: Table, sizes: Mapping[str, int], shown: Split | None
) -> dict[str | None, set[int]]:
    """Return every number of ballots that each group can have for a reader of the whole result,
    the sizes of the groups and, if there is one, a split."""
    groups = [*sizes, None]
    keys = list(next(iter(table.values())))
    totals = [sum(row[key] for row in table.values()) for key in keys]
    columns = [
        [
            column
            for column in product(range(total + 1), repeat=len(groups))
            if sum(column) == total
            and all(
                row.counts[key] in (None, count)
                for row, count in zip(shown or (), column, strict=shown is not None)
            )
        ]
        for key, total in zip(keys, totals, strict=True)
    ]
    found: dict[str | None, set[int]] = {group: set() for group in groups}
    for chosen in product(*columns):
        ballots = [sum(column[place] for column in chosen) for place in range(len(groups))]
        fits = all(
            group is None or count <= sizes[group]
            for group, count in zip(groups, ballots, strict=True)
        ) and all(
            row.ballots in (None, count)
            for row, count in zip(shown or (), ballots, strict=shown is not None)
        )
        if fits:
            for group, count in zip(groups, ballots, strict=True):
                found[group].add(count)
    return found


@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=3, max_size=4),
    absent=st.lists(st.integers(0, 2), min_size=3, max_size=3),
    least=st.integers(2, 3),
)
@settings(max_examples=60, deadline=None)
def test_no_hidden_number_of_voters_follows_from_all_that_is_published(
    rows: list[tuple[int, int]], absent: list[int], least: int
) -> None:
    names = ["a", "b", "c", None][: len(rows)]
    table: Table = {group: {"x": x, "y": y} for group, (x, y) in zip(names, rows, strict=True)}
    voted = {group: sum(row.values()) for group, row in table.items()}
    sizes = {group: voted[group] + more for group, more in zip("abc", absent, strict=True)}
    split = split_of(table, least, sizes)
    at_all = possible_numbers(table, sizes, None)
    with_split = possible_numbers(table, sizes, split)
    kept = [row.group for row in split if row.ballots is None]
    for group in kept:
        hides_nobody = not (sizes[group] if group else voted.get(group))
        assert len(with_split[group]) > 1 or len(at_all[group]) == 1 or hides_nobody, group


def test_a_reader_who_subtracts_is_no_straw_man() -> None:
    """Keeping back the small group's own number alone is found out at once."""
    table: Table = {"a": {"x": 3, "y": 2}, "b": {"x": 1, "y": 0}}
    naive = (
        SplitRow("a", 5, {"x": None, "y": None}),
        SplitRow("b", None, {"x": None, "y": None}),
        SplitRow(None, None, {"x": None, "y": None}),
    )
    assert possible_numbers(table, {"a": 6, "b": 1}, naive)["b"] == {0, 1}
    assert possible_numbers(
        table, {"a": 6, "b": 1}, (*naive[:2], SplitRow(None, 0, naive[2].counts))
    )["b"] == {1}


@given(rows=st.lists(st.integers(0, 12), min_size=3, max_size=3), others=st.integers(0, 8))
def test_hidden_numbers_come_to_at_least_five(rows: list[int], others: int) -> None:
    table: Table = {group: {"x": n, "y": n // 2} for group, n in zip("abc", rows, strict=True)}
    table[None] = {"x": others, "y": 0}
    split = split_of(table)
    kept = sum(table[row.group][key] for row in split if row.ballots is None for key in "xy")
    assert kept == 0 or kept >= LEAST or all(row.ballots is None for row in split)


tables = st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=5).map(
    lambda rows: {
        group: dict(zip("xyz", row, strict=True))
        for group, row in zip(["a", "b", "c", "d", None], rows, strict=False)
    }
)


@given(tables)
@settings(deadline=None)
def test_no_number_of_a_split_stands_for_fewer_than_five(
    table: Table,
) -> None:
    split = split_of(table)
    told = [key for key in "xyz" if sum(row[key] for row in table.values()) == 0]
    for row in split:
        ballots = sum(table.get(row.group, {}).values())
        shown = {
            key: count for key, count in row.counts.items() if count is not None and key not in told
        }
        if len(told) == 2:
            continue
        for size in range(1, len(shown) + 1):
            for some in combinations(shown.values(), size):
                assert sum(some) >= LEAST
                left = ballots - sum(some)
                assert left >= LEAST or (left == 0 and len(shown) + len(told) == 3), (
                    "what is left over"
                )
        assert all(shown[key] == table[row.group][key] for key in shown), "never a wrong number"


@given(tables)
@settings(deadline=None)
def test_columns_keep_no_fewer_than_five_back(table: Table) -> None:
    split = split_of(table)
    for key in "xyz":
        total = sum(row[key] for row in table.values())
        if total in (0, sum(sum(row.values()) for row in table.values())):
            continue
        left = [
            row.group
            for row in split
            if row.counts[key] is None and any(table.get(row.group, {}).values())
        ]
        if left and any(row.counts[key] is not None for row in split):
            chosen = sum(table[group][key] for group in left)
            assert chosen >= LEAST
            assert sum(sum(table[group].values()) for group in left) - chosen >= LEAST


@given(tables)
@settings(deadline=None)
def test_a_split_is_the_same_in_whatever_order_ballots_come(
    table: Table,
) -> None:
    voters = voters_of(table)
    groups = [group for group in table if group is not None]
    Random(7).shuffle(voters)
    assert split_by_groups(voters, "xyz", [groups], is_exclusive=True) == [split_of(table)]


@pytest.mark.parametrize("most", [1, 6])
def test_two_thousand_people_in_twelve_groups_are_split_at_once(most: int) -> None:
    draw = Random(3)
    keys = "abcdefghijkl"
    voters = [
        Voter(
            frozenset(draw.sample(keys, draw.randint(1, most))),
            (draw.choice(keys), draw.choice([*"mnop", None])),
        )
        for _ in range(2000)
    ]
    began = time.perf_counter()
    split_by_groups(voters, keys, [keys, "mnop"], is_exclusive=most == 1)
    assert time.perf_counter() - began < 3
