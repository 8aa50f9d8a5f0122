"""What is done before workers start: the database brought up to date, files written for nginx."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Run


def test_files_are_written_under_this_version_and_can_be_written_again(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "served" / "static"
    done = run("static", str(folder))
    assert done.exit_code == 0
    written = Path(done.stdout.strip())
    assert written.parent == folder
    assert (written / "room.js.br").is_file()
    assert (written / "kinds" / "shift.js.gz").is_file()
    assert run("static", str(folder)).stdout == done.stdout


def test_a_folder_that_cannot_be_made_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = run("static", str(tmp_path / "file" / "static"))
    assert done.exit_code == 2
    assert "file/static" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_version_at_all_cannot_be_kept(run: Run, tmp_path: Path) -> None:
    assert run("static", str(tmp_path / "served"), "--keep", "0").exit_code == 2
    assert not (tmp_path / "served").exists()


def test_a_database_is_made_and_brought_up_to_date_again(run: Run, database: Path) -> None:
    assert run("migrate").exit_code == 0
    size = database.stat().st_size
    assert size > 0
    assert run("migrate").exit_code == 0
    assert database.stat().st_size == size


def test_a_database_that_cannot_be_made_is_named(run: Run, tmp_path: Path) -> None:
    done = run("migrate", HEMICYCLE_DATABASE_URL=f"sqlite:///{tmp_path}/nowhere/at.db")
    assert done.exit_code == 2
    assert "database cannot be used" in done.stderr
