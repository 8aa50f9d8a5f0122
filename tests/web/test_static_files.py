"""Styles and scripts: kept for ever by browsers, small on the line, and never another's files."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import brotli
import pytest
import requests
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from polls.web.assets import Assets, best_encoding, project_folder, without_comments
from tests.support.pages import elements, parse
from tests.support.server import RunningServer
from tools.check_browsers import code_of

STATIC = project_folder("static")


@pytest.fixture(scope="module")
def address(shared_server: RunningServer) -> str:
    """Where this version's files are, read off a page as a browser does."""
    page = parse(requests.get(shared_server.url + "/", timeout=30).text)
    links = [link.get("href", "") for link in elements(page, "link")]
    style = next(link for link in links if link.startswith("/static/"))
    return shared_server.url + style.rpartition("/")[0]


def get(url: str, accepted: str = "", method: str = "GET", **headers: str) -> requests.Response:
    """Ask without following a redirect; the body comes as it was sent."""
    headers["Accept-Encoding"] = accepted
    answer = requests.request(
        method, url, headers=headers, timeout=30, allow_redirects=False, stream=True
    )
    answer.raw.decode_content = False
    answer.sent = answer.raw.read()  # type: ignore[attr-defined]
    return answer


def sent(answer: requests.Response) -> bytes:
    return bytes(answer.sent)  # type: ignore[attr-defined]


# From the server


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("", None),
        ("identity", None),
        ("brotli, gzippy", None),
        ("br;q=0, gzip;q=0", None),
    ],
)
def test_a_script_comes_as_small_as_the_browser_can_read_it(
    address: str, accepted: str, encoding: str | None
) -> None:
    answer = get(f"{address}/room.js", accepted)
    assert answer.headers.get("Content-Encoding") == encoding
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    plain = without_comments((STATIC / "room.js").read_bytes())
    assert decode(sent(answer)) == plain
    assert answer.headers["Vary"] == "Accept-Encoding"
    if encoding:
        assert len(sent(answer)) < len(plain) / 2


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("room.js", "text/javascript; charset=utf-8"),
        ("kinds/shift.js", "text/javascript; charset=utf-8"),
        ("base.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("vendor/atkinson-hyperlegible-next-latin.woff2", "font/woff2"),
    ],
)
def test_a_file_says_what_it_is_and_may_be_kept_for_ever(
    address: str, name: str, media_type: str
) -> None:
    answer = get(f"{address}/{name}", "br")
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


def test_a_font_is_not_compressed_again(address: str) -> None:
    name = "vendor/atkinson-hyperlegible-next-latin.woff2"
    answer = get(f"{address}/{name}", "br, gzip")
    assert "Content-Encoding" not in answer.headers
    assert "Vary" not in answer.headers
    assert sent(answer) == (STATIC / name).read_bytes()


def test_asking_for_the_head_gives_the_same_headers_and_no_body(address: str) -> None:
    whole, head = (get(f"{address}/room.js", "br", method) for method in ("GET", "HEAD"))
    assert sent(head) == b""
    kept = ("Content-Type", "Content-Length", "Content-Encoding", "Cache-Control", "Vary")
    assert {name: head.headers[name] for name in kept} == {
        name: whole.headers[name] for name in kept
    }


def test_a_part_of_a_file_is_a_part_of_the_same_bytes(address: str) -> None:
    whole = sent(get(f"{address}/icon.svg", "gzip"))
    part = get(f"{address}/icon.svg", "gzip", Range="bytes=10-19")
    assert part.status_code == 206
    assert sent(part) == whole[10:20]
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"


def test_a_part_beyond_the_end_is_refused(address: str) -> None:
    assert get(f"{address}/icon.svg", "gzip", Range="bytes=9999999-").status_code == 416


def test_another_versions_file_leads_to_todays_and_is_not_kept(address: str) -> None:
    other = address.rpartition("/")[0] + "/000000000000"
    answer = get(f"{other}/kinds/shift.js", "br")
    assert answer.status_code == 302
    assert address.endswith(answer.headers["Location"].removesuffix("/kinds/shift.js"))
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("version", ["today", "000000000000"])
@pytest.mark.parametrize(
    "name",
    [
        "nothing.js",
        "kinds",
        "kinds/",
        "../wsgi.py",
        "..%2fwsgi.py",
        "%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "kinds/..%2f..%2fwsgi.py",
        "room.js%00.css",
        "a" * 5000,
    ],
)
def test_what_is_no_file_of_ours_is_not_found(address: str, version: str, name: str) -> None:
    folder = address if version == "today" else address.rpartition("/")[0] + f"/{version}"
    request = requests.Request("GET", folder).prepare()
    request.url = f"{folder}/{name}"
    with requests.Session() as session:
        assert session.send(request, timeout=30).status_code == 404


