"""docs/settings.md names every setting, with its default and its meaning, and no other."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from polls.config import PREFIX, Config, SettingError

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(HEMICYCLE_\w+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
SETTINGS = {PREFIX + setting.name.upper(): setting for setting in fields(Config)}


def documented() -> dict[str, tuple[str, str]]:
    return {name: (default, meaning) for name, default, meaning in ROW.findall(DOCUMENT)}


def test_every_setting_is_documented_and_no_other() -> None:
    assert set(documented()) == set(SETTINGS)


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_setting_is_documented_with_its_default_and_meaning(name: str) -> None:
    default = SETTINGS[name].default
    shown = "(empty)" if default == "" else f"`{default}`"
    assert documented()[name] == (shown, SETTINGS[name].metadata["meaning"])


def test_no_setting_is_mentioned_that_does_not_exist() -> None:
    """Neither in the documentation nor in the code; tests and the audience have switches too."""
    others = {"HEMICYCLE_AUDIENCE_SEED"}
    files = [ROOT / "README.md", ROOT / "Makefile"]
    for folder, pattern in (
        ("docs", "*.md"),
        ("polls", "*.py"),
        ("deploy", "*"),
        ("bench", "*.py"),
    ):
        files += sorted(path for path in (ROOT / folder).rglob(pattern) if path.is_file())
    mentioned = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in files
        for name in re.findall(r"HEMICYCLE_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))
        if not name.startswith("HEMICYCLE_TEST_")
    }
    assert {(path, name) for path, name in mentioned if name not in SETTINGS} == {
        (path, name) for path, name in mentioned if name in others
    }
    assert all(name in DOCUMENT for name in others)


USABLE = {
    "HEMICYCLE_LEGAL_BASIS": "public_task",
    "HEMICYCLE_TIMEZONE": "Europe/Tallinn",
    "HEMICYCLE_REDIS_URL": "redis://10.0.0.1:6379/0",
}
"""Values of settings that are not just any text."""


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_setting_is_read_from_the_environment(name: str) -> None:
    is_number = isinstance(SETTINGS[name].default, int)
    text = USABLE.get(name, "something")
    config = Config.from_environment({name: "17" if is_number else text})
    assert getattr(config, SETTINGS[name].name) == (17 if is_number else text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HEMICYCLE_TIMEZONE", "Mars/Base"),
        ("HEMICYCLE_PORT", "70000"),
        ("HEMICYCLE_LEGAL_BASIS", "because"),
        ("HEMICYCLE_RETENTION_DAYS", "0"),
        ("HEMICYCLE_REDIS_URL", "localhost:6379"),
    ],
)
def test_a_setting_that_no_server_could_use_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        Config.from_environment({name: value})


@pytest.mark.parametrize("value", ["", "many", "-1", "1.5"])
def test_a_number_that_is_none_is_refused_by_name(value: str) -> None:
    with pytest.raises(SettingError, match="HEMICYCLE_PORT"):
        Config.from_environment({"HEMICYCLE_PORT": value})
