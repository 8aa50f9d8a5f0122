"""What each simulated person will do, and when: pure, and the same for the same seed.

A person is a number. All their chances are drawn from the seed, their number and what they
are asked, so a restarted audience is the same people with the same opinions.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from polls.agenda_file import read_agenda
from polls.demo import opinions
from polls.demo.opinions import LANGUAGES, Saying, TextsByLanguage

JOINING_SECONDS = 15.0
JOINS_A_SECOND_MOST = 40

Poll = Mapping[str, Any]
"""A poll as a snapshot tells it: id, kind, title, options, settings."""


@dataclass(frozen=True, slots=True)
class Person:
    number: int
    language: str
    place: int
    """Their place among those who speak their language, from 0."""
    joins_after: float
    diligence: float
    """How likely they answer a poll at all."""
    pace: float
    """How long they take, 1 being usual."""


@dataclass(frozen=True, slots=True)
class Step:
    """Give this answer so many seconds after the one before."""

    after_seconds: float
    answer: Any


@dataclass(frozen=True, slots=True)
class Utterance:
    """One person says something, so many seconds after the one before."""

    id: str
    speaker: int
    after_seconds: float
    saying: Saying


def chance(seed: str, *parts: object) -> random.Random:
    return random.Random("/".join([seed, *map(str, parts)]))  # noqa: S311


def key_of(seed: str, number: int) -> str:
    """Return the participant key of a person: the same at each start, guessable to nobody."""
    return hmac.new(seed.encode(), f"person {number}".encode(), hashlib.sha256).hexdigest()[:40]


def gather(count: int, seed: str) -> list[Person]:
    """Return the people of a room; half of them read English, the others French and Dutch."""
    spread = max(JOINING_SECONDS, count / JOINS_A_SECOND_MOST)
    places = dict.fromkeys(LANGUAGES, 0)
    people: list[Person] = []
    for number in range(count):
        draw = chance(seed, "person", number)
        language = draw.choices(LANGUAGES, (50, 28, 22))[0]
        is_absent_minded = draw.random() < 0.06
        people.append(
            Person(
                number=number,
                language=language,
                place=places[language],
                joins_after=spread * (number + draw.random()) / max(count, 1),
                diligence=0.15 if is_absent_minded else draw.uniform(0.85, 1.0),
                pace=draw.lognormvariate(0, 0.4),
            )
        )
        places[language] += 1
    return people


# Answering polls


def plan_answers(
    seed: str, person: Person, poll: Poll, round_number: int, seconds_left: float | None = None
) -> list[Step]:
    """Return when a person answers and what, once or with a change of mind; empty for never."""
    form = _FORMS.get(str(poll["kind"]))
    draw = chance(seed, person.number, poll["id"], round_number)
    if form is None or draw.random() > person.diligence:
        return []
    answer = form.answer(_opinion(seed, person, poll, round_number), person, poll)
    if answer is None:
        return []
    delay = min(max(draw.lognormvariate(2.1, 0.5) * person.pace * form.effort, 1.5), 60.0)
    steps = _one_by_one(draw, answer, delay) if form.grows else [Step(delay, answer)]
    if form.may_change and draw.random() < 0.1:
        other = form.answer(_opinion(seed, person, poll, round_number, again=True), person, poll)
        if other is not None and other != answer:
            steps.append(Step(draw.uniform(6, 25), other))
    if seconds_left is None:
        return steps
    return _within(steps, seconds_left)


def _within(steps: list[Step], seconds_left: float) -> list[Step]:
    """Hurry, so that all is said before the countdown ends."""
    needed = sum(step.after_seconds for step in steps)
    hurry = min(1.0, max(seconds_left - 2.0, 0.0) / needed)
    return [Step(step.after_seconds * hurry, step.answer) for step in steps]


@dataclass(frozen=True, slots=True)
class _Opinion:
    """The chances from which an answer is drawn: `draw` for it, `is_later` after the debate."""

    draw: random.Random
    is_later: bool
    seed: str


def _opinion(
    seed: str, person: Person, poll: Poll, round_number: int, *, again: bool = False
) -> _Opinion:
    """A person thinks in a later round what they thought before, unless the debate moved them."""
    moved_in = 1
    for number in range(2, round_number + 1):
        if chance(seed, "moved", person.number, poll["id"], number).random() < 0.28:
            moved_in = number
    draw = chance(seed, "opinion", person.number, poll["id"], moved_in, again)
    return _Opinion(draw, moved_in > 1, seed)


def _lean(opinion: _Opinion, option_id: str, poll: Poll) -> float:
    if option_id in opinions.LEANINGS:
        return opinions.LEANINGS[option_id][opinion.is_later]
    return 1.0 + 9.0 * chance(opinion.seed, "lean", poll["id"], option_id).random() ** 2


def _choose_one(opinion: _Opinion, _person: Person, poll: Poll) -> str | None:
    ids = [str(option["id"]) for option in poll["options"]]
    if not ids:
        return None
    return opinion.draw.choices(ids, [_lean(opinion, option_id, poll) for option_id in ids])[0]


def _choose_several(opinion: _Opinion, _person: Person, poll: Poll) -> list[str]:
    left = [str(option["id"]) for option in poll["options"]]
    least = int(poll["settings"].get("least", 1))
    most = min(int(poll["settings"].get("most", len(left))), len(left))
    wanted = min(max(least, opinion.draw.choice((1, 2, 2, 3, 3))), most)
    chosen: list[str] = []
    while len(chosen) < wanted:
        picked = opinion.draw.choices(left, [_lean(opinion, o, poll) for o in left])[0]
        left.remove(picked)
        chosen.append(picked)
    return chosen


def _rank(opinion: _Opinion, _person: Person, poll: Poll) -> list[str]:
    """Most people rank all; some stop after a few."""
    left = [str(option["id"]) for option in poll["options"]]
    wanted = opinion.draw.choices((len(left), 3, 2, 1), (10, 4, 2, 1))[0]
    order: list[str] = []
    while left and len(order) < wanted:
        picked = opinion.draw.choices(left, [_lean(opinion, o, poll) for o in left])[0]
        left.remove(picked)
        order.append(picked)
    return order


def _spend(opinion: _Opinion, _person: Person, poll: Poll) -> list[str] | None:
    """Take what one likes best, as long as it fits; some keep money back."""
    costs = {str(option["id"]): float(option["cost"]) for option in poll["options"]}
    purse = float(poll["settings"]["budget"]) * opinion.draw.choice((1, 1, 1, 0.8, 0.5))
    chosen: list[str] = []
    left = list(costs)
    while left:
        picked = opinion.draw.choices(left, [_lean(opinion, o, poll) for o in left])[0]
        left.remove(picked)
        if costs[picked] <= purse:
            purse -= costs[picked]
            chosen.append(picked)
    return [project for project in costs if project in chosen] or None


def _rate(opinion: _Opinion, _person: Person, poll: Poll) -> int:
    steps = int(poll["settings"].get("steps", 5))
    title = english_title(str(poll["title"]))
    usual = chance(opinion.seed, "mood", poll["id"]).uniform(0.4, 0.7)
    mood = opinions.MOODS.get(title, (usual, usual))[opinion.is_later]
    return min(max(round(1 + opinion.draw.gauss(mood, 0.22) * (steps - 1)), 1), steps)


def _share_points(opinion: _Opinion, _person: Person, poll: Poll) -> dict[str, int]:
    """People give round numbers, most of them to few options."""
    ids = [str(option["id"]) for option in poll["options"]]
    total = int(poll["settings"].get("points", 100))
    weights = [opinion.draw.gammavariate(_lean(opinion, o, poll) / 20, 1.0) for o in ids]
    stride = max(1, total // 20)
    points = [int(total * w / sum(weights)) // stride * stride for w in weights]
    points[points.index(max(points))] += total - sum(points)
    return {option: given for option, given in zip(ids, points, strict=True) if given}


def _estimate(opinion: _Opinion, _person: Person, poll: Poll) -> int | float:
    settings = poll["settings"]
    least, most, step = (float(settings[name]) for name in ("least", "most", "step"))
    usual = (chance(opinion.seed, "guess", poll["id"]).uniform(0.3, 0.6), 0.15)
    middle, spread = opinions.GUESSES.get(english_title(str(poll["title"])), usual)
    guess = min(max(opinion.draw.gauss(middle, spread), 0.0), 1.0)
    decimals = max(len(str(settings[name]).partition(".")[2]) for name in ("least", "step"))
    found = round(least + round(guess * (most - least) / step) * step, decimals)
    return int(found) if found == int(found) else found


def _answer_check(opinion: _Opinion, person: Person, poll: Poll) -> Any:
    if poll["settings"].get("several"):
        return _choose_several(opinion, person, poll)
    return _choose_one(opinion, person, poll)


def _say_of_each(opinion: _Opinion, person: Person, poll: Poll) -> dict[str, str]:
    """People of one camp mostly agree on what to agree with; some stop early."""
    camp = chance(opinion.seed, "camp", person.number).choices((0, 1, 2), opinions.CAMPS)[0]
    ids = [str(option["id"]) for option in poll["options"] if not option.get("withdrawn")]
    opinion.draw.shuffle(ids)
    wanted = opinion.draw.choices((1.0, 0.7, 0.4), (7, 2, 1))[0]
    said: dict[str, str] = {}
    for statement in ids[: math.ceil(wanted * len(ids))]:
        stances = opinions.STANCES.get(statement)
        usual = chance(opinion.seed, "stance", poll["id"], statement, camp).random()
        agrees = opinion.draw.random() < (usual if stances is None else stances[camp])
        word = "agree" if agrees else "disagree"
        said[statement] = "pass" if opinion.draw.random() < 0.08 else word
    return said


def _one_by_one(draw: random.Random, answer: Mapping[str, str], first: float) -> list[Step]:
    """A ballot that grows: every few seconds one or two statements more."""
    steps: list[Step] = []
    said: dict[str, str] = {}
    left = list(answer.items())
    while left:
        for _ in range(min(draw.choice((1, 1, 2)), len(left))):
            statement, word = left.pop(0)
            said[statement] = word
        steps.append(Step(draw.uniform(2.0, 6.0) if steps else first, dict(said)))
    return steps


def _find_words(opinion: _Opinion, person: Person, poll: Poll) -> list[str]:
    words = _about(poll, person, opinions.WORDS, opinions.GENERAL_WORDS)
    most = int(poll["settings"].get("most", 3))
    wanted = min(opinion.draw.choice((1, 2, 3, 3)), most, len(words))
    weights = [1.0 / (place + 1.5) for place in range(len(words))]
    chosen: list[str] = []
    while len(chosen) < wanted:
        word = opinion.draw.choices(words, weights)[0]
        if word not in chosen:
            chosen.append(word)
    return chosen


def _write(_opinion: _Opinion, person: Person, poll: Poll) -> str | None:
    """Nobody repeats what another wrote, so only as many people write as there are texts."""
    texts = _about(poll, person, opinions.ANSWERS, opinions.GENERAL_ANSWERS)
    most = int(poll["settings"].get("length", 280))
    fitting = [text for text in texts if len(text) <= most]
    return fitting[person.place] if person.place < len(fitting) else None


def _about(
    poll: Poll,
    person: Person,
    by_title: Mapping[str, TextsByLanguage],
    general: TextsByLanguage,
) -> Sequence[str]:
    return by_title.get(english_title(str(poll["title"])), general)[person.language]


@dataclass(frozen=True, slots=True)
class _Form:
    """How polls of one kind are answered; `effort` is the time it takes, 1 for a tap."""

    answer: Callable[[_Opinion, Person, Poll], Any]
    effort: float
    may_change: bool = True
    grows: bool = False
    """The ballot is given piece by piece."""


_FORMS = {
    "single_choice": _Form(_choose_one, 1.0),
    "multiple_choice": _Form(_choose_several, 1.4),
    "rating": _Form(_rate, 1.0),
    "ranking": _Form(_rank, 2.0),
    "budget": _Form(_spend, 2.0),
    "words": _Form(_find_words, 1.8),
    "opinion": _Form(_say_of_each, 1.0, may_change=False, grows=True),
    "text": _Form(_write, 2.2, may_change=False),
    "points": _Form(_share_points, 2.4),
    "numeric": _Form(_estimate, 1.3),
    "knowledge": _Form(_answer_check, 1.3),
}


# Comments


def plan_sayings(seed: str, people: Sequence[Person], occasion: str) -> list[Utterance]:
    """Return who says what on an occasion, in order; no one speaks twice."""
    silent = list(people)
    planned: list[Utterance] = []
    sayings = opinions.SAYINGS.get(occasion) or opinions.PROPOSALS.get(occasion, ())
    for number, saying in enumerate(sayings):
        draw = chance(seed, "saying", occasion, number)
        able = [person for person in silent if person.language == saying.language]
        if not able:
            continue
        speaker = draw.choice(able)
        silent.remove(speaker)
        planned.append(
            Utterance(
                id=key_of(seed + occasion, number)[:16],
                speaker=speaker.number,
                after_seconds=draw.uniform(5, 14),
                saying=saying,
            )
        )
    return planned


def plan_support(
    seed: str, people: Sequence[Person], utterance: Utterance
) -> list[tuple[Person, float]]:
    """Return who supports what was said, each so many seconds after it was."""
    planned: list[tuple[Person, float]] = []
    for person in people:
        draw = chance(seed, "support", utterance.id, person.number)
        if person.number != utterance.speaker and draw.random() < utterance.saying.appeal:
            planned.append((person, min(3 + draw.expovariate(1 / 18), 120.0)))
    return planned


# What the demo's own agenda says


@cache
def _titles() -> Mapping[str, Mapping[str, str]]:
    """Return the titles of the demo's agenda by language, under their English title."""
    text = files("polls.demo").joinpath("panel.yaml").read_text(encoding="utf-8")
    titles = [dict(item.title.by_language) for item in read_agenda(text).items]
    return {by_language["en"]: by_language for by_language in titles}


@cache
def english_title(title: str) -> str:
    """Return the English title of a demo poll, or the title itself if it is not one."""
    for english, by_language in _titles().items():
        if title in by_language.values():
            return english
    return title


def occasion_of(page: str, language: str) -> str:
    """Return the comment round that a phone's page shows, or the general occasion."""
    shown = html.unescape(page)
    for english in opinions.SAYINGS:
        if english and _titles()[english][language] in shown:
            return english
    return opinions.GENERAL
