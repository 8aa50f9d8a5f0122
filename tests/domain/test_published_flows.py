"""Published moves: nothing small leaves, and nothing small can be worked out from the rest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from polls.domain.published_flows import CELL_LEAST, merged_flows
from polls.domain.shifts import Moves, Shift

Table = tuple[tuple[int, ...], ...]


def shift_with(
    table: Table, newcomers: tuple[int, ...] = (), leavers: tuple[int, ...] = ()
) -> Shift:
    size = len(table)
    names = tuple("abcdefghijkl"[:size])
    came, went = newcomers or (0,) * size, leavers or (0,) * size
    both = sum(map(sum, table))
    moved = both - sum(table[place][place] for place in range(size))
    return Shift(1, both, moved, sum(came), sum(went), Moves(names, table, came, went))


def tables(size: int, most: int, stay: int) -> st.SearchStrategy[Table]:
    """Tables of moves; many cells are near the threshold or empty, as those are the risky ones."""
    cell = st.one_of(st.just(0), st.integers(1, most))
    diagonal = st.integers(0, stay)
    return st.tuples(
        *(
            st.tuples(*(diagonal if row == column else cell for column in range(size)))
            for row in range(size)
        )
    )


@given(st.one_of(tables(2, 30, 60), tables(4, 14, 40), tables(6, 9, 20)))
def test_no_move_of_few_people_is_published_and_nobody_is_left_out(table: Table) -> None:
    shift = shift_with(table)
    published = merged_flows(shift)
    assert all(flow.count >= CELL_LEAST for flow in published.flows)
    assert sum(flow.count for flow in published.flows) + published.other_moves == shift.moved
    counts = [flow.count for flow in published.flows]
    assert counts == sorted(counts, reverse=True)
    for flow in published.flows:
        places = "abcdefghijkl".index(flow.before), "abcdefghijkl".index(flow.after)
        assert table[places[0]][places[1]] == flow.count


def tables_that_look_the_same(table: Table) -> Iterator[Table]:
    """Every table that who knows all that is published could think of.

    They know the counts of both rounds, newcomers and leavers (even by option, from the room), how many
    moved, the published moves, and that each other move is smaller than all published ones.
    """
    published = merged_flows(shift_with(table))
    names = "abcdefghijkl"
    fixed = {(names.index(f.before), names.index(f.after)): f.count for f in published.flows}
    bound = min(fixed.values(), default=10**6) - 1
    size = len(table)
    rows = [sum(row) for row in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    cells_of_moves = ((r, c) for r in range(size) for c in range(size) if r != c)
    open_cells = [cell for cell in cells_of_moves if cell not in fixed]

    def fill(
        cells: list[tuple[int, int]], found: dict[tuple[int, int], int], left: int
    ) -> Iterator[Table]:
        row_left, column_left = rows[:], columns[:]
        for (row, column), count in found.items():
            row_left[row] -= count
            column_left[column] -= count
        if not cells:
            if left == 0 and row_left == column_left and min(row_left) >= 0:
                found |= {(place, place): row_left[place] for place in range(size)}
                yield tuple(tuple(found[r, c] for c in range(size)) for r in range(size))
            return
        row, column = cells[0]
        for count in range(min(bound, left, row_left[row], column_left[column]) + 1):
            yield from fill(cells[1:], found | {(row, column): count}, left - count)

    return fill(open_cells, fixed, published.other_moves)


@settings(deadline=None)
@given(st.one_of(tables(2, 9, 6), tables(3, 7, 5)))
def test_no_small_move_can_be_worked_out_from_what_is_published(table: Table) -> None:
    if not merged_flows(shift_with(table)).flows:
        return  # nobody learns more than from the totals
    size = len(table)
    unsure: dict[tuple[int, int], set[int]] = {
        (row, column): set()
        for row, column in product(range(size), repeat=2)
        if row != column and 0 < table[row][column] < CELL_LEAST
    }
    for other in tables_that_look_the_same(table):
        for (row, column), counts in unsure.items():
            counts.add(other[row][column])
        if all(len(counts) > 1 for counts in unsure.values()):
            return
    assert not unsure


@given(tables(4, 14, 40), st.permutations(range(4)))
def test_the_order_of_options_decides_nothing(table: Table, order: list[int]) -> None:
    names = "abcd"
    published = merged_flows(shift_with(table))
    turned = tuple(tuple(table[row][column] for column in order) for row in order)
    other = merged_flows(shift_with(turned))
    renamed = {
        (names[order[names.index(f.before)]], names[order[names.index(f.after)]], f.count)
        for f in other.flows
    }
    assert renamed == {(f.before, f.after, f.count) for f in published.flows}
    assert other.other_moves == published.other_moves


def test_large_moves_are_published_whole() -> None:
    published = merged_flows(shift_with(((50, 12, 0), (0, 40, 30), (0, 5, 60))))
    assert [(f.before, f.after, f.count) for f in published.flows] == [
        ("b", "c", 30),
        ("a", "b", 12),
        ("c", "b", 5),
    ]
    assert published.other_moves == 0


def test_one_small_move_is_never_merged_alone() -> None:
    table = ((50, 12, 9, 0), (0, 40, 0, 8), (0, 0, 30, 2), (7, 0, 0, 10))
    published = merged_flows(shift_with(table))
    assert published.other_moves > 2
    assert all(flow.count > 7 for flow in published.flows)


def test_of_two_options_a_small_move_takes_the_other_with_it() -> None:
    published = merged_flows(shift_with(((50, 12), (3, 40))))
    assert published.flows == ()
    assert published.other_moves == 15
    assert len(merged_flows(shift_with(((50, 12), (8, 40)))).flows) == 2


def test_totals_alone_publish_no_moves() -> None:
    published = merged_flows(Shift(1, 9, 4, 0, 0, None))
    assert published.flows == ()
    assert published.other_moves == 4
