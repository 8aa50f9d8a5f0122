"""Holds what browsers are sent to the oldest browsers that docs/browsers.md promises.

Syntax that one of them cannot read is never allowed: it would lose a whole script. What one of
them does not have may be used if the table in docs/browsers.md says what happens without it; a
row of that table that nothing needs any more is a fault too.

The versions are those of MDN's browser-compat-data.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "browsers.md"
Versions = tuple[float, float, float]
"""Of Chrome (and so of Edge, Opera, Samsung Internet), Firefox and Safari."""
OLDEST: Versions = (80, 78, 13.1)
NEVER = 999


@dataclass(frozen=True)
class Feature:
    """Something a browser has from a version on, and how to see that it is used."""

    name: str
    pattern: str
    since: Versions

    @property
    def is_newer(self) -> bool:
        return any(since > oldest for since, oldest in zip(self.since, OLDEST, strict=True))

    @property
    def since_text(self) -> str:
        names = ("Chrome", "Firefox", "Safari")
        return ", ".join(
            f"{name} {since:g}" if since != NEVER else f"no {name}"
            for name, since in zip(names, self.since, strict=True)
        )


SYNTAX = (
    Feature("logical assignment", r"\?\?=|\|\|=|&&=", (85, 79, 14)),
    Feature("private member", r"(?<![\w$])#[A-Za-z_$]", (74, 90, 14.1)),
    Feature("class field", r"\bclass\b[^{]*\{\s*(?:static\s+)?[\w$]+\s*[=;]", (72, 69, 14.1)),
    Feature("static block", r"\bstatic\s*\{", (94, 93, 16.4)),
    Feature("numeric separator", r"\b\d+_\d", (75, 70, 13)),
    Feature("BigInt", r"\b\d+n\b", (67, 68, 14)),
    Feature("export * as", r"\bexport\s*\*\s*as\b", (72, 80, 14.1)),
    Feature("await outside a function", r"^(?:const [^=\n]+= )?await\b", (89, 89, 15)),
    Feature("import attributes", r"\bfrom\s*\S*\s*(?:with|assert)\s*\{", (123, 138, 17.2)),
)
IN_REGEX = (
    Feature("lookbehind", r"\(\?<[=!]", (62, 78, 16.4)),
    Feature("regex flags d and v", r"/\w*[dv]\w*$", (112, 116, 17)),
)
SCRIPT = (
    Feature("replaceChildren", r"\.replaceChildren\(", (86, 78, 14)),
    Feature("replaceAll", r"\.replaceAll\(", (85, 77, 13.1)),
    Feature("Array.at", r"\.at\(", (92, 90, 15.4)),
    Feature("findLast", r"\.findLast(?:Index)?\(", (97, 104, 15.4)),
    Feature("toSorted", r"\.to(?:Sorted|Reversed|Spliced)\(|\.with\(", (110, 115, 16)),
    Feature("structuredClone", r"\bstructuredClone\(", (98, 94, 15.4)),
    Feature("Object.hasOwn", r"\bObject\.hasOwn\b", (93, 92, 15.4)),
    Feature("groupBy", r"\b(?:Object|Map)\.groupBy\b", (117, 119, 17.4)),
    Feature("Promise.any", r"\bPromise\.any\b", (85, 79, 14)),
    Feature("Promise.withResolvers", r"\bPromise\.withResolvers\b", (119, 121, 17.4)),
    Feature("AbortSignal.timeout", r"\bAbortSignal\.(?:timeout|any)\b", (103, 100, 16)),
    Feature("randomUUID", r"\.randomUUID\b", (92, 95, 15.4)),
    Feature("WeakRef", r"\bWeakRef\b", (84, 79, 14.1)),
    Feature("Intl.ListFormat", r"\bIntl\.ListFormat\b", (72, 78, 14.1)),
    Feature("Intl.Segmenter", r"\bIntl\.Segmenter\b", (87, 125, 14.1)),
    Feature("requestSubmit", r"\.requestSubmit\(", (76, 75, 16)),
    Feature("submitter", r"\.submitter\b", (81, 75, 15.4)),
    Feature("showModal", r"\.showModal\(", (37, 98, 15.4)),
    Feature("wakeLock", r"\.wakeLock\b", (84, 126, 16.4)),
    Feature("inert", r"\.inert\b", (102, 112, 15.5)),
    Feature("popover", r"\.(?:show|hide|toggle)Popover\(", (114, 125, 17)),
    Feature("requestIdleCallback", r"\brequestIdleCallback\b", (47, 55, NEVER)),
    Feature("checkVisibility", r"\.checkVisibility\(", (105, 106, 17.4)),
    Feature("CompressionStream", r"\b(?:De)?[cC]ompressionStream\b", (80, 113, 16.4)),
    Feature("startViewTransition", r"\bstartViewTransition\b", (111, 144, 18)),
    Feature("media query events", r"matchMedia\([^()]*\)\s*\.addEventListener", (39, 55, 14)),
)
STYLE = (
    Feature(":has()", r":has\(", (105, 121, 15.4)),
    Feature(":is()", r":is\(|:where\(", (88, 78, 14)),
    Feature(":not() with a list", r":not\([^()]*,", (88, 84, 9)),
    Feature(":focus-visible", r":focus-visible", (86, 85, 15.4)),
    Feature("::backdrop", r"::backdrop", (37, 47, 15.4)),
    Feature("nesting", r"&", (120, 117, 17.2)),
    Feature("gap in flex", r"(?<=[{;\s])gap:", (84, 63, 14.1)),
    Feature("inset", r"(?<=[{;\s])inset(?:-[a-z-]+)?:", (87, 66, 14.1)),
    Feature("logical pairs", r"(?:margin|padding)-(?:block|inline):", (87, 66, 14.1)),
    Feature("scroll-margin", r"scroll-(?:margin|padding)", (69, 68, 14.1)),
    Feature("aspect-ratio", r"(?<=[{;\s])aspect-ratio:", (88, 89, 15)),
    Feature("accent-color", r"accent-color:", (93, 92, 15.4)),
    Feature("color-mix", r"color-mix\(", (111, 113, 16.2)),
    Feature("light-dark", r"light-dark\(", (123, 120, 17.5)),
    Feature("text-wrap", r"text-wrap:", (114, 121, 17.5)),
    Feature("content-visibility", r"content-visibility:", (85, 125, 18)),
    Feature("overscroll-behavior", r"overscroll-behavior", (63, 59, 16)),
    Feature("dvh", r"\d(?:d|s|l)v[hw]\b", (108, 101, 15.4)),
    Feature("@container", r"@container\b|container-type:", (105, 110, 16)),
    Feature("@layer", r"@layer\b", (99, 97, 15.4)),
    Feature("subgrid", r"\bsubgrid\b", (117, 71, 16)),
    Feature("overflow: clip", r"overflow(?:-[xy])?:\s*clip", (90, 81, 16)),
    Feature("own transforms", r"(?<=[{;\s])(?:translate|rotate|scale):", (104, 72, 14.1)),
    Feature("underline shape", r"text-underline-offset|text-decoration-thickness", (89, 70, 12.1)),
    Feature("forced-colors", r"\(forced-colors", (89, 81, 16)),
)
MARKUP = (
    Feature("dialog", r"<dialog\b", (37, 98, 15.4)),
    Feature("details name", r"<details[^>]*\sname=", (120, 130, 17.2)),
    Feature("modulepreload", r'rel="modulepreload"', (66, 115, 17)),
    Feature("inert attribute", r"<[a-z]+[^>]*\sinert[\s>]", (102, 112, 15.5)),
    Feature("popover attribute", r"<[a-z]+[^>]*\spopover[\s>=]", (114, 125, 17)),
)

STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
TEMPLATE_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
BEFORE_REGEX = re.compile(r"(?:^|[(,=:\[!&|?{};+\-*%<>~^\n]|=>|\b(?:return|typeof|case|in|of))\s*$")
TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<regex>/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*)
    |(?P<tick>`)|(?P<open>\{)|(?P<shut>\})""",
    re.DOTALL | re.VERBOSE,
)
IN_TEMPLATE = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*", re.DOTALL)


