"""What the results of a panel hold, and above all what they do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import event, update

from polls.domain.errors import Refusal
from polls.domain.kinds import all_kinds, kind_named
from polls.domain.polls import Role
from polls.domain.tally import BALLOTS
from polls.services.csv_files import as_csv, harmless
from polls.services.recounting import recount_file, recount_panel
from polls.services.result_files import as_json, counts_table, receipts_table
from polls.services.results import (
    PanelResults,
    find_receipt,
    load_receipts,
    load_results,
    typed_receipt,
)
from polls.store import schema
from tests.factories import (
    ANSWERS,
    Clock,
    Room,
    a_panel,
    a_poll,
    make_context,
    make_room,
    room_in,
)


def results_of(room: Room, *, everything: bool = False) -> PanelResults:
    return room.context.database.read(
        lambda connection: load_results(connection, room.panel_id, everything=everything)
    )


def titles_in(found: PanelResults) -> list[str]:
    return [poll.poll.title.in_language("en") for poll in found.polls]


def all_of(found: PanelResults) -> str:
    """Everything that leaves this place, as one text to search."""
    tables = as_csv(counts_table(found, "en")) + as_csv(receipts_table(found, "en"))
    return orjson.dumps(as_json(found)).decode() + tables.decode()


# What is listed


def test_only_closed_and_visible_polls_are_listed(tmp_path: Path) -> None:
    room = make_room(
        tmp_path,
        a_poll(title="Draft"),
        a_poll(title="Open"),
        a_poll(title="Closed live"),
        a_poll(title="Closed after voting", visibility="voted"),
        a_poll(title="Closed, projector only", visibility="projector"),
        a_poll(title="Closed, not published", visibility="published"),
        a_poll(title="Published", visibility="published"),
        a_poll(title="Deleted"),
    )
    room.open(1)
    for place in range(2, 8):
        room.hold(place, "a", publish=place == 6)
    room.direct("agenda.delete", item=room.state.items[7].id)
    assert titles_in(results_of(room)) == ["Closed live", "Closed after voting", "Published"]
    assert titles_in(results_of(room, everything=True)) == [
        "Closed live",
        "Closed after voting",
        "Closed, projector only",
        "Closed, not published",
        "Published",
    ]


def test_receipts_of_a_round_that_is_open_again_do_not_leave(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    first = room.hold(0, "a", "b")
    room.open()
    second = room.cast(room.join(), "c")
    assert results_of(room).polls == ()
    kept = all_of(results_of(room, everything=True))
    assert all(receipt in kept for receipt in first)
    assert second not in kept
    room.close()
    listed = all_of(results_of(room))
    assert all(receipt in listed for receipt in (*first, second))


def test_counting_ballots_are_not_shown_before_the_grace_is_over(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    room.open()
    receipt = room.cast(room.join(), "a")
    room.direct("poll.close", poll=room.poll().id)
    assert receipt not in all_of(results_of(room, everything=True))


def test_every_round_has_its_counts_and_its_receipts_in_their_own_order(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    cast = room.hold(0, *"aabbc")
    room.hold(0, "d")
    rounds = results_of(room).polls[0].rounds
    assert [found.results.turnout for found in rounds] == [5, 1]
    assert rounds[0].results.counts == {"a": 2, "b": 2, "c": 1, "d": 0}
    listed = [line.receipt for line in rounds[0].receipts]
    assert listed == sorted(cast)
    assert listed != cast


def test_of_many_ballots_none_is_read_along_and_all_are_there_when_asked_for(
    tmp_path: Path,
) -> None:
    room = make_room(tmp_path, a_poll("single_choice"), a_poll("text"))
    room.hold(0, "a", "b", "b", publish=True)
    room.hold(1, "More benches", publish=True)

    def read(ballots_most: int) -> PanelResults:
        return room.context.database.read(
            lambda connection: load_results(connection, room.panel_id, ballots_most=ballots_most)
        )

    few, many = read(4), read(3)
    assert few.has_ballots
    assert not many.has_ballots
    choice, written = (poll.rounds[0] for poll in many.polls)
    assert choice.receipts == ()
    assert choice.has_receipts
    assert choice.results == few.polls[0].rounds[0].results
    assert written.texts == ("More benches",)
    assert not written.has_receipts
    listed = few.polls[0].rounds[0].receipts
    read_alone = room.context.database.read
    assert read_alone(lambda c: load_receipts(c, room.poll(0), choice.round.id)) == listed
    assert read_alone(lambda c: load_receipts(c, room.poll(1), written.round.id)) == ()


def test_a_ballot_taken_back_is_not_listed(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    room.open()
    stays, goes = room.join(), room.join()
    room.cast(stays, "a")
    gone = room.cast(goes, "b")
    room.withdraw(goes)
    room.close()
    found = results_of(room)
    assert found.polls[0].rounds[0].results.turnout == 1
    assert gone not in all_of(found)


def test_nothing_says_who_or_when(tmp_path: Path) -> None:
    room = make_room(tmp_path)
    for place, answers in enumerate(ANSWERS.values()):
        room.hold(place, *answers)
    comment = room.comment("A word from the floor")
    room.upvote(comment, 2)
    written = all_of(results_of(room, everything=True))
    for person in room.people:
        assert person.require_participant() not in written
    assert "17000" not in written, "no time of anything"
    assert comment not in written


def test_many_questions_take_no_more_queries_than_few(tmp_path: Path) -> None:
    room = make_room(tmp_path, *(a_poll(title=f"Question {number}?") for number in range(12)))
    asked: list[str] = []
    event.listen(
        room.context.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2])
    )

    def queries() -> int:
        asked.clear()
        results_of(room)
        return len(asked)

    for place in range(5):
        room.hold(place, "a", "b")
    few = queries()
    for place in range(5, 12):
        room.hold(place, "a", "b")
    assert len(results_of(room).polls) == 12
    assert queries() == few


# What is moderated


def test_hidden_words_and_stop_words_do_not_leave(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll("words"))
    room.hold(0, ["Swearword"], ["swearword", "trust"], ["the", "and"], publish=True)
    room.direct("word.hide", poll=room.poll().id, word="swearword", hidden=True)
    found = results_of(room, everything=True)
    assert found.polls[0].rounds[0].results.counts == {"trust": 1}
    written = all_of(found).lower()
    assert "swearword" not in written
    assert '"the"' not in written


def test_only_the_moderator_is_told_which_words_are_hidden(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll("words"))
    room.open()
    room.direct("word.hide", poll=room.poll().id, word="swearword", hidden=True)
    stage = room.context.stage
    for role in Role:
        told = repr(stage.snapshot(room.panel_id, role, "en", None))
        told += repr(stage.view(room.panel_id, role, "en"))
        assert ("swearword" in told) is (role is Role.MODERATOR)


def test_written_answers_leave_only_as_moderated(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll("text"))
    receipts = room.hold(0, "Fine words", "Foul words", publish=True)
    room.direct("answer.hide", poll=room.poll().id, receipt=receipts[1])
    found = results_of(room)
    assert found.polls[0].rounds[0].texts == ("Fine words",)
    assert found.polls[0].rounds[0].texts_kept_back == 1
    written = all_of(found)
    assert "Foul" not in written
    assert not any(receipt in written for receipt in receipts)


def test_written_answers_wait_for_the_moderator_where_that_is_the_rule(tmp_path: Path) -> None:
    from polls.domain.comments import Moderation

    room = make_room(tmp_path, a_poll("text"), moderation=Moderation.PRE)
    receipts = room.hold(0, "Not read yet", "Read", publish=True)
    room.direct("answer.approve", poll=room.poll().id, receipt=receipts[1])
    assert results_of(room).polls[0].rounds[0].texts == ("Read",)


def test_comments_come_by_support_and_hidden_ones_are_only_counted(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    few, many = room.comment("Few like this"), room.comment("Many like this")
    room.upvote(few, 1)
    room.upvote(many, 3)
    for reason in ("off_topic", "off_topic", "names_person", "Because of John Doe"):
        room.direct("comment.hide", comment=room.comment("Hidden text"), reason=reason)
    found = results_of(room)
    assert [comment.text for comment in found.comments] == ["Many like this", "Few like this"]
    assert found.hidden_comments == {"names_person": 1, "off_topic": 2, "other": 1}
    written = all_of(found)
    assert "Hidden text" not in written
    assert "John Doe" not in written


def test_a_comment_does_not_give_away_a_question_that_was_not_asked(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll(title="Secret plan?"), a_poll(title="Known?"))
    room.direct("agenda.show", item=room.state.items[0].id)
    room.comment("About the plan")
    assert "Secret plan?" not in all_of(results_of(room))
    room.hold(0, "a")
    assert as_json(results_of(room))["comments"][0]["about"] == {"en": "Secret plan?"}


# People


def test_people_are_those_in_the_room_when_a_round_closed(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll(), a_poll())
    room.join()
    room.hold(0, "a", "b")
    for _ in range(4):
        room.join()
    room.hold(1, "a")
    found = results_of(room)
    assert [poll.rounds[0].people for poll in found.polls] == [3, 8]
    assert found.people == 8
    room.direct("panel.update", head_count=40)
    assert results_of(room).people == 40
    room.direct("panel.update", head_count=1)
    assert results_of(room).people == 2, "never fewer than voted"


def test_results_stay_when_the_panel_has_ended(tmp_path: Path) -> None:
    from polls.services import panels

    room = make_room(tmp_path, a_poll())
    receipts = room.hold(0, "a", "b")
    panels.end(room.context, room.panel_id)
    found = results_of(room)
    assert found.people == 2
    assert [line.receipt for line in found.polls[0].rounds[0].receipts] == sorted(receipts)


# My own receipt


@pytest.mark.parametrize(
    "typed", ["K7Q-2MX", "k7q2mx", " K7Q 2MX ", "k7q–2mx", "Ｋ７Ｑ２ＭＸ", "(K7Q-2MX)."]
)
def test_a_receipt_is_known_however_it_is_typed(typed: str) -> None:
    assert typed_receipt(typed) == "K7Q-2MX"


def found_for(room: Room, typed: str) -> list[Any]:
    found = results_of(room)
    return room.context.database.read(lambda connection: find_receipt(connection, found, typed))


def test_a_receipt_finds_its_round_and_answer(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll(), a_poll("multiple_choice"))
    room.hold(0, "a")
    second = room.hold(0, "b")[0]
    several = room.hold(1, ["a", "c"])[0]
    match = found_for(room, second.lower().replace("-", ""))[0]
    assert (match.number, match.answer) == (2, "b")
    assert found_for(room, several)[0].answer == ["a", "c"]
    assert found_for(room, "222-222") == []
    assert found_for(room, "' OR 1=1") == []


def test_a_receipt_finds_nothing_of_what_is_not_public(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll(), a_poll(visibility="published"))
    room.open(0)
    in_open_round = room.cast(room.join(), "a")
    not_published = room.hold(1, "a")[0]
    assert found_for(room, in_open_round) == []
    assert found_for(room, not_published) == []


def test_a_receipt_shows_no_more_of_words_than_everyone_sees(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll("words"), a_poll("text"))
    words = room.hold(0, ["trust", "Swearword"])[0]
    text = room.hold(1, "Foul words")[0]
    room.direct("word.hide", poll=room.poll(0).id, word="swearword", hidden=True)
    room.direct("answer.hide", poll=room.poll(1).id, receipt=text)
    assert found_for(room, words)[0].answer == ["trust"]
    assert found_for(room, words)[0].kept_back
    assert found_for(room, text)[0].answer is None


# Files


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "＝"])
def test_no_cell_is_a_formula(start: str) -> None:
    assert harmless(f"{start}SUM(A1:A9)") == f"'{start}SUM(A1:A9)"


def test_numbers_and_harmless_texts_stay_as_they_are() -> None:
    assert harmless(-3) == -3
    assert harmless("Yes, it's 5 - 3") == "Yes, it's 5 - 3"


def test_titles_and_labels_cannot_run_in_a_spreadsheet(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://example.org","Click")'
    room = make_room(tmp_path, a_poll(title="@SUM(1)", options=[evil, "-2+3", "Fine"]))
    room.hold(0, "a", "b")
    found = results_of(room)
    for table in (counts_table(found, "en"), receipts_table(found, "en")):
        text = as_csv(table).decode("utf-8-sig")
        cells = [cell.strip('"') for line in text.splitlines() for cell in line.split(",")]
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_a_count_table_is_tidy(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll("rating"), a_poll("text"))
    room.hold(0, 5, 5, 1)
    room.hold(1, "Words")
    table = counts_table(results_of(room), "en")
    assert {len(row) for row in table} == {10}
    assert [row[4:] for row in table[1:]] == [
        ["1", "1", 1, 33, 3, 3],
        ["2", "2", 0, 0, 3, 3],
        ["3", "3", 0, 0, 3, 3],
        ["4", "4", 0, 0, 3, 3],
        ["5", "5", 2, 67, 3, 3],
        ["", "", "", "", 1, 4],
    ]


# Counting again


@pytest.mark.parametrize("name", all_kinds())
def test_a_downloaded_file_can_be_counted_again(name: str, tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll(name))
    room.hold(0, *ANSWERS[name])
    body = orjson.loads(orjson.dumps(as_json(results_of(room))))
    (line,) = recount_file(body)
    assert line.ballots == len(ANSWERS[name])
    assert line.differences == {}
    assert line.is_listed is kind_named(name).is_closed_answer


def test_a_changed_file_is_found_out(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    room.hold(0, "a", "a", "b")
    body = as_json(results_of(room))
    found = body["polls"][0]["rounds"][0]
    found["counts"]["b"] = 2
    assert recount_file(body)[0].differences == {"b": (2, 1)}
    found["counts"]["b"] = 1
    found["receipts"].append(found["receipts"][0])
    doubled = found["receipts"][0]["answer"]
    assert set(recount_file(body)[0].differences) == {doubled, BALLOTS, "receipts"}


@pytest.mark.parametrize("body", [None, [], {}, {"format": "hemicycle-results-1"}, "text"])
def test_what_is_no_file_of_results_is_refused(body: Any) -> None:
    with pytest.raises(Refusal, match="results"):
        recount_file(body)


def test_a_recount_finds_a_counter_that_was_tampered_with(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    room.hold(0, "a", "a", "b")
    database = room.context.database

    def lines() -> Any:
        return database.read(lambda connection: recount_panel(connection, room.panel_id, room.code))

    assert [line.differences for line in lines()] == [{}]
    table = schema.counter
    database.write(
        lambda connection: connection.execute(
            update(table).where(table.c.key == "a").values(value=table.c.value + 1)
        )
    )
    assert [line.differences for line in lines()] == [{"a": (3, 2)}]


@pytest.mark.postgres
def test_postgresql_gives_the_same_results(tmp_path: Path, postgres_url: str) -> None:
    clock = Clock()
    context = make_context(tmp_path, clock, database_url=postgres_url)
    room = room_in(context, a_panel(), clock)
    assert results_of(room).is_empty
    receipts = {
        kind: room.hold(place, *answers) for place, (kind, answers) in enumerate(ANSWERS.items())
    }
    room.direct("comment.hide", comment=room.comment("Hidden"), reason="off_topic")
    found = results_of(room)
    assert [poll.poll.kind for poll in found.polls] == list(ANSWERS)
    assert found.hidden_comments == {"off_topic": 1}
    assert found_for(room, receipts["rating"][0])[0].answer == 1
    lines = context.database.read(
        lambda connection: recount_panel(connection, room.panel_id, room.code)
    )
    assert len(lines) == len(ANSWERS)
    assert not any(line.differences for line in lines)
    context.database.close()
