"""Counts the ballots of a panel again, from its `results.json` and nothing else.

The format is described in docs/results.md. Only options and receipts are used; the counts that
the file also holds are not looked at.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from polls.count_files.problems import CountFileProblem
from polls.count_files.rendering import budget_in_ids, ranking_in_names
from polls.count_files.texts import distinct_names
from polls.domain.counting.funding import Project, count_funding
from polls.domain.counting.ranked import Ranking, count_ranked

FORMAT = "hemicycle-results-1"

_AMOUNT = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")


def count_results(text: str) -> dict[str, Any]:
    """Return the count of the one round that can be counted, or a list of all of them.

    Polls whose answers are words or texts are passed over; `not_counted` names them.
    Raises CountFileProblem where the text is not such a file, or an answer does not fit its poll.
    """
    body = _parsed(text)
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise CountFileProblem(f'this is not a results.json; its format is not "{FORMAT}"')
    counted: list[dict[str, Any]] = []
    passed_over: list[dict[str, Any]] = []
    for place, poll in enumerate(_list(body, "polls", "the file")):
        where = f"polls[{place}]"
        if not isinstance(poll, dict):
            raise CountFileProblem(f"{where} is not a poll")
        about = {"number": poll.get("number", place + 1), "title": _text(poll.get("title"))}
        count = _COUNTS.get(str(poll.get("kind")))
        if count is None:
            passed_over.append({**about, "kind": poll.get("kind")})
            continue
        for nth, round_ in enumerate(_list(poll, "rounds", where)):
            here = f"{where}.rounds[{nth}]"
            answers = _answers(round_, here)
            told = round_.get("number", nth + 1)
            counted.append({**about, "round": told, **count(poll, answers, here)})
    if not counted:
        raise CountFileProblem("there is no closed round in this file whose ballots can be counted")
    if len(counted) == 1:
        return {k: v for k, v in counted[0].items() if k not in {"number", "title", "round"}}
    return {"polls": counted, "not_counted": passed_over}


def _parsed(text: str) -> Any:
    try:
        # Amounts are kept as they are written, not as the nearest binary fraction.
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise CountFileProblem(f"this is not JSON ({error.msg})", error.lineno) from error
    except RecursionError as error:
        raise CountFileProblem("this JSON is nested too deeply") from error
    except ValueError as error:
        raise CountFileProblem("this JSON holds a number that is too long") from error


def _refuse_constant(name: str) -> Any:
    raise CountFileProblem(f"{name} is not a number in JSON")


def _list(of: Mapping[str, Any], key: str, where: str) -> list[Any]:
    found = of.get(key)
    if not isinstance(found, list):
        raise CountFileProblem(f"{where} has no list of {key}")
    return found


def _text(of: Any) -> str:
    """Return a text in its first language."""
    if isinstance(of, dict):
        return next((str(text) for text in of.values() if text), "")
    return str(of or "")


def _answers(round_: Any, where: str) -> dict[str, Any]:
    """Return the answers by receipt; one receipt twice would count one ballot twice."""
    if not isinstance(round_, dict):
        raise CountFileProblem(f"{where} is not a round")
    answers: dict[str, Any] = {}
    for place, line in enumerate(_list(round_, "receipts", where)):
        if not isinstance(line, dict) or "answer" not in line or not line.get("receipt"):
            raise CountFileProblem(f"{where}.receipts[{place}] is not a receipt with its answer")
        receipt = str(line["receipt"])
        if receipt in answers:
            raise CountFileProblem(f"{where}: receipt {receipt[:20]} is there twice")
        answers[receipt] = line["answer"]
    return answers


def _names(poll: Mapping[str, Any], where: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for option in _list(poll, "options", where):
        if not isinstance(option, dict) or not isinstance(option.get("id"), str):
            raise CountFileProblem(f"{where}: an option has no id")
        if option["id"] in names:
            raise CountFileProblem(f"{where}: option {option['id'][:40]} is there twice")
        names[option["id"]] = _text(option.get("label")) or option["id"]
    return names


def _listed(answer: Any, known: Mapping[str, str], where: str) -> tuple[str, ...]:
    """Return an answer that is a list of options, each once."""
    if not isinstance(answer, list) or not all(isinstance(each, str) for each in answer):
        raise CountFileProblem(f"{where}: an answer is not a list of options")
    if unknown := [each for each in answer if each not in known]:
        raise CountFileProblem(f"{where}: there is no option {unknown[0][:40]!r}")
    if len(set(answer)) < len(answer):
        raise CountFileProblem(f"{where}: an answer holds an option twice")
    return tuple(answer)


def _ranking(poll: Mapping[str, Any], answers: Mapping[str, Any], where: str) -> dict[str, Any]:
    names = _names(poll, where)
    ballots: Counter[Ranking] = Counter(
        tuple((option,) for option in _listed(answer, names, where)) for answer in answers.values()
    )
    return ranking_in_names(count_ranked(ballots, list(names)), distinct_names(names))


def _budget(poll: Mapping[str, Any], answers: Mapping[str, Any], where: str) -> dict[str, Any]:
    names = _names(poll, where)
    settings = poll.get("settings")
    settings = settings if isinstance(settings, dict) else {}
    costs = settings.get("costs")
    costs = dict(costs) if isinstance(costs, dict) else {}
    costs.update({each["id"]: each["cost"] for each in poll["options"] if "cost" in each})
    projects = [
        Project(id_, _amount(costs.get(id_), f"{where}: the cost of {id_}")) for id_ in names
    ]
    ballots = Counter(frozenset(_listed(answer, names, where)) for answer in answers.values())
    budget = _amount(settings.get("budget"), f"{where}: the budget")
    return budget_in_ids(count_funding(projects, ballots, budget))


def _amount(raw: Any, what: str) -> Fraction:
    is_number = isinstance(raw, int | Decimal) and not isinstance(raw, bool)
    if not is_number or not _AMOUNT.fullmatch(str(raw)):
        raise CountFileProblem(f"{what} is not an amount")
    return Fraction(raw)


def _opinion(poll: Mapping[str, Any], answers: Mapping[str, Any], where: str) -> dict[str, Any]:
    from polls.count_files.polis import count_opinion

    names = _names(poll, where)
    for answer in answers.values():
        if not isinstance(answer, dict) or not set(answer.values()) <= {
            "agree",
            "disagree",
            "pass",
        }:
            raise CountFileProblem(f"{where}: an answer is not a list of opinions")
        if unknown := [each for each in answer if each not in names]:
            raise CountFileProblem(f"{where}: there is no statement {unknown[0][:40]!r}")
    return count_opinion(answers, names)


def _one_of(poll: Mapping[str, Any], answers: Mapping[str, Any], where: str) -> dict[str, Any]:
    return _choices(poll, [[answer] for answer in answers.values()], where)


def _some_of(poll: Mapping[str, Any], answers: Mapping[str, Any], where: str) -> dict[str, Any]:
    return _choices(poll, list(answers.values()), where)


def _choices(poll: Mapping[str, Any], answers: Sequence[Any], where: str) -> dict[str, Any]:
    names = _names(poll, where)
    counts = dict.fromkeys(names, 0)
    for answer in answers:
        for option in _listed(answer, names, where):
            counts[option] += 1
    told = distinct_names(names)
    return {
        "kind": poll["kind"],
        "ballots": len(answers),
        "counts": {told[id_]: count for id_, count in counts.items()},
    }


def _rating(poll: Mapping[str, Any], answers: Mapping[str, Any], where: str) -> dict[str, Any]:
    steps: Counter[int] = Counter()
    for answer in answers.values():
        if isinstance(answer, bool) or not isinstance(answer, int):
            raise CountFileProblem(f"{where}: an answer is not a step")
        steps[answer] += 1
    counts = {str(step): steps[step] for step in sorted(steps)}
    return {"kind": poll["kind"], "ballots": len(answers), "counts": counts}


def _points(poll: Mapping[str, Any], answers: Mapping[str, Any], where: str) -> dict[str, Any]:
    names = _names(poll, where)
    counts = dict.fromkeys(names, 0)
    for answer in answers.values():
        if not isinstance(answer, dict):
            raise CountFileProblem(f"{where}: an answer does not give points to options")
        for option in _listed(list(answer), names, where):
            given = answer[option]
            if isinstance(given, bool) or not isinstance(given, int) or given < 0:
                raise CountFileProblem(f"{where}: points are not whole numbers from 0")
            counts[option] += given
    told = distinct_names(names)
    return {
        "kind": poll["kind"],
        "ballots": len(answers),
        "counts": {told[id_]: count for id_, count in counts.items()},
    }


_COUNTS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], str], dict[str, Any]]] = {
    "ranking": _ranking,
    "budget": _budget,
    "opinion": _opinion,
    "single_choice": _one_of,
    "multiple_choice": _some_of,
    "rating": _rating,
    "points": _points,
}
