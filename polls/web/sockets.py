"""The socket door: who connects, in which rooms they sit, and how commands are answered."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import gevent
from flask import Flask
from flask_babel import force_locale
from flask_socketio import SocketIO
from socketio.exceptions import ConnectionRefusedError as SocketRefused
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header, parse_cookie

from polls import protocol
from polls.domain.errors import Refusal
from polls.domain.polls import Role
from polls.live import rooms
from polls.services import ballots, commands, panels, participants
from polls.services.context import Actor, Context
from polls.store.panels import PanelRecord
from polls.web import direct, line
from polls.web.identity import LANGUAGE_COOKIE, choose_language, cookie_name
from polls.web.messages import error_body
from polls.web.socket_server import MALFORMED

log = logging.getLogger(__name__)

REGIONS = {
    Role.PARTICIPANT: ("now",),
    Role.MODERATOR: ("now", "comments"),
    Role.PROJECTOR: ("now",),
}


@dataclass(slots=True)
class Client:
    """One connected socket."""

    sid: str
    line: str
    """The socket's id one floor below, which early commands come with."""
    actor: Actor
    new_key: str | None
    watches: set[str]
    is_new: bool = False
    """Someone who has just come has nothing here yet that would need to be looked up."""
    voted_in: list[str] = field(default_factory=list)
    """The rounds in whose rooms of voters this socket is."""


class Elsewhere(Protocol):
    """The doors of other workers, which shut the same sockets."""

    def role_dropped(self, panel_id: str, role: Role) -> None: ...

    def participant_dropped(self, panel_id: str, participant: str) -> None: ...


