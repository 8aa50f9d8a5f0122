"""Holds templates to what the Content-Security-Policy will enforce, before a browser has to.

Every template must compile, and none may hold inline scripts, styles or handlers, third-party
addresses, or text that escapes escaping.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateSyntaxError

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
SUFFIXES = {".html", ".svg", ".xml"}
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
STATEMENT = re.compile(r"\{%.*?%\}", re.DOTALL)
EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
UNESCAPED = re.compile(r"\|\s*safe\b|\{%-?\s*autoescape\s+false")
LOADS_FROM = {"src", "srcset", "href", "action", "formaction", "poster", "data"}
# A link that a person follows may lead elsewhere; what the page itself loads may not.
FOLLOWED = {"a", "area"}
# Inert to browsers and to the policy: data for a script, not a script.
DATA_TYPES = {"application/json", "application/ld+json"}


class AnyName(dict[str, Any]):
    """Says yes to every filter and test: whether the app has them shows when it renders."""

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key, default or (lambda value, *_rest, **_named: value))


class PolicyReader(HTMLParser):
    """Collects what the policy would forbid."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        attributes = dict(attrs)
        if tag == "style":
            self.found.append((line, "inline <style>"))
        is_data = attributes.get("type") in DATA_TYPES
        if tag == "script" and "src" not in attributes and not is_data:
            self.found.append((line, "inline <script>"))
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name.startswith("on"):
                self.found.append((line, f"inline handler {name}="))
            elif name == "style":
                self.found.append((line, "inline style="))
            elif name in LOADS_FROM and address.startswith("javascript:"):
                self.found.append((line, f"javascript: in {name}="))
            elif (
                name in LOADS_FROM
                and tag not in FOLLOWED
                and address.startswith(("http:", "https:", "//"))
            ):
                self.found.append((line, f"third-party address in {name}="))


def _blank(replacement: str) -> Any:
    """Keeps the line breaks, so that a finding names the right line."""

    def replace(match: re.Match[str]) -> str:
        return replacement + "\n" * match.group().count("\n")

    return replace


def check(text: str, environment: Environment) -> Iterator[tuple[int, str]]:
    try:
        environment.compile(text)
    except TemplateSyntaxError as error:
        yield error.lineno, f"does not compile: {error.message}"
    plain = COMMENT.sub(_blank(""), text)
    for number, line in enumerate(plain.splitlines(), start=1):
        if UNESCAPED.search(line):
            yield number, "unescaped output; hand over Markup from Python where it is made"
    reader = PolicyReader()
    reader.feed(EXPRESSION.sub(_blank("x"), STATEMENT.sub(_blank(" "), plain)))
    reader.close()
    yield from reader.found


def main() -> int:
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
    environment.filters = AnyName(environment.filters)
    environment.tests = AnyName(environment.tests)
    paths = sorted(path for path in TEMPLATES.rglob("*") if path.suffix in SUFFIXES)
    faults = 0
    for path in paths:
        for line, fault in check(path.read_text(encoding="utf-8"), environment):
            print(f"templates/{path.relative_to(TEMPLATES)}:{line}: {fault}")
            faults += 1
    print(f"{len(paths)} templates, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
