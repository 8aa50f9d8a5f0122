"""Every refusal in words. A test holds that each code that is raised stands here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l

from polls.domain.errors import Refusal
from polls.domain.texts import Texts
from polls.web.expectations import in_words
from polls.web.money import money

MESSAGES: dict[str, Any] = {
    "agenda.refused": _l("This agenda cannot be used. Please mend these places and try again."),
    "answer.changed": _l("This answer was changed a moment ago. Please read it again."),
    "answer.no_word": _l("Please write at least one word."),
    "answer.not_a_list": _l("Please choose from the list."),
    "answer.not_a_step": _l("Please choose a step from %(least)s to %(most)s."),
    "answer.not_an_order": _l("Please put the answers in order."),
    "answer.nothing_ranked": _l("Please put at least one answer in your order."),
    "answer.over_budget": _l(
        "This is %(over)s over the budget of %(budget)s. Please take something out."
    ),
    "answer.place_twice": _l(
        "Place %(place)s is given twice. Please give each place to one answer."
    ),
    "answer.ranked_twice": _l("An answer stands in your order twice. Please keep it once."),
    "answer.not_opinions": _l("Please agree, disagree or pass."),
    "answer.not_in_range": _l(
        "Please give a number from %(least)s to %(most)s in steps of %(step)s."
    ),
    "answer.not_points": _l("Please give whole numbers from 0 to %(most)s."),
    "answer.not_words": _l("Please write words."),
    "answer.points_left": _l("Please give all %(points)s points: %(left)s are left."),
    "answer.points_over": _l("Please give %(points)s points: these are %(over)s too many."),
    "answer.too_few": _l("Please choose at least %(least)s."),
    "answer.too_many": _l("Please choose at most %(most)s."),
    "answer.unknown": _l("This answer is not there any more."),
    "answer.unknown_option": _l("This choice is not part of the question. Please choose again."),
    "answer.word_too_long": _l("A word may have at most %(most)s characters."),
    "ballot.none": _l("There is no vote of yours to take back."),
    "ballot.not_stored": _l("Not counted yet. We are trying again."),
    "command.malformed": _l("We could not read this."),
    "command.unknown": _l("We do not know this command."),
    "comment.id_refused": _l("The comment's id cannot be used."),
    "comment.id_taken": _l("The comment's id is in use."),
    "comment.not_shown": _l("This comment is not shown any more."),
    "comment.own": _l("You cannot support your own comment."),
    "comment.reason_missing": _l("Please give a reason. The author will read it."),
    "comment.sealed": _l("It waits with the sealed results."),
    "comment.unknown": _l("This comment is not there any more."),
    "comments.closed": _l("Comments are closed now."),
    "countdown.refused": _l("A countdown takes from 5 to %(most)s seconds."),
    "creation.password_wrong": _l("This is not the password for creating panels."),
    "field.refused": _l("%(field)s: expected %(expected)s."),
    "head_count.refused": _l("Please type a number of people from 0 to %(most)s."),
    "item.is_open": _l("Voting is open. Close it first."),
    "item.unknown": _l("This item is not on the agenda any more."),
    "kind.unknown": _l("We do not know this kind of question. Known: %(known)s."),
    "pace.no_results": _l("There is no result to show."),
    "pace.not_open": _l("No questions are open together."),
    "pace.nothing": _l("Please choose at least one question."),
    "page.unknown": _l("There is no page here."),
    "panel.code_taken": _l("This code is in use already."),
    "panel.ended": _l("This panel has ended."),
    "panel.full": _l("All seats of this panel are taken. Please ask the moderator."),
    "panel.locked": _l("Joining is closed. Please ask the moderator."),
    "panel.unknown": _l("We don't know this code. Look at the screen again."),
    "permission.denied": _l("This needs another link. Please open the one you were given."),
    "pin.needed": _l("Please type the PIN that is on the screen."),
    "pin.refused": _l("A PIN has from %(least)s to %(most)s digits."),
    "pin.wrong": _l("This PIN is not right. Look at the screen again."),
    "poll.already_open": _l("Voting is open already."),
    "poll.already_published": _l("The result is shown already."),
    "poll.counting": _l("Voting has ended. The last votes are being counted."),
    "poll.has_ballots": _l(
        "People have voted on this question, so it stays as it is. Copy it to change it."
    ),
    "poll.not_closed": _l("Close voting first."),
    "poll.not_open": _l("Voting is not open."),
    "poll.seal_stays": _l(
        "People have voted under a seal, so it stays until all results are revealed."
    ),
    "poll.seal_too_late": _l(
        "Voting on this question has begun, so it cannot be sealed any more. Copy it to seal it."
    ),
    "poll.sealed": _l(
        "This result is sealed. It comes together with the others: reveal all results."
    ),
    "poll.unknown": _l("This question is not there any more."),
    "poll.wrong_kind": _l("This does not go with this kind of question."),
    "poll.wrong_round": _l("This round is not on. Please look at the question again."),
    "projector.languages_refused": _l(
        "Please choose one or two languages for the projector, the first of them one of the menu."
    ),
    "rate.limited": _l("That was quick. Please try again in %(retry_after)s seconds."),
    "retention.promised": _l(
        "People have joined and read until when votes can be traced, so it can only become shorter."
    ),
    "retention.refused": _l("Please choose from 1 to %(most)s days."),
    "reveal.nothing": _l("There is no sealed result to reveal."),
    "reveal.still_open": _l("Close “%(title)s” first."),
    "reason.given": _l("You have given a reason for this answer already."),
    "reason.not_asked": _l("No reasons are asked for here."),
    "reason.not_your_answer": _l("You can give a reason for an answer that is your vote now."),
    "request.foreign_origin": _l("This form came from another site, so we did not accept it."),
    "request.too_large": _l("This is too long for us."),
    "seat.gone": _l("Your seat was given back. Please take a seat again."),
    "results.not_a_file": _l("This is not a file of results. Expected: %(expected)s."),
    "server.failed": _l("Something went wrong on our side. Please try again."),
    "split.none": _l("There is nothing to show by group here yet."),
    "statement.known": _l("This statement is there already."),
    "statement.not_asked_for": _l("Statements cannot be proposed now."),
    "statement.too_many": _l("There are %(most)s statements already, and that is the most."),
    "statement.unknown": _l("This statement is not there any more."),
    "store.unavailable": _l("We cannot save right now. Please try again in a moment."),
    "text.empty": _l("Please write something first."),
    "text.not_text": _l("This must be a text."),
    "text.too_long": _l("This text has %(length)s characters; at most %(most)s fit."),
    "undo.has_ballots": _l("People have voted since, so this cannot be taken back."),
    "undo.newer": _l("Something was done after that. Please look at the page again."),
    "undo.nothing": _l("There is nothing to take back."),
}


def message_of(refusal: Refusal) -> str:
    """Return the refusal in the current language."""
    if refusal.code == "field.refused":
        return _field_message(refusal)
    text = str(MESSAGES.get(refusal.code) or gettext("This is not possible."))
    details = refusal.details
    if refusal.code == "answer.over_budget":
        details = _amounts(details)
    try:
        return text % details if "%(" in text else text
    except KeyError:
        return text


def _field_message(refusal: Refusal) -> str:
    field, expected = refusal.details["field"], refusal.details["expected"]
    if (said := in_words(expected)) is not None:
        return str(gettext("%(field)s: expected %(expected)s.", field=field, expected=said))
    return str(gettext("Please check this field: %(field)s.", field=field))


def _amounts(details: Mapping[str, Any]) -> dict[str, str]:
    locale = get_locale() or Locale("en")
    unit = Texts(details.get("unit", {})).in_language(locale.language)
    return {name: money(details[name], unit, locale) for name in ("over", "budget")}


def error_body(refusal: Refusal) -> dict[str, Any]:
    """Return the one shape of every error, on the socket and over HTTP."""
    body = {
        "ok": False,
        "code": refusal.code,
        "message": message_of(refusal),
        **{key: value for key, value in refusal.details.items() if _is_plain(value)},
    }
    if "problems" in body:
        body["problems"] = [_problem_in_words(problem) for problem in body["problems"]]
    return body


def _problem_in_words(problem: dict[str, Any]) -> dict[str, Any]:
    """Add what was expected in the reader's language; `expected` stays English for programs."""
    return {**problem, "message": in_words(problem["expected"]) or problem["expected"]}


def _is_plain(value: Any) -> bool:
    return isinstance(value, int | float | str | bool | list)
