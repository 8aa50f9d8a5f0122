"""In which languages a screen words the panel's texts: only the projector may have two."""

from __future__ import annotations

from pathlib import Path

import pytest

from polls.domain.errors import Refusal
from polls.domain.polls import Role
from tests.factories import Room, a_poll, make_room
from tests.live.test_snapshots import view_of


@pytest.fixture
def room(tmp_path: Path) -> Room:
    title = {"en": "Now?", "fr": "Maintenant ?", "nl": "Nu?"}
    options = ({"label": {"fr": "Oui", "nl": "Ja"}}, "Non", {"label": {"fr": "Peut-être"}})
    found = make_room(tmp_path, a_poll(title=title, options=options))  # type: ignore[arg-type]
    found.open()
    return found


def test_without_a_setting_the_projector_follows_its_browser(room: Room) -> None:
    view = view_of(room, Role.PROJECTOR, "nl")
    assert view.item is not None
    assert (view.language, view.item.title, view.item.title_also) == ("nl", "Nu?", None)


def test_the_projector_speaks_the_languages_that_were_set_whatever_its_browser(room: Room) -> None:
    room.direct("panel.update", projector_languages=["fr", "nl"], projector_mode="turns")
    view = view_of(room, Role.PROJECTOR, "en")
    poll = view.item.poll if view.item else None
    assert view.language == "fr"
    assert poll is not None
    assert poll.title_also is not None
    assert (poll.title, poll.title_also.text, poll.title_also.language) == (
        "Maintenant ?",
        "Nu?",
        "nl",
    )
    assert poll.title_also.takes_turns
    # What has no second wording stands once, also where the first falls back to the second.
    assert [option.also and option.also.text for option in poll.options] == ["Ja", None, None]


def test_nobody_else_reads_two_languages(room: Room) -> None:
    room.direct("panel.update", projector_languages=["fr", "nl"])
    for role in (Role.PARTICIPANT, Role.MODERATOR):
        view = view_of(room, role, "en")
        poll = view.item.poll if view.item else None
        assert poll is not None
        assert (view.language, poll.title, poll.title_also) == ("en", "Now?", None)


def test_a_setting_goes_back_to_the_browser_and_repeats_nothing(room: Room) -> None:
    room.direct("panel.update", projector_languages=["fr", "", "fr"])
    assert view_of(room, Role.PROJECTOR).panel.projector_languages == ("fr",)
    room.direct("panel.update", projector_languages=[""])
    assert view_of(room, Role.PROJECTOR).language == "en"


@pytest.mark.parametrize("wrong", [["xx"], ["en", "xx"], ["en", "fr", "nl"], ["<b>"]])
def test_languages_that_nobody_speaks_here_are_refused(room: Room, wrong: list[str]) -> None:
    with pytest.raises(Refusal) as refused:
        room.direct("panel.update", projector_languages=wrong)
    assert refused.value.code == "projector.languages_refused"
    assert view_of(room, Role.PROJECTOR).panel.projector_languages == ()
