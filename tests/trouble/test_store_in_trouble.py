"""Nothing can be saved: nobody is told "counted", and a second try counts once."""

from __future__ import annotations

import errno
import os
import resource
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.support.server import MakeServer, RunningServer
from tests.support.waiting import eventually
from tests.support.wire import Client, WireRoom, make_wire_room

BALLOTS_MOST = 60


@contextmanager
def locked(server: RunningServer) -> Iterator[None]:
    """Hold the database's only pen, as a backup gone wrong would."""
    path = server.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


@contextmanager
def no_byte_more(server: RunningServer) -> Iterator[None]:
    """Let the process write no file beyond its first kilobyte."""
    before = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        yield
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def disk_filled(folder: Path) -> Iterator[None]:
    """Write a file until no byte of it fits any more."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 512):
                pass
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    yield
    filler.unlink()


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True, capture_output=True)


def may_mount(folder: Path) -> bool:
    if os.geteuid() != 0:
        return False
    try:
        with small_disk(folder):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False
    finally:
        (folder / "disk").rmdir()


def answers_to(client: Client, *commands: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Give commands at once; return their answers in order."""
    answers: dict[int, dict[str, Any]] = {}
    for number, (name, payload) in enumerate(commands):
        client.send(name, payload, lambda answer, number=number: answers.update({number: answer}))
    eventually(lambda: len(answers) == len(commands), 30)
    return [answers[number] for number in range(len(commands))]


def assert_counted_once(room: WireRoom, phone: Client, poll: str, sequence: int) -> None:
    """The phone tries again, as it does by itself, and the vote counts once."""
    again = room.cast(phone, poll, "b", sequence=sequence)
    assert again["ok"], again
    assert room.cast(phone, poll, "b", sequence=sequence) == again
    query = "SELECT answer, sequence FROM ballot WHERE receipt = ?"
    assert room.rows(query, again["receipt"]) == [('"b"', sequence)]
    frame = room.moderator.hear("poll.tally", lambda frame: frame["counts"]["b"] == 1)
    assert frame["counts"] == {"a": 0, "b": 1, "c": 0}


def test_while_the_database_is_locked_nothing_is_counted_and_later_once(
    make_server: MakeServer,
) -> None:
    server = make_server()
    room = make_wire_room(server)
    poll = room.ask_room()
    phone = room.phone(language="en")
    ballot = {"poll": poll, "round": 1, "answer": "b", "sequence": 1}
    comment = {"text": "Can you hear me?", "id": "aaaabbbbccccdddd"}
    with locked(server):
        refused, not_saved = answers_to(phone, ("ballot.cast", ballot), ("comment.post", comment))
        assert (refused["ok"], refused["code"]) == (False, "ballot.not_stored")
        assert refused["retry_after"] > 0
        assert refused["message"] == "Not counted yet. We are trying again."
        assert (not_saved["ok"], not_saved["code"]) == (False, "store.unavailable")
        assert not_saved["retry_after"] > 0
        assert phone.snapshot()["you"]["ballot"] is None, "what can be read is still shown"
    assert phone.all("poll.tally") == []
    assert_counted_once(room, phone, poll, sequence=1)
    assert phone.done("comment.post", **comment)["state"] == "shown"
    assert len(phone.snapshot()["you"]["comments"]) == 1
    assert "Traceback" not in server.log
    room.close()


def fail_to_vote(room: WireRoom, phone: Client, poll: str) -> int:
    """Change the vote until a change is not stored; return the sequence that was refused."""
    for sequence in range(1, BALLOTS_MOST):
        answer = room.cast(phone, poll, "b", sequence=sequence)
        if not answer["ok"]:
            assert answer["code"] == "ballot.not_stored"
            assert answer["retry_after"] > 0
            return sequence
    raise AssertionError("the disk took everything")


def test_when_no_byte_can_be_written_nothing_is_counted_and_later_once(
    make_server: MakeServer,
) -> None:
    server = make_server()
    room = make_wire_room(server)
    poll = room.ask_room()
    phone = room.phone()
    phone.first  # noqa: B018
    with no_byte_more(server):
        sequence = fail_to_vote(room, phone, poll)
        saved = phone.ask("comment.post", text="Can you hear me?")
        assert (saved["ok"], saved["code"]) == (False, "store.unavailable")
    assert_counted_once(room, phone, poll, sequence)
    assert server.is_running
    room.close()


def test_when_the_disk_is_full_nothing_is_counted_and_later_once(
    make_server: MakeServer, tmp_path: Path
) -> None:
    if not may_mount(tmp_path):
        return  # The test above holds the same without a disk of its own.
    with small_disk(tmp_path) as disk:
        server = make_server(database_url=f"sqlite:///{disk / 'hemicycle.db'}")
        room = make_wire_room(server)
        poll = room.ask_room()
        phone = room.phone()
        phone.first  # noqa: B018
        with disk_filled(disk):
            sequence = fail_to_vote(room, phone, poll)
        assert_counted_once(room, phone, poll, sequence)
        room.close()
        server.stop()
