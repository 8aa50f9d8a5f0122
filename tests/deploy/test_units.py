"""The units are what systemd takes, each command in them exists, and workers keep to themselves."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from polls.commands.main import main
from tests.deploy.conftest import settings_of
from tests.support.nginx import DEPLOY

UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
INSTALLED = Path("/opt/hemicycle")


class Unit(dict[str, dict[str, list[str]]]):
    """Sections of a unit; a name may stand there more than once."""

    def __init__(self, path: Path) -> None:
        section: dict[str, list[str]] = {}
        for raw in path.read_text("utf-8").splitlines():
            line = raw.strip()
            if line.startswith("["):
                section = self.setdefault(line.strip("[]"), {})
            elif line and not line.startswith("#"):
                name, equals, value = line.partition("=")
                assert equals, f"{path.name}: {line!r} is no setting"
                section.setdefault(name, []).append(value)


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


@pytest.mark.parametrize("path", UNITS, ids=names(UNITS))
def test_systemd_takes_the_unit(path: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        # Elsewhere the other tests of this file read it.
        assert Unit(path)["Unit"]["Description"]
        return
    bin_folder = tmp_path / "hemicycle"
    for name in ("bin/hemicycle", "deploy/backup.sh"):
        (bin_folder / name).parent.mkdir(parents=True, exist_ok=True)
        (bin_folder / name).write_text("#!/bin/sh\n")
        (bin_folder / name).chmod(0o755)
    for unit in UNITS:
        text = unit.read_text("utf-8").replace(str(INSTALLED), str(bin_folder))
        (tmp_path / unit.name).write_text(text, "utf-8")
    name = path.name.replace("@.", "@1.")
    if "@" in path.name:
        (tmp_path / name).symlink_to(tmp_path / path.name)
    done = subprocess.run(
        [program, "verify", "--man=no", str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=False,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
    )
    about = [line for line in done.stderr.splitlines() if "hemicycle" in line]
    assert about == [], done.stderr


@pytest.mark.parametrize("path", SERVICES, ids=names(SERVICES))
def test_each_command_of_a_unit_exists(path: Path) -> None:
    for line in Unit(path)["Service"]["ExecStart"]:
        program, *arguments = shlex.split(line)
        relative = Path(program).relative_to(INSTALLED)
        if relative == Path("bin/hemicycle"):
            assert arguments[0] in main.commands
        else:
            assert (DEPLOY.parent / relative).is_file()


@pytest.mark.parametrize("path", SERVICES, ids=names(SERVICES))
def test_a_service_may_do_little(path: Path) -> None:
    service = Unit(path)["Service"]
    assert service["User"] == ["hemicycle"]
    assert service["NoNewPrivileges"] == ["yes"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["CapabilityBoundingSet"] == [""]
    assert service["EnvironmentFile"] == ["/etc/hemicycle/hemicycle.env"]


def test_workers_listen_where_nginx_looks_for_them() -> None:
    service = Unit(DEPLOY / "systemd" / "hemicycle@.service")["Service"]
    assert "HEMICYCLE_PORT=500%i" in service["Environment"][0]
    lines = (DEPLOY / "nginx" / "hemicycle" / "workers.conf").read_text("utf-8")
    for number in (1, 2):
        assert f"server 127.0.0.1:500{number} " in lines


def test_a_worker_has_room_for_a_hall_of_phones_and_comes_back() -> None:
    unit = Unit(DEPLOY / "systemd" / "hemicycle@.service")
    assert int(unit["Service"]["LimitNOFILE"][0]) >= 20_000
    assert unit["Service"]["Restart"] == ["always"]
    assert unit["Service"]["Type"] == ["notify"]
    assert unit["Unit"]["PartOf"] == unit["Install"]["WantedBy"] == ["hemicycle.target"]


def test_what_is_written_for_nginx_is_where_nginx_reads_it() -> None:
    prepare = Unit(DEPLOY / "systemd" / "hemicycle-prepare.service")["Service"]
    written = Path(shlex.split(prepare["ExecStart"][1])[-1])
    https = (DEPLOY / "nginx" / "hemicycle" / "https.conf").read_text("utf-8")
    assert f"root {written.parent};" in https
    assert written.name == "static"
    assert prepare["CacheDirectory"] == [written.parent.name]


def test_nothing_secret_is_shipped_and_every_secret_is_asked_for() -> None:
    shipped = settings_of(DEPLOY / "hemicycle.env")
    secrets = {"HEMICYCLE_SECRET", "HEMICYCLE_METRICS_TOKEN", "HEMICYCLE_CREATION_PASSWORD"}
    assert not secrets & set(shipped)
    text = (DEPLOY / "hemicycle.env").read_text("utf-8")
    assert all(f"#{name}=" in text for name in secrets)


def test_settings_of_the_kernel_are_names_and_values() -> None:
    parser = configparser.ConfigParser()
    parser.read_string("[kernel]\n" + (DEPLOY / "sysctl.conf").read_text("utf-8"))
    found = dict(parser["kernel"])
    assert int(found["net.core.somaxconn"]) >= 4096
    least, most = map(int, found["net.ipv4.ip_local_port_range"].split())
    assert least < most <= 65535
    # A worker's own port must not be taken by a connection to another worker.
    assert not least <= 5009
