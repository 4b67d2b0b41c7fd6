"""The table of chapters is whole, every page has its chapter, and every link leads somewhere."""

import re

import pytest
from django.urls import resolve
from markdown_it import MarkdownIt

from reminders.domain.rights.actions import TABLE
from reminders.domain.rights.permissions import ANYBODY
from reminders.handbook.chapters import BY_NAME, CHAPTERS, FOLDER, INDEX, PARTS, PICTURES, beside
from reminders.handbook.for_page import CHAPTER_OF, chapter_for
from reminders.handbook.page import page_of
from tests.programs import ROOT
from tests.views.test_words import twins_in, visible

NAMES = sorted(BY_NAME)
FILES = sorted(FOLDER.rglob("*.md"))
SHOWN = re.compile(r"screenshots/ordinary/([\w-]+\.jpg)")


def test_every_file_is_a_chapter_and_every_chapter_a_file() -> None:
    there = {path.relative_to(FOLDER).as_posix() for path in FILES}

    assert there == {INDEX} | {chapter.path for chapter in CHAPTERS}
    assert len(BY_NAME) == len(CHAPTERS)


def test_the_contents_as_a_file_are_those_of_the_table() -> None:
    rows = re.findall(r"^\| \[(.+)\]\((.+)\) \| (.+) \|$", _text(INDEX), re.M)
    parts = re.findall(r"^## (.+)$", _text(INDEX), re.M)

    assert parts == [part.title for part in PARTS]
    assert [(title, path) for title, path, _ in rows] == [(c.title, c.path) for c in CHAPTERS]
    assert [words.lower() for *_, words in rows] == [c.words.lower() for c in CHAPTERS]


def test_the_chapters_follow_each_other() -> None:
    first, last = CHAPTERS[0], CHAPTERS[-1]

    assert beside(first) == (None, CHAPTERS[1])
    assert beside(last) == (CHAPTERS[-2], None)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_and_picture_of_a_chapter_leads_somewhere(name: str) -> None:
    markup, wrong = page_of(BY_NAME[name]).markup, []
    for href in re.findall(r'(?:href|src)="([^"]*)"', markup):
        address, _, anchor = href.partition("#")
        if address.startswith("https://"):
            continue
        match = resolve(address or f"/help/{name}/")
        named = match.kwargs["name"]
        if match.url_name == "help_picture":
            wrong += [] if named in PICTURES else [href]
        elif anchor and anchor not in page_of(BY_NAME[named]).anchors:
            wrong.append(href)

    assert wrong == []


def test_every_page_has_a_chapter_and_every_chapter_named_is_there() -> None:
    pages = {name for name, row in TABLE.items() if row.look not in ("", ANYBODY)} - {"admin"}

    assert {name for name in pages if not chapter_for(name)} == set()
    for target in CHAPTER_OF.values():
        name, _, anchor = target.partition("#")
        assert not anchor or anchor in page_of(BY_NAME[name]).anchors, target


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_document_holds_markup_but_comments(path) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))
    nested = [child for token in tokens for child in token.children or ()]
    markup = [token.content.strip() for token in [*tokens, *nested] if "html" in token.type]

    assert [one for one in markup if not re.fullmatch(r"<!--.*-->", one, re.S)] == []


DESK = [chapter.name for part in PARTS[:3] for chapter in part.chapters]


@pytest.mark.parametrize("name", DESK)
def test_chapters_for_the_practice_have_one_word_for_one_thing(name: str) -> None:
    text = re.sub(r"<code>.*?</code>|“[^”]*”", " ", page_of(BY_NAME[name]).markup, flags=re.S)

    assert twins_in(visible(text)) == []


def test_an_image_of_the_product_brings_the_handbook_along_with_its_pictures() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    image = (ROOT / "deploy/containers/Containerfile").read_text(encoding="utf-8")
    shown = {name for path in FILES for name in SHOWN.findall(path.read_text(encoding="utf-8"))}

    assert "docs" not in left_out
    assert "COPY docs docs" in image
    assert {name for name in shown if f"!docs/screenshots/ordinary/{name}" not in left_out} == set()
    assert shown <= set(PICTURES)


def _text(path: str) -> str:
    return (FOLDER / path).read_text(encoding="utf-8")
