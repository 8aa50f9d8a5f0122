"""A browser without JavaScript: it follows links, fills in the forms it finds, and reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import requests

HTML = "{http://www.w3.org/1999/xhtml}"
NEVER = {"iframe", "frame", "frameset", "object", "embed", "applet", "base", "marquee", "style"}


def parse(html: str) -> Element:
    found: Element = html5lib.parse(html)
    return found


def elements(tree: Element, tag: str = "") -> Iterator[Element]:
    for element in tree.iter():
        if isinstance(element.tag, str) and (not tag or element.tag == HTML + tag):
            yield element


def text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def injected(html: str) -> list[str]:
    """Whatever stands on a page that this house never writes: scripts, handlers, foreign places."""
    found = []
    for element in elements(parse(html)):
        name = element.tag.rpartition("}")[2]
        source = element.get("src", "")
        if name in NEVER or (name == "script" and not source.startswith("/static/")):
            found.append(f"<{name}>")
        if name == "img" and not source.startswith(("/", "data:image/")):
            found.append(f"<img {source}>")
        for attribute, value in element.items():
            place = "".join(value.split()).lower()
            if attribute.lower().startswith("on") or attribute.lower() in {"style", "srcdoc"}:
                found.append(f"<{name} {attribute}>")
            if attribute.lower() in {"href", "src", "action", "formaction"} and (
                place.startswith(("javascript:", "vbscript:", "data:text"))
            ):
                found.append(f"<{name} {attribute}={value}>")
    return found


@dataclass
class Form:
    """A form as a browser would send it if its button were pressed now."""

    action: str
    fields: list[tuple[str, str]]
    button: tuple[str, str] | None
    names: set[str]


def forms(tree: Element) -> list[Form]:
    """The forms that can be seen; a hidden one waits for a script."""
    shown = (element for element in elements(tree, "form") if element.get("hidden") is None)
    return [_form(element) for element in shown]


def _form(element: Element) -> Form:
    fields: list[tuple[str, str]] = []
    names: set[str] = set()
    button = None
    for part in elements(element):
        tag, name = part.tag.rpartition("}")[2], part.get("name", "")
        if tag == "button" and name:
            button = (name, part.get("value", ""))
        if tag not in {"input", "textarea", "select"} or not name:
            continue
        names.add(name)
        if tag == "textarea":
            fields.append((name, part.text or ""))
        elif tag == "select":
            chosen = [o for o in elements(part, "option") if o.get("selected") is not None]
            options = chosen or list(elements(part, "option"))[:1]
            fields += [(name, option.get("value", "")) for option in options]
        elif part.get("type") not in {"radio", "checkbox"} or part.get("checked") is not None:
            fields.append((name, part.get("value", "")))
    return Form(element.get("action", ""), fields, button, names)


@dataclass
class Reader:
    """One browser with its own cookies, looking at one page at a time."""

    url: str
    language: str = "en"
    session: requests.Session = field(default_factory=requests.Session)
    html: str = ""
    status: int = 0
    path: str = ""

    def __post_init__(self) -> None:
        self.session.headers["Accept-Language"] = self.language

    @property
    def tree(self) -> Element:
        return parse(self.html)

    @property
    def text(self) -> str:
        return text_of(self.tree)

    @property
    def speaks(self) -> str:
        return next(elements(self.tree, "html")).get("lang", "")

    def _took(self, answer: requests.Response) -> Reader:
        self.html, self.status = answer.text, answer.status_code
        self.path = answer.url.removeprefix(self.url)
        assert answer.status_code < 500, answer.text
        assert "Traceback" not in answer.text
        assert injected(answer.text) == []
        return self

    def open(self, path: str, **options: Any) -> Reader:
        return self._took(self.session.get(self.url + path, timeout=30, **options))

    def find_form(self, action: str, has: Iterable[str] = ()) -> Form:
        """The first form with this action that has all these fields."""
        wanted = set(has)
        for form in forms(self.tree):
            shown = form.names | ({form.button[0]} if form.button else set())
            if form.action == action and wanted <= shown:
                return form
        raise AssertionError(f"no form {action} with {wanted} on {self.path}: {self.text[:500]}")

    def send(self, action: str, has: Iterable[str] = (), **values: Any) -> Reader:
        """Fill in a form of the page and press its button."""
        form = self.find_form(action, {*has, *values})
        fields = [pair for pair in form.fields if pair[0] not in values]
        if form.button and form.button[0] in has:
            fields.append(form.button)
        for name, value in values.items():
            fields += [(name, part) for part in (value if isinstance(value, list) else [value])]
        # A browser says where the form it sends came from.
        headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        return self._took(
            self.session.post(self.url + form.action, data=fields, headers=headers, timeout=30)
        )

    def cookie(self, name: str) -> Any:
        return next((cookie for cookie in self.session.cookies if cookie.name == name), None)
