"""A server keeps what a panel's people were promised, without anybody's asking."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.support.pages import Reader
from tests.support.server import RunningServer
from tests.support.waiting import eventually
from tests.support.wire import make_wire_room


def test_a_server_ends_a_panel_by_itself_and_its_phones_lead_nowhere(
    server: RunningServer,
) -> None:
    room = make_wire_room(server)
    page = f"/p/{room.code}"
    reader = Reader(server.url)
    reader.open(page).send(f"{page}/join")
    room.cast(room.phone(), room.ask_room(), "a")
    room.close()
    server.stop()
    with closing(sqlite3.connect(server.database_url.removeprefix("sqlite:///"))) as database:
        database.execute("UPDATE panel SET ends_at = created_at + 1")
        (before,) = database.execute("SELECT participant FROM ballot").fetchone()
        database.commit()
    server.start()
    eventually(lambda: not room.rows("SELECT * FROM hashing_key"), 15, message="the key is gone")
    assert room.rows("SELECT * FROM participant") == []
    ((after, answer),) = room.rows("SELECT participant, answer FROM ballot")
    assert (after == before, answer) == (False, '"a"')
    assert "This panel has ended." in reader.open(page).text
    assert reader.open(f"{page}/results").status == 200
