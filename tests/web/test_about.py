"""Privacy and accessibility: pages for everyone, which name whom to ask, and what is promised."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from polls.app import create_app
from polls.domain.kept import COOKIES, KEPT
from polls.web.about import contact_of, missing_settings
from tests.factories import make_config

PATHS = ("/privacy", "/accessibility")


def visit(tmp_path: Path, **settings: Any) -> FlaskClient:
    return create_app(make_config(tmp_path, **settings)).test_client()


@pytest.fixture
def named(tmp_path: Path) -> FlaskClient:
    return visit(
        tmp_path,
        controller_name="City of <Tartu>",
        controller_contact="privacy@tartu.example",
        privacy_officer="Town hall\n50089 Tartu",
        retention_days=14,
        results_days=90,
    )


def test_both_pages_name_whom_to_ask(named: FlaskClient) -> None:
    for path in PATHS:
        page = named.get(path).text
        assert "City of &lt;Tartu&gt;" in page
        assert '<a href="mailto:privacy@tartu.example">' in page
    assert "Town hall" in named.get("/privacy").text


def test_who_is_not_named_is_said_and_warned_of(tmp_path: Path) -> None:
    nobody = make_config(tmp_path)
    assert missing_settings(nobody) == ["controller_name", "controller_contact"]
    page = visit(tmp_path).get("/privacy").text
    assert "has not filled this in yet" in page
    assert "mailto:" not in page


def test_every_kind_of_data_is_told_of_with_how_long_it_stays(named: FlaskClient) -> None:
    page = named.get("/privacy").text
    assert re.findall(r'data-kept="(\w+)"', page) == list(KEPT)
    assert "14 days after it was made" in page
    assert "Results are deleted 90 days after the end." in page


def test_on_what_it_rests_is_what_the_operator_says(tmp_path: Path) -> None:
    assert "your consent" in visit(tmp_path).get("/privacy").text
    city = visit(tmp_path, legal_basis="public_task").get("/privacy").text
    assert "a task in the public interest" in city
    assert "your consent" not in city


def test_results_that_stay_are_not_promised_to_go(tmp_path: Path) -> None:
    assert "Results stay until the operator deletes them." in visit(tmp_path).get("/privacy").text


def test_every_cookie_is_told_of(named: FlaskClient) -> None:
    page = named.get("/privacy").text
    assert all(f"<code>{name}" in page for name in COOKIES)


def test_the_pages_themselves_set_no_cookie_and_ask_nobody_else(named: FlaskClient) -> None:
    for path in ("/", *PATHS):
        answer = named.get(path)
        assert "Set-Cookie" not in answer.headers
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', answer.text)


@pytest.mark.parametrize("path", ["/", *PATHS])
def test_each_page_leads_to_both(named: FlaskClient, path: str) -> None:
    assert all(f'href="{other}"' in named.get(path).text for other in PATHS)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("dpo@city.example", "mailto:dpo@city.example"),
        ("mailto:dpo@city.example", "mailto:dpo@city.example"),
        ("https://city.example/privacy", "https://city.example/privacy"),
        ("Raekoja plats 1, Tartu", ""),
        ("write to dpo@city.example", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_a_contact_can_be_opened_where_it_is_an_address(text: str, address: str) -> None:
    contact = contact_of(text)
    assert contact is not None
    assert contact.address == address
    assert contact_of("  ") is None


# How long a panel is kept, and its keys in browsers


def days_of(answer: Any, name: str) -> float:
    """For how many days a browser keeps the cookie that an answer sets."""
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith(name)]
    return int(re.findall(r"Max-Age=(\d+)", cookie)[0]) / 86400


def test_keys_stay_in_browsers_as_long_as_the_panel_and_no_longer(named: FlaskClient) -> None:
    fields = {"title": "A square", "keep_days": "3", "moderation": "pre"}
    made = named.post("/new", data=fields)
    assert days_of(made, "hc_moderator_") == pytest.approx(3, abs=0.01)
    code = re.findall(r'action="/p/(\w+)/|/p/(\w+)/moderate', made.text)[0]
    page = f"/p/{code[0] or code[1]}"
    seat = named.post(f"{page}/join", data={"language": "en"})
    assert days_of(seat, "hc_participant_") == pytest.approx(3, abs=0.01)
    assert "hc_language" not in str(seat.headers), "the browser asks for this language anyway"
    seat = named.post(f"{page}/join", data={"language": "fr"})
    assert "hc_language=fr" in str(seat.headers)


def test_whoever_joins_reads_until_when_votes_can_be_traced(named: FlaskClient) -> None:
    made = named.post("/new", data={"title": "A square", "moderation": "pre"})
    code = re.findall(r"/p/(\w+)/moderate", made.text)[0]
    assert "then unlinked from every phone" in named.get(f"/p/{code}").text
    named.post(f"/p/{code}/join")
    assert "then unlinked from every phone" in named.get(f"/p/{code}/traces").text


@pytest.mark.parametrize("days", ["0", "366", "soon"])
def test_a_maker_who_asks_for_too_long_loses_nothing_typed(named: FlaskClient, days: str) -> None:
    answer = named.post("/new", data={"title": "Zebra square", "keep_days": days})
    assert answer.status_code == 400
    assert "Please choose from 1 to 365 days." in answer.text
    assert "Zebra square" in answer.text
    assert f'value="{days}"' in answer.text
