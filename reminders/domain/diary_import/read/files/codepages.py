"""The encodings from before UTF-8: which of them reads a file's words as words of a language.

A closed list of encodings; each reads the words that hold bytes beyond ASCII, and each reading gets
a cost: letters that no language of that encoding has, capitals inside of words, signs beside
letters, boxes. Encodings that read all words alike are one reading. Which reading is taken, or
whether somebody is asked, is decided in `encodings`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from babel.languages import get_official_languages

from reminders.domain.diary_import.read.files.letters import (
    WORD,
    known_letters,
    script_of,
    word_cost,
)

_WEST = ("fr", "de", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "is", "ca")
_CENTRE = ("pl", "cs", "sk", "hu", "hr", "sl", "ro", "sq", "de")
_CYRILLIC = ("ru", "uk", "bg", "sr", "mk", "be")
_TURKEY = ("tr", "de")
_BALTIC = ("lt", "lv", "et", "pl", "de")


@dataclass(frozen=True, slots=True)
class CodePage:
    """An encoding by Python's name for it, in words for people, and the languages written in it."""

    codec: str
    words: str
    languages: tuple[str, ...]
    rare: float = 0.0


CODE_PAGES = (
    CodePage("cp1252", "Windows, Western Europe", _WEST),
    CodePage("iso8859_15", "ISO 8859-15, Western Europe with €", _WEST),
    CodePage("cp1250", "Windows, Central Europe", _CENTRE),
    CodePage("cp1251", "Windows, Cyrillic", _CYRILLIC),
    CodePage("gb18030", "GBK, simplified Chinese", ("zh",)),
    CodePage("cp932", "Shift JIS, Japanese", ("ja",)),
    CodePage("cp949", "EUC-KR, Korean", ("ko",)),
    CodePage("big5", "Big5, traditional Chinese", ("zh-Hant",)),
    CodePage("cp1253", "Windows, Greek", ("el",)),
    CodePage("cp1254", "Windows, Turkish", _TURKEY),
    CodePage("cp1257", "Windows, Baltic", _BALTIC, 1.2),
    CodePage("cp1255", "Windows, Hebrew", ("he",)),
    CodePage("cp1256", "Windows, Arabic", ("ar", "fa", "fr")),
    CodePage("cp874", "Windows, Thai", ("th",)),
    CodePage("mac_roman", "Mac, Western Europe", _WEST, 1.0),
    CodePage("cp850", "DOS, Western Europe", _WEST, 1.0),
    CodePage("cp437", "DOS, United States", _WEST, 1.0),
    CodePage("iso8859_2", "ISO 8859-2, Central Europe", _CENTRE, 0.5),
    CodePage("cp852", "DOS, Central Europe", _CENTRE, 1.0),
    CodePage("mac_latin2", "Mac, Central Europe", _CENTRE, 2.0),
    CodePage("koi8_r", "KOI8-R, Russian", ("ru", "bg"), 0.5),
    CodePage("koi8_u", "KOI8-U, Ukrainian", ("uk", "ru"), 0.5),
    CodePage("cp866", "DOS, Cyrillic", ("ru", "uk", "bg"), 0.5),
    CodePage("mac_cyrillic", "Mac, Cyrillic", _CYRILLIC, 2.0),
    CodePage("iso8859_5", "ISO 8859-5, Cyrillic", _CYRILLIC, 2.0),
    CodePage("iso8859_7", "ISO 8859-7, Greek", ("el",), 0.5),
    CodePage("iso8859_9", "ISO 8859-9, Turkish", _TURKEY, 0.5),
    CodePage("iso8859_13", "ISO 8859-13, Baltic", _BALTIC, 2.0),
    CodePage("mac_turkish", "Mac, Turkish", _TURKEY, 2.0),
    CodePage("cp857", "DOS, Turkish", _TURKEY, 1.5),
    CodePage("euc_jp", "EUC-JP, Japanese", ("ja",), 1.5),
)
"""The likelier first: of encodings that read a file alike, the first one is named."""

