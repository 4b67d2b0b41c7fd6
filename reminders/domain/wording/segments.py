"""How a text travels by SMS: which alphabet it needs, how many parts it takes, and what breaks the
alphabet.

Counting follows 3GPP TS 23.038 and 23.040. Whether a text is too dear is for staff to judge.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "\f^{}\\[~]|€"
"""Characters that take two places: an escape and themselves."""

GSM_SINGLE, GSM_PART = 160, 153
UCS2_SINGLE, UCS2_PART = 70, 67

_FOREIGN = re.compile(f"[^{re.escape(BASIC + EXTENDED)}]")
_ESCAPE, _HIGH, _LOW = "\x1b", "\U00010000", " "
"""What opens a pair, and a stand-in for the two halves of every character beyond 16 bits."""
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_ESCAPED = str.maketrans({character: _ESCAPE + character for character in EXTENDED})

_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ´`＇", "'"),
        **dict.fromkeys("“”„‟″«»＂", '"'),
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        **dict.fromkeys("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007", " "),
        **dict.fromkeys("\u2008\u2009\u200a\u202f\u205f\u3000\t", " "),
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
        **dict.fromkeys("\u2028\u2029\u0085", "\n"),
        **dict.fromkeys("•·∙▪●◦", "-"),
        "…": "...",
        "‹": "<",
        "›": ">",
        "⁄": "/",
        "№": "No",
        "™": "(TM)",
        "©": "(C)",
        "®": "(R)",
    }
)
_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE", "ð": "d"}
)


@dataclass(frozen=True, slots=True)
class Size:
    """What a text costs to send. `offenders` are the characters that force UCS-2, in order, once
    each.
    """

    encoding: Literal["GSM-7", "UCS-2"]
    characters: int
    units: int
    segments: int
    left_in_segment: int
    offenders: tuple[str, ...]


def measure(text: str) -> Size:
    """Count `text` as a phone network does: `units` are septets (GSM-7) or 16-bit units (UCS-2).

    Parts are filled greedily, and neither an escape pair nor a surrogate pair is ever split between
    two. An empty text has no segment.
    """
    offenders = tuple(dict.fromkeys(_FOREIGN.findall(text)))
    if offenders:
        # An emoji takes two places and must not be cut between them; two stand-ins keep the count.
        wide = _ASTRAL.sub(_HIGH + _LOW, text)
        segments, left = _pack(wide, UCS2_SINGLE, UCS2_PART, first_of_pair=_HIGH)
        return Size("UCS-2", len(text), len(wide), segments, left, offenders)
    escaped = text.translate(_ESCAPED)
    segments, left = _pack(escaped, GSM_SINGLE, GSM_PART, first_of_pair=_ESCAPE)
    return Size("GSM-7", len(text), len(escaped), segments, left, ())


def plain(text: str, *, letters: bool = False) -> str:
    """Replace typographic quotes, dashes, spaces and the like by what GSM-7 has; the rest stays.

    With `letters`, a letter that GSM-7 lacks also loses its accent ("García" becomes "Garcia");
    letters of other scripts stay. A text that is better left in UCS-2 anyway gains nothing from
    either.
    """
    # First: a letter and its accent written apart may be one that GSM-7 has.
    text = unicodedata.normalize("NFC", text)
    text = _FOREIGN.sub(lambda found: found.group().translate(_LOOKALIKES), text)
    return _FOREIGN.sub(_unaccented, text) if letters else text


def _unaccented(found: re.Match[str]) -> str:
    character = found.group()
    if unicodedata.combining(character):
        # Only accents of Latin letters: taken from other scripts they would change words.
        return "" if ord(character) < 0x370 else character
    bare = unicodedata.normalize("NFD", character.translate(_LETTERS))[
        : 2 if character in "œŒ" else 1
    ]
    # Without its accent it may still be foreign: then the original is better than a half of it.
    return character if _FOREIGN.search(bare) else bare


def _pack(units: str, single: int, part: int, *, first_of_pair: str) -> tuple[int, int]:
    """The number of parts and the room left in the last one."""
    if len(units) <= single:
        return min(len(units), 1), single - len(units)
    segments, start = 1, 0
    while len(units) - start > part:
        # A pair that would be torn goes whole into the next part, and leaves a place empty in this
        # one.
        start += part - 1 if units[start + part - 1] == first_of_pair else part
        segments += 1
    return segments, part - (len(units) - start)
