"""What drawing the opinion map costs: seconds and memory, in a process of its own.

A made-up room of several camps answers; every draw is timed from the answers as they are stored
to the frame that a screen gets, the first draw and the next one that carries it on.

    python bench/opinion_map.py --people 2000 --statements 200 --answered 0.3
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from polls.domain.opinions.map import draw_map
from polls.domain.opinions.public import as_public
from polls.domain.opinions.votes import VoteMatrix

CAMPS = 3
MIN_GROUP = 5


def made_up_answers(people: int, statements: int, answered: float) -> dict[str, dict[str, str]]:
    """Return a room whose camps lean to different answers; the same room every time."""
    chance = random.Random(7)
    leanings = [[chance.choice((0.1, 0.5, 0.9)) for _ in range(statements)] for _ in range(CAMPS)]
    answers: dict[str, dict[str, str]] = {}
    for person in range(people):
        leaning = leanings[min(person % 5, CAMPS - 1)]
        answers[f"p{person}"] = {
            f"s{number}": "pass"
            if chance.random() < 0.15
            else ("agree" if chance.random() < leaning[number] else "disagree")
            for number in range(statements)
            if chance.random() < answered
        }
    return answers


def figures(options: argparse.Namespace) -> dict[str, Any]:
    answers = made_up_answers(options.people, options.statements, options.answered)
    statements = [f"s{number}" for number in range(options.statements)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    drawn, frame = None, ""
    seconds: list[float] = []
    cpu: list[float] = []
    for _ in range(1 + options.draws):
        started, cpu_started = time.perf_counter(), time.process_time()
        drawn = draw_map(VoteMatrix.from_answers(answers, statements), drawn)
        frame = json.dumps(as_public(drawn, MIN_GROUP), separators=(",", ":"))
        seconds.append(time.perf_counter() - started)
        cpu.append(time.process_time() - cpu_started)
        answers["p0"]["s0"] = "disagree" if answers["p0"].get("s0") == "agree" else "agree"
    return {
        "people": options.people,
        "statements": options.statements,
        "answered": options.answered,
        "groups": [group.size for group in drawn.groups] if drawn else [],
        "first_seconds": round(seconds[0], 3),
        "next_seconds": [round(each, 3) for each in seconds[1:]],
        "first_cpu_seconds": round(cpu[0], 3),
        "frame_bytes": len(frame),
        "before_mib": round(before / 1024, 1),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--statements", type=int, default=200)
    parser.add_argument("--answered", type=float, default=1.0, help="the share that is answered")
    parser.add_argument("--draws", type=int, default=3, help="draws after the first")
    print(json.dumps(figures(parser.parse_args(arguments)), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
