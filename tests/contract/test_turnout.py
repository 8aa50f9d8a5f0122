"""Wherever a percentage stands, it stands beside how many voted of how many are in the room.

Every kind's result is drawn for every screen, open, closed and asked again, split and revealed;
in each picture with a percent sign there must be a sentence such as "61 of 85 people in the room"
that everyone can see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from polls.app import create_app
from polls.domain.polls import Role
from polls.services.result_files import as_json, counts_table
from polls.services.results import load_results
from polls.services.split_files import splits_table
from tests.factories import ANSWERS, Clock, Room, a_panel, a_poll, make_config, room_in
from tests.support.pages import elements, parse, text_of

PEOPLE = 85
PERCENT = re.compile(r"\d\s?%")
TURNOUT = re.compile(r"\b\d+ of \d+ (people in the room|have voted|voted)\b")
PICTURES = {"section", "article", "main"}
"""What a sentence stands in to stand beside: the first of these around a number, or further out
up to the item or the screen."""

Made = tuple[Any, Room]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Clock]]:
    clock = Clock()
    app = create_app(make_config(tmp_path_factory.mktemp("site")), clock=clock)
    context = app.extensions["hemicycle"].context
    context.stage.stop()
    yield app, clock
    context.database.close()


def a_room(site: tuple[Any, Clock], *kinds: str) -> Made:
    """A panel with a question of each of these kinds, and then one that makes groups."""
    app, clock = site
    grouping = a_poll(options=["Citizen", "Expert"], settings={"grouping": True})
    panel = a_panel(*map(a_poll, kinds), grouping, code="")
    room = room_in(app.extensions["hemicycle"].context, panel, clock)
    room.direct("panel.update", head_count=PEOPLE)
    return app, room


@pytest.fixture
def made(site: tuple[Any, Clock]) -> Made:
    return a_room(site, *ANSWERS)


def fragment(made: Made, role: Role) -> Element:
    app, room = made
    parts = app.extensions["hemicycle"]
    parts.context.stage.fresh_state(room.panel_id)
    view = parts.context.stage.view(room.panel_id, role, "en")
    return parse(parts.renderer(view, "now", "")["html"])


def is_seen(element: Element) -> bool:
    return "vh" not in element.get("class", "").split() and element.get("hidden") is None


def seen_text(element: Element) -> str:
    """What eyes read: without what is only for screen readers or still hidden."""
    tag: Any = element.tag
    if not isinstance(tag, str) or not is_seen(element):
        return ""
    parts = [element.text or ""]
    for child in element:
        parts += [seen_text(child), child.tail or ""]
    return " ".join(" ".join(parts).split())


def says_turnout(picture: Element) -> bool:
    """The chamber's drawing says it too: its number, and "of 85 have voted" below."""
    caps = (part.get("data-cap") for part in elements(picture) if part.get("data-cap"))
    return bool(TURNOUT.search(seen_text(picture))) or any("have voted" in str(cap) for cap in caps)


def lonely_percents(tree: Element) -> list[str]:
    """Return the percentages that stand without a turnout, with the text around each."""
    around = {child: parent for parent in tree.iter() for child in parent}
    found = []
    for element in elements(tree):
        if not PERCENT.search(element.text or "") or element.tag.endswith(("script", "title")):
            continue
        place: Element | None = element
        while place is not None and not says_turnout(place):
            is_last = place.tag.rpartition("}")[2] in PICTURES
            place = None if is_last else around.get(place)
        if place is None:
            found.append(text_of(element))
    return found


def percents(tree: Element) -> int:
    return sum(bool(PERCENT.search(element.text or "")) for element in elements(tree))


@pytest.mark.parametrize("kind", list(ANSWERS))
def test_every_picture_of_a_kind_says_how_many_voted_of_how_many(
    site: tuple[Any, Clock], kind: str
) -> None:
    made = app, room = a_room(site, kind)
    place = 0
    drawn = 0
    for rounds in (1, 2):
        room.open(place)
        for answer in (*ANSWERS[kind], *ANSWERS[kind]):
            room.cast(room.join(), answer, place)
        for state in ("open", "closed", "published"):
            if state == "closed":
                room.close(place)
            if state == "published":
                room.direct("poll.publish", poll=room.poll(place).id)
            for role in Role:
                tree = fragment(made, role)
                drawn += percents(tree)
                assert lonely_percents(tree) == [], (role, state, rounds)
    page = app.test_client().get(f"/p/{room.code}/results").get_data(as_text=True)
    assert lonely_percents(parse(page)) == []
    assert drawn or kind in {"words", "text", "numeric", "opinion", "ranking", "budget", "points"}


def test_a_split_and_a_reveal_say_it_for_each_group_and_each_question(made: Made) -> None:
    app, room = made
    people = [room.join() for _ in range(24)]
    grouping = len(ANSWERS)
    for place in (grouping, 0):
        room.open(place)
        for number, person in enumerate(people):
            room.cast(person, "ab"[(number if place else number // 2) % 2], place)
        room.close(place)
    room.direct("projector.show", view="split")
    tree = fragment(made, Role.PROJECTOR)
    assert percents(tree) >= 4
    assert lonely_percents(tree) == []
    heads = [text_of(head) for head in elements(tree, "th") if head.get("scope") == "col"]
    assert [TURNOUT.search(head) is not None for head in heads] == [True, True, False]
    assert "24 of 85 people in the room" in seen_text(tree)
    page = app.test_client().get(f"/p/{room.code}/results").get_data(as_text=True)
    assert lonely_percents(parse(page)) == []
    sealed = room.direct("poll.create", title="S?", options=["Y", "N"], visibility="sealed")["poll"]
    place = next(n for n, item in enumerate(room.state.items) if item.poll_id == sealed)
    room.hold(place, "a", "a", "b")
    room.direct("panel.reveal")
    for role in (Role.PROJECTOR, Role.PARTICIPANT):
        tree = fragment(made, role)
        assert percents(tree) == 1
        assert lonely_percents(tree) == []


def test_every_row_and_every_round_of_a_file_says_it_too(made: Made) -> None:
    room = made[1]
    for place, answers in enumerate(ANSWERS.values()):
        room.hold(place, *answers)
    found = room.context.database.read(lambda connection: load_results(connection, room.panel_id))
    listed = [round_ for poll in as_json(found)["polls"] for round_ in poll["rounds"]]
    assert len(listed) == len(ANSWERS)
    assert all(round_["turnout"] and round_["present"] == PEOPLE for round_ in listed)
    for table in (counts_table(found, "en"), splits_table(found, "en")):
        columns = table[0]
        assert {"turnout", "present"} <= set(columns)
        for row in table[1:]:
            assert row[columns.index("turnout")]
            assert row[columns.index("present")] == PEOPLE


def test_a_percentage_alone_would_be_found() -> None:
    lonely = "<main><p>61%</p><p class='vh'>5 of 9 people in the room</p></main>"
    assert lonely_percents(parse(lonely)) == ["61%"]
    beside = "<main><p>61%</p><p>5 of 9 people in the room</p></main>"
    assert lonely_percents(parse(beside)) == []
    elsewhere = "<main><section>61%</section><p>5 of 9 people in the room</p></main>"
    assert lonely_percents(parse(elsewhere)) == ["61%"]
