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
