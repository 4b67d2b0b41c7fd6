"""One thing has one word: on every page, in the administration, in messages, and in the documents.

The words are chosen in docs/glossary.md; each has twins here that must not come back.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.factories import make_location, make_user
from tests.views.access_table import TABLE
from tests.views.access_things import things

ROOT = Path(__file__).parents[2]
TWINS = {
    r"\bno-?shows?\b": "did not come",
    r"\b(?:ready-made|canned)\b": "ready line",
    r"\bsegments?\b": "part",
    r"\bcontacts?\b(?! (?:you|me|us)\b)": "patient",
    r"\bclockwork\b|\bcelery\b|\bbeat\b": "scheduler, or what it means for texts",
    r"\bput (?:the|a) .{0,30}\bright\b": "enter again",
    r"\b(?:text|message)s? (?:failed|rejected|expired)\b": "the state of a text",
}
"""Each forbidden word by the one that was chosen."""
OURS = TWINS | {r"\bcan[’']t come\b": "declined"}
"""Also where no patient's text stands, which may say what staff do not."""
SPOKEN = (
    *("views", "admin", "models", "navigation.py", "webhooks.py"),
    *(f"domain/{room}" for room in ("consent", "diary", "operations", "pages", "retention")),
    "domain/setup",
)
"""Where the strings are for people."""
READ_AS_IS = {"openid_connect_login"}


def twins_in(text: str, forbidden: dict[str, str] = TWINS) -> list[str]:
    """The forbidden words of a text, each with some of what stands around it."""
    return [
        f"“{text[max(found.start() - 40, 0) : found.end() + 20]}”: say “{word}”"
        for twin, word in forbidden.items()
        for found in re.finditer(twin, text, re.IGNORECASE)
    ]


def visible(markup: str) -> str:
    """What of a page people read or hear."""
    markup = re.sub(r"<(script|style|template)\b.*?</\1>|<!--.*?-->", " ", markup, flags=re.S)
    spoken = re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*)"', markup)
    text = re.sub(r"<[^>]*>", " ", markup)
    return " ".join(html.unescape(" ".join([text, *spoken])).split())


def of_template(source: str) -> str:
    """What of a template's own words people read."""
    source = re.sub(r"{#.*?#}", " ", source, flags=re.S)
    # Words handed to an included part stand in quotes inside a tag.
    handed = re.findall(r'\b(?:title|text|label|link|words|with|without)="([^"]*)"', source)
    plain = re.sub(r"{[{%].*?[}%]}", " ", source, flags=re.S)
    return " ".join([visible(plain), *handed])


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name
)
def test_no_template_uses_a_second_word(path: Path) -> None:
    assert twins_in(of_template(path.read_text(encoding="utf-8")), OURS) == []


def _sentences(path: Path) -> Iterator[str]:
    """The strings of a module that are for people, as far as that can be told from them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    strings = [one for one in ast.walk(tree) if isinstance(one, ast.Constant)]
    for node in strings:
        text = node.value
        # A sentence or a title; names of columns and pieces of SQL begin otherwise.
        if (
            isinstance(text, str)
            and id(node) not in said
            and " " in text.strip()
            and re.match(r"[A-Z“{][a-z’']*\b(?!\.)", text)
        ):
            yield text


@pytest.mark.parametrize("place", SPOKEN)
def test_no_message_uses_a_second_word(place: str) -> None:
    there = ROOT / "reminders" / place
    modules = sorted(there.rglob("*.py")) if there.is_dir() else [there]
    words = {path.name: twins_in("\n".join(_sentences(path)), OURS) for path in modules}
    assert {name: found for name, found in words.items() if found} == {}


def test_no_label_of_the_administration_uses_a_second_word() -> None:
    labels = []
    shown = [model for model in admin.site._registry if model._meta.app_label == "reminders"]
    for model in shown:
        labels += [model._meta.verbose_name, model._meta.verbose_name_plural]
        for field in model._meta.concrete_fields:
            labels += [field.verbose_name, field.help_text]
            labels += [str(words) for _, words in field.choices or ()]
    assert twins_in(" · ".join(map(str, labels)), OURS) == []


@pytest.mark.deep
@pytest.mark.django_db
def test_no_page_uses_a_second_word() -> None:
    user = make_user(group="administrator")
    client = Client()
    client.force_login(user)
    there = things(make_location(), user=user)
    found = {}
    for one in TABLE:
        if one.method != "GET" or one.url in READ_AS_IS:
            continue
        address = reverse(one.url, args=[there[one.names]] if one.names else [])
        page = client.get(f"{address}?{one.query.format(**there)}")
        assert page.status_code in (200, 302), one
        if page.status_code == 200 and page["Content-Type"].startswith("text/html"):
            found[str(one)] = twins_in(visible(page.content.decode()))
    assert len(found) > 25
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.django_db
def test_no_page_of_the_administration_uses_a_second_word() -> None:
    user = make_user(group="administrator")
    client = Client()
    client.force_login(user)
    things(make_location(), user=user)
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
        if model._meta.app_label == "reminders"
    ]
    for address in (reverse("admin:index"), *lists):
        assert twins_in(visible(client.get(address).content.decode())) == [], address


def test_the_words_are_written_down() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").lower()
    for word in ("declined", "did not come", "part", "ready line", "patient", "state of a text"):
        assert f"| {word}" in glossary or f", {word}" in glossary, word
    # Documents of the machinery may call a process by its name; a front desk never meets it.
    for page in ("glossary", "imports"):
        text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
        text = re.sub(r"`[^`]*`|“[^”]*”", " ", text)
        only = {twin: word for twin, word in TWINS.items() if "contact" not in twin}
        assert twins_in(text, only) == [], page
