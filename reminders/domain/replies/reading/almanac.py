"""How days and times are written in the languages in which a reply is read. Pure; see `when`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from babel import Locale

from reminders.domain.replies.reading.grammar import read_table
from reminders.domain.replies.reading.tokens import Token, tokenise

PARTS_OF_DAY = {"morning": (0, 12), "afternoon": (12, 18), "evening": (17, 24)}
_LEADING = {
    *("at", "before", "until", "day", "clock", "ordinal", "of", "half", "quarter", "and"),
}


_OPPOSITE = {"half_to": "half_past", "half_past": "half_to"}
"""English "half ten" is 10:30 and German "halb elf": of one word the first language counts."""


@dataclass(slots=True)
class Almanac:
    """How days and times are written in some languages: phrases by what they stand for."""

    roles: dict[tuple[str, ...], dict[str, int]] = field(default_factory=dict)
    begins: dict[str, int] = field(default_factory=dict)
    """First words, and how long the longest phrase is that begins so."""
    tells: set[str] = field(default_factory=set)
    """First words of what is a day or time itself, not only leads to one."""

    def may_tell(self, tokens: Sequence[Token], at: int) -> bool:
        word = tokens[at].folded
        return word[0].isdecimal() or (word in self.tells and self.at(tokens, at)[0] > 0)

    def lead(self, tokens: Sequence[Token], at: int) -> tuple[int, set[str]]:
        leads: set[str] = set()
        for _ in range(3):
            length, roles = self.at(tokens, at)
            found = roles.keys() & {"at", "before", "until"} if length else set()
            if not found:
                break
            leads |= found
            at += length
        return at, leads

    def at(self, tokens: Sequence[Token], at: int) -> tuple[int, dict[str, int]]:
        """The longest phrase at `at` and what it stands for."""
        longest = self.begins.get(tokens[at].folded, 0) if at < len(tokens) else 0
        for size in range(longest, 0, -1):
            phrase = tuple(token.folded for token in tokens[at : at + size])
            if phrase in self.roles:
                return len(phrase), self.roles[phrase]
        return 0, {}


@lru_cache(maxsize=256)
def almanac(codes: tuple[str, ...]) -> Almanac:
    """How days and times are written in the languages of these codes."""
    both = Almanac()
    for code in codes:
        for phrase, roles in _roles(code).items():
            own = both.roles.get(phrase, {})
            added = {name: roles[name] for name in roles if _OPPOSITE.get(name) not in own}
            both.roles[phrase] = added | own
            both.begins[phrase[0]] = max(both.begins.get(phrase[0], 0), len(phrase))
            if roles.keys() - _LEADING:
                both.tells.add(phrase[0])
    return both


@cache
def _roles(code: str) -> dict[tuple[str, ...], dict[str, int]]:
    when = read_table(code).get("when", {})
    roles: dict[tuple[str, ...], dict[str, int]] = {}
    for name in (*sorted(_LEADING), *_OPPOSITE, *PARTS_OF_DAY):
        _add(roles, name, dict.fromkeys(when.get(name, ()), 0))
    _add(roles, "am", dict.fromkeys(when.get("am", ()), 0))
    _add(roles, "pm", dict.fromkeys(when.get("pm", ()), 12))
    _add(roles, "number", when.get("numbers", {}))
    locale = Locale.parse(code.replace("-", "_"))
    for form in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for name, names in (("weekday", locale.days), ("month", locale.months)):
                _add(
                    roles,
                    name,
                    {spelling: number for number, spelling in names[form][width].items()},
                )
    for day, spellings in enumerate(when.get("weekdays", ())):
        _add(roles, "weekday", dict.fromkeys(spellings, day))
    for month, spellings in enumerate(when.get("months", ()), start=1):
        _add(roles, "month", dict.fromkeys(spellings, month))
    return roles


def _add(roles: dict[tuple[str, ...], dict[str, int]], name: str, values: dict[str, int]) -> None:
    for text, value in values.items():
        phrase = tuple(token.folded for token in tokenise(text))
        if phrase:
            roles.setdefault(phrase, {})[name] = value