_ANSI: Mapping[str, str] = {
    **dict.fromkeys("CN SG".split(), "gb18030"),
    **dict.fromkeys("TW HK MO".split(), "big5"),
    "JP": "cp932",
    "KR": "cp949",
    **dict.fromkeys("PL CZ SK HU HR SI RO AL BA".split(), "cp1250"),
    **dict.fromkeys("RU UA BG BY RS MK KZ KG".split(), "cp1251"),
    **dict.fromkeys("GR CY".split(), "cp1253"),
    **dict.fromkeys("TR AZ".split(), "cp1254"),
    **dict.fromkeys("LT LV EE".split(), "cp1257"),
    "IL": "cp1255",
    **dict.fromkeys("AE SA EG JO KW QA BH OM LB IQ IR MA TN DZ LY".split(), "cp1256"),
    "TH": "cp874",
}
"""What Windows writes in a country, where that is not cp1252."""

_IN_WORD, _BOX, _MIXED, _SHOUTED, _LONE = 6.0, 12.0, 8.0, 3.0, 3.0
_HOME = 1.9
"""What it is worth that a clean reading is in the encoding of the location's country: less than
what
makes a reading certain, so that one word that two encodings read well is asked about."""
_OPENING, _CLOSING = frozenset("“„«‹¿¡"), frozenset("”»›…™®©")
_DASHES = frozenset("—–•")
_SIGNS = frozenset("€£¥°ºª§½¼¾²³№†‰´")
_JAPANESE_SIGNS = frozenset("、。・「」（）：，．～！？　【】々〇")
SCORED = 300
"""So many different words are judged; all others only tell readings apart."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How one encoding, or several alike, read the words, and how unlikely that is."""

    page: CodePage
    words: tuple[str, ...]
    cost: float
    failed: int = 0

    @property
    def clean(self) -> bool:
        """Whether nearly all words are such as a language has them."""
        return not self.failed and self.cost <= 3 * len(self.words)


def readings(words: Sequence[bytes], *, country: str) -> list[Reading]:
    """Every different reading of these words, the likeliest first."""
    found: dict[tuple[str, ...], Reading] = {}
    likely = likely_languages(country)
    home = _ANSI.get(country.upper(), "cp1252")
    for page in CODE_PAGES:
        texts, failed = _decoded(words, page.codec)
        if failed * 20 > len(words):
            continue
        cost = (
            page.rare
            + failed * _BOX
            + sum(text_cost(text, page.languages, likely) for text in texts[:SCORED])
        )
        reading = Reading(page, texts, cost, failed)
        if page.codec == home and not failed:
            reading = Reading(page, texts, cost - _home_bonus(cost, len(texts[:SCORED])))
        known = found.get(texts)
        if known is None or reading.cost < known.cost:
            # The first of the list names the reading, unless the country says which one it is.
            named = page if known is None or page.codec == home else known.page
            found[texts] = Reading(named, texts, reading.cost, failed)
    return sorted(found.values(), key=lambda reading: reading.cost)


def _home_bonus(cost: float, words: int) -> float:
    return max(0.0, _HOME - 2 * max(0.0, cost / max(words, 1) - 0.5))


def likely_languages(country: str) -> frozenset[str]:
    """The languages of a country; none where names come from everywhere anyway."""
    if not country:
        return frozenset()
    return frozenset(get_official_languages(country.upper(), regional=True)) - {"en"}


def _decoded(words: Iterable[bytes], codec: str) -> tuple[tuple[str, ...], int]:
    texts, failed = [], 0
    for word in words:
        try:
            texts.append(word.decode(codec))
        except UnicodeDecodeError:
            failed += 1
            texts.append(word.decode(codec, errors="replace"))
    return tuple(texts), failed


def text_cost(text: str, languages: tuple[str, ...], likely: frozenset[str]) -> float:
    """How unlikely a reading of a word with its signs is."""
    text = unicodedata.normalize("NFC", text)
    cost = sum(_sign_cost(text, place) for place, char in enumerate(text) if not char.isascii())
    for found in WORD.finditer(text):
        run = found[0]
        if not run.isascii():
            cost += _run_cost(run, languages, likely)
            cost += _LONE if _is_lone(run, text[found.end() :]) else 0
    return cost


