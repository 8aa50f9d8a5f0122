"""systemd is told when the server is ready and when it ends, and nobody is told who did not ask."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from polls.commands.supervisor import tell_supervisor
from tests.support.server import MakeServer


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    place = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(place)
        heard.settimeout(20)
        yield heard, place


def test_a_server_says_that_it_is_ready_and_later_that_it_ends(
    make_server: MakeServer, ear: tuple[socket.socket, str]
) -> None:
    heard, place = ear
    server = make_server(settings={"NOTIFY_SOCKET": place})
    assert heard.recv(100) == b"READY=1"
    assert server.stop() == 0
    assert heard.recv(100) == b"STOPPING=1"


def test_a_name_of_the_kernels_own_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind("")
        heard.settimeout(20)
        name = heard.getsockname()
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name[1:].decode())
        assert tell_supervisor("READY=1")
        assert heard.recv(100) == b"READY=1"


@pytest.mark.parametrize("place", [None, "", "not/a/place", "/nowhere/at/all"])
def test_where_nobody_listens_nothing_is_said_and_nothing_fails(
    monkeypatch: pytest.MonkeyPatch, place: str | None
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    if place is not None:
        monkeypatch.setenv("NOTIFY_SOCKET", place)
    assert tell_supervisor("READY=1") is False
