"""The cells of a file with bytes beyond ASCII: what the encoding is told by, and shown with.

Collected over the whole file in one pass, a block at a time, and bounded: different words up to a
number, each with the first cell that it stands in. Cells are cut at the separators, which no byte
of
a letter is in any encoding that is read.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from reminders.domain.diary_import.read.files.sources import Source, printable

MOST_WORDS = 5_000
LONGEST = 2_000
"""Bytes of a cell that is looked at: a longer one is a text, and there are others."""
SHOWN_CELLS, SHOWN_LETTERS = 200, 40
_CELL_ENDS = re.compile(rb'[,;\t"\r\n]+')


@dataclass
class Cells:
    """Different words with bytes beyond ASCII, each with its first cell."""

    cell_of: dict[bytes, bytes] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.cell_of)

    @cached_property
    def words(self) -> list[bytes]:
        """The words, in the order of the file."""
        return list(self.cell_of)

    @cached_property
    def stray_utf_8(self) -> list[bytes]:
        """The words that are no UTF-8."""
        return [word for word in self.words if not _is_utf_8(word)]

    @property
    def mostly_utf_8(self) -> bool:
        """Whether more words are UTF-8 than not: then it is UTF-8 with a mistake in it."""
        return len(self.stray_utf_8) * 2 <= len(self.words)

    def texts(
        self, codec: str, *, errors: str = "strict", only: list[bytes] | None = None
    ) -> tuple[str, ...]:
        """The first cells, read in an encoding, for people."""
        chosen = self.words if only is None else only
        cells = dict.fromkeys(self.cell_of[word] for word in chosen[:SHOWN_CELLS])
        return tuple(printable(cell.decode(codec, errors=errors)[:SHOWN_LETTERS]) for cell in cells)


def collect(source: Source) -> Cells:
    """The words beyond ASCII of the whole file, up to the bound."""
    found = Cells()
    for cell in _cells(source):
        stripped = cell.strip()
        for marked in stripped.split(b" "):
            word = marked.removeprefix(BOM_UTF8)
            if not word.isascii():
                found.cell_of.setdefault(word, stripped)
        if len(found.cell_of) >= MOST_WORDS:
            break
    return found


def _cells(source: Source) -> Iterator[bytes]:
    rest = b""
    for block in source.blocks():
        if block.isascii() and rest.isascii():
            rest = block[-LONGEST:]
            continue
        block = rest + block
        # A cell that the block cuts in two is looked at with the next block.
        cut = max(block.rfind(b"\n"), block.rfind(b"\r"), len(block) - LONGEST)
        rest = block[cut:]
        yield from _beyond_ascii(block[:cut])
    yield from _beyond_ascii(rest)


def _beyond_ascii(block: bytes) -> Iterator[bytes]:
    for cell in _CELL_ENDS.split(block):
        if not cell.isascii() and len(cell) <= LONGEST:
            yield cell


def _is_utf_8(word: bytes) -> bool:
    try:
        word.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
