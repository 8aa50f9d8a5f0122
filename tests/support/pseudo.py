"""A language that nobody speaks, to find what breaks in a longer one and what was never translated.

Every interface text becomes `⟦Ŝéñð ţĥéⓟ öñé ţŵö⟧`: bracketed, accented, at least 40 % longer, its
placeholders whole. It takes the place of French in a server of its own, so that the product
offers no language more.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import write_mo
from ruamel.yaml import YAML

from tools.translations import KEYWORDS

ROOT = Path(__file__).resolve().parent.parent.parent
LANGUAGE = "fr"
LONGER = 0.4
ACCENTED = str.maketrans(
    "ACDEGHIJKLNORSTUWYZacdeghijklnorstuwyz", "ÁĆĎÉĜĤÍĴĶĹŃÓŔŚŤÚŴÝŹáćďéĝĥíĵķĺńóŕśťúŵýź"
)
FILLER = "öñé ţŵö ţĥŕéé ƒöûŕ ƒîṽé šîẋ šéṽéñ éîĝĥţ ñîñé ţéñ "
KEPT = re.compile(r"(%\(\w+\)[sd]|%%|\{\w+\}|<[^>]+>|&\w+;)")
OPEN, CLOSE = "⟦", "⟧"


def pseudo(text: str) -> str:
    """Return a text as this language says it."""
    pieces = KEPT.split(text)
    accented = "".join(
        piece if number % 2 else piece.translate(ACCENTED) for number, piece in enumerate(pieces)
    )
    more = math.ceil(LONGER * len(KEPT.sub("", text)))
    filler = (FILLER * (more // len(FILLER) + 1))[:more]
    if " " in text:
        return f"{OPEN}{accented} {filler.strip()}{CLOSE}"
    return f"{OPEN}{accented}{filler.replace(' ', '')}{CLOSE}"


def bracketed(text: str) -> str:
    """Return a text of a panel so that no line of it is taken for one of the interface."""
    lines = (f"{OPEN}{line}{CLOSE}" if line.strip() else line for line in text.split("\n"))
    return "\n".join(lines)


def write_catalogue(folder: Path) -> None:
    """Write the compiled catalogue of this language into a folder of translations."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {**DEFAULT_KEYWORDS, **parse_keywords(KEYWORDS)}
    catalogue = Catalog(locale=LANGUAGE, fuzzy=False)
    for _name, _line, text, _comments, context in extract_from_dir(
        ROOT, methods, options, keywords=keywords
    ):
        forms = tuple(text) if isinstance(text, (list, tuple)) else text
        said = pseudo(forms) if isinstance(forms, str) else tuple(map(pseudo, forms))
        catalogue.add(forms, said, context=context)
    place = folder / LANGUAGE / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)


def lay_over(folder: Path) -> Path:
    """Return a folder that, first on Python's path, is the product with this language in it."""
    package = folder / "polls"
    package.mkdir()
    for part in (ROOT / "polls").iterdir():
        if part.name not in ("translations", "__pycache__"):
            (package / part.name).symlink_to(part)
    for name in ("templates", "static"):
        (folder / name).symlink_to(ROOT / name)
    write_catalogue(package / "translations")
    return folder


def bracketed_agenda(path: Path) -> dict[str, Any]:
    """Return an agenda file's panel in this language alone, every text of it bracketed."""
    found = YAML(typ="safe").load(path.read_text("utf-8"))
    found.pop("code")
    walked: dict[str, Any] = _walk(found)
    return walked | {"languages": [LANGUAGE]}


def _walk(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        if value and set(value) <= {"en", "fr", "nl"}:
            return bracketed(value["en"])
        return {name: _walk(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_walk(part, key) for part in value]
    if isinstance(value, str) and key in ("building", "room", "street", "town", "name", "options"):
        return bracketed(value)
    return value
