"""Budget: projects with costs, of which each person approves what the budget pays for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from polls.domain.counting.exact import exact
from polls.domain.counting.funding import (
    Decision,
    Funded,
    FundingOutcome,
    Project,
    count_funding,
)
from polls.domain.decimals import decimal_of, json_number
from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.kinds.base import Answer, FormValues, OptionsKind, parse_option
from polls.domain.polls import Question
from polls.domain.texts import Texts

DECIMALS_MOST = 2
UNIT_LENGTH_MOST = 20

Amount = int | float
"""An amount of money as JSON has it: whole, or with at most two decimals."""


class Budget(OptionsKind):
    name = "budget"
    place = 11
    shape = "basket"
    options_most = 30
    option_facts: ClassVar[tuple[str, ...]] = ("cost",)
    has_outcome = True
    outcome_is_counted = True
    common_settings: ClassVar[tuple[str, ...]] = ("shuffle",)

    def parse_settings(self, raw: Mapping[str, Any], option_count: int) -> dict[str, Any]:  # noqa: ARG002
        self.refuse_unknown_settings(raw, ("budget", "unit"))
        return {
            "budget": parse_amount(raw.get("budget"), "settings.budget"),
            "unit": _parse_unit(raw.get("unit")),
        }

    def parse_fact(self, name: str, raw: Any, field: str) -> Any:
        if name != "cost":
            return super().parse_fact(name, raw, field)
        return parse_amount(raw, field)

    def examine(self, question: Question) -> None:
        budget = _exactly(question.settings["budget"])
        for place, option in enumerate(question.options, start=1):
            if _exactly(option.facts["cost"]) > budget:
                raise FieldRefusal(f"options[{place}].cost", "at most the budget")

    def parse(self, answer: Any, question: Question) -> Answer:
        if not isinstance(answer, list):
            raise Refusal("answer.not_a_list")
        chosen = {parse_option(option, question) for option in answer}
        if not chosen:
            raise Refusal("answer.too_few", least=1)
        budget = _exactly(question.settings["budget"])
        costs = {option.id: _exactly(option.facts["cost"]) for option in question.options}
        over = sum((costs[option] for option in chosen), start=Decimal(0)) - budget
        if over > 0:
            raise Refusal(
                "answer.over_budget",
                over=json_number(over),
                budget=question.settings["budget"],
                unit=question.settings.get("unit", {}),
            )
        return [option for option in question.option_ids if option in chosen]

    def contributions(self, answer: Answer) -> Counter[str]:
        return Counter(answer)

    def outcome(self, answers: Sequence[Answer], question: Question) -> dict[str, Any] | None:
        projects = [
            Project(option.id, Fraction(_exactly(option.facts["cost"])))
            for option in question.options
        ]
        ballots = Counter(frozenset(answer) for answer in answers)
        budget = Fraction(_exactly(question.settings["budget"]))
        return outcome_as_json(count_funding(projects, ballots, budget))

    def split_keys(self, question: Question) -> tuple[str, ...]:
        return question.option_ids

    def split_of(self, answer: Answer, question: Question) -> tuple[str, ...]:  # noqa: ARG002
        return tuple(answer)

    def answer_from_form(self, values: FormValues) -> Any:
        return list(values.get("answer", ()))


def parse_amount(raw: object, field: str) -> Amount:
    """Return an amount above zero with at most two decimals, or refuse the field."""
    amount = decimal_of(raw)
    if amount is None or amount <= 0 or amount != round(amount, DECIMALS_MOST):
        raise FieldRefusal(field, "an amount above 0, such as 20000 or 12.50")
    return json_number(amount)


def _exactly(amount: Amount) -> Decimal:
    """Return what was typed: a float is read by its shortest decimal form."""
    return Decimal(str(amount))


def _parse_unit(raw: object) -> dict[str, str]:
    unit = dict(Texts.from_any(raw, field_name="settings.unit").by_language)
    if any(len(text) > UNIT_LENGTH_MOST for text in unit.values()):
        raise FieldRefusal("settings.unit", f"at most {UNIT_LENGTH_MOST} characters, such as EUR")
    return unit


def outcome_as_json(found: FundingOutcome) -> dict[str, Any]:
    """Return an outcome as it is kept and exported."""
    return {
        "voters": found.voters,
        "greedy": _funded_as_json(found.greedy),
        "equal_shares": {
            **_funded_as_json(found.equal_shares),
            "share": exact(found.share),
            "raised_share": exact(found.raised_share),
        },
    }


def _funded_as_json(found: Funded) -> dict[str, Any]:
    return {
        "funded": list(found.order),
        "spent": exact(found.spent),
        "decisions": {
            id_: _decision_as_json(decision) for id_, decision in found.decisions.items()
        },
    }


def _decision_as_json(decision: Decision) -> dict[str, Any]:
    listed: dict[str, Any] = {
        "funded": decision.is_funded,
        "reason": decision.reason.value,
        "votes": decision.votes,
        "money_left": exact(decision.money_left),
    }
    if decision.price is not None:
        listed["price"] = exact(decision.price)
    if decision.supporters_money is not None:
        listed["supporters_money"] = exact(decision.supporters_money)
    if decision.tied_with:
        listed["tied_with"] = list(decision.tied_with)
    return listed


KIND = Budget()
