"""Orders of options, one for each participant, so that no option gains from being first."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from polls.domain.polls import Question

_DRAW_BYTES = 16
_KEY_BYTES_MOST = 64


def own_order(seed: str, option_ids: Sequence[str]) -> tuple[str, ...]:
    """Return the options in the order that belongs to a seed.

    Every option draws a number from the seed and its id, and the options stand in the order of
    their numbers. So each order is equally likely for a seed that nobody chose, the same seed
    always gives the same order, and an option that is added moves none of the others past
    each other.
    """
    key = seed.encode()[:_KEY_BYTES_MOST]

    def draw(option_id: str) -> bytes:
        return blake2b(option_id.encode(), key=key, digest_size=_DRAW_BYTES).digest()

    return tuple(sorted(option_ids, key=draw))


def order_of(
    participant: str | None, question: Question, round_id: str | None
) -> tuple[str, ...] | None:
    """Return the order in which a participant sees the options of a round; None where all see
    the same one.

    It is the same on every reload, and another one in every round: orders are published beside
    receipts, and one that came back would join a person's ballots of two rounds. `participant`
    is the keyed name under which ballots are kept, so nobody can work an order out without the
    panel's hashing key.
    """
    if participant is None or round_id is None or not question.settings.get("shuffle"):
        return None
    return own_order(participant + round_id, question.option_ids)


def as_places(order: Sequence[str], option_ids: Sequence[str]) -> str:
    """Return an order as it is kept with a ballot: `2,0,1` is C, A, B."""
    place = {option_id: str(number) for number, option_id in enumerate(option_ids)}
    return ",".join(place[option_id] for option_id in order)


def from_places(places: str, option_ids: Sequence[str]) -> list[str]:
    """Return the option ids of an order that was kept with a ballot."""
    return [option_ids[int(place)] for place in places.split(",")]
