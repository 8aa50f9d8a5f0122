"""Holds what comes from others to what was locked: same bytes, named licences, no addresses."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = [ROOT / "static" / "vendor", ROOT / "tests" / "vendor"]
LOCKS = [
    ROOT / "requirements" / "run.txt",
    ROOT / "requirements" / "dev.txt",
    ROOT / "tools" / "vendor" / "package-lock.json",
]
SOURCE_MAP = re.compile(rb"[#@]\s*sourceMappingURL=")


def read_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    manifest: dict[str, dict[str, Any]] = json.loads(
        (folder / "manifest.json").read_text(encoding="utf-8")
    )
    return manifest


both_folders = pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.parent.name)


@both_folders
def test_vendored_files_are_what_the_manifest_says(folder: Path) -> None:
    for name, entry in read_manifest(folder).items():
        content = (folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], name


@both_folders
def test_the_manifest_names_every_vendored_file(folder: Path) -> None:
    present = {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    manifest = read_manifest(folder)
    licences = {name for entry in manifest.values() for name in entry["licence_files"]}
    assert present == set(manifest) | licences


@both_folders
def test_every_vendored_file_has_its_licences(folder: Path) -> None:
    for name, entry in read_manifest(folder).items():
        assert entry["licence"], name
        assert len(entry["licence_files"]) == 1 + len(entry["contains"]), name
        for licence in entry["licence_files"]:
            assert len((folder / licence).read_text(encoding="utf-8")) > 400, licence


@both_folders
def test_vendored_versions_are_the_locked_ones(folder: Path) -> None:
    locked = json.loads(LOCKS[2].read_text(encoding="utf-8"))["packages"]
    for entry in read_manifest(folder).values():
        versions = {entry["package"]: entry["version"], **entry["contains"]}
        for package, version in versions.items():
            assert locked[f"node_modules/{package}"]["version"] == version, package


@both_folders
def test_no_vendored_script_points_to_a_source_map(folder: Path) -> None:
    for path in folder.glob("*.js"):
        assert not SOURCE_MAP.search(path.read_bytes()), path.name


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_lockfiles_hold_no_addresses(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [line for line in text.splitlines() if "://" in line and '"url"' not in line]
    assert found == []
    assert '"resolved"' not in text
    assert not re.search(
        r"^\s*(-|--)(i|f|e|index-url|extra-index-url|find-links)\b", text, re.MULTILINE
    )


@pytest.mark.parametrize("path", LOCKS[:2], ids=lambda path: path.name)
def test_every_locked_package_has_a_hash(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(packages) > 20
    for line in packages:
        assert re.match(r"[a-z0-9._-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line[:60]


def test_both_locks_agree_on_versions() -> None:
    versions = [
        dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE))
        for path in LOCKS[:2]
    ]
    run, dev = versions
    assert {name: dev.get(name) for name in run} == run
