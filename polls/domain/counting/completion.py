"""Raises every voter's money step by step, and passes many steps at once where that is certain.

The same purchases in the same order leave every voter with the more, the more money there was at
the start, as each price falls and each purse rises. So a project's effective votes rise with the
money too. Where all is bought in the same order with the least and with the most money of a
stretch of steps, a rival that has fewer votes with the most than the one bought has with the
least can overtake it nowhere between. For the rivals that are nearer the stretch is halved, and
only they are looked at; in the end every step is certain, or was counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from polls.domain.counting.market import Market
from polls.domain.counting.purchasing import Rivals, Run


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Steps between two runs that buy the same; for each purchase the `near` rivals of it.

    These are the ones that may have as many effective votes in `last` as the one bought has in
    `first`, with an upper bound of what they have in `last`.
    """

    first: Run
    last: Run
    near: list[Rivals]

    def is_certain(self) -> bool:
        return self.last.steps - self.first.steps < 2 or all(
            self._are_level(number) for number, rivals in enumerate(self.near) if rivals
        )

    def _are_level(self, number: int) -> bool:
        """Return whether one purchase and its near rivals have the same votes in all steps."""
        before, after = self.first.picks[number], self.last.picks[number]
        rivals = self.near[number].keys()
        return (
            rivals <= before.level
            and rivals <= after.level
            and self.first.effective_votes(before) == self.last.effective_votes(after)
        )


def completed(market: Market) -> tuple[Run, set[tuple[int, ...]]]:
    """Return what is bought in the last step of the completion, and all ties met on the way."""
    stride, run = 1, _counted(market, 0)
    ties = run.ties()
    while not run.is_exhausted():
        if stride == 1:
            after = _counted(market, run.steps + 1)
            ties |= after.ties()
            if after.is_overspent():
                break
            stride = 2 if list(after.bought) == list(run.bought) else 1
            run = after
            continue
        stretch = _followed(run, stride)
        if stretch is None:
            stride //= 2
            continue
        run, found = _certain(stretch)
        ties |= found
        stride = stride * 2 if run is stretch.last else stride // 2
    return run, ties


def _counted(market: Market, steps: int) -> Run:
    run = Run(market, steps)
    run.buy_all()
    return run


def _followed(first: Run, stride: int) -> _Stretch | None:
    """Return the stretch to a run that buys the same as `first` with more money, if there is one."""
    last = Run(first.market, first.steps + stride)
    near = []
    for pick in first.picks:
        rivals = last.rivals(pick.project, pick.least)
        found = last.buy_again(pick.project, rivals, pick.least)
        if found is None:
            return None
        near.append(found)
    return None if last.can_buy() else _Stretch(first, last, near)


def _certain(stretch: _Stretch) -> tuple[Run, set[tuple[int, ...]]]:
    """Return the last run until which all steps buy the same for certain, and the ties in these."""
    if stretch.is_certain():
        return stretch.last, stretch.last.ties()
    halves = _halved(stretch)
    if halves is None:
        return stretch.first, set()
    run, ties = _certain(halves[0])
    if run is not halves[0].last:
        return run, ties
    run, more = _certain(halves[1])
    return run, ties | more


def _halved(stretch: _Stretch) -> tuple[_Stretch, _Stretch] | None:
    """Buy the same in the middle; None if a near rival is bought there instead."""
    first, last = stretch.first, stretch.last
    middle = Run(first.market, (first.steps + last.steps) // 2)
    before: list[Rivals] = []
    after: list[Rivals] = []
    for pick, rivals in zip(first.picks, stretch.near, strict=True):
        found = middle.buy_again(pick.project, rivals, pick.least)
        if found is None:
            return None
        before.append(found)
        least = middle.picks[-1].least
        after.append({rival: most for rival, most in rivals.items() if most >= least})
    return _Stretch(first, middle, before), _Stretch(middle, last, after)
