"""Builds the wheel and runs it elsewhere, since an editable install hides what was forgotten."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
import requests

from tests.support.server import RunningServer

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_OUT = {"__pycache__", ".mypy_cache", ".ruff_cache"}

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", f"--outdir={folder}", ROOT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("hemicycle-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel alone, which borrows the libraries it depends on."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "-qq", "--no-deps", wheel],
        check=True,
    )
    packages = next((folder / "lib").glob("python*/site-packages"))
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def files_below(folder: str, prefix: str) -> set[str]:
    return {
        prefix + str(path.relative_to(ROOT / folder))
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not LEFT_OUT.intersection(path.parts)
    }


def test_the_wheel_holds_everything_the_app_reads(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = (
        files_below("polls", "polls/")
        | files_below("static", "polls/static/")
        | files_below("templates", "polls/templates/")
    )
    assert wanted - names == set()
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_installed_wheel_serves_from_a_foreign_folder(installed: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    where = subprocess.run(
        [installed / "bin" / "python", "-c", "import polls; print(polls.__file__)"],
        cwd=elsewhere,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(installed))

    server = RunningServer(
        tmp_path, command=installed / "bin" / "hemicycle", working_folder=elsewhere
    )
    try:
        server.start()
        page = requests.get(server.url + "/", timeout=10)
        assert page.status_code == 200
        version = re.search(r"/static/([0-9a-f]+)/", page.text)
        assert version is not None
        script = requests.get(f"{server.url}{version[0]}vendor/idiomorph.js", timeout=10)
        assert script.status_code == 200
        assert script.content == (ROOT / "static" / "vendor" / "idiomorph.js").read_bytes()
    finally:
        server.forget()
