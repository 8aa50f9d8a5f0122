"""The board of knowledge checks: read with a panel where its moderator wants it shown."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from polls.domain.boards import Board
from polls.domain.kinds.knowledge import right_ballots
from polls.domain.polls import Poll, results_are_public
from polls.live.views import BoardView
from polls.store import knowledge
from polls.store.panels import PanelRecord


def load_board(connection: Connection, panel: PanelRecord, polls: Iterable[Poll]) -> Board | None:
    """Return the board of the checks whose right answers everyone may know; None where it is not
    wanted, and once a panel has ended and nothing joins a person's ballots any more."""
    if not panel.board or panel.ended_at is not None:
        return None
    right = {
        poll.round.id: right_ballots(poll.question)
        for poll in polls
        if poll.round is not None and _is_told(poll)
    }
    return Board(len(right), knowledge.known_by_participant(connection, panel.id, right))


def _is_told(poll: Poll) -> bool:
    return (
        poll.kind == "knowledge"
        and poll.round is not None
        and poll.round.is_closed
        and results_are_public(poll.visibility, poll.state)
    )


def board_view(board: Board | None) -> BoardView | None:
    if board is None:
        return None
    return BoardView(board.questions, board.people, tuple(board.bands()))
