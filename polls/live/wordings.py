"""In which languages a screen words the panel's own texts: one, or two on the projector."""

from __future__ import annotations

from collections.abc import Collection

from polls.domain.polls import Poll, Role
from polls.domain.texts import Texts
from polls.live.views import OptionView, OtherText
from polls.store.panels import PanelRecord


def first_language(panel: PanelRecord, role: Role, language: str) -> str:
    """Return the language of a screen: its reader's, or what the moderator set for the projector.

    Interface words, numbers and dates are in this one alone.
    """
    chosen = panel.projector_languages
    return chosen[0] if role is Role.PROJECTOR and chosen else language


def other_text(panel: PanelRecord, role: Role, texts: Texts, language: str) -> OtherText | None:
    """Return a text in the projector's second language, where there is one that says it anew."""
    chosen = panel.projector_languages or ()
    if role is not Role.PROJECTOR or len(chosen) < 2:
        return None
    text = texts.by_language.get(chosen[1])
    if not text or text == texts.in_language(language):
        return None
    return OtherText(text, chosen[1], panel.projector_turns)


def option_views(
    panel: PanelRecord, poll: Poll, role: Role, language: str, kept: Collection[str]
) -> tuple[OptionView, ...]:
    """Return the options in their order, without the facts that are kept back."""
    return tuple(
        OptionView(
            option.id,
            option.label.in_language(language),
            option.label.language_of(language),
            place,
            {name: fact for name, fact in option.facts.items() if name not in kept},
            other_text(panel, role, option.label, language),
        )
        for place, option in enumerate(poll.question.options)
    )
