"""What templates are given of a split: how each group answered, in a reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from polls.domain.kinds import kind_named
from polls.domain.polls import Poll
from polls.domain.split_middle import Span, median_in, middle_half_in
from polls.domain.tally import percent_of
from polls.domain.texts import Texts

GROUPS_AT_ONCE = 6
"""More than these are not legible from the back row."""

KINDS_THAT_COUNT_PEOPLE = (
    "single_choice",
    "multiple_choice",
    "rating",
    "knowledge",
    "budget",
    "numeric",
    "opinion",
)
"""In other kinds a result's numbers are points or pairs."""


@dataclass(frozen=True, slots=True)
class SplitCell:
    """How many of a group gave an answer; None where that is kept back."""

    key: str
    count: int | None
    percent: int | None
    """Of those of the group who voted."""


@dataclass(frozen=True, slots=True)
class GroupView:
    """One group and its answers."""

    id: str | None
    """None for those who gave no group, and for all others together."""
    label: str
    """Empty where it has no name of its own."""
    language: str
    place: int | None
    size: int | None
    """How many gave this group, where they did."""
    ballots: int | None
    """How many of them voted; None where that is kept back, and shares with it."""
    cells: tuple[SplitCell, ...]
    merged: int = 0
    """Of how many small groups this is the sum."""
    median: str = ""
    """Of estimates: the bands in which the middle one lies, as far as shown cells say so."""
    half: str = ""
    """The same for the middle half."""

    @property
    def is_hidden(self) -> bool:
        """Nothing is left of it but what nobody in the room chose."""
        return not any(cell.count for cell in self.cells)

    @property
    def has_hidden(self) -> bool:
        return self.ballots is None or any(cell.count is None for cell in self.cells)

    @property
    def people(self) -> int:
        """So many voted at least, as far as is known."""
        return self.ballots or max((cell.count or 0 for cell in self.cells), default=0)


@dataclass(frozen=True, slots=True)
class KeyView:
    """What is counted: an option, a step, a band of estimates, or who agrees with a statement."""

    key: str
    label: str
    language: str
    place: int | None
    """0 for A, 1 for B…; None for what is no option."""
    end: str = ""
    """What an end of a scale is called."""
    columns: tuple[str, ...] = ()
    """By which keys the whole result counts the same people."""


@dataclass(frozen=True, slots=True)
class SplitView:
    """A result by one grouping question."""

    by: str
    """Id of the grouping question."""
    title: str
    title_language: str
    keys: tuple[KeyView, ...]
    groups: tuple[GroupView, ...]
    counts_people: bool
    """The whole result counts people too, so that it can stand beside."""
    has_middle: bool = False
    """Answers are numbers, of which the middle is told."""

    @property
    def shown(self) -> tuple[GroupView, ...]:
        return tuple(group for group in self.groups if not group.is_hidden)

    @property
    def hidden(self) -> tuple[GroupView, ...]:
        return tuple(group for group in self.groups if group.is_hidden)

    @property
    def largest(self) -> tuple[GroupView, ...]:
        """The shown groups that fit a screen, in their order, the others added up as one."""
        if len(self.shown) <= GROUPS_AT_ONCE:
            return self.shown
        by_size = sorted(self.shown, key=lambda group: -group.people)
        kept = by_size[: GROUPS_AT_ONCE - 1]
        others = by_size[GROUPS_AT_ONCE - 1 :]
        return (*(group for group in self.shown if group in kept), _together(others))


def split_views(
    poll: Poll, splits: Mapping[str, Any] | None, groupings: Iterable[Poll], language: str
) -> tuple[SplitView, ...]:
    """Return the splits of a round by those grouping questions whose own result the reader sees:
    a split tells how large each group is."""
    return tuple(
        _split_view(poll, splits[grouping.id]["rows"], grouping, language)
        for grouping in groupings
        if splits and grouping.id in splits
    )


def is_grouping(poll: Poll) -> bool:
    return bool(poll.question.settings.get("grouping"))


def _split_view(
    poll: Poll, rows: Sequence[Mapping[str, Any]], grouping: Poll, language: str
) -> SplitView:
    keys = key_views(poll, language)
    groups = [_group(row, grouping, language, keys) for row in rows]
    has_middle = poll.kind == "numeric"
    if has_middle:
        groups = [_with_middle(group, poll, language) for group in groups]
    return SplitView(
        by=grouping.id,
        title=grouping.title.in_language(language),
        title_language=grouping.title.language_of(language),
        keys=keys,
        groups=tuple(group for group in groups if group.people or group.size),
        counts_people=poll.kind in KINDS_THAT_COUNT_PEOPLE,
        has_middle=has_middle,
    )


def _with_middle(group: GroupView, poll: Poll, language: str) -> GroupView:
    counts = [cell.count for cell in group.cells]
    bands = [cell.key for cell in group.cells]

    def told(span: Span | None) -> str:
        if span is None:
            return ""
        first, last = bands[span[0]].partition("..")[0], bands[span[1]].rpartition("..")[2]
        key = first if first == last else f"{first}..{last}"
        return kind_named(poll.kind).answer_parts(key, poll.question, language)[0][0]

    return replace(
        group,
        median=told(median_in(counts, group.ballots)),
        half=told(middle_half_in(counts, group.ballots)),
    )


def _group(
    row: Mapping[str, Any], grouping: Poll, language: str, keys: Sequence[KeyView]
) -> GroupView:
    options = {option.id: option for option in grouping.question.options}
    option = options.get(row["group"])
    return GroupView(
        id=row["group"],
        label=option.label.in_language(language) if option else "",
        language=option.label.language_of(language) if option else "",
        place=list(options).index(option.id) if option else None,
        size=row["size"],
        ballots=row["ballots"],
        cells=tuple(
            SplitCell(key.key, count, _percent(count, row["ballots"]))
            for key in keys
            for count in [row["counts"].get(key.key)]
        ),
    )


def _percent(count: int | None, ballots: int | None) -> int | None:
    return None if count is None or ballots is None else percent_of(count, ballots)


def _together(groups: Sequence[GroupView]) -> GroupView:
    """Return small groups as one; a number is there where it is there for each of them."""
    ballots = _sum([group.ballots for group in groups])
    columns = zip(*(group.cells for group in groups), strict=True)
    counts = {column[0].key: _sum([cell.count for cell in column]) for column in columns}
    return GroupView(
        id=None,
        label="",
        language="",
        place=None,
        size=_sum([group.size for group in groups]),
        ballots=ballots,
        cells=tuple(SplitCell(key, n, _percent(n, ballots)) for key, n in counts.items()),
        merged=len(groups),
    )


def _sum(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def key_views(poll: Poll, language: str) -> tuple[KeyView, ...]:
    """Return what a split of this poll counts, as people read it."""
    options = {option.id: option.label for option in poll.question.options}
    places = {option_id: place for place, option_id in enumerate(options)}
    kind = kind_named(poll.kind)
    keys = kind.split_keys(poll.question)
    settings = poll.question.settings
    ends = {keys[0]: settings.get("low"), keys[-1]: settings.get("high")} if keys else {}
    found = []
    for key in keys:
        option = key.partition(":")[0]
        is_option = option in options
        found.append(
            KeyView(
                key,
                options[option].in_language(language)
                if is_option
                else kind.answer_parts(key, poll.question, language)[0][0],
                options[option].language_of(language) if is_option else "",
                places.get(key),
                "" if is_option else Texts(ends.get(key) or {}).in_language(language),
                tuple(kind.columns_of(key, poll.question)),
            )
        )
    return tuple(found)
