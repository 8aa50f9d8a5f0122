"""The form for one agenda item: what it shows, and which command its fields mean."""

from __future__ import annotations

import re
from typing import Any

from polls.domain.errors import Refusal
from polls.domain.kinds import all_kinds
from polls.services.context import Context
from polls.store import agenda
from polls.store.panels import PanelRecord

_OPTION = re.compile(r"option\.([0-9]{1,4})\.(.+)")


def item_form(context: Context, panel: PanelRecord, item_id: str | None) -> dict[str, Any]:
    """Return the raw texts of an item in all languages, for its form."""
    poll_raw: dict[str, Any] | None = None
    item_raw: dict[str, Any] = {"kind": "poll", "title": {}, "body": {}}
    if item_id is not None:
        state = context.stage.state(panel.id)
        item = next((item for item in state.items if item.id == item_id), None)
        if item is None:
            raise Refusal("item.unknown")
        item_raw = {
            "kind": item.kind,
            "title": dict(item.title.by_language),
            "body": dict(item.body.by_language),
        }
        poll = state.polls.get(item.poll_id) if item.poll_id else None
        if poll is not None:
            poll_raw = {
                "id": poll.id,
                "kind": poll.kind,
                "title": dict(poll.title.by_language),
                "options": agenda.options_as_json(poll.question.options),
                "settings": dict(poll.question.settings),
                "visibility": poll.visibility.value,
                "countdown_seconds": poll.countdown_seconds,
                "is_locked": poll.round is not None,
            }
    return {"poll_raw": poll_raw, "item_raw": item_raw, "poll_kinds": list(all_kinds().values())}


def read_item_form(
    context: Context, panel: PanelRecord, item_id: str | None, values: dict[str, str]
) -> tuple[str, dict[str, Any]]:
    """Return the name and the fields of the command that a posted form means."""
    title = _texts(values, "title")
    kind = values.get("kind", "poll")
    is_poll = kind in all_kinds()
    fields: dict[str, Any] = {"title": title}
    if not is_poll:
        fields["body"] = _texts(values, "body")
        if item_id is None:
            return "agenda.add", {**fields, "kind": kind}
        return "agenda.update", {**fields, "item": item_id}
    fields.update(
        kind=kind,
        options=_options(values) if all_kinds()[kind].options_most else [],
        settings=_settings(values, kind),
        visibility=values.get("visibility") or None,
        countdown_seconds=values.get("countdown_seconds") or 0,
    )
    if item_id is None:
        return "poll.create", fields
    state = context.stage.state(panel.id)
    item = next((item for item in state.items if item.id == item_id), None)
    if item is None or item.poll_id is None:
        raise Refusal("item.unknown")
    return "poll.update", {**fields, "poll": item.poll_id}


def _texts(values: dict[str, str], name: str) -> dict[str, str]:
    prefix = f"{name}."
    return {
        key.removeprefix(prefix): text
        for key, text in values.items()
        if key.startswith(prefix) and text.strip()
    }


def _options(values: dict[str, str]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for key, text in values.items():
        if match := _OPTION.fullmatch(key):
            option = found.setdefault(int(match[1]), {"id": "", "label": {}})
            if match[2] == "id":
                option["id"] = text
            elif match[2].startswith("fact."):
                option[match[2].removeprefix("fact.")] = text
            elif text.strip():
                option["label"][match[2]] = text
    return [found[number] for number in sorted(found) if found[number]["label"]]


def _settings(values: dict[str, str], kind: str) -> dict[str, Any]:
    """Return the settings of the chosen kind; a form without a script shows those of all."""
    prefix = f"settings.{kind}."
    settings: dict[str, Any] = {}
    for key, text in values.items():
        if not key.startswith(prefix) or not text.strip():
            continue
        name, _, language = key.removeprefix(prefix).partition(".")
        if language:
            settings.setdefault(name, {})[language] = text
        else:
            settings[name] = text
    return settings
