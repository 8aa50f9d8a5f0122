"""The door for whoever watches over the server: is it there, and can it take votes?"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response

from polls.store.probe import OK
from polls.web.parts import parts

health = Blueprint("health", __name__)


def redis_state(relay: Any) -> str:
    """Return how this worker's line to the others is. Without it votes are taken all the same."""
    if relay is None:
        return "not used"
    return OK if relay.is_up else "degraded"


@health.get("/health/live")
def live() -> Response:
    return Response("ok", mimetype="text/plain")


@health.get("/health/ready")
def ready() -> Response:
    """Say whether votes can be taken, and what is missing: 503 keeps a balancer away."""
    found = parts()
    database = found.readiness.database()
    is_ready = database == OK
    body = {
        "ready": is_ready,
        "worker": found.context.config.worker,
        "database": database,
        "redis": redis_state(found.relay),
    }
    status = 200 if is_ready else 503
    return Response(orjson.dumps(body), status=status, mimetype="application/json")
