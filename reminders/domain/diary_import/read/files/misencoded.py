"""Letters that were encoded twice, or in another encoding than the rest of the file.

"Ã©" is what "é" becomes when its two bytes of UTF-8 are read as Windows-1252 and written as UTF-8
again. No name has such pairs, so they are put right; a pair that gives no letter stays as it is.
"""

from __future__ import annotations

import codecs
import re

from reminders.domain.diary_import.read.files.codepages import text_cost
from reminders.domain.diary_import.read.files.letters import script_of

HANDLER = "reminders-cp1252"
"""The name of the way to read bytes that are no UTF-8 as Windows-1252."""
_ANY_LANGUAGE = ("fr", "de", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "is")
# What the bytes 80 to BF are in Windows-1252; the five that it leaves open are controls then.
_TAIL_BYTES = {bytes([n]).decode("cp1252", errors="ignore") or chr(n): n for n in range(0x80, 0xC0)}
# Read as Latin-1 all of 80 to 9F are controls.
_TAIL_BYTES |= {chr(n): n for n in range(0x80, 0xA0)}
_TAIL = "".join(map(re.escape, _TAIL_BYTES))
_PAIR = re.compile(f"[\u00c2-\u00df][{_TAIL}]|[\u00e0-\u00ef][{_TAIL}]{{2}}|ð[{_TAIL}]{{3}}")


def once(text: str) -> str:
    """The text with what was encoded twice put right; it only shortens what it changes."""
    return text if text.isascii() else _PAIR.sub(_whole, text)


def _whole(found: re.Match[str]) -> str:
    encoded = bytes(_TAIL_BYTES.get(char, ord(char) & 0xFF) for char in found[0])
    try:
        text = encoded.decode("utf-8")
    except UnicodeDecodeError:
        return found[0]
    sensible = (text.isalpha() and script_of(text)) or text in "’‘“”–—…€£°ºª«»´·¿¡½ "
    return text if sensible else found[0]


def is_likely(word: str) -> bool:
    """Whether a word with stray bytes read as Windows-1252 is one that a language may have."""
    return text_cost(word, _ANY_LANGUAGE, frozenset()) <= 3


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", errors="replace"), error.end


codecs.register_error(HANDLER, _as_cp1252)
