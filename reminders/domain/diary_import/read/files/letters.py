"""Which letters follow each other in a language, after the names that Unicode's CLDR has in it.

Judges readings of words, never their meaning: "Müller" is likely in German, "MŸller" in none. The
data are babel's: names of countries, languages, currencies, months and days, a few thousand words
for each language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise

from babel import Locale

from reminders.domain.diary_import.read.files.name_words import NAME_WORDS

# Letters with the marks of Hebrew, Arabic and Thai that stand on them: a mark on another script's
# letter ("H้l่ne") is a misreading.
WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u0e31-\u0e4e])+")
UNATTESTED, FOREIGN = 1, 4
"""What a pair of letters costs that the language does not show, and a letter it does not have."""
DENSE = 3
"""What a Latin word costs most of whose letters have accents: that is how Cyrillic looks misread.
"""


@lru_cache(maxsize=64)
def _pairs(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """The letters beyond ASCII of a language, and the pairs that they form; " " is a word's
    edge.
    """
    locale = Locale.parse(language, sep="-")
    letters: set[str] = set(_MORE_LETTERS.get(language, ""))
    pairs: set[str] = set()
    for text in [*_texts(locale), NAME_WORDS.get(language, "")]:
        for word in WORD.findall(unicodedata.normalize("NFC", text).lower()):
            if word.isascii():
                continue
            letters.update(char for char in word if not char.isascii())
            pairs.update(pair for pair in _around(word))
    # What CLDR writes of other scripts, such as a language's own name, is no letter of this one.
    script = _script_of(language)
    own = frozenset(char for char in letters if script_of(char) == script)
    if script == "latin":
        own &= frozenset(_MORE_LETTERS.get(language, "")) or own
    return own, frozenset(pairs)


def _texts(locale: Locale) -> Iterable[str]:
    for names in (locale.territories, locale.languages, locale.currencies):
        yield from names.values()
    for widths in (locale.months["format"], locale.days["format"]):
        yield from widths["wide"].values()


def _around(word: str) -> Iterable[str]:
    edged = f" {word} "
    for first, second in pairwise(edged):
        if not (first.isascii() and second.isascii()):
            yield first + second


@lru_cache(maxsize=65_536)
def word_cost(word: str, languages: tuple[str, ...], likely: frozenset[str]) -> float:
    """How unlikely a word of letters is in the likeliest of these languages; 0 is a usual one."""
    lower = word.lower()
    script = script_of(lower[0]) if not lower[0].isascii() else "latin"
    costs = [
        _cost_in(lower, language) + (0 if language in likely else 0.5) for language in languages
    ]
    cost = min(costs, default=float(FOREIGN * len(word)))
    accented = sum(not char.isascii() for char in word)
    if script == "latin" and len(word) > 2 and accented * 5 > len(word) * 3:
        cost += DENSE
    return cost


def _cost_in(word: str, language: str) -> float:
    letters, pairs = _pairs(language)
    foreign = sum(not char.isascii() and char not in letters for char in word)
    if foreign:
        return float(FOREIGN * foreign)
    missing = sum(UNATTESTED for pair in _around(word) if pair not in pairs)
    # Of a script of its own every pair counts, so a long word must not cost more than a short one.
    return min(missing, 2) if script_of(word[0]) == "latin" else 3 * missing / len(word)


def script_of(char: str) -> str:
    """The script of a letter, as far as it matters here; "" for what is no letter of those."""
    return next((name for low, high, name in _SCRIPTS if low <= ord(char) <= high), "")


def known_letters(language: str) -> frozenset[str]:
    """The letters beyond ASCII that CLDR's names in this language are written with."""
    return _pairs(language)[0]


def _script_of(language: str) -> str:
    return _OTHER_SCRIPTS.get(language, "latin")


_SCRIPTS = (
    (0x41, 0x24F, "latin"),
    (0x1E00, 0x1EFF, "latin"),
    (0x300, 0x36F, "latin"),
    (0x370, 0x3FF, "greek"),
    (0x400, 0x52F, "cyrillic"),
    (0x590, 0x5FF, "hebrew"),
    (0x600, 0x6FF, "arabic"),
    (0xE00, 0xE7F, "thai"),
    (0x3040, 0x30FF, "han"),
    (0x3005, 0x3007, "han"),
    (0x3400, 0x9FFF, "han"),
    (0xAC00, 0xD7A3, "han"),
    (0xF900, 0xFAFF, "han"),
    (0xFF66, 0xFF9F, "han"),
)
_OTHER_SCRIPTS: Mapping[str, str] = {
    **dict.fromkeys(("ru", "uk", "bg", "sr", "mk", "be"), "cyrillic"),
    "el": "greek",
    "he": "hebrew",
    "ar": "arabic",
    "fa": "arabic",
    "th": "thai",
    **dict.fromkeys(("zh", "zh-Hant", "ja", "ko"), "han"),
}
# The alphabets beyond a to z: names of countries also hold letters that are foreign to a language.
_MORE_LETTERS: Mapping[str, str] = {
    "fr": "àâæçéèêëîïôœùûü",
    "de": "äöüßéè",
    "es": "áéíñóúü",
    "it": "àèéìíîòóùú",
    "pt": "àáâãçéêíóôõúü",
    "ca": "àçéèíïòóúü",
    "nl": "áéëèïíóöüúê",
    "sv": "åäöéü",
    "da": "æøåéü",
    "nb": "æøåéòôü",
    "fi": "äöåšž",
    "et": "äõöüšž",
    "is": "áæðéíóöþúý",
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "hr": "čćđšž",
    "sl": "čšžćđ",
    "ro": "ăâîșțşţ",
    "sq": "çë",
    "tr": "çğıöşüâî",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "vi": "",
    "ru": "ё",
    "uk": "ґєії",
}
