"""The results page as everyone opens it: without a key, with or without scripts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from polls.agenda_file import read_agenda
from polls.app import create_app
from polls.domain.polls import Role
from polls.live.shift_views import PUBLISHED_KEPT_MOST, published_flows
from polls.services.agenda_files import definition_of
from polls.services.context import Context
from polls.web.headings import HEADINGS
from polls.web.identity import cookie_name
from tests.factories import (
    ANSWERS,
    SECRET,
    Clock,
    Room,
    a_panel,
    a_poll,
    make_config,
    make_room,
    room_in,
)
from tests.services.test_shifts import vote_twice
from tests.support.axe import assert_accessible
from tests.support.browser import Screens
from tests.support.server import MakeServer

PAGE = "/p/TEST42/results"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[FlaskClient, Room]]:
    """A client without any cookie, and the room whose results it asks for."""
    clock = Clock()
    app = create_app(make_config(tmp_path), clock=clock)
    context: Context = app.extensions["hemicycle"].context
    yield app.test_client(), room_in(context, a_panel(), clock)
    context.stage.stop()
    context.database.close()


def become_moderator(client: FlaskClient, room: Room) -> None:
    client.set_cookie(cookie_name(Role.MODERATOR, room.code), room.links.moderator_key)


def fill(room: Room, *, publish: bool = True) -> dict[str, list[str]]:
    return {
        kind: room.hold(place, *answers, publish=publish)
        for place, (kind, answers) in enumerate(ANSWERS.items())
    }


class Words(HTMLParser):
    """The text of a page, as it is read."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def __str__(self) -> str:
        return " ".join(" ".join(self.parts).split())


def text_of(response: TestResponse) -> str:
    assert response.status_code == 200, response.text
    return str(Words(response.text))


