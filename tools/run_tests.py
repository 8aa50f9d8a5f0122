"""Runs the tests: first those that may share the machine, two at a time, then those that measure.

A test that holds a figure in seconds is marked `alone`, since a neighbour would spoil it. Further
arguments go to pytest; where nothing matches in one of the two runs, the other one counts.
"""

from __future__ import annotations

import os
import subprocess
import sys

NOTHING_COLLECTED = 5
WORKERS_MOST = 4


def run(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


def main(arguments: list[str]) -> int:
    workers = str(min(WORKERS_MOST, max(2, os.cpu_count() or 2)))
    # In the order of the files, so that the long ones, which drive browsers, begin first.
    shared = ["-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"]
    together = run(*shared, "-m", "not alone", *arguments)
    alone = run("-m", "alone", *arguments)
    codes = [code for code in (together, alone) if code != NOTHING_COLLECTED]
    return max(codes, default=NOTHING_COLLECTED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
