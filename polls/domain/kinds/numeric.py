"""Numeric estimate: a number within a range. The true value, if there is one, is told when the
moderator reveals it, and not before.

All arithmetic is by decimals, so that steps of 0.1 are steps of 0.1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from polls.domain.decimals import DECIMALS_MOST, decimal_of, json_number, text_of
from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.histogram import Axis, Column, Scale, axis_of, bands_of, in_order, quantile
from polls.domain.kinds.base import Answer, FormValues, Kind, plain_counters
from polls.domain.polls import Question
from polls.domain.tally import BALLOTS, Results, percent_of, shares
from polls.domain.texts import Texts

STEPS_MOST = 100_000
LEAST_USUAL, MOST_USUAL, STEP_USUAL = 0, 100, 1
NEAR = Decimal("0.1")
"""An estimate is near the true value when it is at most this share of it away."""

_QUARTILES = {"lower": Fraction(1, 4), "median": Fraction(1, 2), "upper": Fraction(3, 4)}


class Numeric(Kind):
    name = "numeric"
    place = 8
    shape = "estimate"
    private_settings = ("truth",)

    def parse_settings(self, raw: Mapping[str, Any], option_count: int) -> dict[str, Any]:  # noqa: ARG002
        self.refuse_unknown_settings(raw, ("least", "most", "step", "unit", "truth"))
        least = _number(raw, "least", LEAST_USUAL)
        most = _number(raw, "most", MOST_USUAL)
        if most <= least:
            raise FieldRefusal("settings.most", f"a number above {text_of(least)}")
        step = _number(raw, "step", STEP_USUAL)
        if step <= 0 or (most - least) % step or (most - least) / step > STEPS_MOST:
            raise FieldRefusal(
                "settings.step",
                f"a number above 0 by which {text_of(most)} is reached from {text_of(least)}"
                f" in at most {STEPS_MOST} steps",
            )
        return {
            "least": json_number(least),
            "most": json_number(most),
            "step": json_number(step),
            "unit": dict(Texts.from_any(raw.get("unit"), field_name="settings.unit").by_language),
            "truth": _truth(raw, least, most),
        }

    def parse(self, answer: Any, question: Question) -> Answer:
        scale = scale_of(question)
        value = None if isinstance(answer, str) else decimal_of(answer)
        if value is None or not scale.holds(value):
            raise Refusal(
                "answer.not_in_range",
                least=text_of(scale.least),
                most=text_of(scale.most),
                step=text_of(scale.step),
            )
        return json_number(value)

    def contributions(self, answer: Answer) -> Counter[str]:
        return Counter({text_of(_known(answer)): 1})

    def summarise(self, counters: Mapping[str, int], question: Question) -> Results:
        """Return the columns of a histogram, and in the details, each None while there is no
        estimate: `median`, the middle half from `lower` to `upper` quartile, `least` and `most`
        estimate; and as `median_at`, `lower_at` and `upper_at` where these stand on the axis,
        from 0 to 1. Quartiles: see `polls.domain.histogram`."""
        axis = axis_of(scale_of(question))
        counted = _estimates(counters)
        counts = dict.fromkeys((column.key for column in axis.columns), 0)
        for value, times in counted:
            counts[axis.column_of(value).key] += times
        percents = dict(zip(counts, shares(100, list(counts.values())), strict=True))
        return Results(counters.get(BALLOTS, 0), counts, percents, _middle(counted, axis))

    def category(self, answer: Answer, question: Question) -> str | None:
        return _band_of(scale_of(question), _known(answer)).key

    def categories(self, question: Question) -> tuple[str, ...]:
        """Return a few bands of the range: the same in every round and for every group."""
        return tuple(band.key for band in _bands(scale_of(question)))

    def columns_of(self, key: str, question: Question) -> tuple[str, ...]:
        scale = scale_of(question)
        columns = axis_of(scale).columns
        return tuple(column.key for column in columns if _band_of(scale, column.first).key == key)

    def revelation(
        self, counters: Mapping[str, int], question: Question
    ) -> Mapping[str, Any] | None:
        """Return the `truth` and where it stands on the axis (`at`), how many estimates were
        `near` it, at most a tenth of it away, and how many were right (`exact`)."""
        truth = decimal_of(question.settings.get("truth"))
        if truth is None:
            return None
        counted = _estimates(counters)
        near = sum(n for value, n in counted if abs(value - truth) <= abs(truth) * NEAR)
        exact = sum(n for value, n in counted if value == truth)
        axis = axis_of(scale_of(question))
        return {
            "truth": json_number(truth),
            "at": axis.place_of(truth),
            "near": near,
            "near_percent": percent_of(near, counters.get(BALLOTS, 0)),
            "exact": exact,
        }

    def answer_parts(
        self,
        answer: Answer,
        question: Question,
        language: str,
        labels: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> list[tuple[str, str]]:
        """An answer with its unit; a column of the histogram by its ends."""
        unit = Texts(question.settings.get("unit") or {}).in_language(language)
        text = answer.replace("..", "–") if isinstance(answer, str) else text_of(_known(answer))
        return [(f"{text} {unit}".strip(), "")]

    def answer_from_form(self, values: FormValues) -> Any:
        typed = decimal_of(next(iter(values.get("answer", ())), ""))
        return None if typed is None else json_number(typed)


def scale_of(question: Question) -> Scale:
    settings = question.settings
    return Scale(
        _known(settings.get("least", LEAST_USUAL)),
        _known(settings.get("most", MOST_USUAL)),
        _known(settings.get("step", STEP_USUAL)),
    )


@lru_cache(maxsize=64)
def _bands(scale: Scale) -> tuple[Column, ...]:
    return bands_of(axis_of(scale))


def _band_of(scale: Scale, value: Decimal) -> Column:
    bands = _bands(scale)
    return next((band for band in bands if value <= band.last), bands[-1])


def _known(value: Any) -> Decimal:
    """Return a number that was judged when it came in."""
    found = decimal_of(value)
    if found is None:
        raise ValueError(f"not a number: {value!r}")
    return found


def _number(raw: Mapping[str, Any], name: str, usual: int) -> Decimal:
    given = raw.get(name)
    found = Decimal(usual) if given in (None, "") else decimal_of(given)
    if found is None:
        expected = f"a number under a billion with at most {DECIMALS_MOST} decimals"
        raise FieldRefusal(f"settings.{name}", expected)
    return found


def _truth(raw: Mapping[str, Any], least: Decimal, most: Decimal) -> int | float | None:
    if raw.get("truth") in (None, ""):
        return None
    truth = decimal_of(raw["truth"])
    if truth is None or not least <= truth <= most:
        expected = f"a number from {text_of(least)} to {text_of(most)}"
        raise FieldRefusal("settings.truth", expected)
    return json_number(truth)


def _estimates(counters: Mapping[str, int]) -> list[tuple[Decimal, int]]:
    return in_order({_known(key): times for key, times in plain_counters(counters).items()})


def _middle(counted: list[tuple[Decimal, int]], axis: Axis) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, share in _QUARTILES.items():
        value = quantile(counted, share) if counted else None
        found[name] = None if value is None else json_number(value)
        found[f"{name}_at"] = None if value is None else axis.place_of(value)
    found["least"] = json_number(counted[0][0]) if counted else None
    found["most"] = json_number(counted[-1][0]) if counted else None
    return found


KIND = Numeric()