def code_of(script: str) -> tuple[str, list[str]]:
    """Return a script without comments, strings and regexes, and the regexes."""
    code: list[str] = []
    regexes: list[str] = []
    holes: list[int] = []
    """How many braces are open in each `${…}` that is open."""
    place = 0
    while found := TOKEN.search(script, place):
        kind, text = found.lastgroup, found.group()
        code.append(script[place : found.start()])
        place = found.end()
        if kind == "regex" and not BEFORE_REGEX.search("".join(code[-8:])[-40:]):
            code.append("/")
            place = found.start() + 1
        elif kind == "regex":
            regexes.append(text)
            code.append('""')
        elif kind == "string":
            code.append('""')
        elif kind == "comment":
            code.append("\n" if "\n" in text else "")
        elif kind == "tick":
            place = _skip_template(script, place, code, holes)
        elif kind == "open":
            code.append(text)
            if holes:
                holes[-1] += 1
        elif holes and holes[-1] == 0:
            holes.pop()
            code.append(")")
            place = _skip_template(script, place, code, holes)
        else:
            code.append(text)
            if holes:
                holes[-1] -= 1
    code.append(script[place:])
    return "".join(code), regexes


def _skip_template(script: str, place: int, code: list[str], holes: list[int]) -> int:
    """Go on behind the text of a template literal: behind its end, or into its next hole."""
    match = IN_TEMPLATE.match(script, place)
    place = match.end() if match else place
    code.append('""')
    if script.startswith("${", place):
        holes.append(0)
        code.append("+(")
        return place + 2
    return place + 1


