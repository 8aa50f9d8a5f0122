"""Static files: one folder whose name changes with its content, kept for ever by browsers."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import brotli
import gevent
from gevent.lock import RLock
from werkzeug.datastructures import Accept

TEXT_TYPES = ("text/", "application/javascript", "application/json", "image/svg+xml")
ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""What is offered, the best first, and how a compressed file's name ends on the disk."""

BUNDLES = {"phone-all.css": ("tokens.css", "base.css", "phone.css")}
"""Files that are others one after the other: on a slow line each request more costs seconds."""

COMMENT_LINES = re.compile(
    rb"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*$", re.DOTALL | re.MULTILINE
)


def project_folder(name: str) -> Path:
    """Return `static` or `templates`: in the installed package, else beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


class Assets:
    """Serves files below one folder under `/static/<hash>/…`, compressed once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bundles = {
            folder / name: [folder / part for part in parts]
            for name, parts in BUNDLES.items()
            if all((folder / part).is_file() for part in parts)
        }
        self._compressed: dict[tuple[str, str], bytes] = {}
        self._compressing = RLock()

    @cached_property
    def version(self) -> str:
        """Hash of all names and contents, so that relative imports stay within one version."""
        digest = hashlib.sha256(repr((BUNDLES, COMMENT_LINES.pattern)).encode())
        for path in self.files():
            digest.update(path.relative_to(self.folder).as_posix().encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()[:12]

    def files(self) -> Iterator[Path]:
        """Yield every file below the folder, in the same order everywhere."""
        yield from (path for path in sorted(self.folder.rglob("*")) if path.is_file())

    def url(self, name: str) -> str:
        return f"/static/{self.version}/{name}"

    def find(self, name: str) -> Path | None:
        """Return the file of this name; a name that leads out of the folder is none."""
        if self.folder / name in self._bundles:
            return self.folder / name
        try:
            path = (self.folder / name).resolve()
            is_there = path.is_relative_to(self.folder.resolve()) and path.is_file()
        except (OSError, ValueError):
            return None
        return path if is_there else None

    def content(self, path: Path, accepted: Accept) -> tuple[bytes, str, str]:
        """Return body, media type and encoding for what a browser accepts."""
        media_type = self._media_type(path)
        encoding = best_encoding(accepted) if self.is_text(media_type) else ""
        if not encoding:
            return self._read(path), media_type, ""
        return self._compress(path, encoding), media_type, encoding

    def _compress(self, path: Path, encoding: str) -> bytes:
        """Compress a file as well as can be, once, and not where sockets would wait for it."""
        place = (path.as_posix(), encoding)
        if place not in self._compressed:
            with self._compressing:
                if place not in self._compressed:
                    pool = gevent.get_hub().threadpool
                    arguments = (self._read(path), encoding)
                    self._compressed[place] = pool.apply(compress, arguments, {"best": True})
        return self._compressed[place]

    def _read(self, path: Path) -> bytes:
        parts = self._bundles.get(path, [path])
        body = b"\n".join(part.read_bytes() for part in parts)
        is_own = path.suffix == ".js" and "vendor" not in path.parts
        return without_comments(body) if is_own else body

    @staticmethod
    def is_text(media_type: str) -> bool:
        """Tell whether compressing is worth the while; fonts are compressed already."""
        return media_type.startswith(TEXT_TYPES)

    @staticmethod
    def _media_type(path: Path) -> str:
        if path.suffix in (".js", ".mjs"):
            return "text/javascript; charset=utf-8"
        if path.suffix == ".woff2":
            return "font/woff2"
        found = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return f"{found}; charset=utf-8" if found.startswith("text/") else found

    # On the disk

    def write_tree(self, folder: Path, keep: int) -> Path:
        """Write all files, plain and compressed, to `folder/<hash>`, for a web server to serve.

        The tree appears whole or not at all. Besides it the `keep - 1` newest other versions
        stay, for pages that were open while the server was renewed; older ones are removed.
        """
        target = folder / self.version
        folder.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            os.utime(target)
        else:
            unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
            try:
                for path in (*self.files(), *self._bundles):
                    self._write(path, unfinished / path.relative_to(self.folder))
                _let_others_read(unfinished)
                unfinished.rename(target)
            except BaseException:
                shutil.rmtree(unfinished, ignore_errors=True)
                raise
        _remove_all_but_newest(folder, target, keep)
        return target

    def _write(self, path: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        body = self._read(path)
        bodies = {"": body}
        if self.is_text(self._media_type(path)):
            bodies |= {end: compress(body, name, best=True) for name, end in ENCODINGS.items()}
        for end, content in bodies.items():
            target.with_name(target.name + end).write_bytes(content)


def _let_others_read(folder: Path) -> None:
    """Whoever writes the files need not be who serves them, and may be told to keep to itself."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _remove_all_but_newest(folder: Path, target: Path, keep: int) -> None:
    versions = [path for path in folder.iterdir() if path.is_dir() and _is_version(path.name)]
    versions.sort(key=lambda path: (path == target, path.stat().st_mtime), reverse=True)
    for path in versions[max(1, keep) :]:
        shutil.rmtree(path)


def _is_version(name: str) -> bool:
    return len(name) == 12 and all(letter in "0123456789abcdef" for letter in name)


def without_comments(script: bytes) -> bytes:
    """Return a script without the comments that have lines of their own, a tenth of what a phone
    loads. The lines stay, so that an error still says where it was."""
    return COMMENT_LINES.sub(lambda found: b"\n" * found.group().count(b"\n"), script)


def best_encoding(accepted: Accept) -> str:
    """Return the best encoding that a browser takes, or nothing if it takes none."""
    return next((name for name in ENCODINGS if accepted.quality(name) > 0), "")


def compress(body: bytes, encoding: str, *, best: bool = False) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(body, quality=11 if best else 4))
    return gzip.compress(body, 9 if best else 5, mtime=0)
