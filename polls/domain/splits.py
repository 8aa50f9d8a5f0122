"""Results split by group ("I am here as…"), with what would point at a few people kept back.

Whoever reads a split also knows the result as a whole, how large each group is, how many of it
voted, every ballot by its receipt (whose, nobody knows), and the splits of the same result by
other grouping questions. Against all of that together four rules hold, in this order:

1. **Few people.** A cell is hidden where fewer than `least` people of a group gave the answer or
   fewer than `least` did not; so 0 and "everyone" are hidden too, since they tell of each one. A
   group with fewer than `least` ballots is hidden whole; one without any hides nobody, so the
   other rules leave it aside. So do they an answer that nobody in the room gave, or everyone.
2. **What is left over.** What remains of a row or a column when all that is shown is taken away
   counts as a cell too: while it holds fewer than `least` people, one more cell is hidden.
3. **Exchange.** For each hidden cell there are two people, in different groups, who could have
   given each other's answers: the cell would be another one, and all that is shown the same. So
   no hidden cell follows from what is shown, by whatever arithmetic. Where there are no such two,
   cells are hidden until there are.
4. **How many voted.** The turnout less the numbers of all other groups is the number of a hidden
   group. So while the numbers that are hidden come to fewer than `least`, another group's number
   is hidden too; and for each there is a ballot that could as well have come from another group
   whose number is hidden, and all that is shown the same: that group has a member who did not
   vote, a small group stays small and a large one large, and the cells of the ballot are hidden
   in both groups. Those who gave no group are listed even where there are none, because nobody
   but the voters could tell how many they are. Two things are no secret: that nobody voted of a
   group that has no members, or without a group; and what the turnout and the sizes of groups
   tell without any split, such as that everyone voted.

Complementary suppression by such exchanges ("data swapping") follows T. Dalenius and S. Reiss,
Data-swapping: a technique for disclosure control, Journal of Statistical Planning and Inference 6
(1982); the first rule is the usual threshold of official statistics, applied from both sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

LEAST = 5
"""So many people stand behind each number of a split, at least."""

EXAMINED_MOST = 120
"""Different ballots looked at on either side of an exchange, most frequent first. Fewer only mean
that more is hidden than need be."""


_NEVER = 1_000_000
"""More cells than any split has."""


@dataclass(frozen=True, slots=True)
class Voter:
    """One ballot of a result: which of its keys it counts for, and the voter's groups."""

    keys: frozenset[str]
    groups: tuple[str | None, ...]
    """By each grouping question; None where the voter gave none."""


@dataclass(frozen=True, slots=True)
class SplitRow:
    """How one group answered."""

    group: str | None
    """None for those who gave no group."""
    ballots: int | None
    """How many of the group voted; None where that is fewer than may be told, or would tell it of
    another group."""
    counts: Mapping[str, int | None]
    """By key; None where the number is kept back."""


Split = tuple[SplitRow, ...]


@dataclass(frozen=True, slots=True)
class _Ballots:
    """Ballots that are alike in all that matters here."""

    groups: tuple[str | None, ...]
    keys: int
    """Bits, one for each key."""
    count: int


@dataclass(frozen=True, slots=True)
class _Row:
    ballots: int
    counts: tuple[int, ...]


def split_by_groups(
    voters: Sequence[Voter],
    keys: Sequence[str],
    groups: Sequence[Sequence[str]],
    *,
    is_exclusive: bool,
    sizes: Sequence[Mapping[str, int]] | None = None,
    published: Mapping[int, Split] | None = None,
    least: int = LEAST,
) -> list[Split | None]:
    """Return one split for each grouping question, safe to publish together.

    `groups` lists the groups of each question in the order in which they are shown; those who
    gave none come last. `sizes` says for each question how many gave each group there, which
    everyone knows; as many as voted, if nothing is given. In an exclusive result each ballot has
    one key, so that the cells of a row add up to its ballots. Splits that are `published` already, by
    their place, are left as they are and returned too: what was shown cannot be hidden any more.
    Where no further split could be safe beside them, there is none (None).
    """
    tables = _Tables(voters, keys, groups, is_exclusive=is_exclusive, sizes=sizes, least=least)
    fixed = published or {}
    for place, split in fixed.items():
        tables.keep(place, split, keys)
    is_safe = tables.hide()
    return [
        fixed[place] if place in fixed else tables.shown(place, keys) if is_safe else None
        for place in range(len(groups))
    ]


@dataclass(frozen=True, slots=True)
class _Move:
    """A ballot that came from one group and could have come from another."""

    giver: str | None
    receiver: str | None
    keys: int

    @property
    def groups(self) -> tuple[str | None, str | None]:
        return self.giver, self.receiver


