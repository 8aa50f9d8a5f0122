"""The door to styles, scripts and the icon; all of them may be kept by browsers for ever."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from polls.domain.errors import Refusal
from polls.web.parts import parts

files = Blueprint("files", __name__)

FOR_EVER = "public, max-age=31536000, immutable"


@files.get("/static/<version>/<path:name>")
def static_file(version: str, name: str) -> Response:
    """Serve a file of this version, and lead there who asks for one of another version.

    A page that was open while the server was renewed asks for its own version's files. Those
    are gone, and an answer with today's under yesterday's name would be kept for ever.
    """
    assets = parts().assets
    path = assets.find(name)
    if path is None:
        raise Refusal("page.unknown")
    if version != assets.version:
        moved = redirect(assets.url(name), code=302)
        moved.headers["Cache-Control"] = "no-store"
        return moved  # type: ignore[return-value]
    body, media_type, encoding = assets.content(path, request.accept_encodings)
    response = Response(body, content_type=media_type)
    if encoding:
        response.headers["Content-Encoding"] = encoding
    if assets.is_text(media_type):
        response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOR_EVER
    try:
        # A part is a part of the bytes that were agreed upon, compressed or not.
        response.make_conditional(request, accept_ranges=True, complete_length=len(body))
    except RequestedRangeNotSatisfiable:
        return Response(status=416, headers={"Content-Range": f"bytes */{len(body)}"})
    return response


@files.get("/favicon.ico")
def favicon() -> Response:
    return redirect(parts().assets.url("icon.svg"), code=303)  # type: ignore[return-value]
