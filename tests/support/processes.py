"""Starts and ends child processes on ports of their own, so that tests never meet another's."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def accepts_connections(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def unprivileged_user() -> pwd.struct_passwd | None:
    """Whom to become for programs that refuse to run as root; None where nothing is to be done."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def start_process(
    command: list[str | Path],
    log: Path,
    *,
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
    user: pwd.struct_passwd | None = None,
) -> subprocess.Popen[bytes]:
    become: dict[str, Any] = {}
    if user is not None:
        become = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
            # A Ctrl-C at the terminal is for pytest, which then ends its children in order.
            start_new_session=True,
            **become,
        )


def end_process(
    process: subprocess.Popen[bytes],
    with_signal: signal.Signals = signal.SIGTERM,
    timeout_seconds: float = 15.0,
) -> int:
    """Asks, waits, and only then insists; returns the exit code."""
    if process.poll() is None:
        process.send_signal(with_signal)
        try:
            return process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait(timeout_seconds)
