"""What a delivered tally frame costs, beside a bare loop that writes the same bytes.

One phone changes its vote, and every tick all screens get the new tally. They join as projectors,
which hear of every tick however many there are; so many phones would hear once a second, and what
a tick costs beside would weigh four times as much. The bare loop is a
process that does nothing but write a prepared frame to as many sockets, at the same pace: a
processor that did something else meanwhile writes slower than one that writes all the time.

    python bench/fanout.py --phones 1000 --seconds 8
"""

from __future__ import annotations

import argparse
import json
import os
import select
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import room
from bench.phones import BenchError, Client, masked_frame
from bench.server import Server

FRAME = b"\x81\x7e\x01\x22" + b"x" * 290
BARE_ROUNDS = 20


def write_barely(listener: socket.socket, count: int, report: int) -> None:
    """Be the bare writer: take `count` sockets, write to all, say what a frame cost."""
    sockets = [listener.accept()[0] for _ in range(count)]
    for each in sockets:
        each.setblocking(False)
    before = time.process_time()
    for _ in range(BARE_ROUNDS):
        for each in sockets:
            each.send(FRAME)
        time.sleep(room.TICK_SECONDS)
    spent = time.process_time() - before
    os.write(report, f"{spent * 1e6 / (BARE_ROUNDS * count):.2f}".encode())


def bare_cost(count: int) -> float:
    """Return the processor time of the bare writer for each frame, in microseconds."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        write_barely(listener, count, writing)
        os._exit(0)
    os.close(writing)
    readers = [socket.create_connection(listener.getsockname()) for _ in range(count)]
    poller = select.epoll()
    for number in [reading, *(reader.fileno() for reader in readers)]:
        poller.register(number, select.EPOLLIN)
    said = b""
    while not said:
        for number, _ in poller.poll():
            data = os.read(number, 65536)
            said = data if number == reading else said
    os.waitpid(child, 0)
    for each in (*readers, listener):
        each.close()
    os.close(reading)
    return float(said)


class Screens(room.Room):
    """A room full of projectors."""

    def _auth(self) -> dict[str, str]:
        return {"panel": self.code, "role": "projector", "key": self.projector_key}


def served_cost(options: argparse.Namespace) -> dict[str, Any]:
    """Return what the real server spends on a frame while one phone keeps changing its vote."""
    server = Server()
    try:
        hall = Screens(server, options)
        hall.seat_the_others()
        hall.fill()
        hall.command("poll.open", poll=hall.poll)
        hall.hall.rest(1)
        first, sequence = Client({"panel": hall.code}), 0
        hall.hall.connect(first)
        hall.hall.run(lambda: bool(first.joined_at), room.PATIENCE_SECONDS)
        frames = sum(phone.tallies for phone in hall.phones)
        cpu, ends_at = server.cpu_seconds(), time.monotonic() + options.seconds
        while time.monotonic() < ends_at:
            sequence += 1
            body = {
                "poll": hall.poll,
                "round": 1,
                "answer": "ab"[sequence % 2],
                "sequence": sequence,
            }
            first.send(masked_frame(f'421["ballot.cast",{json.dumps(body)}]'))
            hall.hall.rest(room.TICK_SECONDS)
        spent = server.cpu_seconds() - cpu
        frames = sum(phone.tallies for phone in hall.phones) - frames
        hall.hall.close()
    finally:
        server.stop()
    return {"frames": frames, "cpu_us_per_frame": round(spent * 1e6 / max(1, frames), 2)}


def main(arguments: Sequence[str] | None = None) -> int:
    options = room.parse(arguments)
    room.raise_file_limit(2 * options.phones + 200)
    try:
        served = served_cost(options)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    bare = bare_cost(options.phones)
    ratio = round(served["cpu_us_per_frame"] / bare, 2)
    figures = {"screens": options.phones, **served, "bare_us_per_frame": bare, "ratio": ratio}
    print(json.dumps(figures, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
