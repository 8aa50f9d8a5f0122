"""`hemicycle rehearse`: a simulated audience for a panel on a running server."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request

import click

from polls.commands.common import CommandRefused
from polls.config import Config
from polls.domain.codes import normalise_panel_code

STOP_SECONDS = 5


@click.command()
@click.argument("code")
@click.option(
    "--people",
    type=click.IntRange(1, 2000),
    default=60,
    show_default=True,
    help="How many simulated people join.",
)
@click.option(
    "--seconds",
    type=click.IntRange(1, 86_400),
    default=300,
    show_default=True,
    help="How long they stay.",
)
@click.option("--url", help="Address of the server; default http://127.0.0.1 and HEMICYCLE_PORT.")
@click.pass_obj
def rehearse(config: Config, code: str, people: int, seconds: int, url: str | None) -> None:
    """Send a simulated audience to the panel CODE, to try it out before the real thing.

    The server must be running. The people join, vote when a question opens, comment and
    support each other's comments, and leave after --seconds or with Ctrl-C. What they did
    stays until the moderator clears the rehearsal.
    """
    address = (url or f"http://127.0.0.1:{config.port}").rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise CommandRefused(f"{address} is not an address of a server")
    code = normalise_panel_code(code)
    _refuse_if_missing(address, code)
    click.echo(f"{people} people join {code} at {address} and stay for {seconds} s.")
    click.echo("Open a question and watch; Ctrl-C ends the rehearsal.")
    crowd = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "polls.demo.audience", address, code, str(people)],
        stdin=subprocess.DEVNULL,
    )
    try:
        _wait(crowd, seconds)
    finally:
        _end(crowd)
    click.echo("The rehearsal is over. Its votes and comments are in the panel:")
    click.echo('press "Clear rehearsal" on the moderator\'s page before the real thing.')


def _refuse_if_missing(address: str, code: str) -> None:
    try:
        with urllib.request.urlopen(f"{address}/p/{code}", timeout=10):  # noqa: S310
            return
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 404:
            raise CommandRefused(f"the server at {address} has no panel {code}") from error
        raise CommandRefused(f"the server at {address} answers {error.code}") from error
    except (OSError, ValueError) as error:
        raise CommandRefused(
            f"no server answers at {address}; start it with hemicycle serve, or give --url"
        ) from error


def _wait(crowd: subprocess.Popen[bytes], seconds: int) -> None:
    ends_at = time.monotonic() + seconds
    try:
        while time.monotonic() < ends_at:
            if crowd.poll() is not None:
                raise CommandRefused("the audience left early")
            time.sleep(0.2)
    except KeyboardInterrupt:
        click.echo("")


def _end(crowd: subprocess.Popen[bytes]) -> None:
    crowd.terminate()
    try:
        crowd.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        crowd.kill()
        crowd.wait()
