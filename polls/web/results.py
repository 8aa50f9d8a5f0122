"""The results page and its downloads: public, read only, made from closed rounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson
from flask import Blueprint, Response, current_app, render_template, request

from polls.domain.codes import RECEIPT_LENGTH, normalise_panel_code
from polls.domain.errors import Refusal
from polls.domain.polls import Poll, Role
from polls.live.workbench import off_loop
from polls.services import agenda_files, panels
from polls.services import results as services
from polls.services.context import Context
from polls.services.csv_files import as_csv
from polls.services.result_files import Table, as_json, counts_table, receipts_table
from polls.services.results import PanelResults, PollResults, RoundResults
from polls.services.shift_files import flows_table, has_flows
from polls.services.split_files import has_splits, splits_table
from polls.store.panels import PanelRecord
from polls.web.answers import say
from polls.web.headings import in_words
from polls.web.identity import holder_of_link, request_language, require
from polls.web.pages import Answer, see_other
from polls.web.parts import parts
from polls.web.receipt_pages import page_with
from polls.web.results_parts import Listed, Listings, receipts_of, receipts_part

results = Blueprint("results", __name__)


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


def _panel(code: str) -> tuple[PanelRecord, bool]:
    """Return a panel, and whether the moderator asks for what is not public too."""
    context = parts().context
    panel = panels.find(context, code)
    wants_all = request.args.get("all", "") not in ("", "0")
    if wants_all:
        require(holder_of_link(context, panel, Role.MODERATOR))
    return panel, wants_all


def _listed(panel: PanelRecord, *, is_all: bool) -> Listed:
    listings: Listings = current_app.extensions.setdefault("hemicycle_listings", Listings())
    return listings.listed(parts().context, panel, request_language(), everything=is_all)


def _found(panel: PanelRecord, *, is_all: bool) -> PanelResults:
    return parts().context.database.read(
        lambda connection: services.load_results(connection, panel.id, everything=is_all)
    )


@results.get("/p/<code>/results")
def page(code: str) -> Answer:
    if code != normalise_panel_code(code):
        return see_other(f"/p/{normalise_panel_code(code)}/results")
    context = parts().context
    panel, is_all = _panel(code)
    listed = _listed(panel, is_all=is_all)
    found = listed.found
    return render_template(
        "results/page.html",
        **parts().renderer.variables(listed.view),
        found=found,
        sections=listed.sections,
        titles=[_title(poll) for poll in found.polls],
        held_at=min((r.round.opened_at for p in found.polls for r in p.rounds), default=None),
        check=_check(context, found, request_language()),
        is_all=is_all,
        has_splits=has_splits(found),
        has_flows=has_flows(found),
        is_moderator=holder_of_link(context, panel, Role.MODERATOR) is not None,
    )


def _title(poll: PollResults) -> tuple[str, str]:
    """Return the title of a poll and the language it is in."""
    language = request_language()
    title = poll.poll.title
    return title.in_language(language), title.language_of(language)


def _typed_receipt() -> str:
    return request.args.get("receipt", "").strip()[:80]


def _is_whole(receipt: str) -> bool:
    return len(receipt.replace("-", "")) == RECEIPT_LENGTH


def _check(context: Context, found: PanelResults, language: str) -> Check | None:
    typed = _typed_receipt()
    if not typed:
        return None
    receipt = services.typed_receipt(typed)
    matches = context.database.read(
        lambda connection: services.find_receipt(connection, found, typed)
    )
    return Check(
        typed=typed,
        receipt=receipt,
        is_whole=_is_whole(receipt),
        found=[
            FoundPart(
                match.poll.title.in_language(language),
                match.number,
                services.answer_in_words(match.poll, match.answer, language, say),
                match.kept_back,
            )
            for match in matches
        ],
    )


@results.get("/p/<code>/results/<poll_id>/<int:number>")
def receipts_page(code: str, poll_id: str, number: int) -> Answer:
    """All ballots of one round with their receipts, page by page; `receipt` leads to its page."""
    panel, is_all = _panel(code)
    listed = _listed(panel, is_all=is_all)
    poll, round_ = _round_in(listed.found, poll_id, number)
    lines = receipts_of(parts().context, listed, poll, round_)
    typed = _typed_receipt()
    receipt = services.typed_receipt(typed)
    if typed and (page := page_with(lines, receipt)) is not None:
        query = f"page={page}{'&all=1' if is_all else ''}"
        return see_other(f"/p/{panel.code}/results/{poll.id}/{number}?{query}#{receipt}")
    page = request.args.get("page", 1, type=int)
    part = receipts_part(listed, poll, round_, lines, request_language(), page)
    return render_template(
        "results/receipts.html",
        **parts().renderer.variables(listed.view),
        part=part,
        missed=Check(typed, receipt, _is_whole(receipt), []) if typed else None,
        is_all=is_all,
    )


def _round_in(found: PanelResults, poll_id: str, number: int) -> tuple[Poll, RoundResults]:
    for poll in found.polls:
        for round_ in poll.rounds:
            if poll.poll.id == poll_id and round_.round.number == number:
                return poll.poll, round_
    raise Refusal("page.unknown")


# Downloads


def _file(body: bytes, media_type: str, panel: PanelRecord, name: str, *, is_all: bool) -> Response:
    kept = f"hemicycle-{panel.code}-{'all-' if is_all else ''}{name}"
    headers = {"Content-Disposition": f'attachment; filename="{kept}"'}
    return Response(body, content_type=media_type, headers=headers)


@results.get("/p/<code>/results.json")
def download_json(code: str) -> Answer:
    panel, is_all = _panel(code)
    found = _found(panel, is_all=is_all)
    body = off_loop(lambda: orjson.dumps(as_json(found), option=orjson.OPT_INDENT_2))
    return _file(body, "application/json", panel, "results.json", is_all=is_all)


@results.get("/api/v1/panels/<code>/results.json")
def api_json(code: str) -> Answer:
    panel, is_all = _panel(code)
    found = _found(panel, is_all=is_all)
    body = off_loop(lambda: orjson.dumps({"ok": True, **as_json(found)}))
    return Response(body, mimetype="application/json")


def _table(code: str, table_of: Callable[[PanelResults, str], Table], name: str) -> Response:
    """Return a table as CSV; a long one is made beside the sockets."""
    panel, is_all = _panel(code)
    found, language = _found(panel, is_all=is_all), request_language()
    table = off_loop(lambda: table_of(found, language))
    if request.args.get("headings") == "words":
        table[0] = in_words(table[0])
    body = off_loop(lambda: as_csv(table))
    return _file(body, "text/csv; charset=utf-8", panel, name, is_all=is_all)


@results.get("/p/<code>/results.csv")
def download_counts(code: str) -> Answer:
    return _table(code, counts_table, "results.csv")


@results.get("/p/<code>/receipts.csv")
def download_receipts(code: str) -> Answer:
    return _table(code, receipts_table, "receipts.csv")


@results.get("/p/<code>/flows.csv")
def download_flows(code: str) -> Answer:
    """Who moved between the rounds of polls that were asked again; small moves are merged."""
    return _table(code, flows_table, "flows.csv")


@results.get("/p/<code>/splits.csv")
def download_splits(code: str) -> Answer:
    return _table(code, splits_table, "splits.csv")


@results.get("/p/<code>/agenda.yaml")
def download_agenda(code: str) -> Answer:
    """The agenda as a file that makes the same panel again; for the moderator."""
    context = parts().context
    panel = panels.find(context, code)
    require(holder_of_link(context, panel, Role.MODERATOR))
    body = agenda_files.export_agenda(context, panel.id).encode()
    return _file(body, "application/yaml; charset=utf-8", panel, "agenda.yaml", is_all=False)