def test_a_link_that_leads_out_of_the_folder_is_no_file(tmp_path: Path) -> None:
    inside = tmp_path / "static"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (inside / "link.txt").symlink_to(tmp_path / "secret.txt")
    assert Assets(inside).find("link.txt") is None


@pytest.mark.parametrize("header", ["gzip;q=x", ";;;", "q=1", "br;q=-1", "\x7f"])
def test_nonsense_about_encodings_gets_the_plain_file_or_one_it_named(header: str) -> None:
    chosen = best_encoding(parse_accept_header(header, MIMEAccept))
    assert not chosen or chosen in header


# On the disk, for a web server in front


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "kinds").mkdir(parents=True)
    (folder / "page.css").write_text("body { margin: 0; }\n" * 50)
    (folder / "kinds" / "one.js").write_text("export const one = 1;\n" * 50)
    (folder / "font.woff2").write_bytes(b"wOF2")
    return folder


def test_every_text_is_written_beside_its_compressed_forms(small: Path, tmp_path: Path) -> None:
    assets = Assets(small)
    written = assets.write_tree(tmp_path / "served", keep=3)
    assert written == tmp_path / "served" / assets.version
    assert sorted(p.relative_to(written).as_posix() for p in written.rglob("*.*")) == [
        "font.woff2",
        *("kinds/one.js", "kinds/one.js.br", "kinds/one.js.gz"),
        *("page.css", "page.css.br", "page.css.gz"),
    ]
    plain = (small / "page.css").read_bytes()
    assert (written / "page.css").read_bytes() == plain
    assert brotli.decompress((written / "page.css.br").read_bytes()) == plain
    assert gzip.decompress((written / "page.css.gz").read_bytes()) == plain


@pytest.mark.parametrize(
    ("script", "sent"),
    [
        (b"/** What it is. */\nconst a = 1;\n", b"\nconst a = 1;\n"),
        (b"/*\n * Long\n */\nconst a = 1;\n", b"\n\n\nconst a = 1;\n"),
        (b"  // Why\n  go();\n", b"\n  go();\n"),
        (b"go(); // after code\n", b"go(); // after code\n"),
        (b"const a = b /* in code */ + c;\n", b"const a = b /* in code */ + c;\n"),
        (b'const url = "//host/*";\n', b'const url = "//host/*";\n'),
        (b"/* one */ go(); /* two */\n", b"/* one */ go(); /* two */\n"),
    ],
)
def test_comments_on_lines_of_their_own_stay_at_home(script: bytes, sent: bytes) -> None:
    assert without_comments(script) == sent


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.js")), ids=lambda path: path.name)
def test_no_code_is_lost_with_the_comments(path: Path) -> None:
    whole = path.read_bytes()
    sent = without_comments(whole)
    assert sent.count(b"\n") == whole.count(b"\n")
    kept, before = (code_of(script.decode())[0].split() for script in (sent, whole))
    assert kept == before


def test_others_may_read_what_was_written_however_careful_its_writer_is(
    small: Path, tmp_path: Path
) -> None:
    before = os.umask(0o077)
    try:
        written = Assets(small).write_tree(tmp_path / "served", keep=3)
    finally:
        os.umask(before)
    for path in (written, *written.rglob("*")):
        wanted = 0o755 if path.is_dir() else 0o644
        assert path.stat().st_mode & 0o777 == wanted


def test_a_few_versions_stay_and_older_ones_go(small: Path, tmp_path: Path) -> None:
    served = tmp_path / "served"
    written = []
    for number in range(4):
        (small / "page.css").write_text(f"/* {number} */")
        written.append(Assets(small).write_tree(served, keep=2))
        os.utime(written[-1], (number, number))
    (served / "robots.txt").write_text("somebody else's")
    Assets(small).write_tree(served, keep=2)
    assert [path.is_dir() for path in written] == [False, False, True, True]
    assert (served / "robots.txt").is_file()


def test_the_version_in_use_stays_though_an_older_one_was_written_later(
    small: Path, tmp_path: Path
) -> None:
    served = tmp_path / "served"
    first = Assets(small).write_tree(served, keep=1)
    (small / "page.css").write_text("/* newer */")
    second = Assets(small).write_tree(served, keep=1)
    assert (first.is_dir(), second.is_dir()) == (False, True)
    assert Assets(small).write_tree(served, keep=1) == second


def test_a_tree_that_cannot_be_written_leaves_nothing_behind(small: Path, tmp_path: Path) -> None:
    served = tmp_path / "served"
    # A name that fits, but not with the end of its compressed form.
    (small / ("b" * 251 + ".css")).write_text("x")
    with pytest.raises(OSError):
        Assets(small).write_tree(served, keep=3)
    assert list(served.iterdir()) == []
