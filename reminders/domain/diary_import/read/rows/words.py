"""Words that decide about a row where they stand in a name or beside a time."""

from __future__ import annotations

import re

from reminders.domain.diary_import.read.cells.flags import read_text_wish
from reminders.domain.diary_import.read.cells.words import folded_word

DECEASED, NO_TEXTS = "deceased", "no_texts"
_HALVES = {
    "am": "am a vorm vormittag vormittags matin manana mattina ochtend manha rano dopoledne "
    "fm formiddag ap 上午 午前 ص 오전",
    "pm": "pm p nachm nachmittag nachmittags apresmidi tarde pomeriggio middag popoludniu odpoledne "
    "em eftermiddag ettermiddag ip 下午 午後 م 오후",
}
_HALF_OF = {folded_word(word): half for half, words in _HALVES.items() for word in words.split()}
_DECEASED = frozenset(
    folded_word(word)
    for word in "deceased|died|dec'd|decd|rip|dead|passed away|late|verstorben|gestorben|† |décédé|"
    "décédée|décès|fallecido|fallecida|difunto|deceduto|deceduta|overleden|falecido|falecida|"
    "zmarły|zmarła|avliden|avlidna|død|afdød|avdød|kuollut|zemřel|zemřela|死亡|故人|已故|متوفى|متوفاة".split(
        "|"
    )
)
PLAIN_MARKS = frozenset(
    {"deceased", "decd", "rip", "verstorben", "decede", "fallecido", "overleden"}
)
"""Words that no name has: they count also without signs around them, behind the name."""
_SIGNED = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}|\*+([^*]+)\*+|<([^<>]*)>")
_BEHIND = re.compile(r"(.+?)(?:\s+[-–—*#!]+\s*|\s*[*#!]+\s*|\s+)([^\s*#!-]+)[*#!]*")
_DASHED = re.compile(r"(.+?)\s+[-–—*#!]+\s*(.+?)[*#!]*")


def read_half(text: str) -> str | None:
    """Which half of the day a cell names; None for anything else."""
    return _HALF_OF.get(folded_word(text)) if len(text) <= _LONGEST_HALF else None


_LONGEST_HALF = 20


def read_marks(name: str) -> tuple[str, frozenset[str]]:
    """The name without marks such as "(no texts)" or "*DECEASED*", and what they say.

    A mark that says something else stays where it is.
    """
    found: set[str] = set()

    def take(match: re.Match[str]) -> str:
        meaning = _mark(next(filter(None, match.groups()), ""))
        if meaning is None:
            return match[0]
        found.add(meaning)
        return " "

    plain = " ".join(_SIGNED.sub(take, name).split())
    for pattern in (_DASHED, _BEHIND):
        behind = pattern.fullmatch(plain)
        meaning = _mark(behind[2]) if behind else None
        if behind and meaning and (pattern is _DASHED or folded_word(behind[2]) in PLAIN_MARKS):
            found.add(meaning)
            plain = behind[1]
    return plain.strip(" ,-–—"), frozenset(found)


def _mark(text: str) -> str | None:
    if read_text_wish(text) is False:
        return NO_TEXTS
    return DECEASED if folded_word(text) in _DECEASED - {""} else None
