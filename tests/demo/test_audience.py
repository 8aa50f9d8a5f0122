"""The simulated audience is a crowd of plain clients that comes, votes and leaves without a word."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import socketio

from polls.demo.wire import _refusal_code, _socket_url
from tests.support.processes import end_process, find_free_port, start_process
from tests.support.waiting import eventually

CODE = "10WS460"
SEED = "known to this test alone"


class Demo:
    """`hemicycle demo` without its own audience, so that a test brings the people."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.server: subprocess.Popen[bytes] | None = None
        self.crowds: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("HEMICYCLE_")}
        database = f"sqlite:///{self.folder / 'hemicycle.db'}"
        self.server = start_process(
            [
                Path(sys.executable).with_name("hemicycle"),
                *("demo", "--host", "127.0.0.1", "--port", str(self.port), "--audience", "0"),
            ],
            self.folder / "server.log",
            environment=kept | {"HEMICYCLE_DATABASE_URL": database},
        )
        eventually(self.snapshot, 20, message="the demo is open")

    def let_in(self, count: int, *, code: str = CODE) -> subprocess.Popen[bytes]:
        crowd = start_process(
            [
                *(sys.executable, "-m", "polls.demo.audience", self.url, code, str(count)),
                *("--seed", SEED, "--patience", "3"),
            ],
            self.folder / "crowd.log",
        )
        self.crowds.append(crowd)
        return crowd

    def snapshot(self) -> dict[str, Any] | None:
        """What a newcomer is told."""
        client = socketio.SimpleClient()
        try:
            client.connect(self.url, auth={"panel": CODE}, transports=["websocket"], wait_timeout=5)
            name, payload = client.receive(timeout=5)
        except (socketio.exceptions.ConnectionError, socketio.exceptions.TimeoutError):
            return None
        finally:
            client.disconnect()
        return dict(payload) if name == "panel.snapshot" else None

    def turnout(self) -> int:
        found = self.snapshot()
        return 0 if found is None else int(found["turnout"])

    @property
    def crowd_said(self) -> str:
        return (self.folder / "crowd.log").read_text("utf-8")

    def end(self) -> None:
        for process in [*self.crowds, self.server]:
            if process is not None:
                end_process(process)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path)
    demo.start()
    yield demo
    demo.end()


def test_a_crowd_joins_votes_and_leaves_when_told(demo: Demo) -> None:
    crowd = demo.let_in(12)
    eventually(lambda: demo.turnout() >= 4, 40, interval_seconds=1.0, message="four have voted")
    assert end_process(crowd) == 0
    assert demo.crowd_said == ""


def test_a_crowd_leaves_when_the_server_is_gone(demo: Demo) -> None:
    crowd = demo.let_in(3)
    eventually(lambda: demo.turnout() >= 1, 40, interval_seconds=1.0, message="one has voted")
    assert demo.server is not None
    demo.server.kill()
    assert crowd.wait(20) == 0
    assert demo.crowd_said == ""


def test_a_crowd_leaves_at_once_where_there_is_no_panel(demo: Demo) -> None:
    assert demo.let_in(3, code="NOWHERE").wait(20) == 0
    assert demo.crowd_said == ""


def test_a_crowd_that_finds_no_server_leaves_without_a_traceback(tmp_path: Path) -> None:
    nowhere = Demo(tmp_path)
    assert nowhere.let_in(3).wait(30) == 0
    assert nowhere.crowd_said == ""


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://127.0.0.1:5000", "ws://127.0.0.1:5000/socket.io/"),
        ("https://vote.example/", "wss://vote.example/socket.io/"),
        ("https://vote.example/room", "wss://vote.example/room/socket.io/"),
    ],
)
def test_the_socket_is_where_the_server_is(address: str, expected: str) -> None:
    assert _socket_url(address) == expected + "?EIO=4&transport=websocket"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ('{"code": "panel.ended"}', "panel.ended"),
        ('{"message": {"code": "panel.ended"}}', "panel.ended"),
        ('{"message": "no", "data": {"code": "panel.locked"}}', "panel.locked"),
        ('{"message": "no"}', ""),
        ("[]", ""),
        ("no", ""),
    ],
)
def test_a_refused_connection_says_why(told: str, code: str) -> None:
    assert _refusal_code(told) == code
