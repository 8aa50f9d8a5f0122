"""What a whole panel with its agenda is, before it is stored or after it was written to a file.

`define_poll` is the one judge of a new poll, whether it comes from a file, from pasted lines
or from a moderator's browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from polls.domain.comments import Moderation
from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.kinds import Kind, all_kinds, kind_named
from polls.domain.kinds.base import parse_common_settings
from polls.domain.polls import (
    LONGEST_COUNTDOWN_SECONDS,
    Option,
    Question,
    Visibility,
    parse_countdown,
)
from polls.domain.texts import Texts, clean_block, clean_line, parse_text

TITLE_LENGTH_MOST = 300
LABEL_LENGTH_MOST = 120
BODY_LENGTH_MOST = 2000

OPTION_ID_PATTERN = "^[a-z0-9_-]{1,24}$"
LANGUAGE_PATTERN = "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"

_OPTION_ID = re.compile(OPTION_ID_PATTERN)
_LANGUAGE = re.compile(LANGUAGE_PATTERN)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class PollDefinition:
    """A poll that is not stored yet: complete, checked, settings as its kind wants them."""

    kind: str
    title: Texts
    options: tuple[Option, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    visibility: Visibility = Visibility.LIVE
    countdown_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """An agenda item: `poll` (with its poll, whose title it repeats), `comments` or `slide`."""

    kind: str
    title: Texts
    body: Texts = field(default_factory=Texts)
    poll: PollDefinition | None = None

    @classmethod
    def of_poll(cls, poll: PollDefinition, body: Texts | None = None) -> ItemDefinition:
        return cls("poll", poll.title, body or Texts(), poll)


@dataclass(frozen=True, slots=True)
class Place:
    building: str = ""
    room: str = ""
    street: str = ""
    town: str = ""


@dataclass(frozen=True, slots=True)
class Panellist:
    name: str
    role: Texts = field(default_factory=Texts)


@dataclass(frozen=True, slots=True)
class PanelDefinition:
    title: Texts
    languages: tuple[str, ...] = ("en",)
    code: str | None = None
    """The panel's code; without one, a new code is chosen when the panel is made."""
    theme: Texts = field(default_factory=Texts)
    description: Texts = field(default_factory=Texts)
    place: Place = field(default_factory=Place)
    moderation: Moderation = Moderation.PRE
    panellists: tuple[Panellist, ...] = ()
    items: tuple[ItemDefinition, ...] = ()


def define_poll(
    kind: object,
    title: object,
    options: object = None,
    settings: object = None,
    visibility: object = None,
    countdown_seconds: object = None,
    *,
    language: str = "en",
) -> PollDefinition:
    """Return the poll that these raw values describe, or raise FieldRefusal for the first fault.

    A text is a plain string (in `language`) or a mapping of languages. An option is a text, or
    a mapping with `label` and perhaps `id`, or an Option. Fields are counted from 1, as people
    count: `options[2].label` is the second option.
    """
    poll, faults = examine_poll(
        kind, title, options, settings, visibility, countdown_seconds, language=language
    )
    if poll is None:
        raise faults[0]
    return poll


def examine_poll(
    kind: object,
    title: object,
    options: object = None,
    settings: object = None,
    visibility: object = None,
    countdown_seconds: object = None,
    *,
    language: str = "en",
) -> tuple[PollDefinition | None, list[FieldRefusal]]:
    """Like `define_poll`, but return all faults at once; the poll is None if there are any."""
    faults: list[FieldRefusal] = []
    found_title = Texts()
    found_visibility, found_countdown = Visibility.LIVE, None
    try:
        found_title = parse_texts(title, "title", TITLE_LENGTH_MOST, language)
    except FieldRefusal as fault:
        faults.append(fault)
    found_kind = _find_kind(kind, faults)
    found_options = _parse_options(found_kind, options, language, faults)
    found_settings: dict[str, Any] = {}
    if found_kind is not None:
        given = len(options) if isinstance(options, Sequence) else 0
        _judge_count(found_kind, given, faults)
        found_settings = _parse_settings(found_kind, settings, given, language, faults)
    try:
        found_visibility = parse_visibility(visibility)
    except FieldRefusal as fault:
        faults.append(fault)
    try:
        found_countdown = parse_countdown(countdown_seconds)
    except Refusal:
        expected = f"whole seconds from 5 to {LONGEST_COUNTDOWN_SECONDS}, or nothing"
        faults.append(FieldRefusal("countdown_seconds", expected))
    if not faults and found_kind is not None:
        try:
            found_kind.examine(Question(tuple(found_options), found_settings))
        except FieldRefusal as fault:
            faults.append(fault)
    if faults or found_kind is None:
        return None, faults
    poll = PollDefinition(
        found_kind.name,
        found_title,
        tuple(found_options),
        found_settings,
        found_visibility,
        found_countdown,
    )
    return poll, []


