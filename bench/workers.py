"""One worker and two, side by side, with the same hall: what a vote and a frame cost.

Both have PostgreSQL and Redis; with two workers the phones go to one and the other in turn, the
moderator to the first and the projector to the second.

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
KEPT = ("acked", "lost", "ack_ms", "projector_ms", *COSTS, "load_before")


def main(arguments: Sequence[str] | None = None) -> int:
    options = room.parse(arguments)
    options.database = "postgresql"
    found: dict[str, Any] = {}
    try:
        for workers in (1, 2):
            options.workers = workers
            figures = room.measure(options)
            found[f"{workers} worker{'s' * (workers > 1)}"] = {name: figures[name] for name in KEPT}
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    one, two = found.values()
    found["ratio"] = {name: round(two[name] / one[name], 2) for name in COSTS}
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
