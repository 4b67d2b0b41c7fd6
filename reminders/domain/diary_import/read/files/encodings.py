"""Which encoding a text file is in, or the question which of its readings is right.

UTF-8 and UTF-16 are known by their form; of the encodings before them the words of the whole file
decide, and where two readings are close, a person who sees both. Bytes that no encoding explains do
not stop the reading here: they are read as U+FFFD and `damaged` is set, so that the one who reads
the rows can name the cell.
"""

from __future__ import annotations

import base64
import codecs
import re
from dataclasses import dataclass, replace

from reminders.domain.diary_import.problems import refuse
from reminders.domain.diary_import.questions import (
    About,
    Answer,
    Answers,
    Choice,
    Question,
    QuestionsOpen,
)
from reminders.domain.diary_import.read.files import misencoded
from reminders.domain.diary_import.read.files.codepages import (
    CODE_PAGES,
    Reading,
    mixes_scripts,
    readings,
)
from reminders.domain.diary_import.read.files.foreign_cells import Cells, collect
from reminders.domain.diary_import.read.files.second_opinion import likeliest_first
from reminders.domain.diary_import.read.files.sources import ACCEPTED, Source

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1a\x1b")) + b"\x7f"
_UTF_7 = re.compile(rb"\+([AB][A-Za-z0-9+/]{2,40})(?![A-Za-z0-9+/])")
_ISO_2022 = (b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b$)C")
REPLACED = "\ufffd"
TWICE, MIXED = "utf-8-twice", "utf-8+cp1252"
"""Names for what is no encoding of its own: UTF-8 read as Windows-1252 and written as UTF-8 again,
and UTF-8 in some cells and Windows-1252 in others."""
CERTAIN = 3.0
"""So much likelier than the next one is a reading that nobody needs to be asked about."""
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Encoding:
    """How to decode the file. `damaged`: some bytes do not fit; `nul`: zero characters are among
    them; `twice`: what is decoded was encoded twice. `told` is what people should hear of it.
    """

    codec: str
    words: str
    damaged: bool = False
    nul: bool = False
    twice: bool = False
    errors: str = "replace"
    told: str = ""

    @property
    def suspicious(self) -> str:
        """The characters that mark cells which must be refused; "" when there are none in
        the file.
        """
        return (REPLACED if self.damaged else "") + ("\0" if self.nul else "")


UTF_8 = Encoding("utf-8", "UTF-8")


def detect_encoding(
    source: Source, *, answers: Answers | None = None, country: str = ""
) -> Encoding:
    """Read the whole file, a block at a time; refuse what is no text, ask what only a person knows.

    `country` is that of the location, as a hint. Raises ImportRefused or QuestionsOpen.
    """
    head = source.head()
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise refuse("The file is in UTF-32, which is not read. Save it as CSV in UTF-8.")
    if wide := _utf_16(head):
        return _checked(source, Encoding(wide, "UTF-16"))
    if _is_binary(head):
        raise refuse(f"This is not a text file. {ACCEPTED}")
    signed = head.startswith(codecs.BOM_UTF8)
    if answers and answers.encoding:
        return _checked(source, named(answers.encoding, signed=signed))
    utf8 = _checked(source, _utf_8(signed=signed))
    cells = collect(source)
    if not cells:
        _stop_if_shifted(source)
        return utf8
    if not utf8.damaged and not signed and _is_utf_8_by_chance(cells):
        raise _which_reading(readings(cells.words, country=country), cells, and_utf_8=True)
    if not utf8.damaged:
        return _once_or_twice(utf8, cells)
    if signed or cells.mostly_utf_8:
        return _utf_8_with_others(utf8, cells)
    return _by_words(source, cells, country=country)


def repaired(source: Source, encoding: Encoding, *, answers: Answers) -> Encoding:
    """How to read what the converter wrote: workbooks keep what was misread before they were saved.

    Raises QuestionsOpen where only some cells were encoded twice.
    """
    if answers.encoding == TWICE:
        return replace(encoding, twice=True)
    cells = collect(source)
    return encoding if answers.encoding or not cells else _once_or_twice(encoding, cells)


