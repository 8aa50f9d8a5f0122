"""Short codes that people read aloud: no letter or digit that looks like another."""

from __future__ import annotations

from collections.abc import Callable

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0/O, 1/I/L and U (which looks like V on a projector)."""

_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})

Choose = Callable[[str], str]
"""Picks one character of a string; `secrets.choice` outside of tests."""

RECEIPT_LENGTH = 6
PANEL_CODE_LENGTH = 6


def new_receipt(choose: Choose) -> str:
    """Return a receipt such as `K7Q-2MX`: one in 729 million, unique within a round."""
    code = "".join(choose(ALPHABET) for _ in range(RECEIPT_LENGTH))
    return f"{code[:3]}-{code[3:]}"


def new_panel_code(choose: Choose) -> str:
    """Return a panel code of six characters."""
    return "".join(choose(ALPHABET) for _ in range(PANEL_CODE_LENGTH))


def normalise_panel_code(typed: str) -> str:
    """Return what was typed the way codes are stored: upper case, no spaces or dashes."""
    return "".join(character for character in typed.upper() if character.isalnum())[:16]


def normalise_receipt(typed: str) -> str:
    """Return a typed receipt in the form that is stored."""
    code = "".join(character for character in typed.upper() if character.isalnum())
    return f"{code[:3]}-{code[3:6]}" if len(code) == RECEIPT_LENGTH else code
