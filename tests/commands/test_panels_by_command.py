"""`create`, `import` and `links`: panels without a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from polls.domain.polls import Role
from polls.services import panels, participants
from polls.store import schema
from polls.store.panels import all_panels, find_by_code
from tests.commands.conftest import Run
from tests.factories import Room, make_context

AGENDA = """
code: CITY25
title: A city listens
items:
  - kind: single_choice
    title: More buses?
    options: [Yes please, No thanks]
  - kind: comments
    title: Tell us
"""
FAULTY = """
title: A city listens
items:
  - kind: guessing
    title: What?
  - kind: rating
"""


@pytest.fixture
def agenda(tmp_path: Path) -> Path:
    path = tmp_path / "agenda.yaml"
    path.write_text(AGENDA, encoding="utf-8")
    return path


def links_in(text: str) -> dict[str, str]:
    return dict(re.findall(r"^(\w+): +(\S+)$", text, re.MULTILINE))


def key_of(link: str) -> str:
    return link.rpartition("key=")[2]


@pytest.mark.parametrize("command", ["create", "import"])
def test_a_file_becomes_a_panel_and_three_links(
    command: str, run: Run, agenda: Path, tmp_path: Path
) -> None:
    done = run(command, str(agenda))
    assert done.exit_code == 0, done.stderr
    links = links_in(done.stdout)
    assert links["Phone"] == "https://vote.example/p/CITY25"
    assert links["Moderator"].startswith("https://vote.example/p/CITY25/moderate?key=")
    assert links["Projector"].startswith("https://vote.example/p/CITY25/screen?key=")
    context = make_context(tmp_path)
    panel = panels.find(context, "CITY25")
    assert panels.key_is_valid(context, panel.id, Role.MODERATOR, key_of(links["Moderator"]))
    assert panels.key_is_valid(context, panel.id, Role.PROJECTOR, key_of(links["Projector"]))
    assert not panels.key_is_valid(context, panel.id, Role.MODERATOR, key_of(links["Projector"]))


def test_a_title_is_enough(run: Run) -> None:
    done = run("create", "--title", "Evening session", "--language", "fr", "--language", "nl")
    assert done.exit_code == 0
    assert re.fullmatch(r"https://vote\.example/p/[A-Z0-9]{6}", links_in(done.stdout)["Phone"])


def test_links_begin_with_this_machine_where_no_address_is_set(run: Run) -> None:
    done = run("create", "--title", "Here", HEMICYCLE_PUBLIC_URL="", HEMICYCLE_PORT="8123")
    assert links_in(done.stdout)["Phone"].startswith("http://localhost:8123/p/")


@pytest.mark.parametrize("arguments", [[], ["--title", "  "], ["--title", "x" * 301]])
def test_what_cannot_be_created_is_said_in_one_line(run: Run, arguments: list[str]) -> None:
    done = run("create", *arguments)
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("hemicycle: ")


@pytest.mark.parametrize("command", ["create", "import"])
def test_a_faulty_file_is_refused_whole(
    command: str, run: Run, tmp_path: Path, database: Path
) -> None:
    path = tmp_path / "faulty.yaml"
    path.write_text(FAULTY, encoding="utf-8")
    done = run(command, str(path))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert re.search(r"faulty\.yaml: line 4: items\[1\]\.kind: expected one of", done.stderr)
    assert re.search(r"faulty\.yaml: line 6: items\[2\]\.title: expected", done.stderr)
    assert not database.exists(), "nothing was made"


def test_a_file_that_is_no_text_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "picture.yaml"
    path.write_bytes(b"\xff\xd8\xff\xe0")
    done = run("import", str(path))
    assert done.exit_code == 2
    assert "not a text in UTF-8" in done.stderr


def test_a_code_in_use_is_refused_with_a_way_on(run: Run, agenda: Path, tmp_path: Path) -> None:
    run("import", str(agenda))
    done = run("import", str(agenda))
    assert done.exit_code == 2
    assert "--into CITY25" in done.stderr
    assert len(make_context(tmp_path).database.read(all_panels)) == 1


def test_items_are_added_to_a_panel(run: Run, agenda: Path, room: Room) -> None:
    before = len(room.state.items)
    done = run("import", str(agenda), "--into", "test-42")
    assert done.exit_code == 0
    assert done.stdout == "TEST42: 2 items added\n"
    items = room.state.items
    assert len(items) == before + 2
    assert items[-1].kind == "comments"
    room.context.stage.structure_changed(room.panel_id)
    room.direct("panel.undo")
    assert len(room.state.items) == before


def test_an_unknown_panel_and_a_missing_database_are_said(
    run: Run, agenda: Path, room: Room
) -> None:
    done = run("import", str(agenda), "--into", "NOSUCH")
    assert (done.exit_code, done.stderr) == (
        2,
        "hemicycle: there is no panel with the code NOSUCH\n",
    )
    done = run("recount", HEMICYCLE_DATABASE_URL="sqlite:////nowhere/at/all.db")
    assert done.exit_code == 2
    assert "there is no database at /nowhere/at/all.db" in done.stderr
    done = run("recount", HEMICYCLE_DATABASE_URL="postgresql+psycopg://x:secret@127.0.0.1:1/x")
    assert done.exit_code == 2
    assert "secret" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_lost_link_is_made_anew(run: Run, room: Room) -> None:
    done = run("links", room.code, "--role", "moderator")
    assert done.exit_code == 0
    key = key_of(links_in(done.stdout)["Moderator"])
    assert panels.key_is_valid(room.context, room.panel_id, Role.MODERATOR, key)
    old = room.links.moderator_key
    assert not panels.key_is_valid(room.context, room.panel_id, Role.MODERATOR, old)
    assert panels.key_is_valid(
        room.context, room.panel_id, Role.PROJECTOR, room.links.projector_key
    )


def test_a_restored_panel_takes_people_again(run: Run, room: Room) -> None:
    """A backup has no hashing keys; without one, nobody could join."""
    table = schema.hashing_key
    room.context.database.write(lambda connection: connection.execute(table.delete()))
    done = run("links", room.code, "--role", "moderator")
    assert "people join anew" in done.stdout
    assert participants.join(room.context, room.panel_id, "en").is_new
    assert room.context.database.read(lambda c: find_by_code(c, room.code)) is not None


@pytest.mark.parametrize(
    "name",
    ["create", "import", "export", "recount", "rehearse", "backup", "links", "serve", "demo"],
)
def test_every_command_explains_itself(name: str, run: Run) -> None:
    done = run(name, "--help")
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) > 4
