"""How long a room waits for who moved: from the end of counting to the picture on the projector.

A real server, as many phones on real sockets, two rounds in which everybody votes; then the
poll is closed. Two projectors watch: a plain socket, which notes when the picture's HTML came,
and Chromium, which notes when it had painted the ribbons. Counting ends two seconds after
`poll.close` was sent, so the way of the command and the server's next tick are in the figures.

    python bench/shift.py --phones 2000
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.phones import BenchError, Client, acked, masked_frame
from bench.room import OPTIONS, PATIENCE_SECONDS, Room, raise_file_limit
from bench.server import Server
from polls.domain.polls import GRACE_SECONDS

BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
MOVING_SHARE = 0.25
WATCH = """() => {
    const note = () => {
        if (window.paintedAt || !document.querySelector(".moves-picture .moves, .moves-picture .walk")) return;
        requestAnimationFrame(() => requestAnimationFrame(() => { window.paintedAt ||= Date.now(); }));
    };
    new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
}"""


class Movers(Room):
    """A room that votes twice; in the second round some think otherwise."""

    def __init__(self, server: Server, options: argparse.Namespace) -> None:
        super().__init__(server, options)
        self.answers: list[str] = []
        self.waiting = 0
        self.refusals: list[dict[str, Any]] = []

    def vote_in(self, number: int) -> None:
        """Open a round and let everybody vote within some seconds."""
        self.command("poll.open", poll=self.poll)
        self._think(random.Random(f"{self.options.seed}/{number}"))
        begin = time.monotonic() + 0.5
        self.waiting = len(self.phones)
        for place, (phone, answer) in enumerate(zip(self.phones, self.answers, strict=True)):
            body = {"poll": self.poll, "round": number, "answer": answer, "sequence": number}
            frame = masked_frame(f'42{number}["ballot.cast",{json.dumps(body)}]')
            phone.on_ack = self._hear_phone
            when = begin + self.options.seconds * place / len(self.phones)
            self.hall.at(when, lambda phone=phone, frame=frame: phone.send(frame))  # type: ignore[misc]
        self._until(lambda: self.waiting == 0, f"ballots of round {number}", self.options.seconds)
        if self.refusals:
            raise BenchError(f"{len(self.refusals)} ballots were refused: {self.refusals[0]}")

    def _think(self, draw: random.Random) -> None:
        if not self.answers:
            self.answers = [draw.choice(OPTIONS) for _ in self.phones]
        else:
            self.answers = [
                draw.choice(OPTIONS) if draw.random() < MOVING_SHARE else answer
                for answer in self.answers
            ]

    def _hear_phone(self, _client: Client, payload: bytes, _now: float) -> None:
        _, answer = acked(payload)
        self.waiting -= 1
        if not answer["ok"]:
            self.refusals.append(answer)

    def close_first(self) -> None:
        """Close a round and wait until it is counted."""
        self.command("poll.close", poll=self.poll)
        self._until(lambda: self._has_heard(b'42["poll.closed"'), "the first round's result")

    def _has_heard(self, start: bytes, part: bytes = b"") -> bool:
        return any(
            payload.startswith(start) and part in payload
            for _, payload in self.projector.keeps or ()
        )

    def close_second(self) -> tuple[float, float]:
        """Close the second round; return when counting ended and when the picture's HTML came,
        both by the monotonic clock."""
        self.projector.keeps = []
        closing_at = time.monotonic()
        self.command("poll.close", poll=self.poll)
        picture = (b'42["panel.view"', b"data-shift=")
        self._until(lambda: self._has_heard(*picture), "the shift", GRACE_SECONDS)
        came_at = next(
            at
            for at, payload in self.projector.keeps
            if payload.startswith(picture[0]) and picture[1] in payload
        )
        return closing_at + GRACE_SECONDS, came_at


class Screen:
    """A projector in Chromium that notes when it has painted who moved."""

    def __init__(self, page: Any) -> None:
        self._page = page

    def painted_at(self) -> float:
        """Return when the picture was painted, by the monotonic clock."""
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while (painted_at := self._page.evaluate("window.paintedAt")) is None:
            if time.monotonic() > ends_at:
                raise BenchError("Chromium has painted no shift")
            self._page.wait_for_timeout(50)
        return float(painted_at) / 1000 - time.time() + time.monotonic()


@contextmanager
def screen(room: Movers) -> Iterator[Screen]:
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise BenchError("Chromium is not installed; --no-browser leaves it out")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(
            f"http://127.0.0.1:{room.server.ports[0]}/p/{room.code}/screen?key={room.projector_key}"
        )
        page.wait_for_selector(".hemi .seat")
        page.evaluate(WATCH)
        yield Screen(page)
        browser.close()


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Vote twice and close; return the figures."""
    raise_file_limit(options.phones + 200)
    server = Server()
    try:
        room = Movers(server, options)
        room.seat_the_others()
        room.fill()
        room.vote_in(1)
        room.close_first()
        room.vote_in(2)
        if options.browser:
            with screen(room) as chromium:
                complete_at, came_at = room.close_second()
                painted = round((chromium.painted_at() - complete_at) * 1000, 1)
        else:
            complete_at, came_at = room.close_second()
            painted = None
        stored = len(server.ballots())
        room.hall.close()
    except BenchError as error:
        raise BenchError(f"{error}\n{server.log_tail()}") from error
    finally:
        server.stop()
    return {
        "phones": options.phones,
        "ballots": stored,
        "frame_ms_after_counting": round((came_at - complete_at) * 1000, 1),
        "painted_ms_after_counting": painted,
    }


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--phones", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=8, help="within which all vote")
    parser.add_argument("--join-seconds", type=float, default=10, help="within which all join")
    parser.add_argument("--no-browser", dest="browser", action="store_false")
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(visibility="live")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        figures = measure(parse(arguments))
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(json.dumps(figures, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
