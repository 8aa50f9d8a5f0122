"""Tells systemd how the server is: one short datagram, to a socket it names."""

from __future__ import annotations

import logging
import os
import socket

log = logging.getLogger(__name__)


def tell_supervisor(state: str) -> bool:
    """Send `state`, such as "READY=1"; return False if nobody asked for it or nobody took it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    # A name that begins with @ is one of the kernel's own, which begin with a zero byte.
    place = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.connect(place)
            line.sendall(state.encode())
    except OSError as error:
        log.warning("systemd was not told: %s", error.strerror)
        return False
    return True
