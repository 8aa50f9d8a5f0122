"""Static files: one folder whose name changes with its content, kept for ever by browsers."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import cached_property
from pathlib import Path

import brotli

TEXT_TYPES = ("text/", "application/javascript", "application/json", "image/svg+xml")


def project_folder(name: str) -> Path:
    """Return `static` or `templates`: in the installed package, else beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


class Assets:
    """Serves files below one folder under `/static/<hash>/…`, compressed once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._compressed: dict[tuple[str, str], bytes] = {}

    @cached_property
    def version(self) -> str:
        """Hash of all names and contents, so that relative imports stay within one version."""
        digest = hashlib.sha256()
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(self.folder).as_posix().encode())
                digest.update(path.read_bytes())
        return digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        return f"/static/{self.version}/{name}"

    def find(self, name: str) -> Path | None:
        path = (self.folder / name).resolve()
        if path.is_file() and path.is_relative_to(self.folder.resolve()):
            return path
        return None

    def content(self, path: Path, accepted: str) -> tuple[bytes, str, str]:
        """Return body, media type and encoding for what a browser accepts."""
        media_type = self._media_type(path)
        if not media_type.startswith(TEXT_TYPES):
            return path.read_bytes(), media_type, ""
        for encoding in ("br", "gzip"):
            if encoding in accepted:
                return self._compress(path, encoding), media_type, encoding
        return path.read_bytes(), media_type, ""

    def _compress(self, path: Path, encoding: str) -> bytes:
        place = (path.as_posix(), encoding)
        if place not in self._compressed:
            self._compressed[place] = compress(path.read_bytes(), encoding, best=True)
        return self._compressed[place]

    @staticmethod
    def _media_type(path: Path) -> str:
        if path.suffix in (".js", ".mjs"):
            return "text/javascript; charset=utf-8"
        if path.suffix == ".woff2":
            return "font/woff2"
        found = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return f"{found}; charset=utf-8" if found.startswith("text/") else found


def compress(body: bytes, encoding: str, *, best: bool = False) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(body, quality=11 if best else 4))
    return gzip.compress(body, 9 if best else 5, mtime=0)
