"""What cells hold where there is nothing: NULL, N/A, "keine Angabe", "-", "?"."""

from __future__ import annotations

from functools import lru_cache

from reminders.domain.diary_import.read.cells.words import by_phrase, folded_word

LONGEST_NO_VALUE = 30
"""Characters of such a word at most."""
_NAMES = frozenset(
    {
        "Na",
        "Nan",
        "Nil",
        "Ka",
        "Nat",
        "Blank",
        "Leer",
        "Sin",
        "Sans",
        "Ohne",
        "Vide",
        "Brak",
        "Void",
    }
)
"""Written like this they are names, as in "Na Li" and "Nan Blank"; in capitals they are not."""
_FORMULA_ERRORS = ("#", "<", "\\")


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    return frozenset(word for word in by_phrase("no_values", ("words",))[0] if word)


@lru_cache(maxsize=4096)
def is_no_value(text: str) -> bool:
    """Whether a cell only says that nothing is known; a blank one does, and so do signs alone.

    Digits are always a value: what zeros mean depends on the column.
    """
    plain = text.strip()
    if len(plain) > LONGEST_NO_VALUE or plain in _NAMES:
        return False
    if plain.startswith(_FORMULA_ERRORS):
        return _without_sign(plain) in _words()
    if not any(map(str.isalnum, plain)):
        return True
    return folded_word(plain) in _words()


def _without_sign(text: str) -> str:
    return folded_word(text[1:]) or "-"
