"""Collects the texts from code and templates, updates each language's catalogue, compiles it.

English is what the code says, so it has a catalogue only if somebody makes one. Dates and
placeholders are kept out of the files: a run that finds nothing new changes nothing.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "polls" / "translations"
TEMPLATE = CATALOGUES / "messages.pot"
LANGUAGES = ["de", "et", "fi", "fr", "nl", "sv"]
KEYWORDS = [
    "lazy_gettext",
    "lazy_ngettext:1,2",
    "_l",
    "pgettext:1c,2",
    "npgettext:1c,2,3",
    "plural_forms:1,2",
]
# Babel puts the time of the run into every file, and into the compiled one when there is none.
DATE = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date): .*\n', re.MULTILINE)
SAME_DATE = r'"\1: 2026-01-01 00:00+0000\\n"' + "\n"
PLACEHOLDER = re.compile(r"^(#|\").*(EMAIL@ADDRESS|LL@li\.org|@li\.org).*\n", re.MULTILINE)


def babel(*arguments: str) -> None:
    CommandLineInterface().run(["pybabel", "--quiet", *arguments])  # type: ignore[no-untyped-call]


def settle(path: Path) -> None:
    text = DATE.sub(SAME_DATE, path.read_text(encoding="utf-8"))
    path.write_text(PLACEHOLDER.sub("", text), encoding="utf-8")


def extract() -> None:
    babel(
        "extract",
        "--mapping-file=babel.cfg",
        f"--output-file={TEMPLATE}",
        "--project=Hemicycle",
        "--version=1",
        "--copyright-holder=the Hemicycle contributors",
        "--add-location=file",
        "--add-comments=Translators:",
        "--sort-by-file",
        "--no-wrap",
        *(f"--keyword={keyword}" for keyword in KEYWORDS),
        ".",
    )
    settle(TEMPLATE)


def update(language: str) -> None:
    catalogue = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    # A guessed translation is worse than none: it would be read out in a room.
    command = (
        ["update", "--no-fuzzy-matching", "--ignore-obsolete"] if catalogue.exists() else ["init"]
    )
    babel(
        *command,
        f"--input-file={TEMPLATE}",
        f"--output-file={catalogue}",
        f"--locale={language}",
        "--no-wrap",
    )
    settle(catalogue)
    compiled = catalogue.with_suffix(".mo")
    babel("compile", f"--input-file={catalogue}", f"--output-file={compiled}")


def report(language: str) -> None:
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        texts = [message for message in read_po(file) if message.id]
    missing = [text for text in texts if not all(text.string or [""])]
    print(f"{language}: {len(texts)} texts, {len(missing)} without a translation")


def main() -> None:
    # Babel writes the paths of the texts as it was told them, so it is told short ones.
    os.chdir(ROOT)
    CATALOGUES.mkdir(parents=True, exist_ok=True)
    extract()
    present = {path.parent.parent.name for path in CATALOGUES.glob("*/LC_MESSAGES/*.po")}
    for language in sorted(present.union(LANGUAGES)):
        update(language)
        report(language)


if __name__ == "__main__":
    main()
