"""Codes that people read aloud and type: nothing in them looks like something else."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.domain.codes import (
    ALPHABET,
    new_panel_code,
    new_receipt,
    normalise_panel_code,
    normalise_receipt,
)

seeds = st.integers()


def test_no_two_characters_of_a_code_look_alike() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert not set(ALPHABET) & set("0O1ILU")


@given(seeds)
def test_a_new_code_is_what_typing_it_gives(seed: int) -> None:
    code = new_panel_code(random.Random(seed).choice)
    assert len(code) == 6
    assert normalise_panel_code(code) == code
    assert normalise_panel_code(f" {code[:3].lower()}-{code[3:].lower()} ") == code


@given(seeds)
def test_a_new_receipt_is_found_however_it_is_typed(seed: int) -> None:
    receipt = new_receipt(random.Random(seed).choice)
    assert normalise_receipt(receipt) == receipt
    assert normalise_receipt(receipt.lower().replace("-", " ")) == receipt


@given(st.text(max_size=60))
def test_anything_typed_becomes_a_code_that_can_be_looked_up(typed: str) -> None:
    code = normalise_panel_code(typed)
    assert len(code) <= 16
    assert code.isalnum() or code == ""
    assert normalise_panel_code(code) == code or not code.isascii()


@pytest.mark.parametrize("typed", ["", "K7Q", "K7Q2MXX", "!!!"])
def test_what_is_no_receipt_stays_something_that_is_not_found(typed: str) -> None:
    assert "-" not in normalise_receipt(typed)
