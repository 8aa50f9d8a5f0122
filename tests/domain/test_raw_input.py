"""Raw input of any shape is refused where it does not fit, and never breaks anything."""

from __future__ import annotations

from typing import Any

import pytest

from polls.domain.agenda import define_poll, parse_visibility
from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.kinds.base import parse_integer
from polls.domain.polls import parse_countdown
from tests.factories import a_poll, parse_answer


def deep() -> list[Any]:
    nested: list[Any] = []
    for _ in range(20_000):
        nested = [nested]
    return nested


@pytest.mark.parametrize("place", [deep(), {}, 1.0, True, -1, 10**30, "1١", "²"])
def test_a_place_in_a_ranking_is_a_small_number(place: Any) -> None:
    with pytest.raises(Refusal, match="not_an_order"):
        parse_answer(a_poll("ranking"), {"a": place})


@pytest.mark.parametrize(
    ("kind", "name"),
    [("rating", "low"), ("rating", "high"), ("numeric", "unit"), ("budget", "unit")],
)
@pytest.mark.parametrize("value", [deep(), 5, {"en": deep()}, {"en": 5}, {5: "text"}])
def test_the_text_of_a_setting_is_text(kind: str, name: str, value: Any) -> None:
    settings = {"budget": 100} if kind == "budget" else {}
    options = [{"label": "Park", "cost": 5}, {"label": "Tram", "cost": 6}]
    with pytest.raises(FieldRefusal) as refused:
        define_poll(
            kind,
            "Q?",
            options if kind == "budget" else None,
            settings={**settings, name: value},
        )
    assert refused.value.field.startswith(f"settings.{name}")


@pytest.mark.parametrize("value", [deep(), "nobody", 3])
def test_a_visibility_is_one_of_five_words(value: Any) -> None:
    with pytest.raises(FieldRefusal):
        parse_visibility(value)


@pytest.mark.parametrize("value", ["١٢", "1_0", "²", "9" * 30, deep(), True, 10.0])
def test_seconds_and_numbers_are_typed_in_plain_digits(value: Any) -> None:
    with pytest.raises(Refusal, match="refused"):
        parse_countdown(value)
    with pytest.raises(FieldRefusal):
        parse_integer(value, "settings.most", 1, 20)


def test_plain_digits_are_taken_with_spaces_around_them() -> None:
    assert parse_countdown(" 60 ") == 60
    assert parse_integer(" 7 ", "settings.most", 1, 20) == 7
