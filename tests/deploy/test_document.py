"""docs/deploy.md names files, metrics and commands that exist, and every metric there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from polls.app import create_app
from polls.commands.main import main
from polls.live.relay import Relay
from polls.web.metrics import Gathering
from tests.factories import make_config
from tests.support.nginx import DEPLOY

ROOT = DEPLOY.parent
DOCUMENT = (ROOT / "docs" / "deploy.md").read_text("utf-8")


def exported(folder: Path) -> set[str]:
    config = make_config(folder, redis_url="redis://127.0.0.1:9/0")
    parts = create_app(config).extensions["hemicycle"]
    assert isinstance(parts.relay, Relay)
    families = list(Gathering(parts).collect())
    parts.context.stage.stop()
    return {family.name + ("_total" if family.type == "counter" else "") for family in families}


def test_every_metric_is_told_and_no_other(tmp_path: Path) -> None:
    told = re.findall(r"^\| `(hemicycle_\w+)` \|", DOCUMENT, re.MULTILINE)
    assert sorted(told) == sorted(exported(tmp_path))
    mentioned = {
        re.sub(r"_bucket$", "", name) for name in re.findall(r"\bhemicycle_\w+\b", DOCUMENT)
    }
    assert mentioned <= set(told)


def test_every_file_it_names_is_there() -> None:
    named = re.findall(r"`deploy/([\w./-]+)`", DOCUMENT)
    copied = re.findall(
        r"^(?:cp|cat) ((?:nginx|postgresql|redis|systemd)/[\w.-]+)", DOCUMENT, re.MULTILINE
    )
    for name in (*named, *copied):
        assert (DEPLOY / name).exists(), name
    for name in re.findall(r"hemicycle/\{([\w,]+)\}\.conf", DOCUMENT)[0].split(","):
        assert (DEPLOY / "nginx" / "hemicycle" / f"{name}.conf").exists()


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"^hemicycle (\w+)", DOCUMENT, re.MULTILINE)))
)
def test_every_command_it_names_is_there(command: str) -> None:
    assert command in main.commands


def test_every_place_it_leads_to_is_there() -> None:
    headings = {
        re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", DOCUMENT, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", DOCUMENT):
        path, _, heading = target.partition("#")
        if path:
            assert (ROOT / "docs" / path).exists(), target
        else:
            assert heading in headings, target
