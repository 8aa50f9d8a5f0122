"""Frames as RFC 6455 has them: whole, in parts, in pieces, and broken."""

from __future__ import annotations

import random

import pytest

from polls.web.frames import (
    BINARY,
    CLOSE,
    PING,
    PROTOCOL_ERROR,
    TEXT,
    TOO_BIG,
    FrameError,
    Reader,
    accept_key,
    close_frame,
    frame,
    text_frame,
    unmask,
)

MOST = 64 * 1024


def masked(payload: bytes, kind: int = TEXT, *, is_final: bool = True) -> bytes:
    mask = b"\x11\x22\x33\x44"
    size = len(payload)
    head = (0x80 if is_final else 0) | kind
    if size < 126:
        start = bytes((head, 0x80 | size))
    elif size < 65536:
        start = bytes((head, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        start = bytes((head, 0x80 | 127)) + size.to_bytes(8, "big")
    return start + mask + unmask(mask, payload)


def heard(data: bytes, piece: int = 0) -> list[tuple[int, bytes]]:
    reader = Reader(MOST)
    pieces = [data[i : i + piece] for i in range(0, len(data), piece)] if piece else [data]
    return [message for part in pieces for message in reader.feed(part)]


def test_the_handshake_is_answered_as_in_the_standard() -> None:
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    for wrong in ("", "abc", "é", "dGhlIHNhbXBsZSBub25jZQ", "AAAA"):
        assert accept_key(wrong) is None


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536])
def test_a_frame_says_how_long_it_is(size: int) -> None:
    made = frame(b"x" * size)
    head = 2 if size < 126 else 4 if size < 65536 else 10
    assert made[0] == 0x81
    assert len(made) == head + size
    if size >= 126:
        assert int.from_bytes(made[2:head], "big") == size


def test_text_is_utf8_and_a_goodbye_has_a_code() -> None:
    assert text_frame("é") == b"\x81\x02\xc3\xa9"
    assert close_frame(1009) == b"\x88\x02\x03\xf1"


@pytest.mark.parametrize("piece", [0, 1, 2, 3, 7, 1000])
def test_messages_come_out_however_they_arrive(piece: int) -> None:
    data = (
        masked(b"one")
        + masked(b"", PING)
        + masked(b"tw", is_final=False)
        + masked(b"ping", PING)
        + masked(b"o", 0)
        + masked(b"\x00\xff", BINARY)
        + masked(b"x" * 300)
        + masked(b"\x03\xe8", CLOSE)
    )
    assert heard(data, piece) == [
        (TEXT, b"one"),
        (PING, b""),
        (PING, b"ping"),
        (TEXT, b"two"),
        (BINARY, b"\x00\xff"),
        (TEXT, b"x" * 300),
        (CLOSE, b"\x03\xe8"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(b"not masked"), PROTOCOL_ERROR),
        (bytes((0xC1,)) + masked(b"deflated")[1:], PROTOCOL_ERROR),
        (masked(b"x", 0), PROTOCOL_ERROR),
        (masked(b"x", is_final=False) + masked(b"y"), PROTOCOL_ERROR),
        (masked(b"x", 0x3), PROTOCOL_ERROR),
        (masked(b"x", 0xB), PROTOCOL_ERROR),
        (masked(b"x", PING, is_final=False), PROTOCOL_ERROR),
        (masked(b"x" * 126, PING), PROTOCOL_ERROR),
        (masked(b"x" * (MOST + 1)), TOO_BIG),
        (masked(b"x" * MOST, is_final=False) + masked(b"x", 0), TOO_BIG),
        (bytes((0x81, 0xFF)) + (2**63 - 1).to_bytes(8, "big") + b"mask", TOO_BIG),
    ],
)
def test_what_breaks_the_rules_is_refused(data: bytes, code: int) -> None:
    with pytest.raises(FrameError) as refused:
        heard(data)
    assert refused.value.code == code


def test_endless_empty_parts_are_refused() -> None:
    parts = masked(b"", is_final=False) + masked(b"", 0, is_final=False) * 200
    reader = Reader(100)
    with pytest.raises(FrameError):
        list(reader.feed(parts))


def test_any_bytes_at_all_are_read_or_refused() -> None:
    rng = random.Random(5)
    codes = set()
    for _ in range(2000):
        data = rng.randbytes(rng.randrange(40))
        try:
            heard(data, rng.randrange(4))
        except FrameError as error:
            codes.add(error.code)
    assert codes == {PROTOCOL_ERROR, TOO_BIG}
