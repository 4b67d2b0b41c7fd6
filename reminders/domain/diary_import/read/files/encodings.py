"""Which encoding a text file is in: UTF-8 with or without BOM, UTF-16, or Windows-1252.

Bytes that no encoding explains do not stop the reading here: they are read as U+FFFD and `damaged`
is set, so that the one who reads the rows can name the cell.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from reminders.domain.diary_import.problems import refuse
from reminders.domain.diary_import.read.files.sources import ACCEPTED, Source

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1a")) + b"\x7f"
_UNDEFINED_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH = re.compile(rb"[\x80-\xff]")
REPLACED = "\ufffd"


@dataclass(frozen=True, slots=True)
class Encoding:
    """How to decode the file. `damaged`: some bytes do not fit; `nul`: zero characters are among
    them.
    """

    codec: str
    words: str
    damaged: bool = False
    nul: bool = False

    @property
    def suspicious(self) -> str:
        """The characters that mark cells which must be refused; "" when there are none in the file."""
        return (REPLACED if self.damaged else "") + ("\0" if self.nul else "")


def detect_encoding(source: Source) -> Encoding:
    """Read the whole file once, a block at a time; refuse what is no text."""
    head = source.head()
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise refuse("The file is in UTF-32, which is not read. Save it as CSV in UTF-8.")
    if wide := _utf_16(head):
        return _checked(source, wide, "UTF-16")
    if _is_binary(head):
        raise refuse(f"This is not a text file. {ACCEPTED}")
    if head.startswith(codecs.BOM_UTF8):
        return _checked(source, "utf-8-sig", "UTF-8")
    utf8 = _checked(source, "utf-8", "UTF-8")
    if not utf8.damaged or _mostly_utf_8(source):
        return utf8
    damaged = any(_UNDEFINED_1252.search(block) for block in source.blocks())
    return Encoding("cp1252", "Windows-1252", damaged=damaged, nul=utf8.nul)


def _utf_16(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = head[:64]
    if len(start) >= 4 and not len(start) % 2:
        if not any(start[1::2]) and all(start[::2]):
            return "utf-16-le"
        if not any(start[::2]) and all(start[1::2]):
            return "utf-16-be"
    return ""


def _is_binary(head: bytes) -> bool:
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls >= 8 and controls * 20 > len(head)


def _checked(source: Source, codec: str, words: str) -> Encoding:
    """Decode everything; what does not fit is noted, not raised."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    wide = codec.startswith("utf-16")
    damaged = nul = False
    try:
        for block in source.blocks():
            text = decoder.decode(block)
            nul = nul or (("\0" in text) if wide else (b"\0" in block))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        damaged = True
        nul = nul or (not wide and any(b"\0" in block for block in source.blocks()))
    return Encoding(codec, words, damaged=damaged, nul=nul)


def _mostly_utf_8(source: Source) -> bool:
    """Whether the bytes beyond ASCII look like UTF-8 with a mistake in it, rather than like
    Windows-1252.
    """
    proper = high = 0
    for block in source.blocks():
        proper += sum(len(found) for found in _MULTIBYTE.findall(block))
        high += len(_HIGH.findall(block))
    return proper * 2 > high
