"""Writes a PanelDefinition as an agenda file that reads back as the same panel."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from itertools import islice
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString

from polls.domain.agenda import ItemDefinition, PanelDefinition, PollDefinition, free_option_ids
from polls.domain.errors import FieldRefusal
from polls.domain.kinds import kind_named
from polls.domain.polls import Visibility
from polls.domain.texts import Texts

Fields = dict[str, Any]


def write_agenda(panel: PanelDefinition) -> str:
    """Return the panel as YAML; what has its usual value is left out."""
    languages = CommentedSeq(panel.languages)
    languages.fa.set_flow_style()
    place = {name: getattr(panel.place, name) for name in ("building", "room", "street", "town")}
    fields = {
        "code": panel.code,
        "title": _text(panel.title, panel.languages),
        "theme": _text(panel.theme, panel.languages),
        "description": _text(panel.description, panel.languages),
        "place": _filled(place),
        "languages": languages,
        "moderation": panel.moderation.value,
        "panellists": [
            _filled({"name": person.name, "role": _text(person.role, panel.languages)})
            for person in panel.panellists
        ],
        "items": [_item(item, panel.languages) for item in panel.items],
    }
    yaml = YAML()
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    yaml.dump(_filled(fields), stream)
    return stream.getvalue()


def _filled(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value not in (None, "", {}, [])}


def _text(texts: Texts, languages: tuple[str, ...]) -> str | dict[str, str] | None:
    """A plain text where the panel speaks one language, else every language by its name."""
    if not texts:
        return None
    by_language = {tag: _scalar(text) for tag, text in texts.by_language.items() if text}
    if set(by_language) == set(languages) and len(languages) == 1:
        return by_language[languages[0]]
    missing = {tag: "" for tag in languages if tag not in by_language}
    return by_language | missing


def _scalar(text: str) -> str:
    return LiteralScalarString(text) if "\n" in text else text


def _item(item: ItemDefinition, languages: tuple[str, ...]) -> Fields:
    poll = item.poll
    fields: Fields = {
        "kind": item.kind if poll is None else poll.kind,
        "title": _text(item.title, languages),
        "body": _text(item.body, languages),
    }
    return _filled(fields if poll is None else fields | _poll(poll, languages))


def _poll(poll: PollDefinition, languages: tuple[str, ...]) -> Fields:
    usual = _usual_settings(poll)
    settings = {
        name: _setting(value, languages)
        for name, value in poll.settings.items()
        if value != usual.get(name)
    }
    settings = {name: value for name, value in settings.items() if value is not None}
    return {
        "options": _options(poll, languages),
        "settings": settings,
        "visibility": None if poll.visibility is Visibility.LIVE else poll.visibility.value,
        "countdown_seconds": poll.countdown_seconds,
    }


def _usual_settings(poll: PollDefinition) -> Mapping[str, Any]:
    """Return what the poll's kind assumes; nothing where it must be told something itself."""
    try:
        return kind_named(poll.kind).parse_settings({}, len(poll.options))
    except FieldRefusal:
        return {}


def _setting(value: Any, languages: tuple[str, ...]) -> Any:
    if isinstance(value, Mapping):
        return _text(Texts(value), languages)
    return list(value) if isinstance(value, list | tuple) else value


def _options(poll: PollDefinition, languages: tuple[str, ...]) -> list[Any]:
    options = poll.options
    labels = [_text(option.label, languages) for option in options]
    ids = [option.id for option in options]
    usual_ids = free_option_ids(kind_named(poll.kind).option_id_prefix)
    has_usual_ids = ids == list(islice(usual_ids, len(ids)))
    if has_usual_ids and not any(option.facts for option in options):
        return labels
    return [
        ({} if has_usual_ids else {"id": option.id}) | {"label": label, **option.facts}
        for option, label in zip(options, labels, strict=True)
    ]
