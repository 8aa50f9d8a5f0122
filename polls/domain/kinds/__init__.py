"""The poll kinds. Each is one file in this folder; adding a file adds the kind."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from polls.domain.errors import Refusal
from polls.domain.kinds.base import Kind

__all__ = ["Kind", "all_kinds", "kind_named"]


@cache
def all_kinds() -> dict[str, Kind]:
    """Return every kind by its name, in the order in which a moderator is offered them."""
    found: list[Kind] = []
    for module in iter_modules(__path__):
        kind = getattr(import_module(f"{__name__}.{module.name}"), "KIND", None)
        if isinstance(kind, Kind):
            found.append(kind)
    return {kind.name: kind for kind in sorted(found, key=lambda kind: kind.place)}


def kind_named(name: str) -> Kind:
    try:
        return all_kinds()[name]
    except KeyError:
        raise Refusal("kind.unknown", known=", ".join(all_kinds())) from None
