"""Comments as people write and support them, and as the moderator sees to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from polls.domain.errors import Refusal
from polls.services import participants
from tests.factories import Room, a_panel, a_poll, make_room, room_in


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return make_room(tmp_path, a_poll())


def test_a_comment_is_about_what_is_on_unless_it_says_otherwise(room: Room) -> None:
    slide = room.direct("agenda.add", kind="slide", title="Hello")["item"]
    item = room.state.items[0].id
    room.direct("agenda.show", item=item)
    room.comment("About the poll")
    room.comment("About the slide", about=slide)
    about = {comment.text: comment.item_id for comment in room.state.shown}
    assert about == {"About the poll": item, "About the slide": slide}
    with pytest.raises(Refusal) as caught:
        room.comment("About nothing", about="0123456789abcdef")
    assert caught.value.code == "item.unknown"


def test_comments_with_most_support_come_first(room: Room) -> None:
    first, second, third = (room.comment(text) for text in ("One", "Two", "Three"))
    room.upvote(second, 3)
    room.upvote(third, 1)
    assert [comment.id for comment in room.state.shown] == [second, third, first]


def test_the_same_id_twice_is_one_comment_even_if_moderation_came_between(room: Room) -> None:
    anna = room.join()
    comment = room.comment("Once", anna, id="aaaabbbb")
    room.direct("comment.hide", comment=comment, reason="repeats")
    again = room.give(anna, "comment.post", text="Once", id="AAAA-BBBB")
    assert again == {"comment": comment, "state": "hidden"}
    with pytest.raises(Refusal) as caught:
        room.comment("Mine", id="aaaabbbb")
    assert caught.value.code == "comment.id_taken"


def test_an_id_used_in_another_panel_is_taken_and_its_comment_not_shown(
    room: Room, tmp_path: Path
) -> None:
    other = room_in(room.context, a_panel(a_poll(), code="OTHER2"), room.clock)
    other.comment("Elsewhere", id="aaaabbbb")
    with pytest.raises(Refusal) as caught:
        room.comment("Here", id="aaaabbbb")
    assert caught.value.code == "comment.id_taken"
    with pytest.raises(Refusal) as caught:
        room.direct("comment.approve", comment="aaaabbbb")
    assert caught.value.code == "comment.unknown"


def test_support_is_one_voice_each_and_can_be_taken_back(room: Room) -> None:
    comment = room.comment("Trees")
    ben = room.join()
    for on, upvotes in ((True, 1), (True, 1), (False, 0), (False, 0), (True, 1)):
        answer = room.give(ben, "comment.upvote", comment=comment, on=on)
        assert answer == {"on": on, "upvotes": upvotes}


def test_a_hidden_comment_leaves_the_projector(room: Room) -> None:
    comment = room.comment("Look at me")
    room.direct("comment.spotlight", comment=comment)
    assert room.state.panel.spotlight_comment_id == comment
    room.direct("comment.hide", comment=comment, reason="insults")
    assert room.state.panel.spotlight_comment_id is None
    room.direct("panel.undo")
    assert room.state.panel.spotlight_comment_id == comment


def test_the_spotlight_approves(room: Room) -> None:
    room.direct("panel.update", moderation="pre")
    comment = room.comment("Not read yet")
    assert [found.id for found in room.state.waiting] == [comment]
    room.direct("comment.spotlight", comment=comment)
    assert [found.id for found in room.state.shown] == [comment]
    room.direct("comment.spotlight")
    assert room.state.panel.spotlight_comment_id is None


def test_the_erased_leave_no_comment_no_support_and_no_spotlight(room: Room) -> None:
    anna, ben = room.join(), room.join()
    annas, bens = room.comment("Anna's", anna), room.comment("Ben's", ben)
    room.give(anna, "comment.upvote", comment=bens)
    room.give(ben, "comment.upvote", comment=annas)
    room.direct("comment.spotlight", comment=annas)
    participants.erase(room.context, anna)
    state = room.state
    assert [(comment.id, comment.upvotes) for comment in state.shown] == [(bens, 0)]
    assert state.panel.spotlight_comment_id is None
    assert room.direct("agenda.show", item=state.items[0].id) == {}
