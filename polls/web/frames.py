"""WebSocket frames, the few kinds that the audience's sockets need (RFC 6455).

Deflate (RFC 7692) is agreed to without memory from one message to the next, on either side. So a
line costs nothing while nothing is said, and what a room is told is compressed once for all.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Iterator
from functools import lru_cache

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
CONTINUATION = 0x0
FINAL, MASKED, RESERVED, DEFLATED = 0x80, 0x80, 0x70, 0x40
DEFLATE = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
"""What is agreed to."""
DEFLATE_FROM_BYTES = 1000
"""Shorter messages fit into one packet of the network as they are."""
DEFLATED_KEPT = 64
_FLUSHED = b"\x00\x00\xff\xff"
CONTROL_BYTES_MOST = 125

NORMAL, PROTOCOL_ERROR, NOT_UTF8, TOO_BIG = 1000, 1002, 1007, 1009

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class FrameError(Exception):
    """The other side broke the protocol; `code` is what the close frame says."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def accept_key(key: str) -> str | None:
    """Return the answer to a handshake's key, or None if it is no key."""
    try:
        if len(base64.b64decode(key, validate=True)) != 16:
            return None
    except (binascii.Error, ValueError):
        return None
    digest = hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def frame(payload: bytes, kind: int = TEXT) -> bytes:
    """Return a whole frame as a server sends it: final, not masked."""
    size = len(payload)
    if size < 126:
        return bytes((FINAL | kind, size)) + payload
    if size < 65536:
        return bytes((FINAL | kind, 126)) + size.to_bytes(2, "big") + payload
    return bytes((FINAL | kind, 127)) + size.to_bytes(8, "big") + payload


def takes_deflate(offers: str) -> bool:
    """Tell whether a client's `Sec-WebSocket-Extensions` offers deflate as it is done here.

    An offer that would bind our window is passed over; no browser makes one alone.
    """
    for offer in offers.split(","):
        name, *wishes = (part.strip().lower() for part in offer.split(";"))
        is_bound = any(wish.startswith("server_max_window_bits") for wish in wishes)
        if name == "permessage-deflate" and not is_bound:
            return True
    return False


@lru_cache(maxsize=DEFLATED_KEPT)
def deflated_frame(payload: bytes) -> bytes:
    """Return a whole compressed text frame; the same text is compressed once, as when a hall
    comes in and every phone is shown what is on."""
    press = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = press.compress(payload) + press.flush(zlib.Z_SYNC_FLUSH)
    return frame(body.removesuffix(_FLUSHED), TEXT | DEFLATED)


def inflate(body: bytes, most: int) -> bytes:
    """Return what a compressed message says, which may be `most` bytes long."""
    press = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        said = press.decompress(body + _FLUSHED, most + 1)
    except zlib.error:
        raise FrameError(PROTOCOL_ERROR) from None
    if len(said) > most:
        raise FrameError(TOO_BIG)
    return said


def text_frame(text: str) -> bytes:
    return frame(text.encode())


def close_frame(code: int = NORMAL) -> bytes:
    return frame(code.to_bytes(2, "big"), CLOSE)


class Reader:
    """Puts a client's bytes together to messages, and hands control frames out between them."""

    __slots__ = ("_buffer", "_is_deflated", "_kind", "_most", "_parts", "_size", "deflates")

    def __init__(self, most: int, *, deflates: bool = False) -> None:
        """`most` is the size in bytes of the largest message that is taken; `deflates` says
        whether the client was told that it may compress."""
        self.deflates = deflates
        self._is_deflated = False
        self._buffer = b""
        self._most = most
        self._parts: list[bytes] = []
        self._size = 0
        self._kind = CONTINUATION

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Take bytes in and yield (kind, payload) of each message or control frame."""
        if self._buffer:
            data = self._buffer + data
        place = 0
        while (found := self._frame_at(data, place)) is not None:
            head, payload, place = found
            if (whole := self._take(head, payload)) is not None:
                yield whole
        self._buffer = data[place:]

    def _frame_at(self, data: bytes, place: int) -> tuple[int, bytes, int] | None:
        """Return a frame's first byte, its payload and where the next one starts."""
        have = len(data) - place
        if have < 2:
            return None
        head, second = data[place], data[place + 1]
        if not second & MASKED or (head & RESERVED and not self._may_be_deflated(head)):
            raise FrameError(PROTOCOL_ERROR)
        size, start = second & 0x7F, place + 2
        if size >= 126:
            width = 2 if size == 126 else 8
            if have < 2 + width:
                return None
            size, start = int.from_bytes(data[start : start + width], "big"), start + width
        if size > self._most:
            raise FrameError(TOO_BIG)
        end = start + 4 + size
        if len(data) < end:
            return None
        return head, unmask(data[start : start + 4], data[start + 4 : end]), end

    def _may_be_deflated(self, head: int) -> bool:
        """A whole message says so in its first frame, and nothing else may."""
        is_first = head & 0x0F in (TEXT, BINARY)
        return self.deflates and is_first and head & RESERVED == DEFLATED

    def _take(self, head: int, payload: bytes) -> tuple[int, bytes] | None:
        kind = head & 0x0F
        if kind >= CLOSE:
            if not head & FINAL or len(payload) > CONTROL_BYTES_MOST or kind > PONG:
                raise FrameError(PROTOCOL_ERROR)
            return kind, payload
        if kind > BINARY or (kind == CONTINUATION) is not bool(self._parts):
            raise FrameError(PROTOCOL_ERROR)
        if head & FINAL and not self._parts:
            return kind, inflate(payload, self._most) if head & DEFLATED else payload
        return self._join(head, kind, payload)

    def _join(self, head: int, kind: int, payload: bytes) -> tuple[int, bytes] | None:
        """Add a part of a message that comes in several frames; return the whole at its end."""
        if kind != CONTINUATION:
            self._kind, self._is_deflated = kind, bool(head & DEFLATED)
        self._parts.append(payload)
        self._size += len(payload)
        if self._size > self._most or len(self._parts) > self._most:
            raise FrameError(TOO_BIG)
        if not head & FINAL:
            return None
        whole = b"".join(self._parts)
        self._parts, self._size = [], 0
        return self._kind, inflate(whole, self._most) if self._is_deflated else whole


def unmask(mask: bytes, payload: bytes) -> bytes:
    """Undo a client's mask, all bytes in one operation on a large number."""
    size = len(payload)
    repeated = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload) ^ int.from_bytes(repeated)).to_bytes(size)
