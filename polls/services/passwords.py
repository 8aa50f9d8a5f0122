"""Checks the operator's creation password without stopping the server."""

from __future__ import annotations

import hmac

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


def password_matches(expected: str, typed: str) -> bool:
    """Compare with a plain password, or with an argon2 hash of one."""
    if not expected.startswith("$argon2"):
        return hmac.compare_digest(expected.encode(), typed.encode())

    def verify() -> bool:
        try:
            return PasswordHasher().verify(expected, typed)
        except (VerificationError, InvalidHashError):
            return False

    # argon2 takes 150 ms on purpose; in a thread it does not stop the sockets meanwhile.
    import gevent

    result: bool = gevent.get_hub().threadpool.apply(verify)
    return result
