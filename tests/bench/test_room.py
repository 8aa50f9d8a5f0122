"""The bench itself must be right: a small room votes and every ballot is found again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def run_room(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "bench" / "room.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_a_small_room_loses_no_vote() -> None:
    done = run_room("--phones", "50", "--seconds", "1", "--join-seconds", "1", "--change", "0.2")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["phones"] == found["stored"] == found["counted"] == 50
    assert found["acked"] == 60
    assert found["lost"] == found["unanswered"] == found["refused"] == 0
    assert found["most_per_tick"] <= 2, "a late tick may be followed by the next one soon"
    assert found["tally_frames_to_projector"] <= 16, "two seconds have eight ticks"
    assert found["ack_ms"]["p50"] <= found["ack_ms"]["p99"]
    assert found["projector_ms"]["p99"] < 2000
    assert found["tally_frames_to_phones"] == 50 * found["tally_frames_to_projector"]
    assert found["published_everywhere_p99_ms"] > 0
    for figure in ("server_cpu_ms_per_vote", "cpu_us_per_delivered_frame", "memory_kib_per_phone"):
        assert found[figure] > 0


def test_the_room_says_how_it_is_used() -> None:
    done = run_room("--help")
    assert done.returncode == 0
    for option in ("--phones", "--seconds", "--visibility", "--change"):
        assert option in done.stdout
