"""`rehearse`: people who are not there try a panel on a running server."""

from __future__ import annotations

import pytest

from tests.commands.conftest import Run
from tests.support.server import RunningServer


def test_no_server_and_no_panel_are_said(run: Run, server: RunningServer) -> None:
    done = run("rehearse", "CITY25", "--url", "http://127.0.0.1:1")
    assert done.exit_code == 2
    assert "start it with hemicycle serve" in done.stderr
    done = run("rehearse", "CITY25", "--url", server.url)
    assert done.exit_code == 2
    assert f"the server at {server.url} has no panel CITY25" in done.stderr
    assert run("rehearse", "CITY25", "--url", "file:///etc").exit_code == 2


@pytest.mark.slow
def test_people_come_vote_and_leave(server: RunningServer) -> None:
    made = server.run("create", "--title", "Rehearsal")
    code = made.stdout.split("/p/")[1].splitlines()[0]
    done = server.run("rehearse", code, "--people", "5", "--seconds", "4", "--url", server.url)
    assert f"5 people join {code}" in done.stdout
    assert "Clear rehearsal" in done.stdout
