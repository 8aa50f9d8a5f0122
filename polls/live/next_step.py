"""The moderator's next step: what the large button does."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from polls.domain.polls import Visibility
from polls.live.views import ItemView, NextAction, PacedView


def next_action(
    items: tuple[ItemView, ...],
    paced: PacedView | None = None,
    together: Sequence[ItemView] = (),
    paced_last: Collection[str] = (),
) -> NextAction:
    """Return the moderator's one obvious next step.

    `paced_last` are ids of the items that were open together last, `together` those of them whose
    results can be shown in one go.
    """
    if paced is not None and paced.is_open:
        return NextAction("agenda.close", {}, "close_all")
    if paced is not None and any(poll.is_counting for poll in paced.polls):
        return _wait()
    current = next((item for item in items if item.is_current), None)
    if current is not None and len(together) > 1:
        is_between = current.poll is None and current.id in paced_last
        if is_between or current in together:
            return NextAction("agenda.publish", {}, "publish_all")
    if current is not None and current.poll is not None:
        poll = current.poll
        if poll.is_counting:
            return _wait()
        if poll.state == "draft":
            return NextAction("poll.open", {"poll": poll.id}, "open", current.title)
        if poll.state == "open":
            return NextAction("poll.close", {"poll": poll.id}, "close", current.title)
        if poll.state == "closed" and poll.visibility != Visibility.SEALED:
            return NextAction("poll.publish", {"poll": poll.id}, "publish", current.title)
        if poll.state == "closed" and is_last_sealed(items, current):
            return NextAction("panel.reveal", {}, "reveal")
    place = items.index(current) + 1 if current is not None else 0
    following = items[place] if place < len(items) else None
    if following is None:
        return NextAction("", {}, "finish")
    name = "show" if current is None else "advance"
    return NextAction("agenda.show", {"item": following.id}, name, following.title)


def is_last_sealed(items: tuple[ItemView, ...], current: ItemView) -> bool:
    """Say whether all sealed polls are closed up to this one and none comes after it."""
    sealed = [item for item in items if item.poll and item.poll.visibility == Visibility.SEALED]
    return not any(
        item.poll is not None
        and (
            item.poll.state == "open"
            or (item.poll.state == "draft" and item.number > current.number)
        )
        for item in sealed
    )


def _wait() -> NextAction:
    return NextAction("", {}, "wait")
