"""Runs the tests: first those that may share the machine, a few at a time, then those that measure.

A test that holds a figure in seconds is marked `alone`, since a neighbour would spoil it. Further
arguments go to pytest; where nothing matches in one of the two runs, the other one counts.

Their files lie in memory where there is room, since thousands of commits would wait for the disk.
What a killed process leaves behind is the same there.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

NOTHING_COLLECTED = 5
WORKERS_MOST = 4
MEMORY = Path("/dev/shm")
MEMORY_LEAST_BYTES = 1 << 30


def memory_has_room() -> bool:
    """Some tests run programs that they put there, which a container may forbid."""
    return (
        os.access(MEMORY, os.W_OK)
        and shutil.disk_usage(MEMORY).free >= MEMORY_LEAST_BYTES
        and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
    )


@contextmanager
def temporary_files_in_memory() -> Iterator[None]:
    if "TMPDIR" in os.environ or not memory_has_room():
        yield
        return
    with TemporaryDirectory(
        dir=MEMORY, prefix="hemicycle-tests-", ignore_cleanup_errors=True
    ) as folder:
        # PostgreSQL refuses to be root, and must get through to a folder of its own in here.
        Path(folder).chmod(0o711)
        os.environ["TMPDIR"] = folder
        yield
        del os.environ["TMPDIR"]


def run(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


def files_with_tests_alone() -> list[str]:
    """To read all files again for a few tests would take as long as these."""
    texts = {path: path.read_text("utf-8") for path in Path("tests").rglob("test_*.py")}
    return sorted(str(path) for path, text in texts.items() if "mark.alone" in text)


def main(arguments: list[str]) -> int:
    # One more than there are processors: many tests wait for a clock or a browser.
    workers = str(min(WORKERS_MOST, (os.cpu_count() or 1) + 1))
    # In the order that tests/conftest.py gives, in which the long ones begin first.
    shared = ["-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"]
    with temporary_files_in_memory():
        together = run(*shared, "-m", "not alone", *arguments)
        alone = run("-m", "alone", *(arguments or files_with_tests_alone()))
    codes = [code for code in (together, alone) if code != NOTHING_COLLECTED]
    return max(codes, default=NOTHING_COLLECTED)


if __name__ == "__main__":
    # Who ends this ends the tests too, and what they left in memory.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(main(sys.argv[1:]))
