"""The HTTP API: the same commands and snapshots for programs that do not keep a socket."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import msgspec
import orjson
from flask import Blueprint, Response, request

from polls import protocol
from polls.agenda_file import read_agenda
from polls.domain.errors import Refusal
from polls.domain.polls import Role
from polls.services import commands, panels, participants
from polls.services.context import Actor
from polls.services.permissions import WHO_MAY
from polls.web.identity import holder_of_link, participant_of_request, request_language
from polls.web.messages import error_body
from polls.web.openapi import describe
from polls.web.parts import parts

api = Blueprint("api", __name__, url_prefix="/api/v1")


def answer(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status=status, mimetype="application/json")


def refuse(refusal: Refusal) -> Response:
    response = answer(error_body(refusal), parts().status_of(refusal))
    if "retry_after" in refusal.details:
        response.headers["Retry-After"] = str(refusal.details["retry_after"])
    return response


@api.errorhandler(Refusal)
def refused(refusal: Refusal) -> Response:
    return refuse(refusal)


def _actor(code: str, wanted: frozenset[Role]) -> Actor:
    """Return who holds the key in `Authorization: Bearer …` or a cookie, in a role that fits."""
    context = parts().context
    panel = panels.find(context, code)
    for role in (Role.MODERATOR, Role.PROJECTOR):
        if role in wanted and (holder := holder_of_link(context, panel, role)):
            return holder
    if Role.PARTICIPANT in wanted and (actor := participant_of_request(context, panel)):
        return actor
    raise Refusal("permission.denied")


def _json_body() -> Any:
    try:
        return orjson.loads(request.get_data() or b"{}")
    except orjson.JSONDecodeError:
        raise Refusal("command.malformed", problem="JSON") from None


@api.get("/openapi.json")
def openapi() -> Response:
    return answer(describe())


@api.get("/agenda.schema.json")
def agenda_schema() -> Response:
    """Return the JSON Schema of agenda files, for editors."""
    schema = files("polls").joinpath("agenda.schema.json").read_bytes()
    return Response(schema, mimetype="application/schema+json")


@api.post("/panels")
def create_panel() -> Response:
    """Create a panel from an agenda file in the body."""
    context = parts().context
    panels.check_creation_password(context, request.headers.get("X-Creation-Password", ""))
    definition = read_agenda(request.get_data(as_text=True))
    made = panels.create(context, definition)
    base = request.host_url.rstrip("/")
    return answer(
        {
            "ok": True,
            "code": made.code,
            "join": f"{base}/p/{made.code}",
            "moderate": f"{base}/p/{made.code}/moderate?key={made.moderator_key}",
            "screen": f"{base}/p/{made.code}/screen?key={made.projector_key}",
        },
        201,
    )


@api.post("/panels/<code>/participants")
def join(code: str) -> Response:
    """Take a seat; the key in the answer is told only once."""
    context = parts().context
    panel = panels.find(context, code)
    body = _json_body()
    pin = str(body.get("pin", "")) if isinstance(body, dict) else ""
    identity = participants.join(context, panel.id, request_language(), pin)
    return answer({"ok": True, "key": identity.key}, 201)


@api.get("/panels/<code>")
def snapshot(code: str) -> Response:
    """Return what is on now, as this actor may see it."""
    context = parts().context
    actor = _actor(code, frozenset(Role))
    context.stage.fresh_state(actor.panel_id)
    owned = participants.own(context, actor)
    found = context.stage.snapshot(
        actor.panel_id, actor.role, actor.language, owned.ballot, owned.answered
    )
    return answer({"ok": True, "snapshot": {**found, "you": participants.you(owned, None)}})


@api.post("/panels/<code>/commands/<name>")
def command(code: str, name: str) -> Response:
    """Give a command; the answer is what the socket's acknowledgement would be."""
    if name not in commands.USE_CASES:
        raise Refusal("command.unknown")
    actor = _actor(code, WHO_MAY[name])
    parsed = protocol.parse_command(name, _json_body())
    done = commands.give(parts().context, actor, name, parsed)
    if isinstance(parsed, protocol.LinkReissue):
        parts().sockets.drop_role(actor.panel_id, Role(parsed.role))
    return answer({"ok": True, **msgspec.to_builtins(done)})
