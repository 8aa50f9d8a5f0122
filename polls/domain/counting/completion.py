"""Raises every voter's money step by step, and passes many steps at once where that is certain.

The same purchases in the same order leave every voter with the more, the more money there was at
the start, as each price falls and each purse rises. So a project's effective votes rise with the
money too. Where all is bought in the same order with the least and with the most money of a
stretch of steps, a rival that has fewer votes with the most than the one bought has with the
least can overtake it nowhere between, and the stretch is certain. Any other is halved, in the end
into single steps.
"""

from __future__ import annotations

from polls.domain.counting.market import Market
from polls.domain.counting.purchasing import Run

Ties = set[tuple[int, ...]]


def completed(market: Market) -> tuple[Run, Ties]:
    """Return what is bought in the last step of the completion, and all ties met on the way."""
    run = Run(market, 0)
    run.buy_all()
    ties, stride = run.ties(), 1
    while not run.is_exhausted():
        run, more_ties, is_over = _passed(run, stride)
        ties |= more_ties
        stride *= 2
        if is_over:
            break
    return run, ties


def _passed(run: Run, stride: int) -> tuple[Run, Ties, bool]:
    """Return the last of the next `stride` steps that counts, all ties, whether the next is over.

    The step that spends too much does not count, though its ties do.
    """
    ties: Ties = set()
    ahead = [_between(run, run.steps + stride, None)]
    while ahead:
        after = ahead[-1]
        if after.steps > run.steps + 1 and not _is_certain(run, after):
            ahead.append(_between(run, (run.steps + after.steps) // 2, after))
            continue
        ahead.pop()
        ties |= after.ties()
        if after.is_overspent():
            return run, ties, True
        run = after
        if run.is_exhausted():
            break
    return run, ties, False


def _between(below: Run, steps: int, above: Run | None) -> Run:
    run = Run(below.market, steps)
    run.buy_all(below, above)
    return run


def _is_certain(first: Run, last: Run) -> bool:
    """Return whether all steps between these buy the same, with no ties but those of the last."""
    if list(first.bought) != list(last.bought):
        return False
    for before, after in zip(first.picks, last.picks, strict=True):
        rivals = {
            rival
            for rival in after.rivals(before.least)
            if not first.market.have_same_supporters(before.project, rival)
        }
        # As votes only rise, nobody between had more than the last one bought has.
        if rivals and first.effective_votes(before) != last.effective_votes(after):
            return False
    return True
