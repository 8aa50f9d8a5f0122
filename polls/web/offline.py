"""The page that a phone keeps for when it has no connection, and the worker that keeps it."""

from __future__ import annotations

import hashlib
import re

import orjson
from flask import Blueprint, Response, render_template, request
from flask_babel import force_locale

from polls.domain.texts import INTERFACE_LANGUAGES
from polls.web.identity import request_language
from polls.web.parts import parts

offline = Blueprint("offline", __name__)

OWN_FILES = re.compile(r"/static/[0-9a-f]+/[\w./-]+")
FILES = ("outbox.js", "plurals.js")
"""What the page's script asks for, beside the files that the page names."""


@offline.get("/offline")
def page() -> str:
    return _page(_language())


@offline.get("/sw.js")
def worker() -> Response:
    """Serve the service worker, another one whenever the page or one of its files has changed.

    Browsers ask again for it at a page's load; the language is in its address, so that who
    changes the language gets another worker too.
    """
    assets, language = parts().assets, _language()
    shown = _page(language)
    shell = {
        "version": hashlib.sha256(shown.encode()).hexdigest()[:12],
        "page": f"/offline?language={language}",
        "files": sorted({*OWN_FILES.findall(shown), *map(assets.url, FILES)}),
    }
    source = (assets.folder / "service-worker.js").read_bytes()
    body = b"self.SHELL = " + orjson.dumps(shell) + b";\n" + source
    response = Response(body, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _page(language: str) -> str:
    with force_locale(language):
        return render_template("phone/offline.html", language=language)


def _language() -> str:
    wished = request.args.get("language", "")
    return wished if wished in INTERFACE_LANGUAGES else request_language()
