"""Faulty files, by what is wrong with them, each with all that is said of it."""

from __future__ import annotations

from polls.domain.kinds import all_kinds
from polls.domain.polls import Visibility
from tests.agenda_file.files import SMALL, changed

REFUSED = {
    "an unknown field, with the nearest known name": (
        changed("title: A small", "titel: A small"),
        [
            "line 1: titel: expected the name title instead",
            "line 1: title: expected a text that is not empty",
        ],
    ),
    "an unknown field that is near to none": (
        changed("    options:", "    zzz: 1\n    options:"),
        [
            (
                "line 5: items[1].zzz: expected one of: kind, title, body, options, settings, "
                "visibility, countdown_seconds"
            )
        ],
    ),
    "a field of another kind of item": (
        SMALL + "    visibility: live\n",
        ["line 10: items[2].visibility: expected one of: kind, title, body"],
    ),
    "a field twice": (
        SMALL + "title: Again\n",
        ["line 10: title: expected this field only once (see line 1)"],
    ),
    "a tab": (
        changed("    title: Tea", "\ttitle: Tea"),
        ["line 4: expected spaces at the start of the line, not a tab"],
    ),
    "a text with a colon": (
        changed("Tea or coffee?", "Choose: tea or coffee?"),
        ["line 4: expected quotation marks around a text that holds a colon"],
    ),
    "an open quotation mark": (
        changed("What is missing?", '"What is missing?'),
        ["line 10: expected a closing quotation mark"],
    ),
    "an open bracket": (
        "title: x\nlanguages: [en, fr\nitems: []\n",
        ["line 3: expected a comma or a closing ]"],
    ),
    "too few options": (
        changed("      - Coffee\n", ""),
        ["line 5: items[1].options: expected at least 2 options"],
    ),
    "no options at all": (
        changed("    options:\n      - Tea\n      - Coffee\n", ""),
        ["line 3: items[1].options: expected at least 2 options"],
    ),
    "an empty option": (
        changed("- Tea\n", "-\n"),
        ["line 6: items[1].options[1].label: expected a text that is not empty"],
    ),
    "the same option twice": (
        changed("- Coffee", "- Tea"),
        ["line 7: items[1].options[2].label: expected a label that no other option has"],
    ),
    "an option id that a wire cannot carry": (
        changed("- Tea\n", "- {id: Big Tea, label: Tea}\n"),
        ["line 6: items[1].options[1].id: expected 1 to 24 of a-z, 0-9, dash and underscore"],
    ),
    "an unknown kind": (
        changed("kind: comments", "kind: quiz"),
        [
            (
                "line 8: items[2].kind: expected one of: "
                + ", ".join([*all_kinds(), "comments", "slide"])
            )
        ],
    ),
    "a setting out of bounds, and another that does not exist": (
        (
            "title: x\nitems:\n  - kind: rating\n    title: y\n    settings:\n"
            "      steps: 11\n      stepz: 3\n"
        ),
        [
            "line 6: items[1].settings.steps: expected a whole number from 3 to 10",
            "line 7: items[1].settings.stepz: expected one of: steps, low, high",
        ],
    ),
    "a countdown that is no number": (
        changed("    options:", "    countdown_seconds: soon\n    options:"),
        ["line 5: items[1].countdown_seconds: expected whole seconds from 5 to 3600, or nothing"],
    ),
    "an unknown visibility": (
        changed("    options:", "    visibility: all\n    options:"),
        ["line 5: items[1].visibility: expected one of: " + ", ".join(Visibility)],
    ),
    "a forgotten translation": (
        (
            "title: {en: x, fr: y}\nlanguages: [en, fr]\nitems:\n"
            "  - kind: slide\n    title:\n      en: Welcome\n"
        ),
        ['line 5: items[1].title.fr: expected a text, or "" to show another language'],
    ),
    "texts of a wrong type": (
        "title: [x]\nitems: {a: b}\n",
        [
            "line 1: title: expected a text, or a text for each language",
            "line 2: items: expected a list, each entry beginning with a dash",
        ],
    ),
    "a title that is too long": (
        changed("A small panel", "x" * 301),
        ["line 1: title: expected at most 300 characters, not 301"],
    ),
    "a code that cannot be read aloud": (
        "code: 10-WS\n" + SMALL,
        ["line 1: code: expected 4 to 16 letters from A to Z and digits"],
    ),
    "an alias": (
        "title: &t x\nitems:\n  - {kind: slide, title: *t }\n",
        ["line 3: items[1].title: expected the text itself, since *names are not used here"],
    ),
    "a tag that would make an object": (
        "title: !!python/object/apply:os.system [id]\n",
        ["line 1: title: expected a plain text, list or fields, without a tag"],
    ),
    "two documents": (
        SMALL + "---\n" + SMALL,
        ["line 10: expected one panel in a file, so only one ---"],
    ),
    "an empty file": ("", ["line 1: expected a panel with at least a title and items"]),
    "a plain letter": ("Dear all,", ["line 1: expected a panel with at least a title and items"]),
    "a control character": ("title: a\nitems: \x00\n", ["line 2: expected no control characters"]),
}
