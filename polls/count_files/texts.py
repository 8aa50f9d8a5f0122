"""Text files as they come: any line ending, with or without a mark, and not always in UTF-8."""

from __future__ import annotations

from pathlib import Path

from polls.count_files.problems import CountFileProblem


def read_text(path: Path) -> tuple[str, list[str]]:
    """Return a file's text with plain line ends, and what a reader should be warned of.

    Older files are in Western European encodings. In them the names may come out wrong, never the
    ballots, which are digits; so they are read as Windows-1252 and the reader is told.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        raise CountFileProblem(f"the file cannot be read ({error.strerror})") from error
    warnings: list[str] = []
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CountFileProblem("the file is in UTF-16; please save it as UTF-8")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", errors="replace")
        warnings.append("the file is not in UTF-8, so accents in names may be wrong")
    return text.replace("\r\n", "\n").replace("\r", "\n"), warnings


def distinct_names(names: dict[str, str]) -> dict[str, str]:
    """Return the name of each id; equal names have the id added, so that each stands for one."""
    told = dict(names)
    while True:
        seen: dict[str, list[str]] = {}
        for id_, name in told.items():
            seen.setdefault(name, []).append(id_)
        equal = [id_ for ids in seen.values() if len(ids) > 1 for id_ in ids]
        if not equal:
            return told
        for id_ in equal:
            told[id_] = f"{told[id_]} ({id_})"
