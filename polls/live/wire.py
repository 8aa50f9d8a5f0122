"""What a role may see of a panel, as plain clients read it: JSON without a page."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from polls.domain.polls import Role
from polls.domain.tally import Results
from polls.live.snapshots import PanelState, People, poll_view
from polls.live.views import PollView
from polls.store.ballots import BallotRecord


def wire_snapshot(
    state: PanelState,
    role: Role,
    language: str,
    ballot: BallotRecord | None,
    people: People,
    now: float,
    answered: Collection[str] = (),
) -> dict[str, Any]:
    """Return `panel.snapshot` without the part `you`.

    `ballot` is the reader's in the current round; `answered` are those of the polls that are
    open together in which the reader has one.
    """
    poll = state.current_poll()
    present = people.present(state, poll)
    has_voted = ballot is not None and ballot.answer is not None
    seen = poll_view(state, poll, role, language, now, has_voted=has_voted) if poll else None
    item = state.current_item()
    return {
        "version": state.panel.version,
        "now": now,
        "present": present,
        "panel": {
            "code": state.panel.code,
            "title": state.panel.title.in_language(language),
            "languages": list(state.panel.languages),
            "comments_open": state.panel.comments_open,
            "moderation": state.panel.moderation,
            "ended": state.panel.ended_at is not None,
        },
        "item": None if item is None else {"id": item.id, "kind": item.kind},
        "poll": wire_poll(seen) if seen else None,
        "round": seen.round if seen else None,
        "turnout": seen.turnout if seen else None,
        "tally": wire_tally(seen, present) if seen else None,
        **_wire_pace(state, role, language, people, now, answered),
    }


def _wire_pace(
    state: PanelState,
    role: Role,
    language: str,
    people: People,
    now: float,
    answered: Collection[str],
) -> dict[str, Any]:
    """Return the polls that are open together, each with what this reader may see of it."""
    if not state.panel.paced:
        return {"polls": None, "finished": None}
    listed = []
    for poll in state.paced_polls():
        has_voted = poll.id in answered
        seen = poll_view(state, poll, role, language, now, has_voted=has_voted)
        tally = wire_tally(seen, people.present(state, poll))
        listed.append({**wire_poll(seen), "turnout": seen.turnout, "tally": tally})
    return {"polls": listed, "finished": state.pace.finished}


def wire_poll(view: PollView) -> dict[str, Any]:
    return {
        "id": view.id,
        "kind": view.kind,
        "shape": view.shape,
        "title": view.title,
        "state": view.state,
        "counting": view.is_counting,
        "round": view.round,
        "options": [
            {"id": option.id, "label": option.label, **option.facts} for option in view.options
        ],
        "settings": dict(view.settings),
        "visibility": view.visibility,
        "closes_at": view.closes_at,
        "results_visible": view.results_visible,
        "results_after_voting": view.results_after_voting,
    }


def wire_tally(view: PollView, present: int) -> dict[str, Any] | None:
    """Return the tally frame of a poll, or None where this role may not see it."""
    if view.results is None:
        return None
    return tally_frame(view.id, view.round, view.tally_version, present, view.results)


def tally_frame(
    poll_id: str, number: int, version: int, present: int, results: Results
) -> dict[str, Any]:
    return {
        "poll": poll_id,
        "round": number,
        "version": version,
        "turnout": results.turnout,
        "present": max(present, results.turnout),
        "counts": dict(results.counts),
        "percents": dict(results.percents),
        "details": dict(results.details),
    }


def turnout_frame(tally: dict[str, Any]) -> dict[str, Any]:
    """Return what may be told of a tally to screens that may not see it."""
    return {name: tally[name] for name in ("poll", "round", "turnout", "present")}