def _is_lone(run: str, rest: str) -> bool:
    """ "Ł20.00" is a misread "£20.00": a letter of its own with a number after it."""
    return len(run) == 1 and rest[:1].isdigit() and script_of(run) != "han"


def mixes_scripts(text: str) -> bool:
    """Whether letters of ASCII and of another script than Latin stand in one word."""
    return any(
        not run.isascii()
        and any(map(str.isascii, run))
        and any(script_of(char) != "latin" for char in run)
        for run in WORD.findall(text)
    )


def _sign_cost(text: str, place: int) -> float:
    char = text[place]
    kind = unicodedata.category(char)
    if (kind[0] == "L" and char not in _SIGNS) or char in _JAPANESE_SIGNS or kind[0] == "M":
        return 0
    if kind in ("Cc", "Cn", "Co", "Cs") or "\u2500" <= char <= "\u25ff" or char == "\ufffd":
        return _BOX
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    inside = before.isalpha() and after.isalpha()
    if char == "’" and after.isalpha() and not before:
        return 2  # a word that begins with an apostrophe is a quoted one, or misread Greek
    if char in "’·" or (char == "‘" and not before.isalpha()):
        return 0
    if char in _DASHES or char == "‘":
        return _IN_WORD if inside else 2 if before.isalpha() or after.isalpha() else 0
    if char in _OPENING or char in _CLOSING:
        wrong = before.isalpha() if char in _OPENING else after.isalpha()
        return _IN_WORD if inside else 3 if wrong else 0
    if char in _SIGNS:
        return _IN_WORD if before.isalpha() or after.isalpha() else 0
    return 0 if kind == "Zs" and not inside else _IN_WORD


def _run_cost(run: str, languages: tuple[str, ...], likely: frozenset[str]) -> float:
    scripts = {script_of(char) for char in run}
    if "" in scripts:
        return _MIXED
    if len(scripts) > 1:
        return _MIXED
    if scripts == {"han"}:
        judge = _EASTERN.get(languages[0], _unheard)
        return sum(map(judge, run)) / len(run) * min(len(run), 3)
    return _capitals(run) + word_cost(run, languages, likely)


def _capitals(run: str) -> float:
    """A capital inside of a word, where a letter beyond ASCII takes part in it."""
    plain = [char for char in run if char.isascii()]
    if len(plain) > 1 and all(map(str.isupper, plain)) and not run.isupper():
        return _SHOUTED  # "MüLLER": programs that know capitals of ASCII only
    cost = 0.0
    for first, second in pairwise(run):
        if first.islower() and second.isupper() and not (first + second).isascii():
            cost += _IN_WORD
    started = run[:3]
    if (
        len(started) == 3
        and started[0].isupper()
        and started[1].isupper()
        and not started[1].isascii()
        and started[2].islower()
    ):
        cost += _IN_WORD
    return cost


def _by_rows(language: str, codec: str, usual: range) -> Callable[[str], float]:
    """Characters of the first level of a standard are usual, those of the second rare."""

    @lru_cache(maxsize=16_384)
    def cost(char: str) -> float:
        if char in known_letters(language):
            return 0
        try:
            lead = char.encode(codec)
        except UnicodeEncodeError:
            return 3
        return 0.7 if len(lead) == 2 and lead[0] in usual else 1.5

    return cost


def _unheard(_char: str) -> float:
    return 3.0


_EASTERN: Mapping[str, Callable[[str], float]] = {
    "zh": _by_rows("zh", "gb2312", range(0xB0, 0xD8)),
    "zh-Hant": _by_rows("zh-Hant", "big5", range(0xA4, 0xC7)),
    "ja": _by_rows("ja", "euc_jp", range(0xA4, 0xD0)),
    "ko": _by_rows("ko", "euc_kr", range(0xB0, 0xC9)),
}