class _Tables:
    """The tables of one result by all grouping questions, and what of them is hidden."""

    def __init__(
        self,
        voters: Sequence[Voter],
        keys: Sequence[str],
        groups: Sequence[Sequence[str]],
        *,
        is_exclusive: bool,
        sizes: Sequence[Mapping[str, int]] | None,
        least: int,
    ) -> None:
        bits = {key: 1 << place for place, key in enumerate(keys)}
        alike = Counter(
            (voter.groups, sum(bits[key] for key in voter.keys if key in bits)) for voter in voters
        )
        self._ballots = [
            _Ballots(of, mask, count)
            for (of, mask), count in sorted(
                alike.items(), key=lambda found: (-found[1], repr(found[0]))
            )
        ]
        self._width = len(keys)
        self._all = (1 << len(keys)) - 1
        self._told = self._told_by_the_result()
        self._is_exclusive = is_exclusive
        self._least = least
        self._rows = [self._rows_by(place, order) for place, order in enumerate(groups)]
        self._hidden: list[dict[str | None, int]] = [dict.fromkeys(rows, 0) for rows in self._rows]
        self._numbers_hidden: list[set[str | None]] = [
            {group for group, row in rows.items() if row.ballots < least} for rows in self._rows
        ]
        self._sizes = sizes
        self._fixed: set[int] = set()
        self._free: list[int] = []
        self._protected: set[tuple[int, str | None, int]] = set()

    def _told_by_the_result(self) -> int:
        """Return the keys, as bits, that nobody in the room chose, or everyone."""
        totals = [
            sum(found.count for found in self._ballots if found.keys >> key & 1)
            for key in range(self._width)
        ]
        everyone = sum(found.count for found in self._ballots)
        return sum(1 << key for key, total in enumerate(totals) if total in (0, everyone))

    def _rows_by(self, place: int, order: Sequence[str]) -> dict[str | None, _Row]:
        rows: dict[str | None, _Row] = {}
        for group in (*order, None):
            own = [found for found in self._ballots if found.groups[place] == group]
            counts = tuple(
                sum(found.count for found in own if found.keys >> key & 1)
                for key in range(self._width)
            )
            rows[group] = _Row(sum(found.count for found in own), counts)
        return rows

    def shown(self, place: int, keys: Sequence[str]) -> Split:
        return tuple(
            SplitRow(
                group,
                None if group in self._numbers_hidden[place] else row.ballots,
                {
                    key: None if self._hidden[place][group] >> number & 1 else row.counts[number]
                    for number, key in enumerate(keys)
                },
            )
            for group, row in self._rows[place].items()
        )

    def keep(self, place: int, split: Split, keys: Sequence[str]) -> None:
        """Take over what a published split shows and hides, for good."""
        self._fixed.add(place)
        self._hidden[place] = dict.fromkeys(self._hidden[place], self._all)
        for row in split:
            if row.group in self._hidden[place]:
                self._hidden[place][row.group] = sum(
                    1 << number for number, key in enumerate(keys) if row.counts.get(key) is None
                )

    def hide(self) -> bool:
        """Hide what must be hidden; say whether that was possible beside what is fixed."""
        self._free = [place for place in range(len(self._rows)) if place not in self._fixed]
        for place in self._free:
            self._hide_few(place)
        while True:
            self._hide_leftovers()
            unprotected = next(self._unprotected(), None)
            if unprotected is not None:
                if not self._hide_for_an_exchange(*unprotected):
                    return False
            elif not any(self._hide_a_number(place) for place in self._free):
                return True

    # Few people

    def _hide_few(self, place: int) -> None:
        for group, row in self._rows[place].items():
            if row.ballots < self._least:
                self._hidden[place][group] = self._all
                continue
            for key, count in enumerate(row.counts):
                is_few = count < self._least or row.ballots - count < self._least
                if is_few and not self._told >> key & 1:
                    self._hidden[place][group] |= 1 << key

    # What is left over

    def _hide_leftovers(self) -> None:
        while any(
            self._hide_leftover_of_rows(place) or self._hide_leftover_of_columns(place)
            for place in self._free
        ):
            pass

    def _hide_leftover_of_rows(self, place: int) -> bool:
        """Hide a cell of a row in which too few people are left over; say if one was hidden."""
        if not self._is_exclusive:
            return False
        for group, row in self._rows[place].items():
            mask = self._hidden[place][group]
            shown = [key for key in range(self._width) if not (mask | self._told) >> key & 1]
            left = row.ballots - sum(row.counts[key] for key in shown)
            if mask and shown and left < self._least:
                smallest = min(shown, key=lambda key: (row.counts[key], key))
                self._hidden[place][group] |= 1 << smallest
                return True
        return False

    def _hide_leftover_of_columns(self, place: int) -> bool:
        """Hide a cell of a column in which too few are left over, for or against."""
        rows, hidden = self._rows[place], self._hidden[place]
        for key in (key for key in range(self._width) if not self._told >> key & 1):
            left = [
                group for group, row in rows.items() if row.ballots and hidden[group] >> key & 1
            ]
            shown = [group for group in rows if not hidden[group] >> key & 1]
            chosen = sum(rows[group].counts[key] for group in left)
            not_chosen = sum(rows[group].ballots for group in left) - chosen
            if left and shown and min(chosen, not_chosen) < self._least:
                smallest = min(shown, key=lambda group: rows[group].counts[key])
                hidden[smallest] |= 1 << key
                return True
        return False

    # Exchange

    def _unprotected(self) -> Iterator[tuple[int, str | None, int]]:
        for place, rows in enumerate(self._hidden):
            for group, mask in rows.items():
                for key in range(self._width):
                    cell = (place, group, key)
                    if mask >> key & 1 and cell not in self._protected:
                        if self._is_protected(cell):
                            self._protected.add(cell)
                        else:
                            yield cell

    def _is_protected(self, cell: tuple[int, str | None, int]) -> bool:
        return any(not self._shown_by(one, other) for one, other in self._exchanges(cell))

    def _exchanges(self, cell: tuple[int, str | None, int]) -> Iterator[tuple[_Ballots, _Ballots]]:
        """Yield two ballots each that would change a cell if they were each other's."""
        place, group, key = cell
        inside = [found for found in self._ballots if found.groups[place] == group]
        outside = [found for found in self._ballots if found.groups[place] != group]
        for bit in (1, 0):
            own = [found for found in inside if found.keys >> key & 1 == bit]
            others = [found for found in outside if found.keys >> key & 1 != bit]
            for one in own[:EXAMINED_MOST]:
                for other in others[:EXAMINED_MOST]:
                    yield one, other

    def _shown_by(self, one: _Ballots, other: _Ballots) -> int:
        """Return how many cells that are shown an exchange of two ballots would change; more
        than there are where one of them is fixed."""
        differ, shown = one.keys ^ other.keys, 0
        for place, hidden in enumerate(self._hidden):
            mine, theirs = one.groups[place], other.groups[place]
            if mine != theirs:
                changed = (differ & ~hidden[mine]).bit_count()
                changed += (differ & ~hidden[theirs]).bit_count()
                shown += changed * (_NEVER if place in self._fixed else 1)
        return shown

    def _hide_for_an_exchange(self, place: int, group: str | None, key: int) -> bool:
        """Hide what the cheapest exchange would change; say if that was possible. Where nobody's
        ballot would change the cell, the result itself tells what is in it."""
        cell = (place, group, key)
        self._protected.add(cell)
        found = min(self._exchanges(cell), key=lambda pair: self._shown_by(*pair), default=None)
        if found is None:
            return True
        if self._shown_by(*found) >= _NEVER:
            return False
        one, other = found
        for at, hidden in enumerate(self._hidden):
            if one.groups[at] != other.groups[at]:
                hidden[one.groups[at]] |= one.keys ^ other.keys
                hidden[other.groups[at]] |= one.keys ^ other.keys
        return True

    # How many voted

    def _hide_a_number(self, place: int) -> bool:
        """Hide what keeps the hidden numbers of a question from following; say if it hid any."""
        rows, hidden = self._rows[place], self._numbers_hidden[place]
        secret = [group for group in rows if group in hidden and self._has_a_secret(place, group)]
        if secret and sum(rows[group].ballots for group in hidden) < self._least:
            kept = [group for group in rows if group in hidden]
            moves = [move for group in kept for move in self._moves(place, group)]
            if self._hide_for_a_move(place, [m for m in moves if not {*m.groups} <= hidden]):
                return True
        return any(
            self._hide_for_a_move(place, list(self._moves(place, group))) for group in secret
        )

    def _has_a_secret(self, place: int, group: str | None) -> bool:
        return bool(self._rows[place][group].ballots or (group and self._has_room(place, group)))

    def _has_room(self, place: int, group: str | None) -> bool:
        """Say if more of a group could have voted, as far as anyone knows."""
        if group is None or self._sizes is None:
            return group is None
        return self._sizes[place].get(group, 0) > self._rows[place][group].ballots

    def _moves(self, place: int, group: str | None) -> Iterator[_Move]:
        """Yield the ballots that could have come from another group, if they came from this one,
        and those that could have come from this one."""
        rows = self._rows[place]
        for found in self._ballots:
            giver = found.groups[place]
            for receiver in rows if giver == group else (group,):
                if receiver != giver and self._has_room(place, receiver):
                    yield _Move(giver, receiver, found.keys)

    def _price(self, place: int, move: _Move) -> tuple[bool, int, int, int]:
        """Return whether a small group would be a large one by a move, or a large one small; how
        many cells and numbers of groups it would change that are shown; and their people."""
        rows, hidden = self._rows[place], self._hidden[place]
        is_odd = (
            rows[move.giver].ballots == self._least
            or rows[move.receiver].ballots == self._least - 1
        )
        cells = sum((move.keys & ~hidden[group]).bit_count() for group in move.groups)
        shown = [group for group in move.groups if group not in self._numbers_hidden[place]]
        return is_odd, cells, len(shown), sum(rows[group].ballots for group in shown)

    def _hide_for_a_move(self, place: int, moves: Sequence[_Move]) -> bool:
        """Hide what the cheapest move would change; say if anything was shown."""
        best = min(moves, key=lambda move: self._price(place, move), default=None)
        if best is None or self._price(place, best)[1:3] == (0, 0):
            return False
        for group in best.groups:
            self._numbers_hidden[place].add(group)
            self._hidden[place][group] |= best.keys
        return True
