"""The page for when there is no connection, and the service worker that keeps it."""

from __future__ import annotations

import re

import pytest
import requests

from tests.support.server import RunningServer


def ask(server: RunningServer, path: str, **headers: str) -> requests.Response:
    return requests.get(server.url + path, headers=headers, timeout=10)


def test_the_worker_is_a_script_that_browsers_ask_for_again(shared_server: RunningServer) -> None:
    answer = ask(shared_server, "/sw.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]


def test_all_that_the_worker_keeps_is_there(shared_server: RunningServer) -> None:
    shell = ask(shared_server, "/sw.js").text.partition(";\n")[0]
    kept = re.findall(r'"(/[^"]+)"', shell)
    assert len(kept) >= 4
    assert [ask(shared_server, path).status_code for path in kept] == [200] * len(kept)


def test_what_its_script_imports_is_kept_too(shared_server: RunningServer) -> None:
    shell = ask(shared_server, "/sw.js").text.partition(";\n")[0]
    scripts = re.findall(r'"(/static/[^"]+\.js)"', shell)
    for path in scripts:
        for name in re.findall(r'from "\./([^"]+)"', ask(shared_server, path).text):
            assert f"{path.rpartition('/')[0]}/{name}" in scripts
    assert len(scripts) > 1


def test_another_language_is_another_version(shared_server: RunningServer) -> None:
    first_lines = {
        ask(shared_server, f"/sw.js?language={language}").text.partition("\n")[0]
        for language in ("en", "fr")
    }
    assert len(first_lines) == 2
    assert 'lang="fr"' in ask(shared_server, "/offline?language=fr").text


@pytest.mark.parametrize("wished", ["tlh", "../../etc", ""])
def test_a_language_that_is_none_is_not_repeated(shared_server: RunningServer, wished: str) -> None:
    answer = ask(shared_server, f"/sw.js?language={wished}", **{"Accept-Language": "nl"})
    assert "/offline?language=nl" in answer.text


def test_the_page_that_is_kept_sets_no_cookie_and_names_no_panel(
    shared_server: RunningServer,
) -> None:
    answer = ask(shared_server, "/offline", Cookie="hc_participant_ABCDEF=secret")
    assert not answer.cookies
    assert "secret" not in answer.text
    assert "data-panel" not in answer.text
