"""Taking a seat: by code, by link, with a PIN, in one's own language."""

from __future__ import annotations

import re

import pytest

from polls.domain.texts import INTERFACE_LANGUAGES
from tests.support.pages import Reader, elements
from tests.support.server import RunningServer
from tests.support.wire import WireRoom


@pytest.fixture
def reader(shared_server: RunningServer) -> Reader:
    return Reader(shared_server.url)


@pytest.mark.parametrize(
    "typed", ["{code}", " {code} ", "{lower}", "{half}-{rest}", "{half} {rest}"]
)
def test_a_code_is_found_however_it_is_typed(
    reader: Reader, wire_room: WireRoom, typed: str
) -> None:
    code = wire_room.code
    parts = {"code": code, "lower": code.lower(), "half": code[:3], "rest": code[3:]}
    reader.open("/").send("/", code=typed.format(**parts))
    assert reader.path == f"/p/{code}"
    reader.send(f"/p/{code}/join")
    assert reader.path == f"/p/{code}"
    assert reader.cookie(f"hc_participant_{code}").value


@pytest.mark.parametrize("typed", ["", "NOSUCH", "🙈", "10WS46O0", "<b>", "x" * 500])
def test_a_code_that_nobody_has_is_refused_kindly(reader: Reader, typed: str) -> None:
    reader.open("/").send("/", code=typed)
    assert reader.status == 404
    assert "We don't know this code." in reader.text
    assert not reader.session.cookies


def test_a_form_without_its_field_is_refused_kindly(reader: Reader) -> None:
    answer = reader.session.post(f"{reader.url}/", timeout=30)
    assert answer.status_code == 404


def test_a_link_typed_in_small_letters_leads_to_the_panel(
    reader: Reader, wire_room: WireRoom
) -> None:
    assert reader.open(f"/p/{wire_room.code.lower()}").path == f"/p/{wire_room.code}"


def test_joining_twice_is_one_seat(reader: Reader, wire_room: WireRoom) -> None:
    page = f"/p/{wire_room.code}"
    reader.open(page).send(f"{page}/join")
    seat = reader.cookie(f"hc_participant_{wire_room.code}").value
    headers = {"Origin": reader.url}
    reader.session.post(f"{reader.url}{page}/join", headers=headers, timeout=30)
    assert reader.cookie(f"hc_participant_{wire_room.code}").value == seat
    query = "SELECT count(*) FROM participant p JOIN panel n ON n.id = p.panel_id WHERE n.code = ?"
    assert wire_room.rows(query, wire_room.code) == [(1,)]


def test_a_pin_is_asked_for_and_judged(reader: Reader, wire_room: WireRoom) -> None:
    wire_room.moderator.done("panel.update", pin="4711")
    page = f"/p/{wire_room.code}"
    reader.open(page)
    assert "4711" not in reader.html
    reader.send(f"{page}/join", pin="")
    assert reader.status == 403
    assert "Please type the PIN" in reader.text
    reader.send(f"{page}/join", pin="1234")
    assert reader.status == 403
    assert "This PIN is not right." in reader.text
    assert not reader.session.cookies
    reader.send(f"{page}/join", pin=" 4711 ")
    assert reader.status == 200
    assert reader.cookie(f"hc_participant_{wire_room.code}")


def test_a_locked_panel_says_so_and_lets_nobody_in(reader: Reader, wire_room: WireRoom) -> None:
    page = f"/p/{wire_room.code}"
    reader.open(page)
    wire_room.moderator.done("panel.update", joining_locked=True)
    reader.send(f"{page}/join")
    assert reader.status == 403
    assert "Joining is closed." in reader.text
    assert not reader.session.cookies


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_the_browsers_language_is_spoken(
    shared_server: RunningServer, wire_room: WireRoom, language: str
) -> None:
    reader = Reader(shared_server.url, language=f"{language}-BE,{language};q=0.9,en;q=0.1")
    assert reader.open("/").speaks == language
    assert reader.open(f"/p/{wire_room.code}").speaks == language


def test_a_language_nobody_speaks_here_is_english(shared_server: RunningServer) -> None:
    assert Reader(shared_server.url, language="mt").open("/").speaks == "en"


def test_a_language_is_chosen_while_joining_and_changed_later(
    reader: Reader, wire_room: WireRoom
) -> None:
    page = f"/p/{wire_room.code}"
    wire_room.ask_room(title={"en": "Now?", "fr": "Maintenant ?"})
    reader.open(page).send(f"{page}/join", language="fr")
    assert reader.speaks == "fr"
    assert "Maintenant ?" in reader.text
    reader.send("/language", language="nl")
    assert reader.speaks == "nl"
    assert reader.path == page
    assert "Now?" in reader.text, "a text that is not there in Dutch is shown in its first language"


def test_a_way_in_is_drawn_for_cameras(reader: Reader, wire_room: WireRoom) -> None:
    answer = reader.session.get(f"{reader.url}/p/{wire_room.code}/qr.svg", timeout=30)
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert "<svg" in answer.text


def test_a_new_panel_is_made_with_a_form_and_its_links_open(reader: Reader) -> None:
    reader.open("/new").send("/new", title="An evening in town", moderation="post")
    assert reader.status == 201
    text = " ".join(
        [*(e.get("value", "") for e in elements(reader.tree, "input")), reader.text]
        + [e.get("href", "") for e in elements(reader.tree, "a")]
    )
    links = set(re.findall(r"http://[^\s\"]+/p/\w+/(?:moderate|screen)\?key=[\w-]+", text))
    assert len(links) == 2
    for link in links:
        other = Reader(reader.url)
        assert other.open(link.removeprefix(reader.url)).status == 200
        assert "key=" not in other.path


@pytest.mark.parametrize("title", ["", "   ", "x" * 201])
def test_a_panel_without_a_proper_title_is_refused_and_keeps_what_was_typed(
    reader: Reader, title: str
) -> None:
    reader.open("/new").send("/new", title=title, description="Kept", languages=["fr", "et"])
    assert reader.status == 400
    assert "Kept" in reader.html
    kept = [tag for tag in ("en", "fr", "et") if f'value="{tag}" checked' in reader.html]
    assert kept == ["fr", "et"]
