"""Panels that are written straight into the database are counted like those that were voted in."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bench.bulk import Panel, names
from bench.pages import KINDS, agenda
from polls.domain.kinds import kind_named
from polls.domain.tally import BALLOTS
from polls.store.ballots import recount

ROOT = Path(__file__).resolve().parent.parent.parent


def test_what_is_written_in_bulk_is_counted_right(tmp_path: Path) -> None:
    panel = Panel(tmp_path, agenda(len(KINDS)))
    for poll, (kind, _, answers) in zip(panel.polls(), KINDS, strict=True):
        panel.open(poll)
        panel.fill_round(poll, names(17, "p"), answers)
        panel.fill_round(poll, names(5, "q"), answers)
        latest = panel.context.stage.state(panel.links.panel_id).polls[poll.id].round
        assert latest is not None
        kept, again = panel.context.database.read(
            lambda connection, round_id=latest.id, kind=kind: recount(  # type: ignore[misc]
                connection, round_id, kind_named(kind)
            )
        )
        assert kept == again
        assert kept[BALLOTS] == 22
    panel.close_database()


def test_a_tick_is_timed_with_few_and_with_many_ballots() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "ticks.py"), "--ballots", "2000"],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["ballots"] == [100, 2000]
    assert min(found["tick_us"]) > 0
