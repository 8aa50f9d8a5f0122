"""Keys become hashes here, so that the database never knows whom a ballot belongs to."""

from __future__ import annotations

import hashlib
import hmac

PARTICIPANT_HEX_LENGTH = 32


def participant_of(hashing_key: bytes, key: str) -> str:
    """Return the name under which a participant's ballots are kept within one panel."""
    return hmac.digest(hashing_key, key.encode(), hashlib.sha256).hex()[:PARTICIPANT_HEX_LENGTH]


def capability_hash(secret: bytes, key: str) -> str:
    """Return the keyed hash of a moderator's or projector's link key."""
    return hmac.new(secret, b"capability:" + key.encode(), hashlib.sha256).hexdigest()


def derived_key(secret: bytes, purpose: str) -> str:
    """Return a key that this instance derives anew at each start, as for the demo's links."""
    return hmac.new(secret, b"derived:" + purpose.encode(), hashlib.sha256).hexdigest()[:40]
