"""The results page and its downloads: public, read only, made from closed rounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import orjson
from flask import Blueprint, Response, render_template, request

from polls.domain.codes import RECEIPT_LENGTH, normalise_panel_code
from polls.domain.comments import Comment
from polls.domain.errors import Refusal
from polls.domain.polls import Poll, Role
from polls.live.snapshots import comment_view, room_view
from polls.live.views import CommentView, PollView
from polls.services import agenda_files, panels
from polls.services import results as services
from polls.services.context import Context
from polls.services.csv_files import as_csv
from polls.services.result_files import as_json, counts_table, receipts_table
from polls.services.results import PanelResults, PollResults, RoundResults
from polls.store.panels import PanelRecord
from polls.web.identity import holder_of_link, request_language, require
from polls.web.pages import Answer, see_other
from polls.web.parts import parts

results = Blueprint("results", __name__)

RECEIPTS_ON_PAGE_MOST = 4000
"""More than these are listed on a page for each round."""
COMMENTS_AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    receipt: str
    answers: list[str]


@dataclass(frozen=True, slots=True)
class RoundPart:
    """One round on the page."""

    view: PollView
    receipts: list[ReceiptRow]
    texts_kept_back: int
    lists_receipts: bool


@dataclass(frozen=True, slots=True)
class Change:
    """How often one answer was given in each vote."""

    key: str
    label: str
    place: int | None
    counts: list[tuple[int, int]]
    """Count and percent, vote by vote."""
    step: int


@dataclass(frozen=True, slots=True)
class PollPart:
    view: PollView
    is_public: bool
    rounds: list[RoundPart]
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Check:
    """What became of looking for a receipt."""

    typed: str
    receipt: str
    is_whole: bool
    found: list[FoundPart]


@dataclass(frozen=True, slots=True)
class FoundPart:
    title: str
    number: int
    answers: list[str]
    kept_back: bool


def _load(code: str) -> tuple[PanelRecord, PanelResults, bool]:
    """Return the results of a panel: what is public, or all for the moderator who asks."""
    context = parts().context
    panel = panels.find(context, code)
    wants_all = request.args.get("all", "") not in ("", "0")
    if wants_all:
        require(holder_of_link(context, panel, Role.MODERATOR))
    found = context.database.read(
        lambda connection: services.load_results(connection, panel.id, everything=wants_all)
    )
    return panel, found, wants_all


@results.get("/p/<code>/results")
def page(code: str) -> Answer:
    if code != normalise_panel_code(code):
        return see_other(f"/p/{normalise_panel_code(code)}/results")
    context = parts().context
    panel, found, is_all = _load(code)
    language = request_language()
    total = sum(len(r.receipts) for poll in found.polls for r in poll.rounds)
    comments = [_comment(found, comment, language) for comment in found.comments]
    return render_template(
        "results/page.html",
        **_common(context, found, language),
        found=found,
        polls=[
            _poll_part(context, found, poll, language, with_receipts=total <= RECEIPTS_ON_PAGE_MOST)
            for poll in found.polls
        ],
        comments=comments[:COMMENTS_AT_ONCE],
        more_comments=comments[COMMENTS_AT_ONCE:],
        held_at=min((r.round.opened_at for p in found.polls for r in p.rounds), default=None),
        check=_check(context, found, language),
        is_all=is_all,
        is_moderator=holder_of_link(context, panel, Role.MODERATOR) is not None,
    )


def _common(context: Context, found: PanelResults, language: str) -> dict[str, Any]:
    people = context.stage.people(found.state.panel.id)
    view = room_view(found.state, Role.PARTICIPANT, language, people, context.clock())
    view = replace(view, present=found.people or 0, comments=())
    return dict(parts().renderer.variables(view))


def _poll_part(
    context: Context, found: PanelResults, poll: PollResults, language: str, *, with_receipts: bool
) -> PollPart:
    rounds = [
        _round_part(context, found, poll.poll, round_, language, with_receipts=with_receipts)
        for round_ in poll.rounds
    ]
    return PollPart(rounds[-1].view, poll.is_public, rounds, _changes(poll, language))


def _round_part(
    context: Context,
    found: PanelResults,
    poll: Poll,
    round_: RoundResults,
    language: str,
    *,
    with_receipts: bool,
) -> RoundPart:
    return RoundPart(
        view=services.round_view(found, poll, round_, language, context.clock()),
        receipts=[
            ReceiptRow(line.receipt, services.answer_in_words(poll, line.answer, language))
            for line in (round_.receipts if with_receipts else ())
        ],
        texts_kept_back=round_.texts_kept_back,
        lists_receipts=bool(round_.receipts),
    )


def _changes(poll: PollResults, language: str) -> list[Change]:
    """Return the votes side by side, for a question that was asked more than once."""
    if len(poll.rounds) < 2 or not poll.kind.is_closed_answer:
        return []
    places = {option_id: place for place, option_id in enumerate(poll.poll.question.option_ids)}
    tallies = [round_.results for round_ in poll.rounds]
    return [
        Change(
            key=key,
            label=services.answer_in_words(poll.poll, key, language)[0],
            place=places.get(key),
            counts=[(tally.counts[key], tally.percents[key]) for tally in tallies],
            step=tallies[-1].counts[key] - tallies[0].counts[key],
        )
        for key in tallies[0].counts
    ]


def _comment(found: PanelResults, comment: Comment, language: str) -> CommentView:
    about = services.about_of(found, comment).in_language(language)
    return replace(comment_view(found.state, comment, language), about=about)


def _check(context: Context, found: PanelResults, language: str) -> Check | None:
    typed = request.args.get("receipt", "").strip()[:80]
    if not typed:
        return None
    receipt = services.typed_receipt(typed)
    matches = context.database.read(
        lambda connection: services.find_receipt(connection, found, typed)
    )
    return Check(
        typed=typed,
        receipt=receipt,
        is_whole=len(receipt.replace("-", "")) == RECEIPT_LENGTH,
        found=[
            FoundPart(
                match.poll.title.in_language(language),
                match.number,
                services.answer_in_words(match.poll, match.answer, language),
                match.kept_back,
            )
            for match in matches
        ],
    )


@results.get("/p/<code>/results/<poll_id>/<int:number>")
def receipts_page(code: str, poll_id: str, number: int) -> Answer:
    """All ballots of one round with their receipts."""
    context = parts().context
    _, found, is_all = _load(code)
    language = request_language()
    for poll in found.polls:
        for round_ in poll.rounds:
            if poll.poll.id == poll_id and round_.round.number == number:
                return render_template(
                    "results/receipts.html",
                    **_common(context, found, language),
                    part=_round_part(
                        context, found, poll.poll, round_, language, with_receipts=True
                    ),
                    is_all=is_all,
                )
    raise Refusal("page.unknown")


# Downloads


def _file(body: bytes, media_type: str, panel: PanelRecord, name: str, *, is_all: bool) -> Response:
    kept = f"hemicycle-{panel.code}-{'all-' if is_all else ''}{name}"
    headers = {"Content-Disposition": f'attachment; filename="{kept}"'}
    return Response(body, content_type=media_type, headers=headers)


@results.get("/p/<code>/results.json")
def download_json(code: str) -> Answer:
    panel, found, is_all = _load(code)
    body = orjson.dumps(as_json(found), option=orjson.OPT_INDENT_2)
    return _file(body, "application/json", panel, "results.json", is_all=is_all)


@results.get("/api/v1/panels/<code>/results.json")
def api_json(code: str) -> Answer:
    _, found, _ = _load(code)
    return Response(orjson.dumps({"ok": True, **as_json(found)}), mimetype="application/json")


@results.get("/p/<code>/results.csv")
def download_counts(code: str) -> Answer:
    panel, found, is_all = _load(code)
    body = as_csv(counts_table(found, request_language()))
    return _file(body, "text/csv; charset=utf-8", panel, "results.csv", is_all=is_all)


@results.get("/p/<code>/receipts.csv")
def download_receipts(code: str) -> Answer:
    panel, found, is_all = _load(code)
    body = as_csv(receipts_table(found, request_language()))
    return _file(body, "text/csv; charset=utf-8", panel, "receipts.csv", is_all=is_all)


@results.get("/p/<code>/agenda.yaml")
def download_agenda(code: str) -> Answer:
    """The agenda as a file that makes the same panel again; for the moderator."""
    context = parts().context
    panel = panels.find(context, code)
    require(holder_of_link(context, panel, Role.MODERATOR))
    body = agenda_files.export_agenda(context, panel.id).encode()
    return _file(body, "application/yaml; charset=utf-8", panel, "agenda.yaml", is_all=False)
