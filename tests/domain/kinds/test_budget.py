"""A budget buys projects: what people may choose, and what is funded for which reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from polls.domain.counting.exact import exact, fraction_of
from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.kinds import kind_named
from polls.domain.polls import Option, Question
from polls.domain.texts import Texts
from tests.factories import a_poll, question_of

KIND = kind_named("budget")
QUESTION = question_of(a_poll("budget"))
IDS = QUESTION.option_ids
affordable = (
    st.sets(st.sampled_from(IDS), min_size=1)
    .map(sorted)
    .filter(
        lambda chosen: sum(QUESTION.options[IDS.index(id_)].facts["cost"] for id_ in chosen) <= 100
    )
)
rooms = st.lists(affordable, min_size=1, max_size=10)


def poll_with(**fields: Any) -> Question:
    return question_of(a_poll("budget", **fields))


def refused_field(**fields: Any) -> str:
    with pytest.raises(FieldRefusal) as caught:
        a_poll("budget", **fields)
    return caught.value.field


def test_what_fits_into_the_budget_is_taken_in_the_order_of_the_projects() -> None:
    assert KIND.parse(["b", "a"], QUESTION) == ["a", "b"]
    assert KIND.parse(["c", "c"], QUESTION) == ["c"]


def test_more_than_the_budget_is_refused_and_told_by_how_much() -> None:
    with pytest.raises(Refusal) as caught:
        KIND.parse(["a", "b", "c"], QUESTION)
    assert caught.value.code == "answer.over_budget"
    assert caught.value.details["over"] == 12.5


def test_amounts_with_cents_add_up_exactly() -> None:
    options = [{"label": f"Project {n}", "cost": "0.10"} for n in range(3)]
    question = poll_with(options=options, settings={"budget": 0.3})
    assert len(KIND.parse(["a", "b", "c"], question)) == 3


@pytest.mark.parametrize("answer", [[], "a", ["z"], {"a": 1}, None, [["a"]]])
def test_what_is_no_choice_is_refused(answer: Any) -> None:
    with pytest.raises(Refusal):
        KIND.parse(answer, QUESTION)


@pytest.mark.parametrize("cost", [None, "", 0, -5, "many", "1.234", True, float("nan"), "1,000.5"])
def test_a_cost_is_an_amount_above_nothing(cost: Any) -> None:
    options = [{"label": "Park", "cost": 10}, {"label": "Tram", "cost": cost}]
    assert refused_field(options=options) == "options[2].cost"


@pytest.mark.parametrize(("typed", "amount"), [("20 000", 20000), ("12,50", 12.5), (7, 7)])
def test_amounts_are_read_as_people_write_them(typed: Any, amount: float) -> None:
    assert poll_with(settings={"budget": 50000}, options=[
        {"label": "Park", "cost": typed}, {"label": "Tram", "cost": 1}
    ]).options[0].facts["cost"] == amount  # fmt: skip


def test_a_budget_must_be_given_and_pay_for_each_project_alone() -> None:
    assert refused_field(settings={}) == "settings.budget"
    assert refused_field(settings={"budget": "none"}) == "settings.budget"
    assert refused_field(settings={"budget": 50}) == "options[2].cost"
    assert refused_field(settings={"budget": 100, "unit": "u" * 21}) == "settings.unit"


def test_thirty_projects_are_taken_and_thirty_one_refused() -> None:
    options = [{"label": f"Project {number}", "cost": 1} for number in range(31)]
    assert len(poll_with(options=options[:30]).options) == 30
    assert refused_field(options=options) == "options"


def test_most_votes_first_skips_what_no_longer_fits() -> None:
    outcome = KIND.outcome([["a", "b"], ["b", "c"], ["b", "d"], ["a", "d"]], QUESTION)
    assert outcome is not None
    greedy = outcome["greedy"]
    assert greedy["funded"] == ["b", "d"]
    assert greedy["spent"] == 90
    assert greedy["decisions"]["a"]["reason"] == "does_not_fit"
    assert greedy["decisions"]["c"]["money_left"] == 10


def test_projects_with_the_same_claim_name_each_other() -> None:
    options = [{"label": label, "cost": 60} for label in ("Park", "Tram")]
    outcome = KIND.outcome([["a"], ["b"]], poll_with(options=options))
    assert outcome is not None
    assert outcome["greedy"]["decisions"]["b"]["tied_with"] == ["a"]


def test_a_project_that_nobody_wants_is_not_funded() -> None:
    outcome = KIND.outcome([["a"]], QUESTION)
    assert outcome is not None
    for way in ("greedy", "equal_shares"):
        assert outcome[way]["funded"] == ["a"]
        assert outcome[way]["decisions"]["b"]["reason"] == "no_support"


def test_an_outcome_without_voters_is_an_outcome() -> None:
    outcome = KIND.outcome([], QUESTION)
    assert outcome is not None
    assert outcome["greedy"]["funded"] == outcome["equal_shares"]["funded"] == []


def is_tied(outcome: dict[str, Any]) -> bool:
    ways = (outcome["greedy"], outcome["equal_shares"])
    return any("tied_with" in decision for way in ways for decision in way["decisions"].values())


def decisions_of(outcome: dict[str, Any], names: dict[str, str]) -> list[Any]:
    return [
        {
            names[id_]: (decision["funded"], decision["reason"], decision["votes"])
            for id_, decision in outcome[way]["decisions"].items()
        }
        for way in ("greedy", "equal_shares")
    ]


@given(answers=rooms, order=st.permutations(IDS))
def test_other_ids_change_no_outcome_where_no_tie_was_left_to_them(
    answers: list[list[str]], order: list[str]
) -> None:
    names = dict(zip(IDS, order, strict=True))
    other = Question(
        tuple(Option(names[o.id], Texts({"en": o.id}), o.facts) for o in QUESTION.options),
        QUESTION.settings,
    )
    outcome = KIND.outcome(answers, QUESTION)
    again = KIND.outcome([[names[id_] for id_ in answer] for answer in answers], other)
    assert outcome is not None
    assert again is not None
    assume(not is_tied(outcome))
    assert decisions_of(outcome, names) == decisions_of(again, {id_: id_ for id_ in IDS})


@given(answers=rooms, factor=st.integers(2, 5))
def test_the_same_ballots_many_times_over_fund_the_same(
    answers: list[list[str]], factor: int
) -> None:
    once, many = KIND.outcome(answers, QUESTION), KIND.outcome(answers * factor, QUESTION)
    assert once is not None
    assert many is not None
    for way in ("greedy", "equal_shares"):
        assert once[way]["funded"] == many[way]["funded"]
        assert once[way]["spent"] == many[way]["spent"]


@given(st.fractions() | st.integers())
def test_an_exact_number_survives_json(number: Any) -> None:
    assert fraction_of(json.loads(json.dumps(exact(number)))) == number


def test_a_number_beyond_what_programs_hold_is_written_as_text() -> None:
    assert exact(2**80) == str(2**80)
