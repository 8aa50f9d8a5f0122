"""What the doors find in the running app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app

from polls.domain.errors import Refusal
from polls.services.context import Context
from polls.store.probe import Readiness
from polls.web.assets import Assets
from polls.web.rendering import Addresses, FragmentRenderer
from polls.web.sockets import SocketDoor

STATUS_BY_CODE = {
    "answer.changed": 409,
    "page.unknown": 404,
    "panel.unknown": 404,
    "poll.unknown": 404,
    "item.unknown": 404,
    "comment.unknown": 404,
    "statement.unknown": 404,
    "permission.denied": 403,
    "request.foreign_origin": 403,
    "creation.password_wrong": 403,
    "panel.locked": 403,
    "pin.needed": 403,
    "pin.wrong": 403,
    "rate.limited": 429,
    "request.too_large": 413,
    "panel.ended": 410,
    "server.failed": 500,
    "ballot.not_stored": 503,
    "store.unavailable": 503,
}


@dataclass(frozen=True, slots=True)
class Parts:
    context: Context
    assets: Assets
    addresses: Addresses
    renderer: FragmentRenderer
    sockets: SocketDoor
    readiness: Readiness

    @property
    def relay(self) -> Any:
        """This worker's line to the others, or None where there are no others."""
        return getattr(self.context.stage, "relay", None)

    @staticmethod
    def status_of(refusal: Refusal) -> int:
        """Return the HTTP status for a refusal: what clashes with a state is a conflict."""
        if refusal.code in STATUS_BY_CODE:
            return STATUS_BY_CODE[refusal.code]
        is_about_input = (
            refusal.code.split(".")[0]
            in (
                "answer",
                "text",
                "field",
                "command",
                "head_count",
                "projector",
                "agenda",
                "pin",
                "kind",
                "countdown",
            )
            or refusal.code == "retention.refused"
        )
        return 400 if is_about_input else 409


def parts() -> Parts:
    found: Parts = current_app.extensions["hemicycle"]
    return found
