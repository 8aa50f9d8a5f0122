"""Reads ranked ballots in the formats of PrefLib: .soc, .soi, .toc and .toi.

The letters say whether ballots are strict orders (s) or may hold ties (t), and whether each is
complete (c) or may stop early (i). Source: preflib.org, "Data format".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from polls.count_files.problems import CountFileProblem
from polls.count_files.texts import distinct_names
from polls.domain.counting.ranked import Ranking

EXTENSIONS = (".soc", ".soi", ".toc", ".toi")

MOST_ALTERNATIVES = 2000
"""Beyond this, comparing each with each would take more memory than a usual machine has."""

_COUNT = re.compile(r"[0-9]{1,15}")
_GROUP = re.compile(r"\s*\{([^{}]*)\}\s*|([^,{}]*)")
_NAME = re.compile(r"ALTERNATIVE NAME (\S+)")


@dataclass(frozen=True, slots=True)
class RankedFile:
    """Ballots by how often each was cast; `names` has the options' ids in order, all distinct."""

    names: Mapping[str, str]
    ballots: Mapping[Ranking, int]


def read_preflib(text: str, extension: str) -> RankedFile:
    """Return the ballots of a file, given the extension that says what they may hold.

    Raises CountFileProblem with the line that is at fault. A file with fewer ballots than its
    header says is refused, since the rest of it seems to be missing.
    """
    header: dict[str, tuple[str, int]] = {}
    rows: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("#"):
            key, colon, value = line[1:].partition(":")
            if colon:
                header[" ".join(key.split()).upper()] = (value.strip(), number)
        elif line.strip():
            rows.append((number, line))
    names = _names(header)
    reader = _BallotReader(names, extension)
    ballots: dict[Ranking, int] = {}
    for number, line in rows:
        ranking, times = reader.read(line, number)
        ballots[ranking] = ballots.get(ranking, 0) + times
    if not ballots:
        raise CountFileProblem("there are no ballots in this file")
    _check_number(header, sum(ballots.values()))
    return RankedFile(distinct_names(names), ballots)


def _names(header: Mapping[str, tuple[str, int]]) -> dict[str, str]:
    if "NUMBER ALTERNATIVES" not in header:
        raise CountFileProblem("there is no line '# NUMBER ALTERNATIVES: …'")
    told, line = header["NUMBER ALTERNATIVES"]
    if not _COUNT.fullmatch(told) or not 0 < int(told) <= MOST_ALTERNATIVES:
        raise CountFileProblem(
            f"NUMBER ALTERNATIVES must be a number from 1 to {MOST_ALTERNATIVES}, not {told!r}",
            line,
        )
    names = {str(number): str(number) for number in range(1, int(told) + 1)}
    for key, (name, line) in header.items():
        if found := _NAME.fullmatch(key):
            if found[1] not in names:
                raise CountFileProblem(
                    f"a name for alternative {found[1]}, but there are {told} alternatives", line
                )
            names[found[1]] = name or found[1]
    return names


def _check_number(header: Mapping[str, tuple[str, int]], ballots: int) -> None:
    """Refuse a file that seems cut off. A header that says too little takes no vote from anyone."""
    told, line = header.get("NUMBER VOTERS", ("", 0))
    if _COUNT.fullmatch(told) and int(told) > ballots:
        raise CountFileProblem(
            f"NUMBER VOTERS is {told}, but the ballots add up to {ballots}; "
            "the rest of the file seems to be missing",
            line,
        )


class _BallotReader:
    """Reads lines such as `12: 3,1,{2,4}`."""

    def __init__(self, names: Mapping[str, str], extension: str) -> None:
        self._alone = {number: (number,) for number in names}
        self._extension = extension
        self._may_tie = extension[1] == "t"
        self._must_be_complete = extension[3] == "c"

    def read(self, line: str, number: int) -> tuple[Ranking, int]:
        count, colon, order = line.partition(":")
        count, order = count.strip(), order.strip()
        if not colon:
            raise CountFileProblem("expected 'how many: order', such as '12: 3,1,2'", number)
        if not _COUNT.fullmatch(count) or not int(count):
            raise CountFileProblem(
                f"how many ballots this is must be a whole number above 0, not {count!r}", number
            )
        groups = self._groups(order, number)
        listed = [member for group in groups for member in group]
        if len(set(listed)) < len(listed):
            twice = next(member for member in listed if listed.count(member) > 1)
            raise CountFileProblem(f"alternative {twice} stands twice in this ballot", number)
        if self._must_be_complete and len(listed) < len(self._alone):
            raise CountFileProblem(
                f"this ballot leaves alternatives out, which {self._extension} does not allow",
                number,
            )
        return groups, int(count)

    def _groups(self, order: str, number: int) -> Ranking:
        if "{" not in order and "}" not in order:
            parts = order.split(",") if order else []
            try:
                return tuple([self._alone[part] for part in parts])
            except KeyError:
                return tuple([self._member(part, number) for part in parts])
        groups = []
        place = 0
        while place <= len(order):
            found = _GROUP.match(order, place)
            end = found.end() if found else place
            if found is None or order[end : end + 1] not in ("", ","):
                self._refuse_braces(order, number)
            else:
                groups.append(self._group(found, number))
            place = end + 1
        return tuple(groups)

    def _group(self, found: re.Match[str], number: int) -> tuple[str, ...]:
        if found[1] is None:
            return self._member(found[2], number)
        if not found[1].strip():
            raise CountFileProblem("there is an empty group, {}", number)
        members = [self._member(part, number)[0] for part in found[1].split(",")]
        if len(members) > 1 and not self._may_tie:
            raise CountFileProblem(
                f"this ballot holds a tie, which {self._extension} does not allow", number
            )
        return tuple(members)

    def _member(self, part: str, number: int) -> tuple[str]:
        part = part.strip()
        if not part:
            raise CountFileProblem("an alternative is missing between two commas", number)
        if part not in self._alone:
            raise CountFileProblem(f"there is no alternative {_short(part)}", number)
        return self._alone[part]

    def _refuse_braces(self, order: str, number: int) -> None:
        if order.count("{") != order.count("}"):
            raise CountFileProblem("a brace is not closed, or was never opened", number)
        raise CountFileProblem("groups in braces must stand alone between commas", number)


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