def named(name: str, *, signed: bool = False) -> Encoding:
    """The encoding that somebody named; raise ImportRefused for one that is not read."""
    plain = name.strip().lower().replace("windows-", "cp")
    if plain == TWICE:
        return replace(_utf_8(signed=signed), twice=True, words="UTF-8, encoded twice")
    if plain == MIXED:
        return replace(_utf_8(signed=signed), errors=misencoded.HANDLER)
    try:
        codec = codecs.lookup(plain).name
    except (LookupError, ValueError):
        codec = ""
    if codec in ("utf-8", "utf-8-sig"):
        return _utf_8(signed=signed)
    for page in CODE_PAGES:
        if codec and codec in {codecs.lookup(page.codec).name, *_ALSO.get(page.codec, ())}:
            return Encoding(page.codec, _called(page.codec))
    known = ", ".join(["utf-8", *(page.codec for page in CODE_PAGES), TWICE, MIXED])
    raise refuse(f"There is no encoding “{name[:40]}”. Known are {known}.")


_ALSO = {
    "gb18030": ("gbk", "gb2312"),
    "cp932": ("shift_jis",),
    "cp949": ("euc_kr",),
    "cp1252": ("iso8859-1",),
}


def _utf_8(*, signed: bool) -> Encoding:
    return Encoding("utf-8-sig" if signed else "utf-8", "UTF-8")


def _called(codec: str) -> str:
    return codec.replace("cp125", "Windows-125").replace("_", "-")


