"""Numbers for whoever watches over the server: true, guarded, and about nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.support.server import RunningServer
from tests.support.waiting import eventually
from tests.support.wire import WireRoom, make_wire_room

TOKEN = "a token of the tests ü"
BEARER = f"Bearer {TOKEN}".encode()

Numbers = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    server = RunningServer(
        tmp_path_factory.mktemp("server"),
        settings={"HEMICYCLE_METRICS_TOKEN": TOKEN, "HEMICYCLE_WORKER": "4"},
    )
    yield server.start()
    server.forget()


@pytest.fixture
def room(watched: RunningServer) -> Iterator[WireRoom]:
    made = make_wire_room(watched)
    yield made
    made.close()


def ask(server: RunningServer, **headers: Any) -> requests.Response:
    return requests.get(server.url + "/metrics", headers=headers, timeout=30)


def numbers(server: RunningServer) -> Numbers:
    answer = ask(server, Authorization=BEARER)
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def rose(before: Numbers, after: Numbers, name: str, **labels: str) -> float:
    place = (f"hemicycle_{name}", tuple(sorted(labels.items())))
    return after.get(place, 0) - before.get(place, 0)


# The door


def test_without_a_token_in_the_settings_there_is_no_such_page(
    shared_server: RunningServer,
) -> None:
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}):
        assert ask(shared_server, **headers).status_code == 404


@pytest.mark.parametrize(
    "brought",
    [
        b"",
        b"Bearer",
        b"Bearer ",
        b"Bearer wrong",
        BEARER[:-1],
        BEARER + b"x",
        b"Basic YTpi",
        b"\xff",
    ],
)
def test_who_brings_no_token_or_another_reads_nothing(
    watched: RunningServer, brought: bytes
) -> None:
    answer = ask(watched, Authorization=brought)
    assert (answer.status_code, answer.text) == (401, "")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_token_does_not_help_in_the_address(watched: RunningServer) -> None:
    answer = requests.get(watched.url + "/metrics", params={"token": TOKEN}, timeout=30)
    assert answer.status_code == 401


# What it tells


def test_a_vote_is_counted_from_the_commit_to_the_frames(
    watched: RunningServer, room: WireRoom
) -> None:
    poll = room.ask_room()
    phones = [room.phone() for _ in range(3)]
    room.projector()
    before = numbers(watched)
    for phone in phones:
        assert room.cast(phone, poll)["ok"]
    room.moderator.hear("poll.tally", lambda frame: frame["turnout"] == 3)
    after = numbers(watched)
    assert rose(before, after, "ballots_stored_total") == 3
    assert rose(before, after, "commit_ballots_sum") == 3
    commits = rose(before, after, "commit_ballots_count")
    assert 1 <= commits <= 3
    assert rose(before, after, "commit_seconds_count") == commits
    assert rose(before, after, "commit_seconds_sum") > 0
    assert rose(before, after, "database_write_seconds_count") >= commits
    assert rose(before, after, "database_read_seconds_count") >= 1
    assert rose(before, after, "frames_total", way="direct") >= 2
    assert rose(before, after, "tick_late_seconds_count") >= 1
    assert after["hemicycle_ballots_waiting", ()] == 0


def test_sockets_and_joins_are_counted_by_role(watched: RunningServer, room: WireRoom) -> None:
    before = numbers(watched)
    phones = [room.phone() for _ in range(2)]
    room.projector()
    assert room.moderator.is_connected
    after = numbers(watched)
    assert rose(before, after, "joins_total") == 2
    assert rose(before, after, "sockets", role="participant") == 2
    assert rose(before, after, "sockets", role="projector") == 1
    assert rose(before, after, "sockets", role="moderator") == 1
    phones[0].close()
    eventually(
        lambda: rose(before, numbers(watched), "sockets", role="participant") == 1,
        message="who left is not counted any more",
    )


def test_what_is_refused_is_counted_by_its_code(watched: RunningServer, room: WireRoom) -> None:
    poll = room.ask_room()
    phone = room.phone()
    before = numbers(watched)
    assert phone.refused("ballot.cast", poll=poll, round=1, answer="z") == "answer.unknown_option"
    assert phone.refused("no.such") == "command.unknown"
    room.close_poll(poll)
    assert phone.refused("ballot.cast", poll=poll, round=1, answer="a")
    assert requests.get(watched.url + "/p/NOSUCH", timeout=30).status_code == 404
    after = numbers(watched)
    assert rose(before, after, "refused_total", code="answer.unknown_option") == 1
    assert rose(before, after, "refused_total", code="command.unknown") == 1
    assert rose(before, after, "refused_total", code="panel.unknown") == 1
    assert rose(before, after, "ballots_stored_total") == 0


def test_the_worker_says_who_it_is_and_how_the_process_fares(watched: RunningServer) -> None:
    found = numbers(watched)
    workers = [dict(labels) for name, labels in found if name == "hemicycle_worker"]
    assert [labels["worker"] for labels in workers] == ["4"]
    assert found["process_resident_memory_bytes", ()] > 10_000_000
    assert found["process_open_fds", ()] > 3
    assert found["hemicycle_redis_used", ()] == 0


def test_no_number_names_a_panel_or_a_person(watched: RunningServer, room: WireRoom) -> None:
    poll = room.ask_room(title="A title that nobody shall read")
    phone = room.phone()
    key = phone.first["you"]["key"]
    room.cast(phone, poll)
    text = ask(watched, Authorization=BEARER).text
    for secret in (room.code, poll, key, TOKEN, room.moderator_key, "A title", "127.0.0.1"):
        assert secret not in text
    labels = {name for _, found in numbers(watched) for name, _ in found}
    assert labels <= {"role", "code", "way", "le", "worker", "version"}


def test_asking_is_not_logged_and_sets_no_cookie(watched: RunningServer) -> None:
    before = watched.log
    answer = ask(watched, Authorization=BEARER)
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Set-Cookie" not in answer.headers
    assert watched.log == before
