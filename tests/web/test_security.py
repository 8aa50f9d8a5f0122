"""What protects every page: headers, cookies that scripts cannot read, forms from here only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest
import requests

from tests.support.pages import elements, parse
from tests.support.server import RunningServer
from tests.support.wire import WireRoom, make_wire_room

PAGES = [
    "/",
    "/new",
    "/p/{code}",
    "/p/{code}/comments",
    "/p/{code}/traces",
    "/p/{code}/moderate",
    "/p/{code}/moderate/add",
    "/p/{code}/moderate/links",
    "/p/{code}/screen",
    "/p/{code}/results",
    "/p/{code}/qr.svg",
    "/p/NOSUCH",
    "/nowhere",
    "/api/v1/openapi.json",
    "/health/live",
]


Visit = Callable[[str], requests.Response]


@pytest.fixture(scope="module")
def visit(shared_server: RunningServer) -> Iterator[Visit]:
    """Opens a page of one panel with all keys at hand, each page once."""
    room = make_wire_room(shared_server)
    session = requests.Session()
    url = f"{room.server.url}/p/{room.code}"
    session.get(f"{url}/moderate", params={"key": room.moderator_key}, timeout=30)
    session.get(f"{url}/screen", params={"key": room.projector_key}, timeout=30)
    session.post(f"{url}/join", timeout=30)

    @cache
    def open_page(path: str) -> requests.Response:
        return session.get(room.server.url + path.format(code=room.code), timeout=30)

    yield open_page
    room.close()


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_a_strict_policy_and_the_usual_headers(
    visit: Visit, path: str
) -> None:
    answer = visit(path)
    policy = answer.headers["Content-Security-Policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}
    assert rules["default-src"] == ["'none'"]
    assert rules["frame-ancestors"] == rules["base-uri"] == ["'none'"]
    assert rules["form-action"] == ["'self'"]
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "http:" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "Server" not in answer.headers or "Python" not in answer.headers["Server"]


@pytest.mark.parametrize("path", [path for path in PAGES if not path.endswith(("svg", "json"))])
def test_a_page_asks_nothing_of_third_parties_and_obeys_its_own_policy(
    visit: Visit, path: str
) -> None:
    answer = visit(path)
    for element in elements(parse(answer.text)):
        name = element.tag.rpartition("}")[2]
        assert name != "style"
        assert element.get("style") is None, f"<{name} style>"
        assert not [key for key, _ in element.items() if key.startswith("on")]
        if name == "script":
            assert element.get("src"), "an inline script"
        for attribute in ("src", "srcset", "poster") + (("href",) if name == "link" else ()):
            assert element.get(attribute, "/").startswith(("/", "data:image/"))


def test_nothing_personal_is_kept_by_caches(visit: Visit) -> None:
    for path in ("/p/{code}", "/p/{code}/traces", "/p/{code}/traces.json", "/p/{code}/moderate"):
        assert "no-store" in visit(path).headers["Cache-Control"]


# Cookies and links


def test_a_link_becomes_a_cookie_that_scripts_cannot_read_and_leaves_the_address_bar(
    wire_room: WireRoom,
) -> None:
    for path, role, key in (
        ("moderate", "moderator", wire_room.moderator_key),
        ("screen", "projector", wire_room.projector_key),
    ):
        url = f"{wire_room.server.url}/p/{wire_room.code}/{path}"
        answer = requests.get(url, params={"key": key}, allow_redirects=False, timeout=30)
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/p/{wire_room.code}/{path}"
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith(f"hc_{role}_{wire_room.code}={key};")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_a_seat_is_one_cookie_that_scripts_cannot_read(wire_room: WireRoom) -> None:
    session = requests.Session()
    url = f"{wire_room.server.url}/p/{wire_room.code}"
    assert session.get(url, timeout=30).cookies.get_dict() == {}, "no cookie before it is needed"
    answer = session.post(f"{url}/join", allow_redirects=False, timeout=30)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"hc_participant_{wire_room.code}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert len(session.cookies) == 1


@pytest.mark.parametrize("path", ["moderate", "screen", "moderate/links", "moderate/add"])
def test_without_a_link_or_with_a_wrong_one_nothing_opens(wire_room: WireRoom, path: str) -> None:
    url = f"{wire_room.server.url}/p/{wire_room.code}/{path}"
    for options in ({}, {"params": {"key": "wrong"}}, {"params": {"key": ""}}):
        answer = requests.get(url, timeout=30, **options)
        assert answer.status_code == 403
        assert not answer.cookies


def test_a_participants_seat_opens_no_moderators_page(wire_room: WireRoom) -> None:
    session = requests.Session()
    url = f"{wire_room.server.url}/p/{wire_room.code}"
    session.post(f"{url}/join", timeout=30)
    assert session.get(f"{url}/moderate", timeout=30).status_code == 403
    poll = wire_room.ask_room()
    answer = session.post(f"{url}/do/poll.close", data={"poll": poll}, timeout=30)
    assert answer.status_code == 403
    assert wire_room.moderator.snapshot()["poll"]["state"] == "open"


# Forms


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/join", "/vote", "/write", "/erase", "/do/panel.clear"])
def test_a_form_from_another_site_is_refused(
    wire_room: WireRoom, path: str, headers: dict[str, str]
) -> None:
    session = requests.Session()
    url = f"{wire_room.server.url}/p/{wire_room.code}"
    session.post(f"{url}/join", timeout=30)
    session.get(f"{url}/moderate", params={"key": wire_room.moderator_key}, timeout=30)
    answer = session.post(url + path, headers=headers, allow_redirects=False, timeout=30)
    assert answer.status_code == 403
    assert "another site" in answer.text


def test_the_api_refuses_other_sites_too(wire_room: WireRoom) -> None:
    url = f"{wire_room.server.url}/api/v1/panels/{wire_room.code}/participants"
    answer = requests.post(url, json={}, headers={"Origin": "https://evil.example"}, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (403, "request.foreign_origin")


def test_a_form_from_here_is_taken(wire_room: WireRoom) -> None:
    url = wire_room.server.url
    headers = {"Origin": url, "Sec-Fetch-Site": "same-origin"}
    answer = requests.post(f"{url}/p/{wire_room.code}/join", headers=headers, timeout=30)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "/p/x\r\nSet-Cookie: a=b",
    ],
)
def test_no_form_leads_to_another_site(shared_server: RunningServer, back: str) -> None:
    answer = requests.post(
        f"{shared_server.url}/language",
        data={"language": "fr", "back": back},
        allow_redirects=False,
        timeout=30,
    )
    assert answer.status_code == 303
    place = answer.headers["Location"]
    assert place.startswith("/")
    assert not place.startswith(("//", "/\\"))
    assert "a" not in answer.cookies


def test_a_file_outside_the_static_folder_is_not_served(shared_server: RunningServer) -> None:
    for path in ("../pyproject.toml", "..%2f..%2fpyproject.toml", "%2e%2e/wsgi.py", "/etc/passwd"):
        request = requests.Request("GET", f"{shared_server.url}/static/x/").prepare()
        request.url = f"{shared_server.url}/static/x/{path}"
        with requests.Session() as session:
            assert session.send(request, timeout=30).status_code == 404


def test_a_wrong_method_or_address_is_a_kind_page(shared_server: RunningServer) -> None:
    for answer in (
        requests.delete(shared_server.url + "/new", timeout=30),
        requests.get(shared_server.url + "/p/A/B/C/D", timeout=30),
        requests.put(shared_server.url + "/", timeout=30),
    ):
        assert answer.status_code == 404
        assert "There is no page here." in answer.text


def test_a_form_of_many_megabytes_is_refused(wire_room: WireRoom) -> None:
    url = f"{wire_room.server.url}/p/{wire_room.code}"
    session = requests.Session()
    session.post(f"{url}/join", timeout=30)
    answer = session.post(f"{url}/write", data={"text": "a" * 2_000_000}, timeout=30)
    assert answer.status_code == 413
    assert "too long" in answer.text
    fields = {f"field{number}": "x" for number in range(3000)}
    assert session.post(f"{url}/write", data=fields, timeout=30).status_code == 400
