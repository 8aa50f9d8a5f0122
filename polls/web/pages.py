"""The audience's pages: join, vote, comment, my traces. Every one works without JavaScript."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import orjson
from flask import Blueprint, Response, redirect, render_template, request
from flask_babel import gettext

from polls import protocol
from polls.domain.codes import normalise_panel_code
from polls.domain.errors import Refusal
from polls.domain.kinds import kind_named
from polls.domain.polls import Role
from polls.domain.texts import INTERFACE_LANGUAGES
from polls.live.pace import step_to_show
from polls.live.snapshots import as_seen_by_voter, room_view
from polls.live.views import Mine, RoomView
from polls.services import commands, panels, participants
from polls.services.context import Actor, Context
from polls.store.panels import PanelRecord
from polls.web import qr
from polls.web.answers import say
from polls.web.identity import (
    cookie_name,
    drop_key,
    participant_of_request,
    request_language,
    require,
    set_key,
    set_language,
)
from polls.web.messages import message_of
from polls.web.parts import parts

pages = Blueprint("pages", __name__)

Answer = Response | str


def own_path(path: str | None, otherwise: str = "/") -> str:
    """Return a path that a form named, if it is one of this site."""
    if not path or not path.isprintable() or path.startswith(("//", "/\\")):
        return otherwise
    target = urlsplit(path)
    is_own = not target.scheme and not target.netloc and target.path.startswith("/")
    return path if is_own else otherwise


def see_other(path: str) -> Response:
    """Redirect after a form; only to a path of this site."""
    return redirect(own_path(path), code=303)  # type: ignore[return-value]


@pages.get("/")
def home() -> Answer:
    return render_template("home.html", code="", problem=None)


@pages.post("/")
def find_by_code() -> Answer:
    code = normalise_panel_code(request.form.get("code", ""))
    try:
        panel = panels.find(parts().context, code)
    except Refusal as refusal:
        page = render_template(
            "home.html", code=request.form.get("code", ""), problem=message_of(refusal)
        )
        return Response(page, status=404)
    return see_other(f"/p/{panel.code}")


@pages.post("/language")
def choose_language() -> Answer:
    response = see_other(request.form.get("back", "/"))
    language = request.form.get("language", "")
    if language in INTERFACE_LANGUAGES:
        set_language(response, language)
    return response


@pages.get("/p/<code>")
def now(code: str) -> Answer:
    return _phone(code, "now")


@pages.get("/p/<code>/comments")
def comments(code: str) -> Answer:
    return _phone(code, "comments")


def _phone(code: str, tab: str) -> Answer:
    context = parts().context
    panel = panels.find(context, code)
    if code != panel.code:
        return see_other(f"/p/{panel.code}" + ("/comments" if tab == "comments" else ""))
    actor = participant_of_request(context, panel)
    if actor is None:
        return _join_page(panel, None)
    return _phone_page(context, actor, tab, None)


def _phone_page(
    context: Context,
    actor: Actor,
    tab: str,
    notice: str | None,
    typed: str = "",
    typed_in_round: dict[str, str] | None = None,
    posted: dict[str, list[str]] | None = None,
) -> str:
    view, mine = views_for(context, actor)
    answered = {poll_id for poll_id, own in mine.paced.items() if own.answer is not None}
    return render_template(
        "phone/page.html",
        mine=mine,
        tab=tab,
        notice=notice,
        typed=typed,
        typed_in_round=typed_in_round or {},
        posted=posted,
        step=step_to_show(view.paced, answered, _step()) if view.paced else 0,
        **parts().renderer.variables(view),
    )


def views_for(context: Context, actor: Actor) -> tuple[RoomView, Mine]:
    """Return what a page for this participant shows, with counters read now."""
    state = context.stage.fresh_state(actor.panel_id)
    people = context.stage.people(actor.panel_id)
    view = room_view(state, Role.PARTICIPANT, actor.language, people, context.clock())
    mine = participants.mine(context, actor)
    voted = {poll_id for poll_id, own in mine.paced.items() if own.answer is not None}
    poll = state.current_poll()
    if poll is not None and mine.answer is not None:
        voted.add(poll.id)
    return (as_seen_by_voter(state, view, actor.language, voted) if voted else view), mine


def _step() -> int:
    """Return at which of several steps a browser without script is; 0 if it says none."""
    raw = request.values.get("step", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 4 else 0


def _join_page(panel: PanelRecord, refusal: Refusal | None, pin: str = "") -> Response:
    context = parts().context
    context.stage.fresh_state(panel.id)
    view = context.stage.view(panel.id, Role.PARTICIPANT, request_language())
    page = render_template(
        "phone/join.html",
        problem=message_of(refusal) if refusal else None,
        typed_pin=pin,
        mine=None,
        **parts().renderer.variables(view),
    )
    return Response(page, status=200 if refusal is None else 403)


@pages.post("/p/<code>/join")
def join(code: str) -> Answer:
    context = parts().context
    panel = panels.find(context, code)
    language = request.form.get("language", "")
    language = language if language in INTERFACE_LANGUAGES else request_language()
    pin = request.form.get("pin", "")
    key = request.cookies.get(cookie_name(Role.PARTICIPANT, panel.code))
    try:
        identity = participants.join(context, panel.id, language, pin, key)
    except Refusal as refusal:
        return _join_page(panel, refusal, pin)
    response = see_other(f"/p/{panel.code}")
    set_key(response, Role.PARTICIPANT, panel, identity.key, context.clock())
    if language != request_language():
        set_language(response, language)
    return response


@pages.post("/p/<code>/vote")
def vote(code: str) -> Answer:
    """Cast, change or take back a ballot from a plain form."""
    context = parts().context
    panel = panels.find(context, code)
    actor = require(participant_of_request(context, panel))
    form = request.form
    try:
        give_ballot(context, actor, form)
    except Refusal as refusal:
        notice = message_of(refusal)
        posted = dict(form.lists())
        page = _phone_page(context, actor, "now", notice, posted=posted)
        return Response(page, status=_status(refusal))
    step = _step()
    return see_other(f"/p/{panel.code}" + (f"?step={step}" if step else ""))


def give_ballot(context: Context, actor: Actor, form: Any) -> None:
    """Turn the fields of a voting form into a command and give it."""
    fields = {"poll": form.get("poll", ""), "round": form.get("round", "")}
    if form.get("withdraw"):
        command = protocol.parse_form("ballot.withdraw", fields)
        commands.give(context, actor, "ballot.withdraw", command)
        return
    poll = context.stage.state(actor.panel_id).polls.get(fields["poll"])
    if poll is None:
        raise Refusal("poll.unknown")
    answer = kind_named(poll.kind).answer_from_form(dict(form.lists()))
    command = protocol.parse_form("ballot.cast", {**fields, "answer": answer})
    commands.give(context, actor, "ballot.cast", command)


def _status(refusal: Refusal) -> int:
    return parts().status_of(refusal)


@pages.post("/p/<code>/write")
def write(code: str) -> Answer:
    """Post or support a comment from a plain form."""
    context = parts().context
    panel = panels.find(context, code)
    actor = require(participant_of_request(context, panel))
    name = request.form.get("command", "comment.post")
    if name not in ("comment.post", "comment.upvote"):
        raise Refusal("command.unknown")
    fields = {k: v for k, v in request.form.items() if k not in ("command", "back", "step") and v}
    try:
        commands.give(context, actor, name, protocol.parse_form(name, fields))
    except Refusal as refusal:
        typed, about = fields.get("text", ""), fields.get("about", "")
        notice = message_of(refusal)
        if _is_comment_round_on(context, actor, about):
            page = _phone_page(context, actor, "now", notice, typed_in_round={about: typed})
        else:
            page = _phone_page(context, actor, "comments", notice, typed)
        return Response(page, status=_status(refusal))
    return see_other(request.form.get("back") or f"/p/{panel.code}/comments")


def _is_comment_round_on(context: Context, actor: Actor, item_id: str) -> bool:
    """Say whether phones show this item now, and it is a comment round: what was written there
    is given back there."""
    state = context.stage.state(actor.panel_id)
    current, paced = state.panel.current_item_id, state.panel.paced or ()
    shown = paced if current in paced else (current,)
    return any(
        item.id == item_id and item_id in shown and item.kind == "comments" for item in state.items
    )


@pages.get("/p/<code>/traces")
def traces(code: str) -> Answer:
    context = parts().context
    panel = panels.find(context, code)
    actor = participant_of_request(context, panel)
    if actor is None:
        return _join_page(panel, None)
    view, mine = views_for(context, actor)
    return render_template(
        "phone/traces.html",
        traces=participants.traces(context, actor, say),
        mine=mine,
        tab="traces",
        is_erasing="erase" in request.args,
        notice=None,
        **parts().renderer.variables(view),
    )


@pages.get("/p/<code>/traces.json")
def traces_download(code: str) -> Answer:
    context = parts().context
    panel = panels.find(context, code)
    actor = require(participant_of_request(context, panel))
    body = orjson.dumps(participants.traces(context, actor, say), option=orjson.OPT_INDENT_2)
    name = f'attachment; filename="hemicycle-{panel.code}-my-traces.json"'
    headers = {"Content-Disposition": name}
    return Response(body, mimetype="application/json", headers=headers)


@pages.post("/p/<code>/erase")
def erase(code: str) -> Answer:
    context = parts().context
    panel = panels.find(context, code)
    actor = require(participant_of_request(context, panel))
    participants.erase(context, actor)
    parts().sockets.drop_participant(panel.id, actor.require_participant())
    response = Response(
        render_template(
            "error.html",
            title=gettext("All erased"),
            message=gettext("Nothing that leads to you is kept any more."),
            back=f"/p/{panel.code}",
        )
    )
    drop_key(response, Role.PARTICIPANT, panel.code)
    return response


@pages.get("/p/<code>/qr.svg")
def qr_code(code: str) -> Answer:
    panel = panels.find(parts().context, code)
    base = parts().addresses.base(panel.code) or request.host_url.rstrip("/")
    response = Response(qr.svg(f"{base}/p/{panel.code}"), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "max-age=60"
    return response
