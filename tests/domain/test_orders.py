"""Options in an order of each participant's own."""

from __future__ import annotations

import random
from collections import Counter
from itertools import permutations
from math import factorial

from hypothesis import given
from hypothesis import strategies as st

from polls.domain.orders import as_places, from_places, order_of, own_order
from polls.domain.polls import Option, Question
from polls.domain.texts import Texts

IDS = st.lists(st.text("abcdefgh-_09", min_size=1, max_size=6), unique=True, max_size=15)
SEEDS = st.text("0123456789abcdef", min_size=32, max_size=48)
CHI_SQUARE_MOST = 52.6
"""For 23 degrees of freedom a fair draw stays below this 9,996 times in 10,000."""


def a_question(*, shuffle: bool = True) -> Question:
    options = tuple(Option(letter, Texts({"en": letter})) for letter in "abcd")
    return Question(options, {"shuffle": True} if shuffle else {})


@given(seed=SEEDS, ids=IDS)
def test_an_order_holds_every_option_once_and_is_always_the_same(seed: str, ids: list[str]) -> None:
    order = own_order(seed, ids)
    assert sorted(order) == sorted(ids)
    assert own_order(seed, list(reversed(ids))) == order


@given(seed=SEEDS, ids=IDS, added=st.sampled_from(["new", "other"]))
def test_an_option_that_is_added_moves_no_others_past_each_other(
    seed: str, ids: list[str], added: str
) -> None:
    after = [found for found in own_order(seed, [*ids, added]) if found != added]
    assert tuple(after) == own_order(seed, ids)


@given(seed=SEEDS, ids=IDS.filter(bool))
def test_an_order_is_kept_as_places_and_read_again(seed: str, ids: list[str]) -> None:
    order = own_order(seed, ids)
    assert from_places(as_places(order, ids), ids) == list(order)


def test_every_order_is_equally_likely() -> None:
    rng = random.Random(4)
    drawn = 24_000
    counts = Counter(own_order(f"{rng.getrandbits(128):032x}", "abcd") for _ in range(drawn))
    expected = drawn / factorial(4)
    assert set(counts) == set(permutations("abcd"))
    chi_square = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi_square < CHI_SQUARE_MOST


def test_orders_of_one_person_in_two_rounds_say_nothing_of_each_other() -> None:
    rng = random.Random(5)
    people = [f"{rng.getrandbits(128):032x}" for _ in range(2_400)]
    question = a_question()
    same = sum(
        order_of(person, question, "0" * 16) == order_of(person, question, "1" * 16)
        for person in people
    )
    assert 60 < same < 140, "one in 24 has the same order by chance, no more"


def test_without_the_setting_a_round_or_a_participant_there_is_no_own_order() -> None:
    assert order_of("0" * 32, a_question(), "r") is not None
    assert order_of("0" * 32, a_question(shuffle=False), "r") is None
    assert order_of("0" * 32, a_question(), None) is None
    assert order_of(None, a_question(), "r") is None
