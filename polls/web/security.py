"""What protects every page: headers, and a look at where a form came from."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request

from polls.domain.errors import Refusal

CONTENT_SECURITY_POLICY = "; ".join(  # noqa: FLY002
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "media-src 'self' blob:",
        "connect-src 'self' {sockets}",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}


def protect(app: Flask) -> None:
    """Add the headers to every answer and refuse forms that other sites send."""
    app.before_request(refuse_foreign_forms)
    app.after_request(add_headers)


def refuse_foreign_forms() -> None:
    """A browser says where a form came from; a plain client says nothing and has no cookie
    that a foreign page could use."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site == "same-origin":
        return
    origin = request.headers.get("Origin")
    is_foreign = origin is not None and urlsplit(origin).netloc != request.host
    if is_foreign or site in ("cross-site", "same-site"):
        raise Refusal("request.foreign_origin")


def add_headers(response: Response) -> Response:
    if request.path.startswith("/static/") and response.mimetype != "text/html":
        # A file that is no page obeys none of these, and a phone loads eleven of them.
        response.headers["X-Content-Type-Options"] = HEADERS["X-Content-Type-Options"]
        return response
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    scheme = "wss" if request.is_secure else "ws"
    policy = CONTENT_SECURITY_POLICY.format(sockets=f"{scheme}://{request.host}")
    response.headers.setdefault("Content-Security-Policy", policy)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not response.headers.get("Cache-Control"):
        response.headers["Cache-Control"] = "no-store"
    return response
