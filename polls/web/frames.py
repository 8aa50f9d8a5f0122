"""WebSocket frames, the few kinds that the audience's sockets need (RFC 6455).

No extension is ever agreed to: frames are small, and deflate would cost each phone 90 KiB and
half as much time again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
CONTINUATION = 0x0
FINAL, MASKED, RESERVED = 0x80, 0x80, 0x70
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


def text_frame(text: str) -> bytes:
    return frame(text.encode())


def close_frame(code: int = NORMAL) -> bytes:
    return frame(code.to_bytes(2, "big"), CLOSE)


class Reader:
    """Puts a client's bytes together to messages, and hands control frames out between them."""

    __slots__ = ("_buffer", "_kind", "_most", "_parts", "_size")

    def __init__(self, most: int) -> None:
        """`most` is the size in bytes of the largest message that is taken."""
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
        if not second & MASKED or head & RESERVED:
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

    def _take(self, head: int, payload: bytes) -> tuple[int, bytes] | None:
        kind = head & 0x0F
        if kind >= CLOSE:
            if not head & FINAL or len(payload) > CONTROL_BYTES_MOST or kind > PONG:
                raise FrameError(PROTOCOL_ERROR)
            return kind, payload
        if kind > BINARY or (kind == CONTINUATION) is not bool(self._parts):
            raise FrameError(PROTOCOL_ERROR)
        if head & FINAL and not self._parts:
            return kind, payload
        return self._join(head, kind, payload)

    def _join(self, head: int, kind: int, payload: bytes) -> tuple[int, bytes] | None:
        """Add a part of a message that comes in several frames; return the whole at its end."""
        self._kind = kind or self._kind
        self._parts.append(payload)
        self._size += len(payload)
        if self._size > self._most or len(self._parts) > self._most:
            raise FrameError(TOO_BIG)
        if not head & FINAL:
            return None
        whole = b"".join(self._parts)
        self._parts, self._size = [], 0
        return self._kind, whole


def unmask(mask: bytes, payload: bytes) -> bytes:
    """Undo a client's mask, all bytes in one operation on a large number."""
    size = len(payload)
    repeated = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload) ^ int.from_bytes(repeated)).to_bytes(size)
