"""How many durable votes a second one process takes: every phone votes again once it is told.

python bench/throughput.py --phones 1000 --seconds 5
python bench/throughput.py --phones 1000 --seconds 5 --database postgresql
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import room
from bench.phones import BenchError, Client, masked_frame

ANSWERS = ("a", "b")


class Loop:
    """Keeps one vote of each phone under way until told to stop."""

    def __init__(self, poll: str) -> None:
        self._poll = poll
        self.acked = 0
        self.refused = 0
        self.under_way = 0
        self.is_over = False
        self.last_of: dict[Client, int] = {}
        self.receipts: dict[str, str] = {}

    def start(self, phone: Client) -> None:
        self.last_of[phone] = 0
        self.under_way += 1
        phone.on_ack = self._hear
        self._cast(phone)

    def _cast(self, phone: Client) -> None:
        sequence = self.last_of[phone] = self.last_of[phone] + 1
        phone.send(
            masked_frame(
                f'42{sequence}["ballot.cast",{{"poll":"{self._poll}","round":1,'
                f'"answer":"{ANSWERS[sequence % 2]}","sequence":{sequence}}}]'
            )
        )

    def _hear(self, phone: Client, payload: bytes, _now: float) -> None:
        if b'"ok":true' in payload:
            self.acked += 1
        else:
            self.refused += 1
        if not self.is_over:
            self._cast(phone)
            return
        self.under_way -= 1
        receipt = json.loads(payload[payload.index(b"[") :])[0].get("receipt", "")
        self.receipts[receipt] = ANSWERS[self.last_of[phone] % 2]


def measure(options: argparse.Namespace) -> dict[str, Any]:
    room.raise_file_limit(options.phones + 200)
    server = room.start(options)
    try:
        hall = room.Room(server, options)
        hall.seat_the_others()
        hall.fill()
        hall.command("poll.open", poll=hall.poll)
        loop = Loop(hall.poll)
        cpu, began_at = server.cpu_seconds(), time.monotonic()
        for phone in hall.phones:
            loop.start(phone)
        hall.hall.rest(options.seconds)
        took, acked = time.monotonic() - began_at, loop.acked
        spent = server.cpu_seconds() - cpu
        loop.is_over = True
        hall.hall.run(lambda: loop.under_way == 0, room.PATIENCE_SECONDS)
        stored = server.ballots()
        lost = sum(stored.get(receipt) != answer for receipt, answer in loop.receipts.items())
        hall.hall.close()
    finally:
        server.stop()
    return {
        "phones": options.phones,
        "votes_per_second": round(acked / took),
        "server_cpu_ms_per_vote": round(spent * 1000 / max(1, acked), 4),
        "refused": loop.refused,
        "unanswered": loop.under_way,
        "lost": lost,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    options = room.parse([*(sys.argv[1:] if arguments is None else arguments)])
    try:
        print(json.dumps(measure(options), indent=2))
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
