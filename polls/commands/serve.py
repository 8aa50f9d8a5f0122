"""`hemicycle serve`: one process that serves pages and sockets."""

from __future__ import annotations

import gc
import logging
import signal
import sys
from dataclasses import replace
from typing import Any

import click
import gevent
import structlog
from flask import Flask
from gevent.pywsgi import WSGIServer

from polls.app import create_app
from polls.commands.common import CommandRefused
from polls.commands.supervisor import tell_supervisor
from polls.config import PREFIX, Config
from polls.web.about import missing_settings

log = logging.getLogger(__name__)


@click.command()
@click.option("--host", help="Address to listen on; default HEMICYCLE_HOST.")
@click.option("--port", type=int, help="Port to listen on; default HEMICYCLE_PORT.")
@click.pass_obj
def serve(config: Config, host: str | None, port: int | None) -> None:
    """Serve panels until stopped."""
    config = with_address(config, host, port)
    server = create_server(config)
    warn_of_missing_names(config)
    click.echo(f"Hemicycle is at {address_of(server)}")
    sys.stdout.flush()
    tell_supervisor("READY=1")
    run_until_stopped(server)


def warn_of_missing_names(config: Config) -> None:
    """Say that visitors are not told who answers for what is kept about them."""
    missing = missing_settings(config)
    if missing:
        names = " and ".join(PREFIX + name.upper() for name in missing)
        log.warning("the page /privacy does not say whom to ask: please set %s", names)


def with_address(config: Config, host: str | None, port: int | None) -> Config:
    return replace(
        config,
        host=config.host if host is None else host,
        port=config.port if port is None else port,
    )


def create_server(config: Config) -> WSGIServer:
    """Return a listening server; it keeps no access log, so no address is written down."""
    set_up_logging(config.log_level)
    hub = gevent.get_hub()
    # Phones that leave in the middle of something are no errors, and no news.
    hub.NOT_ERROR = (*hub.NOT_ERROR, ConnectionError)
    app = create_app(config)
    spare_the_collector()
    server = WSGIServer((config.host, config.port), app, log=None, error_log=None, backlog=2048)
    try:
        server.start()
    except (OSError, OverflowError) as error:
        raise CommandRefused(
            f"cannot listen on {config.host}, port {config.port}: {error}. Is the port in use?"
        ) from error
    return server


def spare_the_collector() -> None:
    """Let the garbage collector leave alone what stays, and look at the rest less often.

    A thousand phones are half a million objects that live as long as their sockets; walking
    through them at Python's usual pace costs more than the votes.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def app_of(server: WSGIServer) -> Flask:
    app: Flask = server.application
    return app


def address_of(server: WSGIServer) -> str:
    host = server.server_host
    return f"http://{'localhost' if host in ('0.0.0.0', '::') else host}:{server.server_port}"  # noqa: S104


def run_until_stopped(server: WSGIServer) -> None:
    stopped = gevent.event.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(name, stopped.set)
    stopped.wait()
    tell_supervisor("STOPPING=1")
    server.stop(timeout=2)
    app_of(server).extensions["hemicycle"].context.stage.stop()


def set_up_logging(level: str) -> None:
    """Log as lines of JSON on standard error: events and numbers, never a person's text."""
    processors: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
