"""Every naughty string in every field: stored or refused clearly, never run, never an error."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from polls.app import create_app
from polls.domain.errors import Refusal
from polls.services.context import Actor
from polls.services.participants import recognise
from polls.web.parts import Parts
from tests.factories import Clock, Room, a_panel, a_poll, make_config, room_in
from tests.support.pages import injected

ROOT = Path(__file__).resolve().parent.parent.parent
SHARED = ROOT.parent / "shared" / "data" / "security" / "blns.json"
SAMPLE = [
    "",
    "undefined",
    "null",
    "\\",
    "0/0",
    "1e99",
    "９９９９",
    "9" * 5000,
    "-1",
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "</title></textarea></script><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "%s%n%d %(most)s {0} {length}",
    "'; DROP TABLE ballot; --",
    "../../../../etc/passwd%00.html",
    "\x00\x01\x1f\x7f\x85\u2028\u2029\ufeff",
    "\u202etest\u202c",
    "Ω≈ç√∫˜µ≤≥÷ 田中さん 👩🏽‍🚀🇧🇪",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "ﷺ" * 40,
    "\r\nSet-Cookie: a=b",
    "a" * 100_000,
]
# A surrogate on its own is in no encoding; what a browser sends instead is in the sample.
STRINGS = sorted({*SAMPLE, *(json.loads(SHARED.read_text()) if SHARED.exists() else ())})
CHUNKS = [STRINGS[start : start + 50] for start in range(0, len(STRINGS), 50)]


@dataclass
class Visitor:
    """Someone with a seat and with both links, in a panel of their own."""

    room: Room
    web: FlaskClient
    participant: Actor

    @property
    def base(self) -> str:
        return f"/p/{self.room.code}"

    def post(self, path: str, **fields: Any) -> int:
        answer = self.web.post(path, data=fields)
        assert answer.status_code < 500, (path, fields, answer.text)
        assert "Traceback" not in answer.text
        return int(answer.status_code)

    def get(self, path: str) -> str:
        answer = self.web.get(path)
        assert answer.status_code < 500, (path, answer.text)
        return str(answer.text)

    def give(self, actor: Actor, name: str, **fields: Any) -> dict[str, Any]:
        """Give a command as a door would; a refusal is an answer too, anything else an error."""
        try:
            return self.room.give(actor, name, **fields)
        except Refusal as refusal:
            if refusal.code in {"store.unavailable", "ballot.not_stored", "server.failed"}:
                raise
            return {"refused": refusal.code}

    @property
    def api(self) -> str:
        return f"/panels/{self.room.code}"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    config = make_config(
        tmp_path_factory.mktemp("app"),
        participant_commands_per_minute=1_000_000,
        participant_comments_per_minute=1_000_000,
    )
    return create_app(config)


@pytest.fixture
def visitor(app: Flask) -> Iterator[Visitor]:
    parts: Parts = app.extensions["hemicycle"]
    polls = [a_poll(kind) for kind in ("words", "text", "single_choice", "rating")]
    room = room_in(parts.context, a_panel(*polls, code=None), Clock())
    with app.test_client() as web:
        base = f"/p/{room.code}"
        web.get(f"{base}/moderate?key={room.links.moderator_key}")
        web.get(f"{base}/screen?key={room.links.projector_key}")
        web.post(f"{base}/join")
        cookie = web.get_cookie(f"hc_participant_{room.code}")
        assert cookie is not None
        actor = recognise(parts.context, room.panel_id, cookie.value, "en")
        assert actor is not None
        yield Visitor(room, web, actor)


def look_around(visitor: Visitor, pages: Sequence[str]) -> None:
    """Read pages and find nothing in them that runs. Fragments are made of the same templates."""
    for page in pages:
        assert injected(visitor.get(visitor.base + page)) == [], page


@pytest.mark.parametrize("strings", CHUNKS, ids=lambda strings: repr(strings[0])[:20])
def test_any_string_may_be_a_comment_a_word_or_an_answer(
    visitor: Visitor, strings: list[str]
) -> None:
    room = visitor.room
    words, text, choice, rating = (room.poll(place) for place in range(4))
    for poll in (rating, choice, text, words):
        room.direct("poll.open", poll=poll.id)
    write, vote = f"{visitor.base}/write", f"{visitor.base}/vote"
    for number, string in enumerate(strings):
        visitor.give(visitor.participant, "comment.post", text=string)
        visitor.give(visitor.participant, "comment.upvote", comment=string)
        for poll, answer in ((words, [string]), (text, string), (choice, string)):
            ballot = {"poll": poll.id, "round": 1, "answer": answer}
            visitor.give(visitor.participant, "ballot.cast", **ballot)
        if number % 12 == 0:
            assert visitor.post(write, text=string) in {303, 400, 413}
            for poll in (words, text, choice, rating):
                fields = {"poll": poll.id, "round": "1", "answer": string}
                assert visitor.post(vote, **fields) in {303, 400, 413}
    look_around(visitor, ("/comments", "/traces", "/moderate", "/results"))
    # The last word and the last text that were taken, in the results as well.
    for poll in (words, text):
        room.direct(
            "agenda.show", item=next(i.id for i in room.state.items if i.poll_id == poll.id)
        )
        look_around(visitor, ("/screen",))


@pytest.mark.parametrize("strings", CHUNKS, ids=lambda strings: repr(strings[0])[:20])
def test_any_string_may_be_a_title_an_option_or_a_reason(
    visitor: Visitor, strings: list[str]
) -> None:
    moderator = visitor.room.moderator
    comment = visitor.room.comment("A comment to be hidden")
    poll = visitor.room.poll(0).id
    visitor.room.direct("poll.open", poll=poll)
    for number, string in enumerate(strings):
        options = [string, f"{string} 2"]
        visitor.give(moderator, "poll.create", title=string, options=options, open=number % 9 == 8)
        visitor.give(moderator, "poll.create", title={"fr": string, string: string})
        visitor.give(moderator, "agenda.add", kind="slide", title=string, body=string)
        visitor.give(moderator, "comment.hide", comment=comment, reason=string)
        visitor.give(moderator, "word.hide", poll=poll, word=string)
        visitor.give(moderator, "panel.update", pin=string)
        visitor.give(moderator, "panel.update", head_count=string)
        visitor.give(moderator, "answer.hide", poll=poll, receipt=string)
        visitor.give(moderator, "poll.open", poll=poll, countdown_seconds=string)
        visitor.give(moderator, "agenda.show", item=string)
    look_around(visitor, ("", "/moderate", "/screen"))


@pytest.mark.parametrize("strings", CHUNKS, ids=lambda strings: repr(strings[0])[:20])
def test_any_string_may_be_typed_as_code_pin_key_language_or_receipt(
    visitor: Visitor, app: Flask, strings: list[str]
) -> None:
    visitor.room.direct("panel.update", pin="4711")
    stranger = app.test_client()
    for number, string in enumerate(strings):
        short = string[:2000]
        answers = [
            stranger.get("/p/" + quote(short, safe="")),
            stranger.post(f"{visitor.base}/join", data={"pin": string, "language": string}),
            stranger.post("/language", data={"language": string, "back": string}),
        ]
        answers += (
            []
            if number % 6
            else [
                stranger.post("/", data={"code": string}),
                stranger.get(f"{visitor.base}/moderate", query_string={"key": short}),
                stranger.get(f"{visitor.base}/results", query_string={"receipt": short}),
                stranger.post(f"{visitor.base}/do/{quote(short, safe='')}", data={"back": string}),
                stranger.get(visitor.base, headers={"Accept-Language": ascii(short)}),
            ]
        )
        for answer in answers:
            assert answer.status_code in {200, 303, 308, 403, 404, 400, 413}, (string, answer.text)
            assert "Traceback" not in answer.text
            assert injected(answer.text) == [], string
            assert "a=b" not in str(answer.headers.get("Set-Cookie"))
            place = answer.headers.get("Location", "/")
            assert place.startswith("/")
            assert not place.startswith(("//", "/\\"))


@pytest.mark.parametrize("strings", CHUNKS, ids=lambda strings: repr(strings[0])[:20])
def test_any_string_may_be_a_new_panels_title(app: Flask, strings: list[str]) -> None:
    with app.test_client() as web:
        for string in strings[::6]:
            answer = web.post(
                "/new",
                data={"title": string, "description": string, "building": string, "town": string},
            )
            assert answer.status_code in {201, 400, 413}, answer.text
            assert injected(answer.text) == [], string


def test_a_comment_is_shown_as_it_was_written(visitor: Visitor) -> None:
    """Escaped, not cut: what looks like a tag is text."""
    text = "<b>bold</b> & \"quoted\" 'so' {{ 7*7 }} <script>alert(1)</script>"
    visitor.post(f"{visitor.base}/write", text=text)
    page = visitor.get(f"{visitor.base}/comments")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert "<b>bold" not in page
    traces = json.loads(visitor.get(f"{visitor.base}/traces.json"))
    assert traces["comments"][0]["text"] == text


def test_bytes_that_are_no_text_are_read_as_far_as_they_can_be(visitor: Visitor) -> None:
    for body in (b"text=\xff\xfe\x00", b"text=%ff%fe", b"text=%", b"=&=&;", b"\x00" * 100):
        answer = visitor.web.post(
            f"{visitor.base}/write",
            data=body,
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code in {303, 400}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"1e999", b'"\\ud800"', b"[" * 100_000, b"\xff", b"NaN"]
)
def test_json_that_is_none_is_refused_with_a_reason(visitor: Visitor, body: bytes) -> None:
    answer = visitor.web.post(f"/api/v1{visitor.api}/commands/ballot.cast", data=body)
    assert answer.status_code == 400
    assert answer.get_json()["code"] == "command.malformed"


@pytest.mark.parametrize("name", ["panel.snapshot", "panel.watch", "link.reissue", "nonsense"])
def test_a_form_cannot_give_what_is_not_for_forms(visitor: Visitor, name: str) -> None:
    assert visitor.post(f"{visitor.base}/do/{name}", role="moderator") == 400
    assert visitor.get(f"{visitor.base}/moderate")
