"""Finding a section by its words. The handbook has a few hundred: that takes no engine."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from reminders.handbook.chapters import CHAPTERS, PARTS
from reminders.handbook.page import Section, page_of

MOST, AROUND = 25, 90
IN_TITLE, IN_CHAPTER, IN_TEXT, MOST_COUNTED, TOGETHER = 12, 4, 1, 3, 8
AT_THE_DESK = 4
"""What is written for the desk comes first: there most is looked for, with a patient waiting."""
SHORTEST_STEM, ENDINGS = 4, ("ing", "ed", "es", "s")
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Found:
    """A section with some of what it says: plain pieces, every second of which was looked for."""

    section: Section
    pieces: tuple[str, ...]


def find(query: str) -> list[Found]:
    """The sections in which every word occurs, the likeliest first."""
    words = _stems(query)
    if not words:
        return []
    sections = [section for chapter in CHAPTERS for section in page_of(chapter).sections]
    weighed = [(_weight(section, words), section) for section in sections]
    # Of equals the one that comes first in the handbook: sorting keeps their order.
    best = sorted((pair for pair in weighed if pair[0]), key=lambda pair: -pair[0])
    return [Found(section, _excerpt(section.text, words)) for _, section in best[:MOST]]


def _stems(query: str) -> list[str]:
    return [_stem(word) for word in WORD.findall(_folded(query))]


def _stem(word: str) -> str:
    """What "cancelling" and "cancelled" have in common."""
    for ending in ENDINGS:
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= SHORTEST_STEM:
            return rest[:-1] if rest[-1] == rest[-2] else rest
    return word


@lru_cache(maxsize=2_000)  # each letter of the handbook, for each letter that somebody types
def _folded(text: str) -> str:
    """As somebody types it: small, without accents. A letter stays a letter, so places stay."""
    folded = (unicodedata.normalize("NFD", letter.lower())[:1] for letter in text)
    return "".join(folded)


def _weight(section: Section, words: list[str]) -> int:
    title, text = _folded(section.heading.title), _folded(section.text)
    chapter = _folded(section.chapter.title)
    total = AT_THE_DESK if section.chapter in PARTS[0].chapters else 0
    total += TOGETHER if _together(words).search(f"{title} {text}") else 0
    for word in words:
        begins = re.compile(rf"\b{re.escape(word)}")
        in_title, in_text = (min(len(begins.findall(one)), MOST_COUNTED) for one in (title, text))
        if not in_title and not in_text:
            return 0
        total += IN_TITLE * bool(in_title) + IN_TEXT * in_text
        total += IN_CHAPTER if begins.search(chapter) else 0
    return total


def _together(words: list[str]) -> re.Pattern[str]:
    return re.compile(r"\b" + r"\w*\W+".join(map(re.escape, words)))


def _excerpt(text: str, words: list[str]) -> tuple[str, ...]:
    begins = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\w*")
    folded = _folded(text)
    first = _together(words).search(folded) or begins.search(folded)
    at = max(first.start() - AROUND, 0) if first else 0
    start = folded.find(" ", at) + 1 if at else 0
    end = start + 3 * AROUND
    pieces, done = ["… " if start else ""], start
    for hit in begins.finditer(folded, start, end):
        pieces[-1] += text[done : hit.start()]
        pieces += [text[hit.start() : hit.end()], ""]
        done = hit.end()
    pieces[-1] += text[done:end] + (" …" if end < len(text) else "")
    return tuple(pieces)
