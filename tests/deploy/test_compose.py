"""The compose file names files, settings and services that exist, and no image from a place."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from polls.commands.main import main
from polls.config import PREFIX, Config
from tests.support.nginx import DEPLOY

ROOT = DEPLOY.parent
COMPOSE: dict[str, Any] = YAML(typ="safe").load(DEPLOY / "compose.yaml")
SERVICES: dict[str, Any] = COMPOSE["services"]
SETTINGS = {PREFIX + setting.name.upper() for setting in fields(Config)}
WORKERS = [name for name in SERVICES if name.startswith("worker-")]
# Written by whoever runs it, as the top of the file says.
OWN = {"./compose/certificates"}


def test_there_are_several_workers_alike() -> None:
    assert len(WORKERS) >= 2
    assert all(SERVICES[name] == SERVICES[WORKERS[0]] for name in WORKERS)


def test_nginx_knows_every_worker_and_no_other() -> None:
    lines = (DEPLOY / "compose/nginx/hemicycle/workers.conf").read_text("utf-8")
    port = SERVICES[WORKERS[0]]["environment"]["HEMICYCLE_PORT"]
    assert re.findall(r"^server (\S+):(\d+) ", lines, re.MULTILINE) == [
        (name, port) for name in WORKERS
    ]


def test_every_file_that_is_mounted_exists_and_every_volume_is_named() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert source in OWN or (DEPLOY / source).is_file(), source
            else:
                assert source in COMPOSE["volumes"]


def test_what_a_service_waits_for_exists() -> None:
    for service in SERVICES.values():
        assert set(service.get("depends_on", [])) <= set(SERVICES)


def test_workers_get_settings_that_exist_and_reach_services_that_exist() -> None:
    environment = SERVICES[WORKERS[0]]["environment"]
    assert set(environment) <= SETTINGS
    hosts = re.findall(r"(?:@|//)([a-z-]+)[:/]", " ".join(environment.values()))
    assert {host for host in hosts if host != "hemicycle"} == {"database", "redis"}
    assert environment["HEMICYCLE_TRUSTED_PROXIES"] == "1"


def test_images_have_their_usual_names() -> None:
    images = {service["image"] for service in SERVICES.values()}
    assert images == {"postgres:16", "redis:7", "nginx:1", "hemicycle"}
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE) == ["python:3.12-slim"] * 2


def test_only_nginx_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]


def test_the_database_and_files_are_ready_before_any_worker() -> None:
    command = SERVICES["prepare"]["command"][-1]
    assert [step.split()[1] for step in command.split(" && ")] == ["migrate", "static"]
    assert set(re.findall(r"hemicycle (\w+)", command)) <= set(main.commands)
    assert SERVICES[WORKERS[0]]["depends_on"]["prepare"]["condition"] == (
        "service_completed_successfully"
    )


@pytest.mark.parametrize("copied", ["requirements/run.txt", "polls", "static", "templates"])
def test_what_the_image_is_made_of_is_let_into_it(copied: str) -> None:
    let_in = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert (ROOT / copied).exists()
    assert f"!{Path(copied).parts[0]}" in let_in


def test_the_image_leaves_out_what_is_not_the_program() -> None:
    let_in = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert let_in[0] == "*"
    for left_out in (".git", ".venv", "tests", "deploy", "bench"):
        assert f"!{left_out}" not in let_in


def test_both_main_files_of_nginx_have_room_for_a_hall() -> None:
    for path in (DEPLOY / "nginx/nginx.conf", DEPLOY / "compose/nginx/nginx.conf"):
        text = path.read_text("utf-8")
        connections = int(re.findall(r"worker_connections (\d+);", text)[0])
        files = int(re.findall(r"worker_rlimit_nofile (\d+);", text)[0])
        assert files >= 2 * connections >= 20_000
