"""Which texts may be taught, as which words, and what a taught one means. Pure.

Teaching fills gaps only: the whole text, in one language, and only where the grammar knows nothing
that might be meant besides. Who teaches, and where it is kept, is `teach`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from reminders.domain.replies.reading.almanac import Almanac, almanac
from reminders.domain.replies.reading.interpret import Intent, read_answer
from reminders.domain.replies.reading.tokens import Token, own_lines, plain, tokens_of
from reminders.domain.replies.reading.vocabulary import Vocabulary, codes_of, vocabulary
from reminders.domain.replies.reading.when import find_when

MOST_WORDS = 8
LONGEST = 200
"""Characters, as they are kept."""
_QUESTION = re.compile(r"[?？؟⁇❓❔]")
_DAYS = frozenset({"today", "tomorrow"})
_NEVER = _DAYS | {"doubt", "but", "stop", "may_cancel", "start", "help", "no_more", "reschedule"}
"""Kinds of phrases that keep a text from being taught, whatever stands around them."""


class Taught(NamedTuple):
    """A taught text: its id and its meaning, a `TaughtReply.Meaning`."""

    id: int
    meaning: str


@dataclass(frozen=True, slots=True)
class TaughtPhrases:
    """All that is taught, by language and words."""

    meanings: Mapping[tuple[str, str], Taught] = field(default_factory=dict)

    def find(self, text: str, language: str) -> Taught | None:
        """What the whole of `text` was taught to mean in this language."""
        if not self.meanings or len(text) > LONGEST:
            return None
        return self.meanings.get((codes_of([language])[0], phrase_of(text, language)))


def phrase_of(text: str, language: str) -> str:
    """The whole of a text as its words are kept; empty where it may not be taught.

    Not with more than eight words, a question, a number, a day or a time, or with words that doubt
    or that ask for something else.
    """
    if len(text) > LONGEST or _QUESTION.search(text):
        return ""
    words = vocabulary([language, "en"])
    tokens = list(islice(_tokens(text, words), MOST_WORDS + 1))
    if not 1 <= len(tokens) <= MOST_WORDS or _tells_more(tokens, words, language):
        return ""
    # Where accents tell words apart ("không", "khống"), a text without them is another text.
    exact = words.languages[0].tones
    phrase = " ".join(token.exact if exact else token.folded for token in tokens)
    return phrase if len(phrase) <= LONGEST else ""


def teachable(text: str, language: str, *, names: Sequence[str] = ()) -> str:
    """As `phrase_of`, of a text that the grammar leaves to a person, with none of `names` in it."""
    phrase = phrase_of(text, language)
    answer = read_answer(text, languages=[language, "en"]) if phrase else None
    if answer is None or answer.intent is not Intent.UNCLEAR or answer.also:
        return ""
    named = {part.folded for name in names for part in tokens_of(plain(name))}
    return "" if named & set(phrase.split()) else phrase


def times_named(text: str, language: str) -> list[str]:
    """The days and times that a text names, as they are written there."""
    words = vocabulary([language, "en"])
    tokens = list(_tokens(text, words))
    return [
        " ".join(token.raw for token in tokens[at : at + length])
        for at, length in _times(tokens, words, almanac(codes_of([language, "en"])))
    ]


def _tokens(text: str, words: Vocabulary) -> Iterator[Token]:
    body = own_lines(text, devices=words.device, names=words.device_names)
    return tokens_of(plain(body, words.characters))


def _tells_more(tokens: Sequence[Token], words: Vocabulary, language: str) -> bool:
    if any(any(letter.isdigit() for letter in token.raw) for token in tokens):
        return True
    if any(words.number_at(tokens, at)[1] for at in range(len(tokens))):
        return True
    found = (words.match(tokens, at) for at in range(len(tokens)))
    if any(match and match.kind in _NEVER for match in found):
        return True
    return any(_times(tokens, words, almanac(codes_of([language, "en"]))))


def _times(tokens: Sequence[Token], words: Vocabulary, when: Almanac) -> Iterator[tuple[int, int]]:
    """Where days and times stand, and how many tokens each takes."""
    at = 0
    while at < len(tokens):
        time, match = find_when(when, tokens, at), words.match(tokens, at)
        length = match.length if match and match.kind in _DAYS else 0
        length = max(length, time.length if time else 0)
        if length:
            yield at, length
        at += max(length, 1)
