"""Asks axe-core what a page keeps from people with disabilities (WCAG 2.0 to 2.2, A and AA)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js"
UNSEEN_PARTS = Path(__file__).with_name("unseen_parts.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """
async ([selector, tags, rules]) => {
  const place = selector ?? (window.seenParts?.length ? { exclude: window.seenParts } : document);
  const found = await window.axe.run(place, {
    runOnly: rules ? { type: "rule", values: rules } : { type: "tag", values: tags },
    rules: rules ? {} : { "target-size": { enabled: true } },
    resultTypes: ["violations"],
  });
  return found.violations.map((violation) => ({
    id: violation.id,
    impact: violation.impact,
    help: violation.help,
    nodes: violation.nodes.map((node) => ({
      target: node.target.join(" "),
      html: node.html,
      why: node.failureSummary,
    })),
  }));
}
"""


@cache
def _read_script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def find_violations(
    page: Page,
    selector: str | None = None,
    *,
    tags: list[str] | None = None,
    rules: list[str] | None = None,
) -> list[dict[str, Any]]:
    """Works under the strict policy too: the debugger evaluates, the page loads no script."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(_read_script())
    violations: list[dict[str, Any]] = page.evaluate(RUN, [selector, tags or TAGS, rules])
    return violations


LOOKS_AS_IT_WILL = """
() => [...document.querySelectorAll("link[rel=stylesheet]")].every((link) => link.sheet)
  && !document.getAnimations().some((animation) => /color/.test(animation.transitionProperty))
"""


COLOUR_RULES = ["color-contrast", "link-in-text-block"]
"""All that another colour scheme can change."""


def assert_accessible(
    page: Page, selector: str | None = None, *, rules: list[str] | None = None
) -> None:
    # A fragment may have brought styles along that are still on their way, and a colour too.
    page.wait_for_function(LOOKS_AS_IT_WILL, polling=50)
    lines = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
        + "\n".join(f"    {node['target']}: {node['html']}" for node in violation["nodes"])
        for violation in find_violations(page, selector, rules=rules)
    ]
    assert not lines, f"axe finds on {page.url}:\n" + "\n".join(lines)


@dataclass
class Looks:
    """Looks at screens again and again, and each time only at what was not looked at before.

    Two parts of pages are the same if their markup is, and that of all they stand in, whoever's
    ids and whichever counts are in it. Everything is looked at in the light with all rules, and in
    the dark with those that colours can change.
    """

    seen: dict[str, set[str]] = field(default_factory=dict)
    """By width of the screen, since a style can depend on it."""
    looked_at: set[tuple[str, str]] = field(default_factory=set)
    """Screens and the states they were in."""

    def at(self, screen: str, page: Page, state: str) -> None:
        page.wait_for_function(LOOKS_AS_IT_WILL, polling=50)
        seen = self.seen.setdefault(screen, set())
        parts: list[str] = page.evaluate(UNSEEN_PARTS, sorted(seen))
        if parts:
            assert_accessible(page)
            page.emulate_media(color_scheme="dark")
            assert_accessible(page, rules=COLOUR_RULES)
            page.emulate_media(color_scheme="light")
            seen.update(parts)
        self.looked_at.add((screen, state))