def parse_texts(
    value: object, field_name: str, most: int, language: str = "en", *, is_block: bool = False
) -> Texts:
    """Return a text that must be there, in at least one language; refuse anything else."""
    texts = parse_optional_texts(value, field_name, most, language, is_block=is_block)
    if not texts:
        raise FieldRefusal(field_name, "a text that is not empty")
    return texts


def parse_optional_texts(
    value: object, field_name: str, most: int, language: str = "en", *, is_block: bool = False
) -> Texts:
    """Return a text in any number of languages; languages without text are left out."""
    if value is None:
        return Texts()
    if isinstance(value, Texts):
        value = value.by_language
    if isinstance(value, str):
        return _checked_texts({language: value}, most, is_block, {language: field_name})
    if not isinstance(value, Mapping):
        raise FieldRefusal(field_name, "a text, or a text for each language")
    return _checked_texts(value, most, is_block, {key: f"{field_name}.{key}" for key in value})


def _checked_texts(
    value: Mapping[Any, Any], most: int, is_block: bool, names: Mapping[Any, str]
) -> Texts:
    found: dict[str, str] = {}
    for tag, text in value.items():
        if not isinstance(tag, str) or not _LANGUAGE.match(tag):
            raise FieldRefusal(names[tag], "a language such as en, fr or pt-BR as its name")
        if text is None:
            continue
        if not isinstance(text, str):
            raise FieldRefusal(names[tag], "a text")
        cleaned = clean_block(text) if is_block else clean_line(text)
        if len(cleaned) > most:
            raise FieldRefusal(names[tag], f"at most {most} characters, not {len(cleaned)}")
        if _has_visible_text(cleaned):
            found[tag] = cleaned
    return Texts(found)


def _has_visible_text(text: str) -> bool:
    try:
        parse_text(text, len(text))
    except Refusal:
        return False
    return True


def parse_visibility(value: object) -> Visibility:
    if value in (None, ""):
        return Visibility.LIVE
    if isinstance(value, str) and value in list(Visibility):
        return Visibility(value)
    raise FieldRefusal("visibility", "one of: " + ", ".join(Visibility))


def _find_kind(value: object, faults: list[FieldRefusal]) -> Kind | None:
    try:
        return kind_named(value if isinstance(value, str) else "")
    except Refusal:
        faults.append(FieldRefusal("kind", "one of: " + ", ".join(all_kinds())))
        return None


def _judge_count(kind: Kind, given: int, faults: list[FieldRefusal]) -> None:
    expected = ""
    if kind.options_most == 0:
        expected = f"no options for {kind.name}" if given else ""
    elif given < kind.options_least:
        expected = f"at least {kind.options_least} options"
    elif given > kind.options_most:
        expected = f"at most {kind.options_most} options, not {given}"
    if expected:
        faults.append(FieldRefusal("options", expected))


