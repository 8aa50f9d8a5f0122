"""How long a server takes over the pages of a large panel.

A panel with 100 polls that were held and published, 10,000 participants who answered all of them,
and 20,000 comments is written into a database; a real server then opens the moderator's page and
the results page, the first time and again.

    python bench/pages.py
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.bulk import SECRET, Panel, names
from bench.server import Server

AGAIN = 7
KINDS: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("single_choice", "[{en: Yes}, {en: No}, {en: Both}, {en: Neither}]", ("a", "b", "c", "d")),
    ("multiple_choice", "[{en: Trust}, {en: Access}, {en: Cost}]", (["a"], ["a", "c"], ["b"])),
    ("rating", "", (1, 2, 3, 4, 5)),
    ("ranking", "[{en: Trams}, {en: Trees}, {en: Lamps}]", (["a", "b", "c"], ["c"], ["b", "a"])),
)


def agenda(polls: int) -> str:
    lines = ["title: {en: A long evening}", "languages: [en]", "items:"]
    for number in range(polls):
        kind, options, _ = KINDS[number % len(KINDS)]
        lines += [
            f"  - kind: {kind}",
            f'    title: {{en: "Question {number + 1} of the evening?"}}',
        ]
        lines += [f"    options: {options}"] if options else []
    return "\n".join(lines)


def build(folder: Path, options: argparse.Namespace) -> Panel:
    """Return a panel of the size asked for, all polls published."""
    panel = Panel(folder, agenda(options.polls))
    people = names(options.people, "person")
    panel.seat(people)
    for number, poll in enumerate(panel.polls()):
        panel.open(poll)
        panel.fill_round(poll, people, KINDS[number % len(KINDS)][2])
        panel.close_and_publish(poll)
    panel.comment(people, options.comments)
    panel.close_database()
    return panel


class Browser:
    """Opens pages of a server, with cookies and nothing else."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def open(self, path: str) -> tuple[float, int]:
        """Return how many milliseconds a page took, and its bytes."""
        began = time.perf_counter()
        with self._opener.open(self._address + path, timeout=60) as response:
            size = len(response.read())
        return (time.perf_counter() - began) * 1000, size


def times_of(server: Server, browser: Browser, path: str, key: str = "") -> dict[str, float]:
    first, size = browser.open(f"{path}?key={key}" if key else path)
    cpu = server.cpu_seconds()
    again = [browser.open(path)[0] for _ in range(AGAIN)]
    spent = (server.cpu_seconds() - cpu) / AGAIN
    return {
        "first_ms": round(first),
        "again_ms": round(median(again)),
        "again_cpu_ms": round(spent * 1000),
        "kib": round(size / 1024),
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="hemicycle-bench-") as folder:
        panel = build(Path(folder), options)
        server = Server(panel.database_url, {"HEMICYCLE_SECRET": SECRET})
        try:
            links, browser = panel.links, Browser(server.port)
            browser.open("/")
            page = f"/p/{links.code}/moderate"
            moderator = times_of(server, browser, page, links.moderator_key)
            results = times_of(server, browser, f"/p/{links.code}/results")
        finally:
            server.stop()
    return {
        "polls": options.polls,
        "people": options.people,
        "comments": options.comments,
        "moderator": moderator,
        "results": results,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--polls", type=int, default=100)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--comments", type=int, default=20_000)
    print(json.dumps(measure(parser.parse_args(arguments)), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
