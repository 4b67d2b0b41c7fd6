"""How names are folded for the search: for the database, and for what somebody types.

A name is found without its accents, apostrophes and hyphens, and in both spellings of ä, ö, ü, å, ø
and ß. Both ways must say the same: `tests/domain/pages/test_search.py` compares them.
"""

from __future__ import annotations

import re
import unicodedata

APOSTROPHES = "'’‘`´ʼ"
_BETWEEN = "-./_,;:()@&+"
_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "Ł": "l", "Ø": "o", "Đ": "d",
            "Ð": "d", "İ": "i", "ς": "σ"}  # fmt: skip
"""Letters that no accent explains. Capitals, too: a database may know only those of English."""
_PAIRS = {"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th"}
_SPELT_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
_SPELT_OUT |= {letter.upper(): pair for letter, pair in _SPELT_OUT.items()}
_MARKS = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"[^\W_]+")


def _replaced(text: str, pairs: dict[str, str]) -> str:
    for letter, pair in pairs.items():
        text = f"replace({text}, '{letter}', '{pair}')"
    return text


def _folded(text: str) -> str:
    letters, plain = "".join(_LETTERS), "".join(_LETTERS.values())
    bare = f"normalize(translate({text}, '{letters}', '{plain}'), NFD)"
    bare = f"regexp_replace({bare}, '[\\u0300-\\u036f]', '', 'g')"
    # Put together again: Korean and Japanese are not written in pieces.
    return f"normalize({_replaced(bare, _PAIRS)}, NFC)"


def _search_text() -> str:
    quoted, apart = APOSTROPHES.replace("'", "''"), " " * len(APOSTROPHES)
    text = f"translate(%(expressions)s, '{_BETWEEN}', '{' ' * len(_BETWEEN)}')"
    joined = f"translate({text}, '{quoted}', '')"
    spelt_out = _replaced(f"normalize({joined}, NFC)", _SPELT_OUT)
    ways = (joined, spelt_out, f"translate({text}, '{quoted}', '{apart}')")
    # Most names of an import need none of it, and folding took thirteen times as long as storing.
    plain = "octet_length(%(expressions)s) = length(%(expressions)s)"
    plain += " AND strpos(%(expressions)s, '''') + strpos(%(expressions)s, '`') = 0"
    folded = _folded(" || ' ' || ".join(ways))
    return f"CASE WHEN {plain} THEN {text} ELSE {folded} END"


SEARCH_VECTOR = f"to_tsvector('simple'::regconfig, {_search_text()})"
"""The template of the column that names are found by: O'Brien as obrien, o and brien."""
ONE_AFTER_THE_OTHER = " || ' ' || "
"""Between the columns that are searched."""


def typed_words(text: str) -> list[list[str]]:
    """The words that somebody typed, each in the spellings under which it may be stored."""
    # The lower case of İ is two signs, of which the second would end the word.
    joined = text.replace("İ", "i").lower().translate(dict.fromkeys(map(ord, APOSTROPHES)))
    return [
        list(dict.fromkeys([_folded_word(word), _folded_word(_put(word, _SPELT_OUT))]))
        for word in _WORD.findall(unicodedata.normalize("NFC", joined))
    ]


def _folded_word(word: str) -> str:
    bare = _MARKS.sub("", unicodedata.normalize("NFD", _put(word, _LETTERS)))
    return unicodedata.normalize("NFC", _put(bare, _PAIRS))


def _put(word: str, pairs: dict[str, str]) -> str:
    table: dict[str, str | int | None] = {**pairs}
    return word.translate(str.maketrans(table))
