"""The bad line of the browser tests is as bad as it says."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.support.slow_line import Quality, SlowLine


@pytest.fixture
def echo_port() -> Iterator[int]:
    """A server that says what it hears."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve(one: socket.socket) -> None:
            with one, contextlib.suppress(OSError):
                while said := one.recv(65536):
                    one.sendall(said)

        def welcome() -> None:
            while True:
                try:
                    one, _ = door.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(one,), daemon=True).start()

        threading.Thread(target=welcome, daemon=True).start()
        yield int(door.getsockname()[1])


def connect(line: SlowLine) -> socket.socket:
    return socket.create_connection(("127.0.0.1", line.port), timeout=5)


def ask(one: socket.socket, said: bytes) -> tuple[bytes, float]:
    """What comes back, and after how many seconds all of it was there."""
    started = time.monotonic()
    heard = b""
    with contextlib.suppress(ConnectionError):
        one.sendall(said)
        while len(heard) < len(said) and (more := one.recv(65536)):
            heard += more
    return heard, time.monotonic() - started


def test_each_way_takes_its_time_and_a_new_connection_a_round_trip_more(echo_port: int) -> None:
    with SlowLine(echo_port, Quality(one_way_seconds=0.1)) as line, connect(line) as one:
        heard, first = ask(one, b"hello")
        assert heard == b"hello"
        assert first >= 0.39
        assert 0.19 <= ask(one, b"again")[1] < first


def test_it_carries_no_more_than_its_rate(echo_port: int) -> None:
    with SlowLine(echo_port, Quality(bytes_per_second=200_000)) as line, connect(line) as one:
        said = bytes(60_000)
        heard, seconds = ask(one, said)
        assert heard == said
        assert seconds >= 0.29
        assert line.bytes_down == len(said)


def test_what_is_cut_breaks_and_lets_nobody_through_until_it_is_restored(echo_port: int) -> None:
    with SlowLine(echo_port) as line:
        with connect(line) as one:
            assert ask(one, b"before")[0] == b"before"
            line.cut()
            assert ask(one, b"while")[0] == b""
        with connect(line) as one:
            assert ask(one, b"while")[0] == b""
        line.restore()
        with connect(line) as one:
            assert ask(one, b"after")[0] == b"after"


@pytest.mark.parametrize("upgrade", [b"Upgrade: websocket", b"upgrade: WebSocket"])
def test_it_refuses_websockets_and_lets_everything_else_through(
    echo_port: int, upgrade: bytes
) -> None:
    with SlowLine(echo_port, Quality(refuses_websockets=True)) as line:
        with connect(line) as one:
            assert ask(one, b"GET / HTTP/1.1\r\n\r\n")[0].startswith(b"GET /")
        with connect(line) as one:
            request = b"GET / HTTP/1.1\r\n" + upgrade + b"\r\n\r\n"
            assert ask(one, request)[0].startswith(b"HTTP/1.1 403")
        assert line.refused_websockets == 1
