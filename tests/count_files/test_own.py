"""Results of a panel, counted again from the receipts in its results.json."""

from __future__ import annotations

import json
from typing import Any

import pytest

from polls.count_files.own import count_results
from polls.count_files.problems import CountFileProblem

OPTIONS = [{"id": id_, "label": {"fr": name, "en": name.upper()}} for id_, name in
           (("a", "arbre"), ("b", "banc"), ("c", "banc"))]  # fmt: skip


def a_poll(kind: str, *answers: Any, **more: Any) -> dict[str, Any]:
    receipts = [{"receipt": f"R{n}", "answer": answer} for n, answer in enumerate(answers)]
    poll = {
        "number": 3,
        "kind": kind,
        "title": {"fr": "Quoi ?", "en": "What?"},
        "options": OPTIONS,
        "settings": {},
        "rounds": [{"number": 1, "turnout": 99, "counts": {"a": 99}, "receipts": receipts}],
    }
    return poll | more


def count(*polls: dict[str, Any]) -> dict[str, Any]:
    return count_results(json.dumps({"format": "hemicycle-results-1", "polls": list(polls)}))


def test_a_ranking_is_counted_from_its_receipts_and_told_in_names() -> None:
    found = count(a_poll("ranking", ["a", "b"], ["a"], ["b", "c", "a"]))
    assert (found["kind"], found["ballots"]) == ("ranking", 3)
    assert found["plurality"] == {
        "winner": "arbre",
        "counts": {"arbre": 2, "banc (b)": 1, "banc (c)": 0},
    }
    assert found["borda"]["scores"] == {"arbre": 4, "banc (b)": 3.5, "banc (c)": 1.5}
    assert "title" not in found


def test_a_budget_is_counted_with_costs_of_options_or_of_settings() -> None:
    costs = {"a": 60, "b": 50.5, "c": 49.5}
    answers = (["a"], ["b", "c"], ["b"])
    in_settings = a_poll("budget", *answers, settings={"budget": 100, "costs": costs})
    at_options = a_poll(
        "budget",
        *answers,
        settings={"budget": 100},
        options=[{**option, "cost": costs[str(option["id"])]} for option in OPTIONS],
    )
    found = count(in_settings)
    assert found == count(at_options)
    assert found["greedy"] == ["b", "c"]
    assert found["spent"]["greedy"] == 100


def test_choices_and_ratings_are_counted_too() -> None:
    assert count(a_poll("single_choice", "a", "b", "a")) == {
        "kind": "single_choice",
        "ballots": 3,
        "counts": {"arbre": 2, "banc (b)": 1, "banc (c)": 0},
    }
    assert count(a_poll("multiple_choice", ["a", "b"], []))["counts"]["arbre"] == 1
    assert count(a_poll("rating", 4, 2, 4))["counts"] == {"2": 1, "4": 2}
    points = count(a_poll("points", {"a": 60, "b": 40}, {"a": 100}))
    assert points["counts"] == {"arbre": 160, "banc (b)": 40, "banc (c)": 0}


def test_opinions_are_grouped() -> None:
    answers = [{"a": "agree", "b": "disagree"}] * 4 + [{"a": "disagree", "b": "pass"}] * 4
    found = count(a_poll("opinion", *answers))
    assert (found["kind"], found["participants"]) == ("opinion", 8)


def test_several_rounds_are_a_list_and_what_has_no_receipts_is_named() -> None:
    twice = a_poll("single_choice", "a")
    twice["rounds"] = [*twice["rounds"], {**twice["rounds"][0], "number": 2}]
    found = count(twice, {"kind": "words", "number": 4, "title": {"en": "Say"}, "rounds": []})
    assert [(each["number"], each["title"], each["round"]) for each in found["polls"]] == [
        (3, "Quoi ?", 1),
        (3, "Quoi ?", 2),
    ]
    assert found["not_counted"] == [{"number": 4, "title": "Say", "kind": "words"}]


@pytest.mark.parametrize(
    ("poll", "reason"),
    [
        (a_poll("ranking", ["a", "x"]), "there is no option 'x'"),
        (a_poll("ranking", ["a", "a"]), "an option twice"),
        (a_poll("ranking", "a"), "not a list of options"),
        (a_poll("ranking", [["a"]]), "not a list of options"),
        (a_poll("single_choice", "x"), "there is no option 'x'"),
        (a_poll("single_choice", None), "not a list of options"),
        (a_poll("rating", "4"), "not a step"),
        (a_poll("rating", True), "not a step"),
        (a_poll("points", {"a": -5}), "not whole numbers from 0"),
        (a_poll("points", ["a"]), "does not give points"),
        (a_poll("points", {"x": 5}), "there is no option 'x'"),
        (a_poll("opinion", {"a": "maybe"}), "not a list of opinions"),
        (a_poll("opinion", {"x": "agree"}), "there is no statement 'x'"),
        (a_poll("budget", ["a"]), "the cost of a is not an amount"),
        (a_poll("budget", ["a"], settings={"costs": {"a": 1, "b": -1, "c": 1}}), "the cost of b"),
        (a_poll("budget", ["a"], settings={"costs": dict.fromkeys("abc", 1)}), "the budget"),
        (a_poll("budget", settings={"costs": dict.fromkeys("abc", True), "budget": 1}), "of a is"),
        (a_poll("ranking", options=[*OPTIONS, OPTIONS[0]]), "option a is there twice"),
        (a_poll("ranking", options=[{"id": 1}]), "an option has no id"),
        (a_poll("ranking", options=None), "no list of options"),
        (a_poll("ranking", rounds=[{"receipts": [{"receipt": "R"}]}]), "receipts[0] is not"),
        (a_poll("ranking", rounds=[{}]), "no list of receipts"),
        (a_poll("ranking", rounds=["first"]), "is not a round"),
        (a_poll("words", "a"), "there is no closed round"),
    ],
)
def test_what_does_not_fit_its_poll_is_refused(poll: dict[str, Any], reason: str) -> None:
    with pytest.raises(CountFileProblem) as caught:
        count(poll)
    assert reason in caught.value.reason


def test_a_receipt_that_is_there_twice_is_refused() -> None:
    poll = a_poll("single_choice", "a", "b")
    poll["rounds"][0]["receipts"][1]["receipt"] = "R0"
    with pytest.raises(CountFileProblem, match="receipt R0 is there twice"):
        count(poll)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{\n\n  oops", 3),
        ("", 1),
        ("[]", None),
        ("{}", None),
        ('{"format": "hemicycle-results-1"}', None),
        ('{"format": "hemicycle-results-1", "polls": [3]}', None),
        ('{"format": NaN}', None),
        ("[" * 100_000, None),
        ('{"format": ' + "9" * 5000 + "}", None),
    ],
)
def test_what_is_no_results_file_is_refused(text: str, line: int | None) -> None:
    with pytest.raises(CountFileProblem) as caught:
        count_results(text)
    assert caught.value.line == line


def test_an_amount_with_a_huge_exponent_costs_no_memory() -> None:
    text = json.dumps({"format": "hemicycle-results-1", "polls": [
        a_poll("budget", ["a"], settings={"budget": 5, "costs": dict.fromkeys("abc", "HUGE")})
    ]})  # fmt: skip
    for amount in ("1e-999999999", "1e999999999", "1e400"):
        with pytest.raises(CountFileProblem, match="not an amount"):
            count_results(text.replace('"HUGE"', amount))
