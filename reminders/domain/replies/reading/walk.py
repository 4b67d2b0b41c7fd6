"""A reply, word by word: which phrases it is made of, what it names, and which words are not
understood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reminders.domain.replies.reading.almanac import Almanac
from reminders.domain.replies.reading.grammar import ACTING, NO
from reminders.domain.replies.reading.tokens import Token, as_written
from reminders.domain.replies.reading.vocabulary import Vocabulary
from reminders.domain.replies.reading.when import Agrees, When, find_when

_OF_ALL = {"comes_all": "comes_for", "cant_all": "cant_for"}
_MAX_PICK = 9
_SIGNED_WITH = 6
"""Words that a name and a telephone number under "Kind regards" may have."""
_SHORTEST_NUMBER = 3
_ASKS = frozenset({"calls_off", "cancel", "reschedule"})
"""Kinds of phrases that ask for something without a no in them."""


@dataclass(frozen=True, slots=True)
class GrammarStep:
    """One phrase. `opens`: a bare no, or one that a verb may follow, as in "no puedo cancelar"."""

    kind: str
    words: tuple[str, ...]
    apart: bool
    opens: bool = False


class NamedTime(NamedTuple):
    """A day or time that is restated. `after`: how many were picked before it; `part` and `until`
    as of a `When`.
    """

    agrees: Agrees
    after: int = 0
    part: bool = False
    until: bool = False


@dataclass(slots=True)
class WalkedText:
    """What a text consists of. `unknown`: the words as written that nothing accounts for."""

    steps: list[GrammarStep] = field(default_factory=list)
    picks: list[int | str] = field(default_factory=list)
    times: list[NamedTime] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    found: dict[int, When | None] = field(default_factory=dict)
    """Days and times by the place where they begin, as far as they were looked for."""

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(step.kind for step in self.steps)

    @property
    def acting(self) -> frozenset[str]:
        return self.kinds & ACTING

    @property
    def matched(self) -> str:
        return ", ".join(" ".join(step.words) for step in self.steps if step.kind in ACTING)

    @property
    def answered_in_words(self) -> bool:
        return any(step.kind in ACTING and not step.words[0].isdecimal() for step in self.steps)

    @property
    def twisted(self) -> bool:
        """Whether a no may deny what stands beside it: "no quiero cancelar", "otro día no"."""
        clause: list[GrammarStep] = []
        for step in self.steps:
            clause = [] if step.apart else clause
            if step.kind in _ASKS and any(before.opens for before in clause):
                return True
            if step.kind == "no" and len(step.words) == 1 and clause and clause[-1].kind in _ASKS:
                return True
            clause.append(step)
        return False


@dataclass(frozen=True, slots=True)
class Walker:
    """What a reply is read with. `numbered`: numbers pick from a list; `digits`: 1 is yes and 2 is
    no.

    `for_all`: "neither" is a no to all, as it is to a list and not to "which one can't you come
    to".
    `names` may be picked; `people` only stand around an answer. All as tokens.
    """

    words: Vocabulary
    almanac: Almanac
    names: Sequence[Sequence[Token]] = ()
    people: Sequence[Sequence[Token]] = ()
    listed: bool = False
    for_all: bool = False
    numbered: bool = False
    digits: bool = False

    def read(self, tokens: Sequence[Token]) -> WalkedText:
        """Read all of a text, in linear time."""
        reading, at = WalkedText(), 0
        while at < len(tokens):
            at += self._take(reading, tokens, at)
        return reading

    def _take(self, reading: WalkedText, tokens: Sequence[Token], at: int) -> int:
        """Account for what begins at `at`; return how many tokens that takes."""
        match = self.words.match(
            tokens, at, lambda place: self._time_length(reading, tokens, place)
        )
        length = match.length if match else 0
        named = _name_at(self.names, tokens, at) if reading.acting or not match else 0
        if named:
            return self._pick_name(reading, tokens, at, named)
        met = _name_at(self.people, tokens, at)
        time = self._time(reading, tokens, at)
        if met > length and (time is None or met > time.length):
            return _add(reading, "address", tokens[at : at + met])
        if time and time.length > length:
            return _name_time(reading, time)
        if tokens[at].exact.isdecimal() and not length:
            return self._signed(reading, tokens, at) or self._number(reading, tokens[at])
        if match and self._stands_alone(match.kind, tokens, at):
            return _add(reading, "doubt", tokens[at : at + length])
        if match:
            passed = (self._time(reading, tokens, place) for place in match.over)
            for restated in filter(None, passed):
                _name_time(reading, restated)
            if match.kind in _OF_ALL:
                return self._say_of_all(reading, match.kind, tokens[at : at + length])
            return _add(reading, match.kind, tokens[at : at + length], opens=match.opens)
        return self._signed(reading, tokens, at) or _unknown(reading, tokens[at])

    def _time(self, reading: WalkedText, tokens: Sequence[Token], at: int) -> When | None:
        # Once for each place, however many phrases ask for it: so it stays linear.
        if at not in reading.found:
            reading.found[at] = find_when(self.almanac, tokens, at)
        return reading.found[at]

    def _time_length(self, reading: WalkedText, tokens: Sequence[Token], at: int) -> int:
        time = self._time(reading, tokens, at)
        return time.length if time else 0

    def _say_of_all(self, reading: WalkedText, kind: str, span: Sequence[Token]) -> int:
        """ "Neither can come" says two things; where one appointment was asked about, who knows."""
        if not self.for_all:
            return _add(reading, "doubt", span)
        _add(reading, "all", span)
        return _add(reading, _OF_ALL[kind], span)

    def _stands_alone(self, kind: str, tokens: Sequence[Token], at: int) -> bool:
        """Whether an "and" that is an answer elsewhere joins nothing: "Y, no" in Spanish."""
        if kind != "joins" or tokens[at].folded not in self.words.yes_elsewhere:
            return False
        ends = at == 0 or at + 1 == len(tokens) or tokens[at + 1].apart
        return ends or tokens[at].apart or tokens[at].raw.isupper()

    def _pick_name(self, reading: WalkedText, tokens: Sequence[Token], at: int, length: int) -> int:
        if self.listed and reading.steps and reading.steps[-1].kind == "thanks" and reading.acting:
            # "Yes, thanks. Ann": a pick, or who is writing for all?
            return _add(reading, "doubt", tokens[at : at + length])
        reading.picks.append(as_written(tokens[at : at + length]))
        return length

    def _number(self, reading: WalkedText, token: Token) -> int:
        """A number picks from a list, or is an answer, where such were offered."""
        number = int(token.exact[:4])
        if (
            self.numbered
            and 1 <= number <= _MAX_PICK
            and (self.listed or reading.answered_in_words)
        ):
            reading.picks.append(number)
            return 1
        if self.digits and number in (1, 2) and not self.listed:
            return _add(reading, "yes" if number == 1 else "no", [token])
        return _unknown(reading, token)

    def _signed(self, reading: WalkedText, tokens: Sequence[Token], at: int) -> int:
        """A name and number under "Kind regards", to the end of the text; 0 where it may be
        anything else.
        """
        rest = tokens[at:]
        if self.listed or not tokens[at].line or len(rest) > _SIGNED_WITH or not reading.acting:
            return 0
        if (
            not reading.steps
            or reading.steps[-1].words not in self.words.closing
            or reading.unknown
        ):
            return 0
        return _add(reading, "address", rest) if all(map(self._signs, rest)) else 0

    def _signs(self, token: Token) -> bool:
        if token.raw.isdecimal():
            return len(token.raw) >= _SHORTEST_NUMBER
        return token.raw.istitle() and not self.words.is_word(token.folded)


def _name_time(reading: WalkedText, time: When) -> int:
    reading.times.append(NamedTime(time.agrees, len(reading.picks), time.part, time.until))
    return time.length


def _add(reading: WalkedText, kind: str, tokens: Sequence[Token], *, opens: bool = False) -> int:
    words = tuple(token.folded for token in tokens)
    reading.steps.append(GrammarStep(kind, words, tokens[0].apart, opens and kind in NO))
    return len(tokens)


def _unknown(reading: WalkedText, token: Token) -> int:
    reading.unknown.append(token.raw)
    return 1


def _name_at(names: Sequence[Sequence[Token]], tokens: Sequence[Token], at: int) -> int:
    """How many tokens the longest name that begins here takes; 0 without one."""
    fitting = (
        len(name)
        for name in names
        if name and name[0].folded == tokens[at].folded and _same(name, tokens[at : at + len(name)])
    )
    return max(fitting, default=0)


def _same(name: Sequence[Token], span: Sequence[Token]) -> bool:
    return [token.folded for token in name] == [token.folded for token in span]
