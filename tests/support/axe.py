"""Asks axe-core what a page keeps from people with disabilities (WCAG 2.0 to 2.2, A and AA)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """
async ([selector, tags, rules]) => {
  const found = await window.axe.run(selector ?? document, {
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
