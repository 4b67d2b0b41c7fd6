"""A wording as a mail says it: without how to answer by text, and without the link.

A mail has buttons for both, and nobody reads what is written back to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from reminders.domain.wording.checks import asks_to_write
from reminders.domain.wording.templates import (
    Optional,
    Part,
    Slot,
    Template,
    TextPart,
    Values,
    WordingError,
)

_END = re.compile(r"[.!?;\n؟]+(?:\s+|$)|\n+|[。！？；]+")


def mailed(template: Template, values: Values, language: str) -> str:
    """What the mail about a visit says in the practice's own words; blank where nothing is left."""
    said = _without_answers(template, language)
    try:
        return said.render(values) if said else ""
    except WordingError:
        return ""


@lru_cache(maxsize=1024)
def _without_answers(template: Template, language: str) -> Template | None:
    kept = [sentence for sentence in _sentences(template) if not _is_left_out(sentence, language)]
    parts = _stripped([part for sentence in kept for part in sentence])
    return Template(parts) if parts else None


def _sentences(template: Template) -> Iterator[list[Part]]:
    sentence: list[Part] = []
    for part in template.parts:
        # A passage that follows a stop is a sentence of its own: it may vanish, and so may what
        # comes after it.
        if isinstance(part, Optional) and not sentence:
            yield [part]
        elif not isinstance(part, TextPart):
            sentence.append(part)
        else:
            *whole, rest = _split(part.words)
            for words in whole:
                yield [*sentence, TextPart(words)]
                sentence = []
            if rest.strip() or (rest and sentence):
                sentence.append(TextPart(rest))
            elif rest:
                yield [TextPart(rest)]
    if sentence:
        yield sentence


def _split(words: str) -> list[str]:
    """At the end of each sentence; what is left behind the last one comes last."""
    ends = [found.end() for found in _END.finditer(words)]
    return [words[start:end] for start, end in zip([0, *ends], [*ends, len(words)], strict=True)]


def _is_left_out(sentence: list[Part], language: str) -> bool:
    inner = [
        one for part in sentence for one in (part.parts if isinstance(part, Optional) else (part,))
    ]
    if any(isinstance(one, Slot) and one.name == "link" for one in inner):
        return True
    # What is filled in says nothing about how to answer.
    words = "".join(one.words if isinstance(one, TextPart) else "…" for one in inner)
    return asks_to_write(words, language)


def _stripped(parts: list[Part]) -> list[Part]:
    """Without blanks at either end, as every wording is read."""
    while parts and isinstance(parts[0], TextPart):
        if words := parts[0].words.lstrip():
            parts[0] = TextPart(words)
            break
        parts.pop(0)
    while parts and isinstance(last := parts[-1], TextPart):
        if words := last.words.rstrip():
            parts[-1] = TextPart(words)
            break
        parts.pop()
    return parts