def _parse_options(
    kind: Kind | None, options: object, language: str, faults: list[FieldRefusal]
) -> list[Option]:
    if options is None:
        return []
    if not isinstance(options, Sequence) or isinstance(options, str | bytes):
        faults.append(FieldRefusal("options", "a list of options"))
        return []
    parts = [_id_and_label(option) for option in options]
    taken = {option_id for option_id, _ in parts if isinstance(option_id, str)}
    prefix = kind.option_id_prefix if kind is not None else ""
    most = kind.label_length_most if kind is not None else LABEL_LENGTH_MOST
    free = (free_id for free_id in free_option_ids(prefix) if free_id not in taken)
    found: list[Option] = []
    for place, (option_id, label) in enumerate(parts, start=1):
        name = f"options[{place}]"
        try:
            checked_id = next(free) if option_id in (None, "") else _checked_id(option_id, name)
            option = Option(
                checked_id,
                parse_texts(label, f"{name}.label", most, language),
                _parse_facts(kind, options[place - 1], name),
            )
            _refuse_twin(option, found, name)
        except FieldRefusal as fault:
            faults.append(fault)
        else:
            found.append(option)
    return found


def _parse_facts(kind: Kind | None, option: object, name: str) -> dict[str, Any]:
    if kind is None:
        return {}
    given: Mapping[str, Any] = {}
    if isinstance(option, Option):
        given = option.facts
    elif isinstance(option, Mapping) and "label" in option:
        given = option
    found = {
        fact: kind.parse_fact(fact, given.get(fact), f"{name}.{fact}") for fact in kind.option_facts
    }
    return {fact: value for fact, value in found.items() if value is not None}


def free_option_ids(prefix: str = "") -> Iterator[str]:
    """a to z, then a2 to z2, and so on; with a prefix, that and a number from 1."""
    if prefix:
        yield from (f"{prefix}{number}" for number in count(1))
    yield from _LETTERS
    for number in count(2):
        yield from (f"{letter}{number}" for letter in _LETTERS)


def _id_and_label(option: object) -> tuple[object, object]:
    """`id` is also a language (Indonesian), so only a mapping with a label can have an id."""
    if isinstance(option, Option):
        return option.id, option.label
    if isinstance(option, Mapping) and "label" in option:
        return option.get("id"), option["label"]
    return None, option


def _checked_id(option_id: object, name: str) -> str:
    if not isinstance(option_id, str) or not _OPTION_ID.fullmatch(option_id):
        raise FieldRefusal(f"{name}.id", "1 to 24 of a-z, 0-9, dash and underscore")
    return option_id


def _refuse_twin(option: Option, others: Sequence[Option], name: str) -> None:
    for other in others:
        if other.id == option.id:
            raise FieldRefusal(f"{name}.id", "an id that no other option has")
        for language, text in option.label.by_language.items():
            if other.label.by_language.get(language) == text:
                raise FieldRefusal(f"{name}.label", "a label that no other option has")


def _parse_settings(
    kind: Kind,
    settings: object,
    option_count: int,
    language: str,
    faults: list[FieldRefusal],
) -> dict[str, Any]:
    """Ask the kind; a refused setting is left out and the kind asked again, to find them all."""
    if settings is None:
        settings = {}
    if not isinstance(settings, Mapping):
        faults.append(FieldRefusal("settings", "settings with names"))
        return {}
    raw = {key: value for key, value in settings.items() if value is not None}
    while True:
        try:
            parsed = kind.parse_settings(raw, option_count)
            texts = {
                key: _setting_texts(kind, key, value, raw.get(key), language)
                for key, value in parsed.items()
            }
            return texts | parse_common_settings(kind, raw)
        except FieldRefusal as fault:
            faults.append(fault)
            refused = fault.field.removeprefix("settings.").split(".")[0]
            if raw.pop(refused, None) is None:
                return {}


def _setting_texts(kind: Kind, key: str, parsed: object, raw: object, language: str) -> object:
    """A setting that its kind keeps by language is a text: judge it as any other text."""
    if not isinstance(parsed, Mapping):
        return parsed
    most = kind.text_lengths.get(key, LABEL_LENGTH_MOST)
    is_block = key in kind.text_lengths
    texts = parse_optional_texts(raw, f"settings.{key}", most, language, is_block=is_block)
    return dict(texts.by_language)
