"""What templates are given of a reveal: all sealed results at one glance."""

from __future__ import annotations

from collections.abc import Sequence

from polls.live.views import LeadingAnswer, OptionView, PollView, RevealedView

LEADING_MOST = 2
"""More answers with equally many votes are only counted."""


def revealed_view(poll: PollView, number: int) -> RevealedView:
    """Return what a result comes to in one line; its own picture tells the rest."""
    if poll.results is None or not poll.turnout:
        return RevealedView(poll, number)
    average = poll.results.details.get("mean")
    if isinstance(average, int | float):
        return RevealedView(poll, number, average=average)
    counts = poll.results.counts
    options = {option.id: option for option in poll.options if option.id in counts}
    keys = list(options) or list(counts)
    most = max((counts[key] for key in keys), default=0)
    lead = [key for key in keys if counts[key] == most > 0]
    return RevealedView(
        poll,
        number,
        leading=tuple(_leading(poll, options, key) for key in _shown(lead)),
        tied=len(lead) if len(lead) > 1 else 0,
    )


def _shown(lead: Sequence[str]) -> Sequence[str]:
    return lead if len(lead) <= LEADING_MOST else ()


def _leading(poll: PollView, options: dict[str, OptionView], key: str) -> LeadingAnswer:
    results = poll.results
    if results is None:
        raise ValueError("a result that is not seen has no leading answer")
    option = options.get(key)
    return LeadingAnswer(
        label=option.label if option else key,
        language=option.language if option else "",
        place=option.place if option else None,
        count=results.counts[key],
        percent=results.percents.get(key, 0),
    )