def _utf_16(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = head[: min(len(head) // 2 * 2, 1024)]
    zeros = start[1::2].count(0), start[::2].count(0)
    # Separators and digits are enough: the letters of a header in Cyrillic have no zero byte.
    if len(start) >= 4 and max(zeros) * 8 >= len(start) and not min(zeros):
        return "utf-16-le" if zeros[0] else "utf-16-be"
    return ""


def _is_binary(head: bytes) -> bool:
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls >= 8 and controls * 20 > len(head)


def _checked(source: Source, encoding: Encoding) -> Encoding:
    """Decode everything; what does not fit is noted, not raised."""
    strict = "strict" if encoding.errors == "replace" else encoding.errors
    decoder = codecs.getincrementaldecoder(encoding.codec)(strict)
    wide = encoding.codec.startswith("utf-16")
    damaged = nul = False
    try:
        for block in source.blocks():
            text = decoder.decode(block)
            nul = nul or (("\0" in text) if wide else (b"\0" in block))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        damaged = True
        nul = nul or (not wide and any(b"\0" in block for block in source.blocks()))
    return replace(encoding, damaged=damaged, nul=nul)


def _stop_if_shifted(source: Source) -> None:
    """Refuse encodings that write other letters in ASCII: they would be taken for plain English."""
    for block in source.blocks():
        if any(escape in block for escape in _ISO_2022):
            raise refuse("The file is in ISO-2022, which is not read. Save it as CSV in UTF-8.")
        if b"+" in block and any(map(_is_utf_7, _UTF_7.findall(block))):
            raise refuse("The file is in UTF-7, which is not read. Save it as CSV in UTF-8.")


def _is_utf_7(inside: bytes) -> bool:
    """Whether it is UTF-7 for letters of Europe and nothing else, which a phone number, initials or
    a code hardly ever are.
    """
    units = base64.b64decode(inside[: len(inside) * 6 // 16 * 16 // 6 + 1] + b"===")
    units = units[: len(inside) * 6 // 16 * 2]
    text = units.decode("utf-16-be", errors="replace")
    whole = base64.b64encode(units).rstrip(b"=") == inside
    return whole and all("\u00c0" <= char <= "\u052f" and char.isalpha() for char in text)


def _is_utf_8_by_chance(cells: Cells) -> bool:
    """Two bytes of another encoding may be one letter of UTF-8, but hardly of the word's script."""
    words = [word.decode("utf-8", errors="replace") for word in cells.words]
    return all(map(mixes_scripts, words))


def _once_or_twice(utf8: Encoding, cells: Cells) -> Encoding:
    """Tell UTF-8 from UTF-8 that was encoded again: all of its words, some of them, or none."""
    words = [word.decode("utf-8", errors="replace") for word in cells.words]
    repaired = [misencoded.once(word) for word in words]
    broken = sum(word != whole for word, whole in zip(words, repaired, strict=True))
    if not broken:
        return utf8
    twice = replace(utf8, twice=True, words="UTF-8, encoded twice")
    if broken == len(words):
        text = cells.texts("utf-8")[0]
        told = (
            f"The letters were encoded twice and are put right: “{text}” is read as "
            f"“{misencoded.once(text)}”."
        )
        return replace(twice, told=told)
    # Some cells only: typed in by people whose program was wrong for a while, or meant as they are.
    as_is, mended = zip(
        *((text, misencoded.once(text)) for text in cells.texts("utf-8")), strict=True
    )
    raise _question(
        [
            _choice(TWICE, "Repaired", mended, as_is),
            _choice("utf-8", "As they are", as_is, mended),
        ],
        "Some letters were encoded twice. Are they to be repaired?",
    )


def _utf_8_with_others(utf8: Encoding, cells: Cells) -> Encoding:
    """UTF-8 with stray bytes: letters of Windows-1252 are asked about, others are damage."""
    stray = cells.stray_utf_8
    mixed = [word.decode("utf-8", errors=misencoded.HANDLER) for word in stray]
    if not mixed or not all(map(misencoded.is_likely, mixed)):
        return utf8
    texts = cells.texts("utf-8", errors=misencoded.HANDLER, only=stray)
    refused = cells.texts("utf-8", errors="replace", only=stray)
    raise _question(
        [
            _choice(MIXED, "UTF-8, and Windows-1252 where it is not", texts, refused),
            _choice("utf-8", "UTF-8: rows with other letters are refused", refused, texts),
        ],
        "The file mixes two encodings. Are these letters right?",
    )


def _by_words(source: Source, cells: Cells, *, country: str) -> Encoding:
    found = readings(cells.words, country=country)
    if not found:
        raise refuse(
            "No encoding reads the letters of this file. Save it as “CSV UTF-8” in the spreadsheet "
            "and import that file."
        )
    best = found[0]
    certain = len(found) == 1 or found[1].cost - best.cost >= CERTAIN
    if certain and best.clean:
        return _checked(source, Encoding(best.page.codec, _called(best.page.codec)))
    raise _which_reading(found, cells)


def _which_reading(found: list[Reading], cells: Cells, *, and_utf_8: bool = False) -> QuestionsOpen:
    close = [reading for reading in found if reading.cost - found[0].cost < 2 * CERTAIN][:SHOWN]
    choices = _choices(likeliest_first(close if len(close) > 1 else found[:2], cells.words), cells)
    if and_utf_8:
        example = ", ".join(cells.texts("utf-8")[:3])
        choices.append(Choice(Answer(About.ENCODING, "utf-8"), "UTF-8", example))
    words = "The letters of this file can be read in several ways. Which one is right?"
    return _question(choices, words)


def _choices(close: list[Reading], cells: Cells) -> list[Choice]:
    """The readings, each with the same cells of the file, those that they read differently."""
    texts = [cells.texts(reading.page.codec, errors="replace") for reading in close]
    differing = [place for place, read in enumerate(zip(*texts, strict=True)) if len(set(read)) > 1]
    places = differing[:3] or range(min(3, len(texts[0])))
    choices = []
    for reading, read in zip(close, texts, strict=True):
        page = reading.page
        example = ", ".join(read[place] for place in places)
        words = f"{_called(page.codec)} ({page.words})"
        choices.append(Choice(Answer(About.ENCODING, page.codec), words, example))
    return choices


def _choice(name: str, words: str, texts: tuple[str, ...], others: tuple[str, ...]) -> Choice:
    pairs = zip(texts, others, strict=True)
    example = ", ".join([text for text, other in pairs if text != other][:3])
    return Choice(Answer(About.ENCODING, name), words, example)


def _question(choices: list[Choice], words: str) -> QuestionsOpen:
    examples = tuple(f"“{choice.example}” ({choice.answer.meaning})" for choice in choices)
    return QuestionsOpen([Question(About.ENCODING, "encoding", words, tuple(choices), examples)])
