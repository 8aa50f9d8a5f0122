"""The simulated people give answers that count, in their own language, the same each time."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest

from polls.agenda_file import read_agenda
from polls.demo import opinions
from polls.demo.mind import (
    Person,
    english_title,
    gather,
    key_of,
    occasion_of,
    plan_answers,
    plan_sayings,
    plan_support,
)
from polls.domain.agenda import PollDefinition, define_poll
from polls.domain.comments import COMMENT_LENGTH_MOST, CommentKind
from polls.domain.errors import Refusal
from polls.domain.kinds import all_kinds, kind_named
from polls.domain.kinds.opinion import STATEMENT_LENGTH_MOST
from polls.domain.polls import Question
from polls.domain.stop_words import is_stop_word
from polls.domain.texts import fold

SEED = "a test"
ROOM = gather(60, SEED)
PANEL = read_agenda(files("polls.demo").joinpath("panel.yaml").read_text(encoding="utf-8"))
DEMO_POLLS = {item.poll.title.in_language("en"): item.poll for item in PANEL.items if item.poll}
OTHER_POLLS = {
    "one": define_poll("single_choice", "Coffee now?", ["Yes", "Later", "No"]),
    "several": define_poll("multiple_choice", "Which?", ["1", "2", "3"], {"least": 3, "most": 3}),
    "rating": define_poll("rating", "How was lunch?", settings={"steps": 10}),
    "words": define_poll("words", "In a word?", settings={"most": 1}),
    "text": define_poll("text", "What next?", settings={"length": 40}),
    "points": define_poll("points", "Which?", ["1", "2", "3"], {"points": 7}),
    "numeric": define_poll("numeric", "How far?", settings={"least": -1, "most": 2, "step": 0.1}),
    "knowledge": define_poll(
        "knowledge", "Which?", [{"label": "1", "right": True}, "2", "3"], {"several": True}
    ),
    "opinion": define_poll("opinion", "Do you agree?", ["This.", "That.", "Neither."]),
    "ranking": define_poll("ranking", "In which order?", ["1", "2"]),
    "budget": define_poll(
        "budget",
        "Which one?",
        [{"label": "Large", "cost": 10}, {"label": "Small", "cost": "0.50"}],
        {"budget": 10},
    ),
}
ALL_POLLS = DEMO_POLLS | OTHER_POLLS


def as_told(poll: PollDefinition, language: str) -> dict[str, Any]:
    """A poll as a snapshot tells it to a reader of this language."""
    return {
        "id": poll.title.in_language("en"),
        "kind": poll.kind,
        "title": poll.title.in_language(language),
        "options": [
            {"id": option.id, "label": option.label.in_language(language), **option.facts}
            for option in poll.options
        ],
        "settings": poll.settings,
    }


def answers_to(poll: PollDefinition, round_number: int = 1) -> dict[int, Any]:
    """The first answer of everyone who gives one."""
    found = {}
    for person in ROOM:
        told = as_told(poll, person.language)
        if steps := plan_answers(SEED, person, told, round_number):
            found[person.number] = steps[0].answer
    return found


@pytest.mark.parametrize("poll", ALL_POLLS.values(), ids=ALL_POLLS.keys())
def test_every_answer_is_one_that_the_poll_takes(poll: PollDefinition) -> None:
    question = Question(poll.options, poll.settings)
    for person in ROOM:
        for step in plan_answers(SEED, person, as_told(poll, person.language), 1):
            try:
                kind_named(poll.kind).parse(step.answer, question)
            except Refusal as refusal:
                pytest.fail(f"{step.answer!r} is refused: {refusal!r}")


@pytest.mark.parametrize("name", all_kinds())
def test_every_kind_finds_answers_and_some_people_keep_silent(name: str) -> None:
    poll = next(poll for poll in DEMO_POLLS.values() if poll.kind == name)
    assert 10 < len(answers_to(poll)) < len(ROOM)


def test_a_kind_that_nobody_has_learned_is_left_alone() -> None:
    told = as_told(OTHER_POLLS["one"], "en") | {"kind": "roulette"}
    assert plan_answers(SEED, ROOM[0], told, 1) == []


def test_the_same_seed_is_the_same_room() -> None:
    assert gather(60, SEED) == ROOM
    assert gather(60, "another") != ROOM
    poll = OTHER_POLLS["one"]
    assert answers_to(poll) == answers_to(poll)


def test_keys_come_from_the_seed_alone_and_are_all_different() -> None:
    keys = [key_of(SEED, number) for number in range(200)]
    assert len(set(keys)) == 200
    assert key_of(SEED, 7) == keys[7]
    assert key_of("another", 7) != keys[7]


def test_the_room_speaks_three_languages_and_joins_within_a_quarter_minute() -> None:
    spoken = Counter(person.language for person in ROOM)
    assert set(spoken) == set(opinions.LANGUAGES)
    assert max(person.joins_after for person in ROOM) <= 15
    assert [p.place for p in ROOM if p.language == "fr"] == list(range(spoken["fr"]))


def test_a_large_room_does_not_storm_the_door() -> None:
    crowd = gather(2000, SEED)
    first_second = sum(1 for person in crowd if person.joins_after < 1)
    assert first_second <= 45


def test_after_the_debate_some_move_and_most_do_not() -> None:
    poll = DEMO_POLLS["Will digital apps save democracy or kill it?"]
    before, after = answers_to(poll, 1), answers_to(poll, 2)
    both = before.keys() & after.keys()
    moved = sum(1 for number in both if before[number] != after[number])
    assert 0 < moved < len(both) / 2


def test_some_change_their_mind_within_a_round() -> None:
    poll = DEMO_POLLS["Will digital apps save democracy or kill it?"]
    plans = [plan_answers(SEED, person, as_told(poll, person.language), 1) for person in ROOM]
    changed = [steps for steps in plans if len(steps) == 2]
    assert 0 < len(changed) < 20
    assert all(steps[0].answer != steps[1].answer for steps in changed)


@pytest.mark.parametrize("seconds_left", [90.0, 10.0, 5.0, 0.0, -3.0])
def test_everyone_is_done_before_a_countdown_ends(seconds_left: float) -> None:
    poll = DEMO_POLLS["Will digital apps save democracy or kill it?"]
    for person in ROOM:
        steps = plan_answers(SEED, person, as_told(poll, person.language), 1, seconds_left)
        assert sum(step.after_seconds for step in steps) <= max(seconds_left, 0.0)


def test_nobody_repeats_what_another_wrote() -> None:
    texts = [text for poll in ALL_POLLS.values() if poll.kind == "text"
             for text in answers_to(poll).values()]  # fmt: skip
    assert len(texts) == len(set(texts)) > 0


def test_every_word_is_one_that_a_cloud_shows() -> None:
    words = [word for by_language in (*opinions.WORDS.values(), opinions.GENERAL_WORDS)
             for found in by_language.values() for word in found]  # fmt: skip
    assert [word for word in words if is_stop_word(fold(word)) or len(word) > 30] == []


def test_opinions_are_about_what_the_demo_asks() -> None:
    assert set(opinions.WORDS) | set(opinions.ANSWERS) | set(opinions.MOODS) <= set(DEMO_POLLS)
    ids = {option.id for poll in DEMO_POLLS.values() for option in poll.options}
    statements = {o.id for p in DEMO_POLLS.values() if p.kind == "opinion" for o in p.options}
    assert set(opinions.LEANINGS) == ids - statements
    assert set(opinions.STANCES) == statements
    assert set(opinions.PROPOSALS) <= {t for t, p in DEMO_POLLS.items() if p.kind == "opinion"}
    talks = {item.title.in_language("en") for item in PANEL.items if item.kind == "comments"}
    assert set(opinions.SAYINGS) == talks | {opinions.GENERAL}


# Comments


def test_comments_are_short_enough_and_of_a_known_kind() -> None:
    for sayings in opinions.SAYINGS.values():
        for saying in sayings:
            assert 0 < len(saying.text) <= COMMENT_LENGTH_MOST
            assert saying.kind in set(CommentKind)
            assert saying.language in opinions.LANGUAGES


def test_proposals_are_statements_that_are_short_enough() -> None:
    for sayings in opinions.PROPOSALS.values():
        for saying in sayings:
            assert 0 < len(saying.text) <= STATEMENT_LENGTH_MOST
            assert saying.kind == CommentKind.STATEMENT


def test_opinions_are_given_one_after_the_other_and_add_up() -> None:
    poll = as_told(next(p for p in DEMO_POLLS.values() if p.kind == "opinion"), "en")
    for person in ROOM:
        steps = plan_answers(SEED, person, poll, 1)
        for before, after in pairwise(steps):
            assert before.answer.items() < after.answer.items()
            assert len(after.answer) - len(before.answer) <= 2


def test_a_comment_is_said_once_by_someone_who_speaks_its_language() -> None:
    said = [u for occasion in opinions.SAYINGS for u in plan_sayings(SEED, ROOM, occasion)]
    assert len({utterance.id for utterance in said}) == len(said)
    assert all(ROOM[u.speaker].language == u.saying.language for u in said)
    general = plan_sayings(SEED, ROOM, opinions.GENERAL)
    assert len({utterance.speaker for utterance in general}) == len(general) == 12


def test_an_empty_or_small_room_says_less() -> None:
    assert plan_sayings(SEED, [], opinions.GENERAL) == []
    alone = [Person(0, "en", 0, 0.0, 1.0, 1.0)]
    assert len(plan_sayings(SEED, alone, opinions.GENERAL)) == 1


def test_others_support_a_comment_and_never_its_author() -> None:
    for utterance in plan_sayings(SEED, ROOM, opinions.GENERAL):
        supporters = [person.number for person, _ in plan_support(SEED, ROOM, utterance)]
        assert utterance.speaker not in supporters
        assert len(supporters) == len(set(supporters)) < len(ROOM)


@pytest.mark.parametrize("language", opinions.LANGUAGES)
def test_what_is_on_is_recognised_in_every_language(language: str) -> None:
    for item in PANEL.items:
        title = item.title.in_language(language)
        assert english_title(title) == item.title.in_language("en")
        page = f"<h1>{title.replace(chr(39), '&#39;')}</h1>"
        expected = item.title.in_language("en") if item.kind == "comments" else opinions.GENERAL
        assert occasion_of(page, language) == expected


def test_a_title_from_elsewhere_stays_what_it_is() -> None:
    assert english_title("Coffee now?") == "Coffee now?"
    assert occasion_of("<h1>Coffee now?</h1>", "en") == opinions.GENERAL
