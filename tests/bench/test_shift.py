"""Who moved is on the projector within a second after counting, for a hall of two thousand."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def figures_of(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "shift.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.timeout(180)
def test_two_thousand_moves_are_painted_within_a_second_after_counting() -> None:
    if not any(map(shutil.which, BROWSERS)):
        pytest.skip("Chromium is not installed (package chromium)")
    figures = figures_of("--phones", "2000", "--join-seconds", "5", "--seconds", "4")
    assert figures["ballots"] == 4000
    assert 0 < figures["frame_ms_after_counting"] < 1000
    assert 0 < figures["painted_ms_after_counting"] < 1000


def test_a_small_room_is_measured_without_a_browser() -> None:
    few = ("--phones", "40", "--seconds", "1", "--join-seconds", "1", "--no-browser")
    figures = figures_of(*few)
    assert figures["phones"] == 40
    assert figures["ballots"] == 80
    assert 0 < figures["frame_ms_after_counting"] < 1000
    assert figures["painted_ms_after_counting"] is None