class SocketDoor:
    """Handlers registered below Flask's request context, which they do not need."""

    def __init__(self, app: Flask, context: Context, socketio: SocketIO) -> None:
        self._app = app
        self._context = context
        self._server: Any = socketio.server  # type: ignore[attr-defined]
        self._clients: dict[str, Client] = {}
        self._by_line: dict[str, Client] = {}
        self._panel_ids: dict[str, str] = {}
        self._elsewhere: Elsewhere | None = None

    def open(self) -> None:
        self._server.on("connect", self._connect)
        self._server.on("disconnect", self._disconnect)
        self._server.on("panel.snapshot", self._snapshot)
        self._server.on("panel.watch", self._watch)
        for name in commands.USE_CASES:
            self._server.on(name, self._handler(name))
        self._server.on(MALFORMED, self._malformed)
        self._server.on("*", self._unknown)
        direct.install(self._server, {"ballot.cast": self._cast_early})

    def share_with(self, elsewhere: Elsewhere) -> None:
        self._elsewhere = elsewhere

    # What the stage needs

    def emit(self, event: str, payload: Any, room: str) -> None:
        self._server.emit(event, payload, to=room)

    def has_members(self, room: str) -> bool:
        rooms = self._server.manager.rooms.get("/", {})
        return bool(rooms.get(room))

    def roles(self) -> Counter[str]:
        """Return how many sockets there are in each role."""
        return Counter(client.actor.role.value for client in list(self._clients.values()))

    @property
    def lines(self) -> line.Lines | None:
        """What is written to directly; None where the libraries serve all sockets."""
        found: line.Lines | None = self._server.manager.lines
        return found

    def drop_role(self, panel_id: str, role: Role, keep: str | None = None) -> None:
        """Disconnect everyone who came by a link that was revoked."""
        if self._elsewhere is not None:
            self._elsewhere.role_dropped(panel_id, role)
        self.drop_role_here(panel_id, role, keep)

    def drop_role_here(self, panel_id: str, role: Role, keep: str | None = None) -> None:
        for sid, client in list(self._clients.items()):
            if client.actor.panel_id == panel_id and client.actor.role is role and sid != keep:
                self._server.disconnect(sid)

    def drop_participant(self, panel_id: str, participant: str) -> None:
        """Disconnect everything of someone who erased themselves."""
        if self._elsewhere is not None:
            self._elsewhere.participant_dropped(panel_id, participant)
        self.drop_participant_here(panel_id, participant)

    def drop_participant_here(self, panel_id: str, participant: str) -> None:
        for sid, client in list(self._clients.items()):
            actor = client.actor
            if actor.panel_id == panel_id and actor.participant == participant:
                self._forget(sid)
                self._server.disconnect(sid)

    # Connecting

    def _connect(self, sid: str, environ: Any, auth: Any = None) -> dict[str, Any] | None:
        if sid in self._clients:
            # The library brings an event of this name here too, with what its sender wrote.
            return self._unknown("connect", sid)
        cookies = parse_cookie(environ.get("HTTP_COOKIE", ""))
        accepted = parse_accept_header(environ.get("HTTP_ACCEPT_LANGUAGE", ""), LanguageAccept)
        language = choose_language(cookies.get(LANGUAGE_COOKIE), accepted)
        try:
            asked = protocol.parse_connect({} if auth is None else auth)
            if asked.language is not None:
                language = choose_language(asked.language, accepted)
            client = self._admit(sid, asked, cookies, language)
        except Refusal as refusal:
            raise self._refused(refusal, language) from None
        except Exception:
            log.exception("a socket could not be admitted")
            raise self._refused(Refusal("server.failed"), language) from None
        self._clients[sid] = client
        self._by_line[client.line] = client
        self._seat(client)
        gevent.spawn(self._welcome, client)
        return None

    def _admit(self, sid: str, asked: protocol.Connect, cookies: Any, language: str) -> Client:
        panel = self._panel_with(asked.panel)
        role = Role(asked.role)
        key = asked.key or cookies.get(cookie_name(role, panel.code))
        watches = {region for region in asked.watch if region == "comments"}
        below = self._server.manager.eio_sid_from_sid(sid, "/")
        if role is Role.PARTICIPANT:
            if panel.ended_at is not None:
                raise Refusal("panel.ended")
            if key and not asked.key:
                return Client(sid, below, self._seat_holder(panel.id, key, language), None, watches)
            identity = participants.join(self._context, panel.id, language, asked.pin or "", key)
            new_key = identity.key if identity.is_new or asked.key else None
            return Client(sid, below, identity.actor, new_key, watches, identity.is_new)
        if not key or not panels.key_is_valid(self._context, panel.id, role, key):
            raise Refusal("permission.denied")
        return Client(sid, below, Actor(role, panel.id, language), None, watches)

    def _panel_with(self, code: str) -> PanelRecord:
        """Return the panel with this code; a hall that joins asks the database once for it."""
        known = self._panel_ids.get(code)
        if known is not None:
            return self._context.stage.state(known).panel
        panel = panels.find(self._context, code)
        self._panel_ids[panel.code] = panel.id
        return panel

    def _seat_holder(self, panel_id: str, key: str, language: str) -> Actor:
        """Return whom a browser's cookie names. It cannot be given a new cookie here, so a
        seat that was erased sends it back to the page on which people join."""
        known = participants.recognise(self._context, panel_id, key, language)
        if known is None:
            raise Refusal("seat.gone")
        return known

    def _seat(self, client: Client) -> None:
        actor = client.actor
        own = [
            rooms.role_room(actor.panel_id, actor.role.value),
            rooms.language_room(actor.panel_id, actor.role.value, actor.language),
        ]
        if actor.participant is not None:
            own.append(rooms.participant_room(actor.panel_id, actor.participant))
            presence = self._context.stage.presence(actor.panel_id)
            presence.connect(actor.participant, self._context.clock())
        if "comments" in client.watches:
            own.append(rooms.comments_room(actor.panel_id, actor.language))
        for room in own:
            self._server.enter_room(client.sid, room)

    def _welcome(self, client: Client) -> None:
        """Send what is on now, right after the connection is confirmed."""
        gevent.sleep(0)
        if client.sid not in self._clients:
            return
        try:
            self._server.emit("panel.snapshot", self._snapshot_of(client), to=client.sid)
            self._send_regions(client)
        except Exception:
            log.exception("a socket could not be welcomed")

    def _send_regions(self, client: Client) -> None:
        actor = client.actor
        regions = (*REGIONS[actor.role], *sorted(client.watches))
        for region in dict.fromkeys(regions):
            payload = self._context.stage.fragment(
                actor.panel_id, actor.role, actor.language, region
            )
            self._server.emit("panel.view", payload, to=client.sid)

    def _snapshot_of(self, client: Client) -> dict[str, Any]:
        actor = client.actor
        is_empty = client.is_new and not participants.has_orders(self._context, actor)
        owned = participants.NOTHING if is_empty else participants.own(self._context, actor)
        client.is_new = False
        snapshot = self._context.stage.snapshot(
            actor.panel_id, actor.role, actor.language, owned.ballot, owned.answered
        )
        for ballot in (owned.ballot, *(answer.ballot for answer in owned.paced)):
            if ballot is not None and ballot.answer is not None:
                self._sit_with_voters(client, ballot.round_id)
        snapshot["you"] = participants.you(owned, client.new_key)
        return snapshot

    def _forget(self, sid: str) -> Client | None:
        client = self._clients.pop(sid, None)
        if client is not None:
            self._by_line.pop(client.line, None)
        return client

    def _disconnect(self, sid: str, *_reason: Any) -> dict[str, Any] | None:
        if self._server.manager.is_connected(sid, "/"):
            return self._unknown("disconnect", sid)
        client = self._clients.pop(sid, None)
        if client is None:
            return None
        self._by_line.pop(client.line, None)
        if client.actor.participant is not None:
            presence = self._context.stage.presence(client.actor.panel_id)
            presence.disconnect(client.actor.participant, self._context.clock())
        return None

    # Commands

    def _handler(self, name: str) -> Any:
        def handle(sid: str, payload: Any = None, *_more: Any) -> dict[str, Any]:
            client = self._clients.get(sid)
            if client is None:
                return self._error(Refusal("permission.denied"), "en")
            try:
                command = self._parse(client, name, payload)
                done = commands.give(self._context, client.actor, name, command)
                self._after(client, name, command)
            except Refusal as refusal:
                return self._error(refusal, client.actor.language)
            except Exception:
                log.exception("%s failed", name)
                return self._error(Refusal("server.failed"), client.actor.language)
            return {"ok": True, **done}

        return handle

    def _parse(self, client: Client, name: str, payload: object) -> protocol.Command:
        """Nonsense costs its sender as much as a command, so that nobody can flood with it."""
        try:
            return protocol.parse_command(name, payload)
        except Refusal:
            if client.actor.participant is not None:
                self._context.limits.spend("commands", client.actor.participant)
            raise

    def _cast_early(self, session: str, payload: Any, answer: line.Answer) -> bool:
        """Take a ballot as it comes off the wire; the commit that stores it sends the answer.

        Nothing here may wait: what needs the database is left to the greenlet of a command.
        """
        client = self._by_line.get(session)
        if client is None or not ballots.is_at_hand(self._context, client.actor, payload):
            return False
        language = client.actor.language
        try:
            command = self._parse(client, "ballot.cast", payload)
            commands.allow(self._context, client.actor, "ballot.cast")
            told = partial(self._answer_ballot, client, command, answer)
            ballots.cast_soon(self._context, client.actor, command, told)
        except Refusal as refusal:
            answer(self._error(refusal, language))
        except Exception:
            log.exception("ballot.cast failed")
            answer(self._error(Refusal("server.failed"), language))
        return True

    def _answer_ballot(
        self,
        client: Client,
        command: protocol.Command,
        answer: line.Answer,
        outcome: dict[str, Any] | Refusal,
    ) -> None:
        """Answer a ballot whose fate is durable; the commit calls this."""
        if isinstance(outcome, Refusal):
            answer(self._error(outcome, client.actor.language))
            return
        answer({"ok": True, **outcome})
        if client.sid in self._clients:
            self._after(client, "ballot.cast", command)

    def _after(self, client: Client, name: str, command: protocol.Command) -> None:
        if isinstance(command, protocol.BallotCast | protocol.BallotWithdraw):
            self._follow_ballot(client, command, is_cast=name == "ballot.cast")
        elif isinstance(command, protocol.LinkReissue):
            self.drop_role(client.actor.panel_id, Role(command.role), keep=client.sid)

    def _follow_ballot(
        self,
        client: Client,
        command: protocol.BallotCast | protocol.BallotWithdraw,
        *,
        is_cast: bool,
    ) -> None:
        """Whoever voted may see results meant for those who voted; at once, not at a tick."""
        poll = self._context.stage.state(client.actor.panel_id).polls.get(command.poll)
        if poll is None or poll.round is None or poll.round.number != command.round:
            return
        if is_cast:
            self._sit_with_voters(client, poll.round.id)
        else:
            self._server.leave_room(client.sid, rooms.voted_room(poll.round.id))
            client.voted_in = [kept for kept in client.voted_in if kept != poll.round.id]

    def _sit_with_voters(self, client: Client, round_id: str) -> None:
        if round_id in client.voted_in:
            return
        paced = self._context.stage.state(client.actor.panel_id).panel.paced
        while len(client.voted_in) >= max(1, len(paced or ())):
            left = client.voted_in.pop(0)
            self._server.leave_room(client.sid, rooms.voted_room(left))
        self._server.enter_room(client.sid, rooms.voted_room(round_id))
        client.voted_in.append(round_id)

    def _snapshot(self, sid: str, payload: Any = None, *_more: Any) -> dict[str, Any]:
        client = self._clients.get(sid)
        if client is None:
            return self._error(Refusal("permission.denied"), "en")
        try:
            self._parse(client, "panel.snapshot", payload)
            if client.actor.participant is not None:
                self._context.limits.spend("commands", client.actor.participant)
            return {"ok": True, "snapshot": self._snapshot_of(client)}
        except Refusal as refusal:
            return self._error(refusal, client.actor.language)

    def _watch(self, sid: str, payload: Any = None, *_more: Any) -> dict[str, Any]:
        client = self._clients.get(sid)
        if client is None:
            return self._error(Refusal("permission.denied"), "en")
        actor = client.actor
        try:
            command = self._parse(client, "panel.watch", payload)
            if actor.participant is not None:
                self._context.limits.spend("commands", actor.participant)
        except Refusal as refusal:
            return self._error(refusal, actor.language)
        room = rooms.comments_room(actor.panel_id, actor.language)
        if not isinstance(command, protocol.PanelWatch):
            raise TypeError("panel.watch was parsed as something else")
        if command.on:
            client.watches.add(command.region)
            self._server.enter_room(sid, room)
            fragment = self._context.stage.fragment(
                actor.panel_id, actor.role, actor.language, command.region
            )
            self._server.emit("panel.view", fragment, to=sid)
        else:
            client.watches.discard(command.region)
            self._server.leave_room(sid, room)
        return {"ok": True}

    def _unknown(self, _event: str, sid: str, *_payload: Any) -> dict[str, Any]:
        return self._refuse_nonsense(sid, Refusal("command.unknown"))

    def _malformed(self, sid: str, *_payload: Any) -> dict[str, Any]:
        return self._refuse_nonsense(sid, Refusal("command.malformed", problem="JSON"))

    def _refuse_nonsense(self, sid: str, refused: Refusal) -> dict[str, Any]:
        client = self._clients.get(sid)
        language = client.actor.language if client else "en"
        if client is not None and client.actor.participant is not None:
            try:
                self._context.limits.spend("commands", client.actor.participant)
            except Refusal as refusal:
                return self._error(refusal, language)
        return self._error(refused, language)

    def _refused(self, refusal: Refusal, language: str) -> SocketRefused:
        """Return a refusal in the shape that Socket.IO clients get as `connect_error`."""
        body = self._error(refusal, language)
        return SocketRefused(body["message"], body)

    def _error(self, refusal: Refusal, language: str) -> dict[str, Any]:
        self._context.counts.refused[refusal.code] += 1
        with self._app.app_context(), force_locale(language):
            return error_body(refusal)
