"""What a tick costs after a hundred ballots, and after a million.

The store and the stage of a server in this process; ballots are written straight into the
database. Each tick that is timed has one new ballot to tell of.

    python bench/ticks.py --ballots 1000000
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.bulk import Panel, names

FEW = 100
TICKS = 300
AGENDA = """\
title: {en: A full room}
languages: [en]
items:
  - kind: single_choice
    visibility: live
    title: {en: "Will digital apps save democracy or kill it?"}
    options: [{en: Save it}, {en: Kill it}, {en: Neither}]
"""


def cost_of_tick(panel: Panel) -> float:
    """Return the median processor time of a tick with one new ballot, in microseconds."""
    stage = panel.context.stage
    heard: Counter[str] = Counter()
    stage.connect_to(
        emit=lambda event, _payload, _room: heard.update((event,)),
        has_members=lambda _room: True,
        render=lambda _view, _region, _news: {},
    )
    voter, poll = panel.join(), panel.polls()[0]
    costs = []
    for number in range(TICKS):
        panel.cast(voter, poll, "abc"[number % 3])
        began = time.process_time()
        stage.tick()
        costs.append((time.process_time() - began) * 1e6)
    if heard["poll.tally"] < TICKS:
        raise SystemExit("bench: ticks did not tell of the ballots")
    return median(costs)


def measure(ballots: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="hemicycle-bench-") as folder:
        panel = Panel(Path(folder), AGENDA)
        poll = panel.polls()[0]
        panel.open(poll)
        panel.fill_round(poll, names(FEW, "few"), ["a", "b", "c"])
        few = cost_of_tick(panel)
        panel.fill_round(poll, names(ballots - FEW, "many"), ["a", "b", "c"])
        many = cost_of_tick(panel)
        panel.close_database()
    return {
        "ballots": [FEW, ballots],
        "tick_us": [round(few), round(many)],
        "ratio": round(many / few, 3),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ballots", type=int, default=1_000_000)
    print(json.dumps(measure(parser.parse_args(arguments).ballots), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
