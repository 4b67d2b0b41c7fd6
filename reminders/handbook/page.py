"""A chapter's file as a page: markup, headings, and its sections for the search.

Markdown is read by markdown-it. HTML in a file is left out, not passed on, so that a page holds
only what the reader of the file understood.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import imagesize
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin

from reminders.handbook.chapters import BY_PATH, FOLDER, PICTURES, Chapter

DEEPEST = 4


@dataclass(frozen=True)
class Heading:
    """A heading of a page, and where it can be linked to."""

    level: int
    anchor: str
    title: str


@dataclass(frozen=True)
class Section:
    """What stands under one heading, as plain text."""

    chapter: Chapter
    heading: Heading
    text: str


@dataclass(frozen=True)
class Page:
    """A chapter as it is shown."""

    chapter: Chapter
    title: str
    markup: SafeString
    headings: tuple[Heading, ...]
    sections: tuple[Section, ...]

    @property
    def anchors(self) -> frozenset[str]:
        """Everything in it that can be linked to."""
        return frozenset(heading.anchor for heading in self.headings)


def page_of(chapter: Chapter) -> Page:
    """The page; read again only when its file has changed."""
    return _read(chapter, (FOLDER / chapter.path).stat().st_mtime_ns)


@lru_cache(maxsize=128)
def _read(chapter: Chapter, _changed: int) -> Page:
    text = (FOLDER / chapter.path).read_text(encoding="utf-8")
    tokens = _MARKDOWN.parse(text)
    sections = tuple(_sections(chapter, tokens))
    headings = tuple(section.heading for section in sections)
    for token in tokens:
        if token.type == "inline":
            _lead(chapter, token.children or [])
    _name_tables(tokens)
    # The first heading is the page's own, above its actions.
    body = tokens[3:] if tokens and tokens[0].tag == "h1" else tokens
    rendered = _MARKDOWN.renderer.render(body, _MARKDOWN.options, {})
    markup = mark_safe(rendered)  # noqa: S308  # the renderer escapes what the file says
    return Page(chapter, headings[0].title, markup, headings, sections)


def _sections(chapter: Chapter, tokens: list[Token]) -> Iterator[Section]:
    heading, words, in_heading = Heading(1, "", chapter.title), list[str](), False
    for token in tokens:
        if token.type == "heading_open":
            if heading.anchor:
                yield Section(chapter, heading, " ".join(words))
            words, in_heading = [], True
            heading = Heading(int(token.tag[1]), str(token.attrGet("id") or ""), "")
        elif token.type == "inline" and in_heading:
            heading = Heading(heading.level, heading.anchor, _plain(token))
            in_heading = False
        elif token.type == "inline":
            words.append(_plain(token))
        elif token.type in ("fence", "code_block"):
            words.append(token.content)
    if heading.anchor:
        yield Section(chapter, heading, " ".join(words))


def _plain(token: Token) -> str:
    """What of a line is read aloud."""
    return "".join(
        " " if child.type in ("softbreak", "hardbreak") else child.content
        for child in token.children or ()
        if child.type in ("text", "code_inline", "softbreak", "hardbreak")
    )


def _lead(chapter: Chapter, line: list[Token]) -> None:
    """Have the links of a line lead to pages; what is not in the handbook is text alone."""
    closed: list[bool] = []
    for token in line:
        if token.type == "link_open":
            target = _target(chapter, str(token.attrGet("href") or ""))
            closed.append(bool(target))
            token.tag = "a" if target else "span"
            token.attrs = {"href": target} if target else {}
            if target.startswith("https:"):
                token.attrSet("rel", "noopener noreferrer")
        elif token.type == "link_close":
            token.tag = "a" if closed.pop() else "span"
        elif token.type == "image":
            _show(token)


def _name_tables(tokens: list[Token]) -> None:
    """Tell tables apart for who hears them; a column without a name has no heading cell."""
    heading, count = "", 0
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before.type == "heading_open":
            heading = _plain(token)
        elif token.type == "table_open":
            count += 1
            token.meta["label"] = f"{heading}, table {count}"
        elif before.type == "th_open" and not token.content:
            before.tag = after.tag = "td"


def _target(chapter: Chapter, href: str) -> str:
    if href.startswith(("#", "https://")):
        return href
    path, _, anchor = href.partition("#")
    inside = posixpath.normpath(posixpath.join(posixpath.dirname(chapter.path), path))
    other = BY_PATH.get(inside)
    if other is None:
        return ""
    return reverse("help_chapter", args=[other.name]) + (f"#{anchor}" if anchor else "")


def _show(image: Token) -> None:
    name = posixpath.basename(str(image.attrGet("src") or ""))
    address = reverse("help_picture", args=[name]) if name in PICTURES else ""
    image.attrs = {"src": address, "alt": image.content, "loading": "lazy"}
    if address:
        # The page keeps room for it: what somebody reads would else jump when the picture comes.
        image.attrs["width"], image.attrs["height"] = imagesize.get(PICTURES[name])


def _nothing(*_: Any) -> str:
    return ""


def _table(_: Any, tokens: list[Token], at: int, *__: Any) -> str:
    # It can be scrolled, so it must be reached by the keyboard, and be called something.
    label = escape(tokens[at].meta["label"])
    return f'<div class="help-scroll" tabindex="0" role="region" aria-label="{label}"><table>\n'


def _table_end(*_: Any) -> str:
    return "</table></div>\n"


def _fence(_: Any, tokens: list[Token], at: int, *__: Any) -> str:
    return f'<pre tabindex="0"><code>{escape(tokens[at].content)}</code></pre>\n'


def _markdown() -> MarkdownIt:
    reader = MarkdownIt("commonmark").enable("table")
    reader.use(anchors_plugin, max_level=DEEPEST)
    rules = {"html_block": _nothing, "html_inline": _nothing, "table_open": _table}
    rules |= {"table_close": _table_end, "fence": _fence, "code_block": _fence}
    for name, rule in rules.items():
        reader.add_render_rule(name, rule)
    return reader


_MARKDOWN = _markdown()
