"""nginx takes the files for a host and for a container as they are shipped, with and without brotli."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.nginx import BROTLI, DEPLOY, make_certificate, replaced

HOST = DEPLOY / "nginx"
CONTAINER = DEPLOY / "compose" / "nginx"


@pytest.fixture
def etc() -> Iterator[Path]:
    """A folder in the place of /etc/nginx."""
    with tempfile.TemporaryDirectory(prefix="hemicycle-nginx-") as folder:
        made = Path(folder)
        for part in ("conf.d", "hemicycle", "modules-enabled", "certificates"):
            (made / part).mkdir()
        shutil.copy("/etc/nginx/mime.types", made)
        shutil.copy(HOST / "hemicycle.conf", made / "conf.d")
        shutil.copy(HOST / "hemicycle" / "proxy.conf", made / "hemicycle")
        make_certificate(made / "certificates", "vote.example")
        yield made


def check(program: str, etc: Path, source: Path, *changes: tuple[str, str]) -> str:
    """Let nginx read the files of a folder; return what it complains of."""
    for name in ("workers", "https", "http"):
        text = (source / "hemicycle" / f"{name}.conf").read_text("utf-8")
        for old, new in changes:
            text = text.replace(old, new)
        text = text.replace("/var/log/nginx", str(etc)).replace("/etc/nginx/", f"{etc}/")
        (etc / "hemicycle" / f"{name}.conf").write_text(text, "utf-8")
    user = "www-data" if source == HOST else "nginx"
    main = replaced(
        (source / "nginx.conf").read_text("utf-8"),
        ("/etc/nginx/", f"{etc}/"),
        ("/var/log/nginx", str(etc)),
        ("/run/nginx.pid", str(etc / "nginx.pid")),
        (f"user {user};\n", ""),
    )
    (etc / "nginx.conf").write_text(main, "utf-8")
    done = subprocess.run(
        [program, "-t", "-p", str(etc), "-c", str(etc / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    lines = done.stderr.splitlines()
    return "\n".join(line for line in lines if "[emerg]" in line or "[warn]" in line)


CERTIFICATE = ("/etc/letsencrypt/live/vote.example/", "/etc/nginx/certificates/")


def test_nginx_takes_the_files_for_a_host(nginx_program: str, etc: Path) -> None:
    assert check(nginx_program, etc, HOST, CERTIFICATE) == ""


def test_nginx_takes_the_files_for_a_container(nginx_program: str, etc: Path) -> None:
    """Only names that the network of containers knows, and a word of newer ones, are replaced."""
    newer = ("listen 443 ssl;\nhttp2 on;", "listen 443 ssl http2;")
    names = [("worker-1:", "127.0.0.1:1"), ("worker-2:", "127.0.0.1:2")]
    assert check(nginx_program, etc, CONTAINER, newer, *names) == ""


def test_brotli_is_asked_for_only_where_its_file_is(nginx_program: str, etc: Path) -> None:
    shutil.copy(HOST / "hemicycle" / "brotli.conf", etc / "hemicycle")
    complaint = check(nginx_program, etc, HOST, CERTIFICATE)
    assert "brotli_static" in complaint
    if BROTLI.exists():
        (etc / "modules-enabled" / "brotli.conf").write_text(f"load_module {BROTLI};")
        assert check(nginx_program, etc, HOST, CERTIFICATE) == ""


@pytest.mark.parametrize("name", ["workers", "https", "http", "proxy"])
def test_a_file_that_is_forgotten_is_named(nginx_program: str, etc: Path, name: str) -> None:
    if name == "proxy":
        (etc / "hemicycle" / "proxy.conf").unlink()
        assert "proxy.conf" in check(nginx_program, etc, HOST, CERTIFICATE)
        return
    check(nginx_program, etc, HOST, CERTIFICATE)
    (etc / "hemicycle" / f"{name}.conf").unlink()
    done = subprocess.run(
        [nginx_program, "-t", "-p", str(etc), "-c", str(etc / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert f"{name}.conf" in done.stderr