def used(features: tuple[Feature, ...], text: str) -> Iterator[tuple[Feature, int]]:
    """Yield what is used that is newer than the oldest browsers, and how often."""
    for feature in features:
        if feature.is_newer and (count := len(re.findall(feature.pattern, text, re.MULTILINE))):
            yield feature, count


def faults_of_syntax(script: str) -> list[str]:
    code, regexes = code_of(script)
    found = [feature for feature, _ in used(SYNTAX, code)]
    found += [feature for regex in regexes for feature, _ in used(IN_REGEX, regex)]
    return [f"{feature.name} (since {feature.since_text})" for feature in found]


def features_in_use(root: Path = ROOT) -> dict[str, Feature]:
    """Return what is newer than the oldest browsers, of scripts, styles and templates."""
    found: dict[str, Feature] = {}
    for path in sorted((root / "static").rglob("*.js")):
        code, _ = code_of(path.read_text("utf-8"))
        found |= {feature.name: feature for feature, _ in used(SCRIPT, code)}
    for path in sorted((root / "static").rglob("*.css")):
        text = STYLE_COMMENT.sub("", path.read_text("utf-8"))
        found |= {feature.name: feature for feature, _ in used(STYLE, text)}
    for path in sorted((root / "templates").rglob("*.html")):
        text = TEMPLATE_COMMENT.sub("", path.read_text("utf-8"))
        found |= {feature.name: feature for feature, _ in used(MARKUP, text)}
    return found


def faults(root: Path = ROOT, document: str | None = None) -> list[str]:
    """Return every fault, in words."""
    told = [
        f"{path.relative_to(root)}: {fault}"
        for path in sorted((root / "static").rglob("*.js"))
        for fault in faults_of_syntax(path.read_text("utf-8"))
    ]
    text = DOCUMENT.read_text("utf-8") if document is None else document
    rows = {name: since.strip() for name, since, _ in ROW.findall(text)}
    in_use = features_in_use(root)
    for name, feature in in_use.items():
        if name not in rows:
            told.append(f"{DOCUMENT.name} does not say what happens without {name}")
        elif rows[name] != feature.since_text:
            told.append(f"{DOCUMENT.name}: {name} is there since {feature.since_text}")
    told += [f"{DOCUMENT.name}: nothing needs {name} any more" for name in rows.keys() - in_use]
    return told


def main() -> int:
    found = faults()
    for fault in found:
        sys.stderr.write(f"{fault}\n")
    sys.stdout.write(
        f"oldest browsers: {len(features_in_use())} newer features, {len(found)} faults\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
