"""The moderator's and the projector's pages, and the panel's makers'."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from flask_babel import force_locale

from polls import protocol
from polls.domain.agenda import (
    PanelDefinition,
    Place,
    parse_optional_texts,
    parse_texts,
)
from polls.domain.comments import Moderation
from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.polls import Role
from polls.domain.texts import INTERFACE_LANGUAGES
from polls.live.snapshots import panel_view
from polls.services import commands, panels
from polls.services.context import Actor, Context
from polls.services.permissions import MODERATOR, WHO_MAY
from polls.store.panels import PanelRecord
from polls.web.identity import (
    holder_of_link,
    participant_of_request,
    request_language,
    require,
    set_key,
)
from polls.web.item_form import item_form, read_item_form
from polls.web.messages import message_of
from polls.web.pages import Answer, own_path, see_other
from polls.web.parts import parts

moderation = Blueprint("moderation", __name__)

PATHS = {Role.MODERATOR: "moderate", Role.PROJECTOR: "screen"}


def _open_link(panel: PanelRecord, role: Role) -> Answer | None:
    """Turn the key of a link into a cookie and clean the address bar."""
    context = parts().context
    key = request.args.get("key")
    if key is None:
        return None
    if not panels.key_is_valid(context, panel.id, role, key):
        raise Refusal("permission.denied")
    response = see_other(f"/p/{panel.code}/{PATHS[role]}")
    set_key(response, role, panel, key, context.clock())
    return response


def _room_page(code: str, role: Role, template: str) -> Answer:
    context = parts().context
    panel = panels.find(context, code)
    if (opened := _open_link(panel, role)) is not None:
        return opened
    require(holder_of_link(context, panel, role))
    parts().addresses.learn(panel.code, request.host_url)
    context.stage.fresh_state(panel.id)
    view = context.stage.view(panel.id, role, request_language())
    with force_locale(view.language):
        return render_template(
            template,
            mine=None,
            notice=request.args.get("notice"),
            **parts().renderer.variables(view),
        )


@moderation.get("/p/<code>/moderate")
def moderate(code: str) -> Answer:
    return _room_page(code, Role.MODERATOR, "moderator/page.html")


@moderation.get("/p/<code>/screen")
def screen(code: str) -> Answer:
    """The projector; a moderator's link opens it as well."""
    context = parts().context
    panel = panels.find(context, code)
    if request.args.get("key") is None and holder_of_link(context, panel, Role.PROJECTOR) is None:
        moderator = holder_of_link(context, panel, Role.MODERATOR)
        if moderator is not None:
            return redirect(f"/p/{panel.code}/moderate/screen", code=303)  # type: ignore[return-value]
    return _room_page(code, Role.PROJECTOR, "projector/page.html")


@moderation.get("/p/<code>/moderate/screen")
def screen_for_moderator(code: str) -> Answer:
    """Open the projector from the moderator's own browser, with the moderator's key."""
    context = parts().context
    panel = panels.find(context, code)
    require(holder_of_link(context, panel, Role.MODERATOR))
    key = panels.add_key(context, panel.id, Role.PROJECTOR)
    response = see_other(f"/p/{panel.code}/screen")
    set_key(response, Role.PROJECTOR, panel, key, context.clock())
    return response


@moderation.get("/p/<code>/moderate/links")
def links(code: str) -> Answer:
    context = parts().context
    panel = panels.find(context, code)
    require(holder_of_link(context, panel, Role.MODERATOR))
    return _links_page(panel, None, None)


def _links_page(panel: PanelRecord, role: str | None, key: str | None) -> str:
    view = parts().context.stage.view(panel.id, Role.MODERATOR, request_language())
    base = request.host_url.rstrip("/")
    path = PATHS[Role(role)] if role else ""
    return render_template(
        "moderator/links.html",
        mine=None,
        notice=None,
        new_role=role,
        new_url=f"{base}/p/{panel.code}/{path}?key={key}" if key else None,
        **parts().renderer.variables(view),
    )


@moderation.post("/p/<code>/moderate/links")
def reissue(code: str) -> Answer:
    """Make a new link from a plain form; it is shown once."""
    context = parts().context
    panel = panels.find(context, code)
    actor = require(holder_of_link(context, panel, Role.MODERATOR))
    command = protocol.parse_form("link.reissue", {"role": request.form.get("role", "")})
    done = commands.give(context, actor, "link.reissue", command)
    parts().sockets.drop_role(panel.id, Role(done["role"]))
    response = Response(_links_page(panel, done["role"], done["key"]))
    if done["role"] == Role.MODERATOR.value:
        set_key(response, Role.MODERATOR, panel, done["key"], context.clock())
    return response


