"""Keeps docs/commands.md in step with what the commands take."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from polls.commands.main import main

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "commands.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_described_with_its_options(name: str) -> None:
    assert f"| `hemicycle {name}` |" in PAGE
    options = [option for option in main.commands[name].params if isinstance(option, click.Option)]
    told = {form for option in options for form in option.opts if form.startswith("--")}
    missing = sorted(form for form in told - {"--format"} if form not in PAGE)
    assert missing == []
    assert all(option.help for option in options), "an option without help"
