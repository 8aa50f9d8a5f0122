"""`hemicycle demo`: a living room within a minute."""

from __future__ import annotations

import socket
import subprocess
import sys
from importlib.resources import files

import click
from gevent.pywsgi import WSGIServer

from polls.agenda_file import read_agenda
from polls.commands.serve import app_of, create_server, run_until_stopped, with_address
from polls.config import Config
from polls.demo.mind import key_of
from polls.domain.polls import Role
from polls.protocol import PollOpen
from polls.services import panels, participants, polls
from polls.services.context import Actor, Context
from polls.store.comments import has_actions
from polls.store.panels import find_by_code
from polls.web import qr


@click.command()
@click.option("--host", default="0.0.0.0", show_default=True, help="Address to listen on.")  # noqa: S104
@click.option("--port", type=int, default=5000, show_default=True, help="Port to listen on.")
@click.option(
    "--audience",
    type=click.IntRange(0, 2000),
    default=60,
    show_default=True,
    help="Simulated people in the room; 0 for none.",
)
@click.pass_obj
def demo(config: Config, host: str, port: int, audience: int) -> None:
    """Serve the demo panel, with a simulated audience.

    The first start creates the panel and opens its first poll. A later start finds
    everything as it was left, under the same links.
    """
    config = with_address(config, host, port)
    server = create_server(config)
    context: Context = app_of(server).extensions["hemicycle"].context
    code = prepare_panel(context)
    base = (config.public_url or f"http://{_own_address(host)}:{server.server_port}").rstrip("/")
    app_of(server).extensions["hemicycle"].addresses.learn(code, base)
    _print_links(context, code, base)
    crowd = _start_audience(server, context, code, audience)
    try:
        run_until_stopped(server)
    finally:
        if crowd is not None:
            crowd.terminate()


def prepare_panel(context: Context) -> str:
    """Create the demo panel at the first start, its first poll open; return its code."""
    text = files("polls.demo").joinpath("panel.yaml").read_text(encoding="utf-8")
    definition = read_agenda(text)
    code = definition.code or ""
    if context.database.read(lambda connection: find_by_code(connection, code)) is None:
        panels.create_with_derived_keys(context, definition)
    panel = panels.find(context, code)
    if not context.database.read(lambda connection: has_actions(connection, panel.id)):
        state = context.stage.state(panel.id)
        first = next(item.poll_id for item in state.items if item.poll_id)
        polls.open_poll(context, Actor(Role.MODERATOR, panel.id), PollOpen(poll=first))
    return code


def _own_address(host: str) -> str:
    """Return an address of this machine that phones in the same network can reach."""
    if host not in ("0.0.0.0", "::", ""):  # noqa: S104
        return host
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        # Nothing is sent: the system only says from which address it would.
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"
    finally:
        probe.close()


def _print_links(context: Context, code: str, base: str) -> None:
    moderator, projector = panels.derived_keys(context, code)
    panel_id = panels.find(context, code).id
    is_replaced = [
        role.value
        for role, key in ((Role.MODERATOR, moderator), (Role.PROJECTOR, projector))
        if not panels.key_is_valid(context, panel_id, role, key)
    ]
    lines = [
        qr.terminal(f"{base}/p/{code}"),
        f"Phone:      {base}/p/{code}",
        f"Moderator:  {base}/p/{code}/moderate?key={moderator}",
        f"Projector:  {base}/p/{code}/screen?key={projector}",
        *(
            f"The {role} link above was replaced. `hemicycle links {code} --role {role}` makes one."
            for role in is_replaced
        ),
        "",
        "Stop with Ctrl-C. The next start goes on where this one ends.",
    ]
    for line in lines:
        click.echo(line)
        sys.stdout.flush()


def _start_audience(
    server: WSGIServer, context: Context, code: str, count: int
) -> subprocess.Popen[bytes] | None:
    """Let a crowd join from a process of its own, so that it costs this one only its votes.

    Its keys derive from the instance's secret, so the next start has the same people.
    """
    if count == 0:
        return None
    seed, _ = panels.derived_keys(context, f"audience:{code}")
    keys = [key_of(seed, number) for number in range(count)]
    panel = panels.find(context, code)
    participants.keep_seats(context, panel.id, keys, panel.languages[0])
    address = f"http://127.0.0.1:{server.server_port}"
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "polls.demo.audience", address, code, str(count), "--seed", seed],
        stdin=subprocess.DEVNULL,
    )
