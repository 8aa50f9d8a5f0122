"""One worker and two, side by side: what a vote and a frame cost.

All have PostgreSQL and Redis; with two workers the phones go to one and the other in turn, the
moderator to the first and the projector to the second. Two workers have the same hall to share,
where each commits and ticks for half as many, and then one twice as large.

    python bench/workers.py --phones 1000 --seconds 5
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import room
from bench.phones import BenchError

COSTS = ("server_cpu_ms_per_vote", "cpu_us_per_delivered_frame")
RUNS = (
    ("1 worker", 1, 1),
    ("2 workers, the same hall", 2, 1),
    ("2 workers, a hall twice as large", 2, 2),
)
KEPT = ("acked", "lost", "ack_ms", "projector_ms", *COSTS, "load_before")


def main(arguments: Sequence[str] | None = None) -> int:
    options = room.parse(arguments)
    options.database = "postgresql"
    phones = options.phones
    found: dict[str, Any] = {}
    try:
        for name, workers, times in RUNS:
            options.workers, options.phones = workers, phones * times
            figures = room.measure(options)
            found[name] = {each: figures[each] for each in KEPT}
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    one, *others = found.values()
    for figures in others:
        figures["over one worker"] = {cost: round(figures[cost] / one[cost], 2) for cost in COSTS}
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
