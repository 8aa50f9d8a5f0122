"""The only place where the parts meet."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import gevent
from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from polls.config import Config
from polls.domain.codes import Choose, new_receipt
from polls.domain.errors import Refusal
from polls.live.relay import Relay
from polls.live.shared_presence import tags_of
from polls.live.shared_stage import SharedStage
from polls.live.stage import Stage
from polls.services.closing import conclude_all
from polls.services.context import Context, RateLimits
from polls.services.finishing import Finisher
from polls.services.retention import expire
from polls.store.ballot_box import BallotBox
from polls.store.database import Database, instance_secret
from polls.store.probe import Readiness
from polls.store.worker_numbers import WorkerNumber
from polls.web.about import about
from polls.web.api import api, refuse
from polls.web.assets import Assets, best_encoding, compress, project_folder
from polls.web.files import files
from polls.web.health import health
from polls.web.messages import message_of
from polls.web.metrics import metrics
from polls.web.moderation import moderation
from polls.web.offline import offline
from polls.web.pages import pages
from polls.web.parts import Parts, parts
from polls.web.rendering import Addresses, FragmentRenderer, prepare_templates
from polls.web.results import results
from polls.web.security import protect
from polls.web.socket_server import create_socketio
from polls.web.sockets import SocketDoor

log = logging.getLogger(__name__)

COMPRESS_LEAST_BYTES = 1024
END_PANELS_EVERY_SECONDS = 600
COMPRESSED_TYPES = ("text/html", "application/json", "image/svg+xml", "text/csv")


def create_context(
    config: Config,
    *,
    threaded: bool = False,
    clock: Callable[[], float] = time.time,
    choose: Choose = secrets.choice,
) -> Context:
    """Open the database, bring it up to date, and put together what use cases need."""
    database = Database(config.database_url, threaded=threaded)
    database.migrate()
    secret = instance_secret(database, config.secret)
    number = None
    if threaded and not config.worker:
        number = WorkerNumber(database)
        config = replace(config, worker=number.number)
    stage = _create_stage(config, database, clock, secret, is_shared=threaded)
    return Context(
        config=config,
        database=database,
        ballot_box=BallotBox(
            database,
            lambda: new_receipt(choose),
            shard=config.worker,
            committed=stage.ballots_committed,
        ),
        stage=stage,
        limits=RateLimits(
            config.participant_commands_per_minute, config.participant_comments_per_minute
        ),
        clock=clock,
        choose=choose,
        secret=secret,
        worker_number=number,
    )


def _create_stage(
    config: Config,
    database: Database,
    clock: Callable[[], float],
    secret: bytes,
    *,
    is_shared: bool,
) -> Stage:
    """Return the stage, one that other workers hear of if there are any."""
    tick_seconds, warning = config.tick_milliseconds / 1000, config.join_warning_count
    if not (config.redis_url and is_shared):
        return Stage(database, clock, tick_seconds=tick_seconds, join_warning_count=warning)
    tag = tags_of(secret)
    return SharedStage(
        database,
        clock,
        Relay(config.redis_url, f"hemicycle:{tag('instance')}:"),
        tag,
        tick_seconds=tick_seconds,
        join_warning_count=warning,
    )


def create_app(config: Config | None = None, *, clock: Callable[[], float] = time.time) -> Flask:
    """Return the whole server as a WSGI app, sockets included, its clock ticking."""
    config = config or Config.from_environment()
    context = create_context(config, threaded=True, clock=clock)
    config = context.config
    app = Flask(__name__, template_folder=str(project_folder("templates")), static_folder=None)
    app.config["TRANSLATIONS"] = str(Path(__file__).parent / "translations")
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    assets = Assets(project_folder("static"))
    addresses = Addresses(config.public_url)
    prepare_templates(app, config, assets)
    renderer = FragmentRenderer(app, addresses)
    socketio = create_socketio(app)
    if config.trusted_proxies:
        # Around the sockets too, which otherwise let in pages that came by plain http.
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops
        )
    sockets = SocketDoor(app, context, socketio)
    readiness = Readiness(context.database, config.worker)
    app.extensions["hemicycle"] = Parts(context, assets, addresses, renderer, sockets, readiness)
    for door in (health, metrics, files, offline, pages, about, moderation, results, api):
        app.register_blueprint(door)
    protect(app)
    app.after_request(_compress)
    _answer_errors(app)
    sockets.open()
    context.stage.connect_to(emit=sockets.emit, has_members=sockets.has_members, render=renderer)
    if isinstance(context.stage, SharedStage):
        context.stage.share_with(sockets, partial(_conclude_what_was_left, context))
        sockets.share_with(context.stage)
    context.stage.start(Finisher(context).finish_soon)
    gevent.spawn(_conclude_what_was_left, context)
    gevent.spawn(_end_panels_forever, context)
    return app


def _conclude_what_was_left(context: Context) -> None:
    """Work out what rounds came to that a server closed just before it died."""
    try:
        conclude_all(context)
    except Exception:
        log.exception("rounds could not be concluded")


def _end_panels_forever(context: Context) -> None:
    """Keep the promise that a panel's ballots are unlinked once its last day has passed."""
    while True:
        try:
            expire(context)
        except Exception:
            log.exception("panels could not be ended")
        gevent.sleep(END_PANELS_EVERY_SECONDS)


def _compress(response: Response) -> Response:
    if (
        response.direct_passthrough
        or response.headers.get("Content-Encoding")
        or response.mimetype not in COMPRESSED_TYPES
        or (response.content_length or 0) < COMPRESS_LEAST_BYTES
    ):
        return response
    response.vary.add("Accept-Encoding")
    if encoding := best_encoding(request.accept_encodings):
        response.set_data(compress(response.get_data(), encoding))
        response.headers["Content-Encoding"] = encoding
    return response


def _answer_errors(app: Flask) -> None:
    """Every error becomes a kind page or a JSON answer of one shape; never a traceback."""

    def refused(refusal: Refusal) -> Response:
        parts().context.counts.refused[refusal.code] += 1
        if request.path.startswith("/api/"):
            return refuse(refusal)
        status = Parts.status_of(refusal)
        page = render_template(
            "error.html", title=None, message=message_of(refusal), back=_way_back()
        )
        return Response(page, status=status)

    def http_error(error: HTTPException) -> Any:
        if isinstance(error, RequestEntityTooLarge):
            return refused(Refusal("request.too_large"))
        if error.code in (404, 405):
            return refused(Refusal("page.unknown"))
        if error.code is not None and 400 <= error.code < 500:
            return refused(Refusal("command.malformed", problem=error.name))
        return error

    def failed(error: Exception) -> Response:
        log.error("a request failed", exc_info=error)
        return refused(Refusal("server.failed"))

    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, failed)


def _way_back() -> str:
    """Return where a reader can go on from an error page."""
    segments = request.path.strip("/").split("/")
    is_inside_panel = len(segments) > 2 and segments[0] == "p"
    return f"/p/{segments[1]}" if is_inside_panel else "/"
