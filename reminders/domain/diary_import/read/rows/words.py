"""AM and PM as a column of their own writes them."""

from __future__ import annotations

from reminders.domain.diary_import.read.cells.words import folded_word

_LONGEST_HALF = 20
_HALVES = {
    "am": "am a vorm vormittag vormittags matin manana mattina ochtend manha rano dopoledne "
    "fm formiddag ap 上午 午前 ص 오전",
    "pm": "pm p nachm nachmittag nachmittags apresmidi tarde pomeriggio middag popoludniu odpoledne "
    "em eftermiddag ettermiddag ip 下午 午後 م 오후",
}
_HALF_OF = {folded_word(word): half for half, words in _HALVES.items() for word in words.split()}


def read_half(text: str) -> str | None:
    """Which half of the day a cell names; None for anything else."""
    return _HALF_OF.get(folded_word(text)) if len(text) <= _LONGEST_HALF else None
