"""A plain client of the wire, as a third party would write one: python-socketio and requests."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import engineio
import pytest
import requests
import socketio

from tests.support.server import RunningServer
from tests.support.waiting import eventually

ACK_TIMEOUT_SECONDS = 30

AGENDA = """
title: {en: A test panel, fr: Un panel d'essai}
languages: [en, fr]
moderation: post
items:
  - kind: single_choice
    title: {en: "Save or kill?", fr: "Sauver ou tuer ?"}
    options: [{en: Save, fr: Sauver}, {en: Kill, fr: Tuer}]
  - kind: comments
    title: {en: What should we know?, fr: Que faut-il savoir ?}
"""


class Refused(Exception):
    """A connection that was not let in."""

    def __init__(self, answer: Any) -> None:
        super().__init__(str(answer))
        self.answer: dict[str, Any] = answer if isinstance(answer, dict) else {"raw": answer}

    @property
    def code(self) -> str:
        return str(self.answer.get("data", {}).get("code"))


class _Line(engineio.Client):  # type: ignore[misc]
    """Remembers its WebSocket, so that it can be closed after the library has forgotten it."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "ws" and value is not None:
            self.__dict__.setdefault("opened", []).append(value)
        super().__setattr__(name, value)

    def close_all(self) -> None:
        for opened in self.__dict__.get("opened", []):
            opened.shutdown()


class _Socket(socketio.Client):  # type: ignore[misc]
    def _engineio_client_class(self) -> type[_Line]:
        return _Line


class Client:
    """One socket, and everything it heard in order."""

    def __init__(
        self,
        url: str,
        auth: Mapping[str, Any],
        *,
        transport: str = "websocket",
        session: requests.Session | None = None,
        **headers: str,
    ) -> None:
        """`session` brings cookies, and the certificate that a secure address is known by."""
        self.heard: list[tuple[str, Any]] = []
        self.is_connected = False
        self._refusal: Any = None
        self._socket = _Socket(reconnection=False, handle_sigint=False, http_session=session)
        self._socket.on("connect_error", self._note_refusal)
        self._socket.on("disconnect", self._note_end)
        self._socket.on("*", self._note)
        try:
            self._socket.connect(
                url,
                auth=dict(auth),
                headers=headers,
                transports=[transport],
                wait_timeout=ACK_TIMEOUT_SECONDS,
            )
        except socketio.exceptions.ConnectionError:
            self.close()
            raise Refused(self._refusal) from None
        self.is_connected = True

    def _note(self, name: str, payload: Any = None) -> None:
        self.heard.append((name, payload))

    def _note_refusal(self, answer: Any = None) -> None:
        self._refusal = answer

    def _note_end(self, *_reason: Any) -> None:
        self.is_connected = False

    def ask(self, name: str, payload: Any = None, **fields: Any) -> dict[str, Any]:
        """Give a command and return its acknowledgement."""
        payload = fields if payload is None else payload
        answer: dict[str, Any] = self._socket.call(name, payload, timeout=ACK_TIMEOUT_SECONDS)
        assert answer["ok"] is True or {"code", "message"} <= set(answer)
        assert "Traceback" not in str(answer)
        return answer

    def done(self, name: str, **fields: Any) -> dict[str, Any]:
        """Give a command that must succeed."""
        answer = self.ask(name, **fields)
        assert answer["ok"] is True, answer
        return answer

    def refused(self, name: str, payload: Any = None, **fields: Any) -> str:
        """Give a command that must be refused; return the code."""
        answer = self.ask(name, payload, **fields)
        assert answer["ok"] is False, answer
        return str(answer["code"])

    def send(self, name: str, payload: Any, answer: Callable[[Any], None]) -> None:
        """Give a command without waiting for the answer."""
        self._socket.emit(name, payload, callback=answer)

    def all(self, name: str) -> list[Any]:
        return [payload for heard, payload in list(self.heard) if heard == name]

    def hear(
        self, name: str, is_wanted: Callable[[Any], Any] = bool, timeout_seconds: float = 5
    ) -> Any:
        """Wait for an event that is as wanted; return its payload."""
        return eventually(
            lambda: next((payload for payload in self.all(name) if is_wanted(payload)), None),
            timeout_seconds,
            message=f"{name} as wanted; heard {[heard for heard, _ in self.heard]}",
        )

    @property
    def first(self) -> dict[str, Any]:
        """The snapshot that came with the connection."""
        return dict(self.hear("panel.snapshot"))

    def snapshot(self) -> dict[str, Any]:
        return dict(self.done("panel.snapshot")["snapshot"])

    def sees_turnout(self, turnout: int) -> bool:
        """Wait for a snapshot with this turnout; counters in one may be a tick old."""
        return eventually(
            lambda: self.snapshot()["turnout"] == turnout,
            interval_seconds=0.1,
            message=f"a turnout of {turnout}",
        )

    def forget(self) -> None:
        """Start to listen anew."""
        self.heard.clear()

    def close(self) -> None:
        self._socket.disconnect()
        self._socket.eio.close_all()


def key_of(link: str) -> str:
    return link.split("key=")[1]


@dataclass
class WireRoom:
    """A panel on a running server, and the clients that a test connected to it."""

    server: RunningServer
    code: str
    moderator_key: str
    projector_key: str
    clients: list[Client] = field(default_factory=list)
    _moderator: Client | None = None

    @property
    def moderator(self) -> Client:
        """The moderator, connected when first asked for."""
        if self._moderator is None:
            self._moderator = self.connect(role="moderator", key=self.moderator_key)
        return self._moderator

    def connect(self, **auth: Any) -> Client:
        client = Client(self.server.url, {"panel": self.code, **auth})
        self.clients.append(client)
        return client

    def phone(self, **auth: Any) -> Client:
        return self.connect(**auth)

    def projector(self, **auth: Any) -> Client:
        return self.connect(role="projector", key=self.projector_key, **auth)

    def ask_room(self, **fields: Any) -> str:
        """Put a question and open it at once; return the poll's id."""
        values = {"title": "Is it so?", "options": ["Yes", "No", "Both"], "open": True} | fields
        return str(self.moderator.done("poll.create", **values)["poll"])

    def cast(self, phone: Client, poll: str, answer: Any = "a", **fields: Any) -> dict[str, Any]:
        return phone.ask("ballot.cast", **({"poll": poll, "round": 1, "answer": answer} | fields))

    def close_poll(self, poll: str) -> None:
        """End voting and wait until the round is counted."""
        self.moderator.done("poll.close", poll=poll)
        self.moderator.hear("poll.closed", lambda event: event["poll"] == poll, 8)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database file holds, read beside the server."""
        path = self.server.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return list(connection.execute(query, values))

    def api(self, method: str, path: str, key: str = "", **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        url = f"{self.server.url}/api/v1/panels/{self.code}{path}"
        return requests.request(method, url, headers=headers, timeout=30, **options)

    def close(self) -> None:
        for client in self.clients:
            client.close()


def make_wire_room(server: RunningServer, agenda: str = AGENDA) -> WireRoom:
    answer = requests.post(
        f"{server.url}/api/v1/panels",
        data=agenda.encode(),
        headers={"Content-Type": "application/yaml"},
        timeout=30,
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    return WireRoom(server, made["code"], key_of(made["moderate"]), key_of(made["screen"]))


@pytest.fixture
def wire_room(shared_server: RunningServer) -> Iterator[WireRoom]:
    """A new panel on the server that many share; its clients are closed afterwards."""
    room = make_wire_room(shared_server)
    yield room
    room.close()