def test_the_page_is_kind_when_there_is_nothing_yet(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    room.open(0)
    receipt = room.cast(room.join(), "a")
    page = client.get(PAGE)
    assert "Nothing to see yet." in text_of(page)
    assert receipt not in page.text
    assert "A question of kind" not in page.text


def test_every_closed_round_is_there_for_anyone(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    receipts = fill(room)
    receipts["single_choice"] += room.hold(0, "a", "a")
    page = client.get(PAGE)
    text = text_of(page)
    for kind in ANSWERS:
        assert f"A question of kind {kind}?" in text
    for kind in ("single_choice", "multiple_choice", "rating"):
        assert all(receipt in text for receipt in receipts[kind])
    for kind in ("words", "text"):
        assert not any(receipt in text for receipt in receipts[kind])
    assert "Asked 2 times." in text
    assert "More buses" in text
    assert "Set-Cookie" not in page.headers


def test_a_code_in_small_letters_leads_here_too(made: tuple[FlaskClient, Room]) -> None:
    client, _ = made
    assert client.get("/p/test42/results").location == PAGE
    assert client.get("/p/NOSUCH/results").status_code == 404


@pytest.mark.parametrize("path", ["results", "results.json", "results.csv", "receipts.csv"])
def test_what_is_not_public_needs_the_moderators_link(
    path: str, made: tuple[FlaskClient, Room]
) -> None:
    client, room = made
    room.direct("poll.visibility", poll=room.poll(0).id, visibility="published")
    receipt = room.hold(0, "a")[0]
    assert receipt not in client.get(f"/p/TEST42/{path}").text
    assert client.get(f"/p/TEST42/{path}?all=1").status_code == 403
    become_moderator(client, room)
    assert receipt not in client.get(f"/p/TEST42/{path}").text
    everything = client.get(f"/p/TEST42/{path}?all=1")
    if path != "results.csv":
        assert receipt in everything.text
    assert "A question of kind single_choice?" in everything.text


def test_downloads_are_files_with_names(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    fill(room)
    for path, media_type in (
        ("results.json", "application/json"),
        ("results.csv", "text/csv"),
        ("flows.csv", "text/csv"),
        ("receipts.csv", "text/csv"),
    ):
        answer = client.get(f"/p/TEST42/{path}")
        assert answer.mimetype == media_type
        assert f'filename="hemicycle-TEST42-{path}"' in answer.headers["Content-Disposition"]
    assert client.get("/p/TEST42/results.csv").data.startswith(b"\xef\xbb\xbfpoll,title,round,")


@pytest.mark.parametrize("name", ["results", "flows", "receipts", "splits"])
def test_people_read_headings_in_words_and_programs_the_names_of_columns(
    made: tuple[FlaskClient, Room], name: str
) -> None:
    client, room = made
    fill(room)
    rows = client.get(f"/p/TEST42/{name}.csv").text.splitlines()
    worded = client.get(f"/p/TEST42/{name}.csv?headings=words").text.splitlines()
    columns, words = rows[0].removeprefix("\ufeff").split(","), worded[0].split(",")
    assert len(set(words)) == len(words) == len(columns)
    assert set(columns) <= set(HEADINGS)
    assert not set(words) & set(columns)
    assert worded[1:] == rows[1:]
    is_linked = f"/{name}.csv?headings=words" in client.get("/p/TEST42/results").text
    assert is_linked == (name in ("results", "receipts"))


def test_programs_find_the_same_under_the_api(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    fill(room)
    downloaded = client.get("/p/TEST42/results.json").json
    answered = client.get("/api/v1/panels/TEST42/results.json").json
    assert answered == {"ok": True, **(downloaded or {})}
    refused = client.get("/api/v1/panels/NOSUCH/results.json")
    assert refused.status_code == 404
    assert (refused.json or {})["code"] == "panel.unknown"


def test_the_agenda_is_the_moderators(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    assert client.get("/p/TEST42/agenda.yaml").status_code == 403
    become_moderator(client, room)
    answer = client.get("/p/TEST42/agenda.yaml")
    assert read_agenda(answer.text) == definition_of(room.state)


# My receipt


def test_my_receipt_says_round_and_answer(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    receipts = fill(room)
    mine = receipts["single_choice"][1]
    for typed in (mine, mine.lower().replace("-", ""), f" {mine.replace('-', ' ')} "):
        text = text_of(client.get(PAGE, query_string={"receipt": typed}))
        assert "Your vote is counted." in text
        assert f"A question of kind single_choice? · Vote 1 · {mine}" in text
        assert "Answer: No" in text


def test_my_receipt_of_words_shows_what_everyone_sees(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    receipt = fill(room)["text"][0]
    room.direct("answer.hide", poll=room.poll(4).id, receipt=receipt)
    text = text_of(client.get(PAGE, query_string={"receipt": receipt}))
    assert "Your vote is counted." in text
    assert "More buses" not in text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("222-222", "We do not find 222-222 among these results."),
        ("22", "A receipt has six letters and digits"),
        ("<script>alert(1)</script>", "A receipt has six letters and digits"),
    ],
)
def test_an_unknown_receipt_gets_a_kind_answer(
    typed: str, said: str, made: tuple[FlaskClient, Room]
) -> None:
    client, room = made
    fill(room)
    page = client.get(PAGE, query_string={"receipt": typed})
    assert said in text_of(page)
    assert "<script>alert" not in page.text


# Comments


def test_comments_are_shown_as_moderated(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    fill(room)
    room.upvote(room.comment("Ask us <b>first</b>"), 2)
    room.direct("comment.hide", comment=room.comment("Foul words"), reason="insults")
    page = client.get(PAGE)
    text = text_of(page)
    assert "Ask us <b>first</b> 2 people support this" in text
    assert "<b>first" not in page.text
    assert "1 comment was hidden by the moderator: insulted someone (1)." in text
    assert "Foul words" not in text


def test_a_large_room_has_its_receipts_on_pages_of_their_own(
    made: tuple[FlaskClient, Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, room = made
    receipts = fill(room)["single_choice"]
    monkeypatch.setattr("polls.web.results_parts.ANSWERS_LISTED_MOST", 3)
    page = client.get(PAGE)
    assert not any(receipt in page.text for receipt in receipts)
    path = f"{PAGE}/{room.poll(0).id}/1"
    assert f'href="{path}"' in page.text
    listed = text_of(client.get(path))
    assert all(receipt in listed for receipt in receipts)
    assert client.get(f"{PAGE}/{room.poll(0).id}/9").status_code == 404


# Receipts page by page


@pytest.fixture
def paged(
    made: tuple[FlaskClient, Room], monkeypatch: pytest.MonkeyPatch
) -> tuple[FlaskClient, Room, str, list[str]]:
    """Seven ballots, three on a page: the client, the room, the page's path and the receipts as
    they are listed."""
    client, room = made
    monkeypatch.setattr("polls.web.receipt_pages.BALLOTS_ON_PAGE_MOST", 3)
    receipts = sorted(room.hold(0, *"aabbccd"))
    return client, room, f"{PAGE}/{room.poll(0).id}/1", receipts


def test_each_receipt_stands_on_one_page(
    paged: tuple[FlaskClient, Room, str, list[str]],
) -> None:
    client, _, path, receipts = paged
    pages = [text_of(client.get(f"{path}?page={number}")) for number in (1, 2, 3)]
    for place, receipt in enumerate(receipts):
        assert [receipt in page for page in pages] == [place // 3 == page for page in range(3)]
    assert text_of(client.get(path)) == pages[0]


def test_pages_lead_to_their_neighbours_without_a_script(
    paged: tuple[FlaskClient, Room, str, list[str]],
) -> None:
    client, _, path, _ = paged
    first, second, last = (client.get(f"{path}?page={number}").text for number in (1, 2, 3))
    assert 'rel="prev"' not in first
    assert f'rel="next" href="{path}?page=2"' in first
    assert "<span>2 of 3</span>" in second
    assert f'rel="prev" href="{path}?page=1"' in second
    assert 'rel="next"' not in last


@pytest.mark.parametrize("page", ["0", "4", "-1", "99999999999999999999"])
def test_there_are_no_pages_beside_these(
    page: str, paged: tuple[FlaskClient, Room, str, list[str]]
) -> None:
    client, _, path, _ = paged
    assert client.get(f"{path}?page={page}").status_code == 404


def test_what_is_no_number_is_the_first_page(
    paged: tuple[FlaskClient, Room, str, list[str]],
) -> None:
    client, _, path, receipts = paged
    assert receipts[0] in text_of(client.get(f"{path}?page=two"))


def test_my_receipt_leads_to_its_page_and_row(
    paged: tuple[FlaskClient, Room, str, list[str]],
) -> None:
    client, _, path, receipts = paged
    mine = receipts[4]
    for typed in (mine, mine.lower().replace("-", "")):
        answer = client.get(path, query_string={"receipt": typed})
        assert answer.status_code == 303
        assert answer.location == f"{path}?page=2#{mine}"
    assert f'<tr id="{mine}">' in client.get(answer.location).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("222-222", "222-222 is not among these votes."),
        ("22", "A receipt has six letters and digits"),
        ("<script>alert(1)</script>", "A receipt has six letters and digits"),
        ("//evil.example", "A receipt has six letters and digits"),
    ],
)
def test_a_receipt_that_is_not_here_gets_a_kind_answer(
    typed: str, said: str, paged: tuple[FlaskClient, Room, str, list[str]]
) -> None:
    client, _, path, receipts = paged
    page = client.get(path, query_string={"receipt": typed})
    assert said in text_of(page)
    assert receipts[0] in page.text, "the list stays"
    assert "<script>alert" not in page.text


def test_a_receipt_of_another_vote_is_found_in_all_results(
    paged: tuple[FlaskClient, Room, str, list[str]],
) -> None:
    client, room, path, _ = paged
    other = room.hold(0, "a")[0]
    page = client.get(path, query_string={"receipt": other})
    assert f"{other} is not among these votes." in text_of(page)
    assert f'href="{PAGE}?receipt={other}#check"' in page.text
    assert "Your vote is counted." in text_of(client.get(f"{PAGE}?receipt={other}"))


def test_a_search_among_what_only_the_moderator_sees_stays_there(
    paged: tuple[FlaskClient, Room, str, list[str]],
) -> None:
    client, room, path, receipts = paged
    room.direct("poll.visibility", poll=room.poll(0).id, visibility="published")
    assert client.get(path, query_string={"receipt": receipts[4]}).status_code == 404
    become_moderator(client, room)
    answer = client.get(path, query_string={"receipt": receipts[4], "all": "1"})
    assert answer.location == f"{path}?page=2&all=1#{receipts[4]}"
    assert f'href="{path}?page=1&amp;all=1"' in client.get(answer.location).text


def test_moves_are_merged_once_for_all_readers(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    vote_twice(room, [("a", "a")] * 9 + [("a", "b")] * 8 + [("b", "a")] * 6)
    published_flows.cache_clear()
    for path in ("results", "flows.csv", "results.json", "flows.csv"):
        assert client.get(f"/p/TEST42/{path}").status_code == 200
    assert published_flows.cache_info().misses == 1
    assert published_flows.cache_info().maxsize == PUBLISHED_KEPT_MOST


# In a browser


def served(make_server: MakeServer, folder: Path) -> tuple[str, Room, dict[str, list[str]]]:
    room = make_room(folder, clock=Clock(time.time() - 600))
    receipts = fill(room)
    receipts["single_choice"] += room.hold(0, "a", "c", "c")
    room.upvote(room.comment("Ask us before you buy the system, not after."), 3)
    room.direct("comment.hide", comment=room.comment("Hidden"), reason="off_topic")
    server = make_server(folder=folder, settings={"HEMICYCLE_SECRET": SECRET})
    return server.url, room, receipts


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anyone_from_the_page(
    scheme: str, make_server: MakeServer, tmp_path: Path, screens: Screens
) -> None:
    url, _, receipts = served(make_server, tmp_path)
    page = screens.moderator(f"{url}{PAGE}", color_scheme=scheme)
    page.locator("svg[data-hemicycle] .seat, svg[data-hemicycle] use").first.wait_for(
        state="attached"
    )
    assert_accessible(page)
    for summary in page.locator("details.listed > summary").all():
        summary.click()
    page.get_by_label("Your receipt").fill(receipts["rating"][0])
    page.get_by_role("button", name="Check").click()
    page.get_by_text("Your vote is counted.").wait_for()
    assert_accessible(page)
    page.goto(f"{url}/p/TEST42/results?receipt=222222")
    page.get_by_text("We do not find 222-222").wait_for()
    assert_accessible(page)


@pytest.mark.browser
def test_the_page_fits_narrow_screens_and_needs_no_script(
    make_server: MakeServer, tmp_path: Path, screens: Screens
) -> None:
    url, _, receipts = served(make_server, tmp_path)
    page = screens.new_page(
        f"{url}{PAGE}", javascript=False, viewport={"width": 320, "height": 640}
    )
    page.get_by_label("Your receipt").fill(receipts["single_choice"][0].lower())
    page.get_by_role("button", name="Check").click()
    assert page.get_by_text("Your vote is counted.").is_visible()
    assert page.get_by_text("privacy 2").first.is_visible()
    assert page.locator("details.listed > summary").first.is_visible()
    width = screens.new_page(f"{url}{PAGE}", viewport={"width": 320, "height": 640})
    assert width.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.browser
def test_a_receipt_is_found_among_pages_without_a_script(
    make_server: MakeServer, tmp_path: Path, screens: Screens
) -> None:
    room = make_room(tmp_path, a_poll(), clock=Clock(time.time() - 600))
    receipts = sorted(room.hold(0, *"abcd" * 51))
    server = make_server(folder=tmp_path, settings={"HEMICYCLE_SECRET": SECRET})
    path = f"{server.url}{PAGE}/{room.poll(0).id}/1"
    page = screens.new_page(path, javascript=False, viewport={"width": 320, "height": 640})
    page.get_by_label("Your receipt").fill(receipts[203].lower())
    page.get_by_role("button", name="Find it").click()
    row = page.locator("tr:target")
    assert receipts[203] in row.inner_text()
    assert row.is_visible()
    page.get_by_role("link", name="Back").click()
    assert page.get_by_text("1 of 2").is_visible()
    page.get_by_label("Your receipt").fill("222222")
    page.get_by_role("button", name="Find it").click()
    assert page.get_by_text("222-222 is not among these votes.").is_visible()
    wide = screens.moderator(f"{path}?receipt=222222")
    assert_accessible(wide)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.browser
def test_receipts_are_not_printed_and_the_rest_is_whole(
    make_server: MakeServer, tmp_path: Path, screens: Screens
) -> None:
    url, _, receipts = served(make_server, tmp_path)
    page = screens.moderator(f"{url}{PAGE}")
    page.get_by_role("button", name="Print").wait_for()
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Print").is_visible()
    assert not page.get_by_text(receipts["rating"][0]).first.is_visible()
    assert page.get_by_role("heading", name="What people said").is_visible()


def test_a_poll_is_only_there_while_it_is_closed(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    room.hold(0, "a")
    assert "A question of kind single_choice?" in text_of(client.get(PAGE))
    room.open(0)
    assert "A question of kind single_choice?" not in text_of(client.get(PAGE))


def test_two_votes_stand_side_by_side(tmp_path: Path, made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    room.hold(0, "a", "a", "b")
    room.hold(0, "a", "b", "b", "b")
    text = text_of(client.get(PAGE))
    assert "Vote 1 Vote 2 Change" in text
    assert "2 67% 1 25% ▼ −1" in text
    assert "1 33% 3 75% ▲ +2" in text
