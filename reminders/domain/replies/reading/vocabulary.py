"""The phrases of the languages in which a reply is read, and which of them begins at a word.

The grammar of each language is `answer_grammar`'s. What a whole text means is for `answers`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from reminders.domain.replies.reading.grammar import (
    NO,
    SLOT,
    YES,
    Language,
    agreed,
    language_of,
)
from reminders.domain.replies.reading.graph import KIND, Node, Phrase
from reminders.domain.replies.reading.tokens import Token, fold
from reminders.domain.wording.languages import known_language

__all__ = ["PhraseMatch", "Vocabulary", "codes_of", "fold", "vocabulary"]

MINUTES_AT_MOST = 30
"""Who comes later than that may be too late: a person decides."""

_MOST_PASSED = 3
"""A day, a date and a time may stand in the middle of a phrase."""
_STRETCHED = re.compile(r"([^\W\d_])\1+")
_LONGEST_MISTYPED = 30
_STRETCHABLE = YES | {"no", "thanks", "greet", "please", "praise", "regret", "filler"}
_SETS = (
    *(
        "words",
        "yes_elsewhere",
        "closing",
        "negates",
        "wrong_number",
        "device",
        "device_names",
        "minutes",
        "few",
    ),
)


class PhraseMatch(NamedTuple):
    """A phrase found in a text: what it is, and how many tokens it takes. `accented`: as its
    accents tell. `over`: where in it a day or time stands: "I can't [on Tuesday] come".
    `opens`: a bare no, or one that a verb may follow: "no puedo", as there is "no puedo ir".
    """

    kind: str
    length: int
    accented: bool = False
    over: tuple[int, ...] = ()
    opens: bool = False


Over = Callable[[int], int]
"""How many tokens the day or time takes that stands at a place; 0 of none."""


def _nothing(at: int) -> int:
    return 0


@dataclass(slots=True)
class Vocabulary:
    """The phrases of some languages together; those of each are kept once, however many are read
    together.
    """

    languages: tuple[Language, ...]
    words: frozenset[str] = frozenset()
    yes_elsewhere: frozenset[str] = frozenset()
    closing: frozenset[Phrase] = frozenset()
    negates: frozenset[str] = frozenset()
    wrong_number: frozenset[Phrase] = frozenset()
    device: frozenset[str] = frozenset()
    device_names: frozenset[str] = frozenset()
    minutes: frozenset[Phrase] = frozenset()
    few: frozenset[Phrase] = frozenset()
    numbers: dict[Phrase, int] = field(default_factory=dict)
    counts: frozenset[str] = frozenset()
    """First words of numbers in words."""
    characters: dict[int, str] = field(default_factory=dict)

    @property
    def digits(self) -> bool:
        """Whether our own texts to the patient offer 1 and 2."""
        return self.languages[0].digits

    def match(self, tokens: Sequence[Token], at: int, over: Over = _nothing) -> PhraseMatch | None:
        """The longest phrase that begins at `at`; as written before without accents.

        Only a doubtful phrase reaches over a comma or a stop: "No, iré" is not "no iré".
        """
        best: PhraseMatch | None = None
        for language in self.languages:
            found = self._match(language, tokens, at, over)
            best = _better(best, found) if best and found else best or found
        return best

    def _match(
        self, language: Language, tokens: Sequence[Token], at: int, over: Over
    ) -> PhraseMatch | None:
        folded = self._longest(
            language.folded, tokens, at, over, accents=False, bare=language.tones
        )
        exact = self._longest(language.exact, tokens, at, over, accents=True)
        if exact is None or (folded and folded.length > exact.length):
            return folded
        accented = any(token.exact != token.folded for token in tokens[at : at + exact.length])
        return exact._replace(accented=accented)

    def _longest(
        self,
        node: Node,
        tokens: Sequence[Token],
        at: int,
        over: Over,
        *,
        accents: bool,
        bare: bool = False,
    ) -> PhraseMatch | None:
        best, followed = self._follow(node, tokens, at, over, accents=accents, bare=bare)
        # "Ich kann um 10:30 nicht kommen": other phrases go on with "um", this one passes a time.
        end = at + (best.length if best else 0)
        time = next((place for place in followed if place >= end and over(place)), 0)
        if not time:
            return best
        again, _ = self._follow(node, tokens, at, over, accents=accents, bare=bare, time=time)
        return again if again and (best is None or again.length > best.length) else best

    def _follow(
        self,
        node: Node,
        tokens: Sequence[Token],
        at: int,
        over: Over,
        *,
        accents: bool,
        bare: bool,
        time: int = -1,
    ) -> tuple[PhraseMatch | None, list[int]]:
        """The longest phrase from `node` on, and behind its first word the places of those that
        were followed. What begins at `time` is a time.
        """
        followed: list[int] = []
        best: PhraseMatch | None = None
        end, whole, too_late = at, True, False
        passed: tuple[int, ...] = ()
        after_time = -1  # "on Tuesday, 3 March" is one day, whatever stands between
        while end < len(tokens):
            token = tokens[end]
            within = end == after_time and over(end) > 0
            whole = whole and (end == at or not token.apart or within)
            following: Node | None = node.get(token.exact if accents else token.folded)
            length = 1
            if following is None and SLOT in node:
                minutes, length = self.minutes_at(tokens, end)
                following = node[SLOT] if length else None
                too_late = too_late or minutes > MINUTES_AT_MOST
            if following is None or end == time or (bare and token.exact != token.folded):
                # "No mañana puedo" is "no, tomorrow I can": behind a bare no nothing is passed
                # over.
                length = 0 if end == at or node.get(KIND) in NO else over(end)
                if not length or len(passed) == _MOST_PASSED:
                    break
                passed, end = (*passed, end), end + length
                after_time = end
                continue
            if end > at:
                followed.append(end)
            node, end = following, end + length
            kind = node.get(KIND)
            if kind and (whole or kind == "doubt"):
                opens = kind in ("no", "cant") and (end - at == 1 or len(node) > 1)
                best = PhraseMatch("doubt" if too_late else kind, end - at, False, passed, opens)
        return best, followed

    def minutes_at(self, tokens: Sequence[Token], at: int) -> tuple[int, int]:
        """Minutes told at `at` ("10 min", "five minutes", "a few minutes") and their tokens; 0 of
        none.
        """
        if not (tokens[at].folded in self.counts or tokens[at].exact[0].isdecimal()):
            return 0, 0
        few = _phrase_at(self.few, tokens, at)
        if few:
            return 5, few
        number, length = self.number_at(tokens, at)
        end = at + length
        unit = _phrase_at(self.minutes, tokens, end) if length else 0
        return (number, length + unit) if unit else (0, 0)

    def number_at(self, tokens: Sequence[Token], at: int) -> tuple[int, int]:
        """A number at `at`, the higher one of a range, and how many tokens it takes; 0 of none."""
        word = tokens[at].exact
        if word[0].isdecimal():
            parts = re.split(r"\D", word[:9])
            numbers = [int(part) for part in parts if part.isdecimal()]
            joined = "-" not in word and "/" not in word
            return (0, 0) if len(parts) > 1 and joined else (max(numbers, default=0), 1)
        length = _phrase_at(self.numbers, tokens, at)
        found = tuple(token.folded for token in tokens[at : at + length])
        return self.numbers.get(found, 0), length

    def is_word(self, word: str) -> bool:
        """Whether it stands in any phrase."""
        return word in self.words

    def as_meant(self, token: Token, *, known: Collection[str] = ()) -> Token:
        """A word that no list holds as it was meant: with a letter repeated ("yesss"), two letters
        in
        the wrong order ("nien"), or typed for an accent ("bestaetigt"). `known` are words of names.
        """
        word = token.folded
        if (
            word in self.words
            or word in known
            or not 3 <= len(word) <= _LONGEST_MISTYPED
            or not word.isalpha()
        ):
            return token
        if parted := self._parted(word, known):
            return token._replace(raw=parted, exact=parted, folded=parted)
        spelled = self._respelled(word) or self._unstretched(token) or self.mistyped(word)
        return token._replace(exact=spelled, folded=spelled) if spelled else token

    def _parted(self, word: str, known: Collection[str]) -> str:
        """What is left of a word without the "and" that is written together with it."""
        for language in self.languages:
            for joint in language.joined:
                rest = word.removeprefix(joint)
                if rest != word and (rest in self.words or rest in known):
                    return rest
        return ""

    def _respelled(self, word: str) -> str:
        """As accents are typed where the keys are missing: "ae", or Vietnamese Telex."""
        for language in self.languages:
            bare = language.respell(word) if language.respell else word
            if bare != word and bare in self.words:
                return bare
        return ""

    def _unstretched(self, token: Token) -> str:
        if not _STRETCHED.search(token.folded):
            return ""
        for width in (r"\1", r"\1\1"):
            word = _STRETCHED.sub(width, token.folded)
            match = self.match([token._replace(exact=word, folded=word)], 0)
            if match and match.kind in _STRETCHABLE:
                return word
        return ""

    def mistyped(self, word: str) -> str:
        """The answer of one word that was meant by this one; empty where none or several may be."""
        meant = {
            found
            for language in self.languages
            if (found := language.mistyped.get(word)) is not None
        }
        found = next(iter(meant)) if len(meant) == 1 else ""
        match = self.match([Token(found, found, found)], 0) if found else None
        return found if match and match.kind in YES | NO else ""

    def mentions(self, phrases: Collection[Phrase], tokens: Sequence[Token]) -> bool:
        """Whether one of `phrases` stands anywhere in the text."""
        begins = {phrase[0] for phrase in phrases}
        places = (at for at, token in enumerate(tokens) if token.folded in begins)
        return any(_phrase_at(phrases, tokens, at) for at in places)


def _better(one: PhraseMatch, other: PhraseMatch) -> PhraseMatch:
    """The longer one; of two that are equally long the one with accents, else what both
    agree on.
    """
    if one.length != other.length:
        return one if one.length > other.length else other
    if one.accented != other.accented:
        return one if one.accented else other
    return one._replace(kind=agreed(one.kind, other.kind), opens=one.opens or other.opens)


def _phrase_at(phrases: Collection[Phrase], tokens: Sequence[Token], at: int) -> int:
    """How many tokens the longest of `phrases` that begins at `at` takes."""
    span = tuple(token.folded for token in tokens[at : at + 5])
    return next((end for end in range(len(span), 0, -1) if span[:end] in phrases), 0)


def vocabulary(languages: Sequence[str]) -> Vocabulary:
    """The phrases of `languages` (any tags) and of the signs that all understand.

    What is an answer in one language and something else in another is doubtful; else the first
    counts.
    """
    return _vocabulary(codes_of(languages))


def codes_of(languages: Sequence[str]) -> tuple[str, ...]:
    """The languages that are read for these tags; English when there are none."""
    return tuple(dict.fromkeys(known_language(tag) for tag in languages)) or ("en",)


@lru_cache(maxsize=256)
def _vocabulary(codes: tuple[str, ...]) -> Vocabulary:
    languages = tuple(language_of(code) for code in codes)
    both = Vocabulary(languages)
    for name in _SETS:
        setattr(both, name, frozenset().union(*(getattr(language, name) for language in languages)))
    for language in languages:
        both.characters |= language.characters
        both.numbers = language.numbers | both.numbers
    both.counts = frozenset(phrase[0] for phrase in (*both.few, *both.numbers))
    return both