@moderation.post("/p/<code>/do/<name>")
def do(code: str, name: str) -> Answer:
    """Give any command from a plain form, in the role that may give it.

    A new link has a page of its own, where it is shown.
    """
    if name not in commands.USE_CASES or name == "link.reissue":
        raise Refusal("command.unknown")
    context = parts().context
    panel = panels.find(context, code)
    is_for_moderator = WHO_MAY.get(name) == MODERATOR
    actor = require(
        holder_of_link(context, panel, Role.MODERATOR)
        if is_for_moderator
        else participant_of_request(context, panel)
    )
    own_page = f"/p/{panel.code}" + ("/moderate" if is_for_moderator else "")
    back = own_path(request.form.get("back"), own_page)
    fields: dict[str, Any] = {k: v for k, v in request.form.items() if k != "back"}
    for listed in [key for key in fields if key.endswith("[]")]:
        fields[listed.removesuffix("[]")] = request.form.getlist(listed)
        del fields[listed]
    try:
        commands.give(context, actor, name, protocol.parse_form(name, fields))
    except Refusal as refusal:
        page = render_template("error.html", title=None, message=message_of(refusal), back=back)
        return Response(page, status=parts().status_of(refusal))
    return see_other(back)


# Making and editing


@moderation.get("/new")
def new_panel() -> Answer:
    return _new_page({}, {})


def _new_page(values: Any, errors: dict[str, str], status: int = 200) -> Response:
    page = render_template(
        "new.html",
        values=values,
        errors=errors,
        needs_password=bool(parts().context.config.creation_password),
        keep_days=parts().context.config.retention_days,
        keep_days_most=parts().context.config.keep_days_most,
    )
    return Response(page, status=status)


@moderation.post("/new")
def create_panel() -> Answer:
    context = parts().context
    form = request.form
    try:
        definition = _definition_from_form(form, request_language())
        panels.check_creation_password(context, form.get("password", ""))
        made = panels.create(context, definition, form.get("keep_days", "").strip() or None)
    except FieldRefusal as refusal:
        return _new_page(form, {refusal.field: message_of(refusal)}, 400)
    except Refusal as refusal:
        fields = {"creation": "password", "retention": "keep_days"}
        field = fields.get(refusal.code.split(".")[0], "form")
        return _new_page(form, {field: message_of(refusal)}, parts().status_of(refusal))
    return _created_page(context, made)


def _definition_from_form(form: Any, language: str) -> PanelDefinition:
    languages = [tag for tag in form.getlist("languages") if tag in INTERFACE_LANGUAGES]
    first = languages[0] if languages else language
    return PanelDefinition(
        title=parse_texts(form.get("title", ""), "title", 200, first),
        languages=tuple(languages or [language]),
        description=parse_optional_texts(
            form.get("description", ""), "description", 2000, first, is_block=True
        ),
        place=Place(
            **{
                part: form.get(part, "").strip()[:120]
                for part in ("building", "room", "street", "town")
            }
        ),
        moderation=Moderation.POST if form.get("moderation") == "post" else Moderation.PRE,
    )


def _created_page(context: Context, made: panels.PanelLinks) -> Response:
    base = request.host_url.rstrip("/")
    parts().addresses.learn(made.code, base)
    panel = panels.find(context, made.code)
    page = render_template(
        "created.html",
        panel=panel_view(panel, Role.MODERATOR, request_language()),
        moderator_url=f"{base}/p/{made.code}/moderate?key={made.moderator_key}",
        projector_url=f"{base}/p/{made.code}/screen?key={made.projector_key}",
        join_url=f"{base}/p/{made.code}",
    )
    response = Response(page, status=201)
    set_key(response, Role.MODERATOR, panel, made.moderator_key, context.clock())
    return response


@moderation.route("/p/<code>/moderate/add", methods=["GET", "POST"])
def add_item(code: str) -> Answer:
    return _edit(code, None)


@moderation.route("/p/<code>/moderate/edit/<item_id>", methods=["GET", "POST"])
def edit_item(code: str, item_id: str) -> Answer:
    return _edit(code, item_id)


def _edit(code: str, item_id: str | None) -> Answer:
    context = parts().context
    panel = panels.find(context, code)
    actor = require(holder_of_link(context, panel, Role.MODERATOR))
    errors: dict[str, str] = {}
    values: dict[str, str] = {}
    if request.method == "POST":
        values = request.form.to_dict()
        try:
            _save_item(context, actor, panel, item_id, values)
            return see_other(f"/p/{panel.code}/moderate")
        except FieldRefusal as refusal:
            errors[refusal.field] = message_of(refusal)
        except Refusal as refusal:
            errors["form"] = message_of(refusal)
    return _edit_page(context, panel, item_id, values, errors)


def _save_item(
    context: Context, actor: Actor, panel: PanelRecord, item_id: str | None, values: dict[str, str]
) -> None:
    name, fields = read_item_form(context, panel, item_id, values)
    commands.give(context, actor, name, protocol.parse_command(name, fields))


def _edit_page(
    context: Context,
    panel: PanelRecord,
    item_id: str | None,
    values: dict[str, str],
    errors: dict[str, str],
) -> Response:
    view = context.stage.view(panel.id, Role.MODERATOR, request_language())
    item = next((item for item in view.items if item.id == item_id), None)
    if item_id is not None and item is None:
        raise Refusal("item.unknown")
    page = render_template(
        "moderator/edit.html",
        item=item,
        mine=None,
        notice=None,
        values=values,
        errors=errors,
        **item_form(context, panel, item_id),
        **parts().renderer.variables(view),
    )
    return Response(page, status=400 if errors else 200)
