"""Comments: how they begin, who may support them, and that hiding one needs a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from polls.domain.comments import (
    HIDE_REASONS,
    Comment,
    CommentKind,
    CommentState,
    Moderation,
    first_state,
    guard_upvote,
    parse_reason,
)
from polls.domain.errors import Refusal

SHOWN = Comment("c", "anna", CommentKind.COMMENT, "Hello", CommentState.SHOWN, 0.0)


def test_a_comment_waits_where_the_moderator_reads_first() -> None:
    assert first_state(Moderation.PRE) is CommentState.WAITING
    assert first_state(Moderation.POST) is CommentState.SHOWN


def test_a_shown_comment_may_be_supported_by_others() -> None:
    guard_upvote(SHOWN, "ben")


def test_nobody_supports_their_own_comment() -> None:
    with pytest.raises(Refusal) as caught:
        guard_upvote(SHOWN, "anna")
    assert caught.value.code == "comment.own"


@pytest.mark.parametrize("state", [CommentState.WAITING, CommentState.HIDDEN])
def test_a_comment_that_is_not_shown_cannot_be_supported(state: CommentState) -> None:
    with pytest.raises(Refusal) as caught:
        guard_upvote(replace(SHOWN, state=state), "ben")
    assert caught.value.code == "comment.not_shown"


@pytest.mark.parametrize("reason", [*HIDE_REASONS, "It names a neighbour."])
def test_a_reason_is_kept(reason: str) -> None:
    assert parse_reason(f" {reason}\n") == reason


@pytest.mark.parametrize(
    ("reason", "code"), [("", "comment.reason_missing"), (" \n", "comment.reason_missing")]
)
def test_hiding_without_a_reason_is_refused(reason: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_reason(reason)
    assert caught.value.code == code


def test_a_reason_longer_than_a_paragraph_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        parse_reason("a" * 201)
    assert caught.value.code == "text.too_long"
