"""Marks beside a name, or alone in a note: that the patient has died, or wants no texts; beside a
name
also that the visit is cancelled, as calendars write "Canceled: Ann Lee".

A single word counts only where signs set it off from the name, or where no name has it; whatever
else
stands there stays where it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from reminders.domain.diary_import.read.cells.flags import read_text_wish
from reminders.domain.diary_import.read.cells.statuses import (
    LONGEST_STATUS,
    StatusMeaning,
    read_status,
)
from reminders.domain.diary_import.read.cells.words import (
    by_phrase,
    folded_word,
    phrases_of,
    spellings,
    words_of,
)

DECEASED, NO_TEXTS, OFF = "deceased", "no_texts", "cancelled"
LONGEST_MARKED = 300
"""Characters of a name with its marks at most."""
_SIGNED = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}|\*+([^*]+)\*+|<([^<>]*)>")
_SET_OFF = re.compile(r"\s+[-–—/|]+\s+|\s*:\s+|\s*[*#!;]+\s*")
_WIDE = str.maketrans("（）［］【】〔〕＊", "()[][][]*")
_DEAD_SIGN = re.compile("[†✝✟]")
_MOST_WORDS = 5
_PLAIN_NAME = re.compile(r" ?[A-Za-z]+(?:[ '-][A-Za-z]+)* ?")
_MARKING = {"names": ("no_name", "deceased"), "flags": ("quiet",), "no_values": ("words",)}
_PARTED = re.compile(r"[\n\r;.,!|/]+|\s[-–—]\s")
_UNPARTED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\uffdf†✝✟]")
"""Signs, and letters of scripts that put no blanks between words."""
_OF_TEXTS = ("text", "sms", "txt")
_AROUND = " *-–—()[]<>#†✝✟"
_TO_BLANKS = str.maketrans(dict.fromkeys("-_/.,;:!?()[]{}<>*#|\"'+=&\n\r\t", " "))


@lru_cache(maxsize=1)
def _dead_words() -> frozenset[str]:
    return frozenset(by_phrase("names", ("deceased",))[0]) - {""}


@lru_cache(maxsize=1)
def _no_names() -> frozenset[str]:
    return frozenset(by_phrase("names", ("no_name",))[0]) - {""}


@lru_cache(maxsize=1)
def _marking_words() -> frozenset[str]:
    """Every word of every phrase that is a mark, or says that there is no name."""
    found = {"rip", "dnc"}
    for name, meanings in _MARKING.items():
        for phrase in (each for meaning in meanings for each in phrases_of(name, meaning)):
            for spelling in spellings(phrase):
                found.update([*spelling.split(), spelling.replace(" ", "")])
    cancelled = by_phrase("statuses", (StatusMeaning.CANCELLED,))[0]
    found.update(word for word in cancelled if word.isascii())
    return frozenset(found)


def is_surely_unmarked(name: str) -> bool:
    """A quick look, for nearly all names: plain letters, and no word that any mark has."""
    if not _PLAIN_NAME.fullmatch(name):
        return False
    words = name.lower().replace("'", "").replace("-", " ").split(" ")
    return _marking_words().isdisjoint(words)


def read_marks(name: str) -> tuple[str, frozenset[str]]:
    """The name without its marks, and which of DECEASED, NO_TEXTS and OFF they say."""
    if len(name) > LONGEST_MARKED:
        return name, frozenset()
    found: set[str] = set()

    def taken(match: re.Match[str]) -> str:
        mark = _mark_beside(next(filter(None, match.groups()), ""))
        if mark is None:
            return match[0]
        found.add(mark)
        return " "

    plain, crosses = _DEAD_SIGN.subn(" ", name.translate(_WIDE))
    if crosses:
        found.add(DECEASED)
    plain = _SIGNED.sub(taken, plain)
    plain = _without_set_off(plain, found)
    plain = _without_bare(plain.split(), found)
    return plain.strip(" ,-–—*#!") if found else name, frozenset(found)


def marked_parts(note: str) -> dict[str, str]:
    """The parts of a note that are nothing but a mark, and which: parts stand between signs or
    lines.

    A sentence is no mark, whatever words are in it, unless it begins by refusing texts.
    """
    if whole := _mark(note):
        return {note.strip(_AROUND + ".!"): whole}
    parts = parts_of(note)
    found = {part: mark for part in parts if (mark := _mark(part))}
    found |= {
        word: NO_TEXTS for part in parts - found.keys() if (word := _begins_with_no_texts(part))
    }
    if _DEAD_SIGN.search(note):
        found["†"] = DECEASED
    return found


def parts_of(note: str) -> set[str]:
    """What stands in a note between signs or lines."""
    parts = {part.strip(_AROUND) for part in _PARTED.split(note[:LONGEST_MARKED])}
    return parts - {""}


def wishes_no_texts(cell: str) -> bool:
    """Whether a whole cell refuses texts, in one word too: "Unsubscribed"."""
    return read_text_wish(cell.strip()) is False


def may_hold_marks(cell: str) -> bool:
    """Whether a cell is worth a closer look: notes are many, and hardly any has such words."""
    if len(cell) > LONGEST_MARKED:
        return False
    if not cell.isascii() and _UNPARTED.search(cell):
        return True
    words = cell.casefold().translate(_TO_BLANKS).split()
    alone, pairs = _beginnings()
    return not alone.isdisjoint(words) or not pairs.isdisjoint(pairwise(words))


@lru_cache(maxsize=1)
def _beginnings() -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """The words that are a mark or a cancellation, and the pairs with which longer ones begin."""
    known = [*phrases_of("names", "deceased"), *phrases_of("flags", "quiet")]
    known += phrases_of("statuses", "cancelled")
    written = [phrase.casefold().translate(_TO_BLANKS) for phrase in known]
    texts = {*written, *(text for phrase in known for text in spellings(phrase))}
    words = [text.split() for text in texts]
    alone = {each[0] for each in words if len(each) == 1}
    # "R.I.P." and "opt-out" are one word, and several once their signs are blanks.
    alone |= {"".join(each) for each in words}
    return frozenset(alone), frozenset((each[0], each[1]) for each in words if len(each) > 1)


def _mark(text: str) -> str | None:
    """What a text of its own says: "no texts", "Deceased 2026-01-03"."""
    words = [word for word in words_of(text[:60]) if not word.isdecimal()]
    if read_text_wish(text.strip()) is False and _tells_of_texts(words):
        return NO_TEXTS
    return DECEASED if "".join(words) in _dead_words() else None


def _begins_with_no_texts(part: str) -> str:
    """The words with which a longer note begins that refuse texts: "do not text or call"; "" for
    none.
    """
    words = part.casefold().split()
    words = words[words[:1] in (["please"], ["pls"]) :]
    for length in range(min(_MOST_WORDS, len(words) - 1), 1, -1):
        phrase = " ".join(words[:length])
        of_texts = any(word.startswith(_OF_TEXTS) for word in words)
        if of_texts and read_text_wish(phrase) is False:
            return phrase
    return ""


def _mark_beside(text: str) -> str | None:
    """What a text says that signs set off from a name: "Canceled" of a visit, too."""
    if mark := _mark(text):
        return mark
    off = len(text) <= LONGEST_STATUS and read_status(text) is StatusMeaning.CANCELLED
    return OFF if off else None


def _tells_of_texts(words: list[str]) -> bool:
    """Whether a refusal is one of texts: "(refused)" alone may be one of anything."""
    return len(words) > 1 or words == ["dnc"] or not "".join(words).isascii()


def _without_set_off(text: str, found: set[str]) -> str:
    """The text without what stands behind or before a dash, a star or the like and is a mark."""
    pieces = _SET_OFF.split(text)
    read = _mark_beside if len(pieces) > 1 else _mark
    kept = []
    for piece in pieces:
        mark = read(piece) if piece else None
        if mark:
            found.add(mark)
        else:
            kept.append(piece)
    # Only what was taken out changes the text: a comma of "Lee, Ann" stays.
    return text if len(kept) == len(pieces) else ", ".join(filter(None, kept))


def _without_bare(words: list[str], found: set[str]) -> str:
    """The words without a mark that nothing sets off: before or behind the name, and no name
    itself.
    """
    for length in range(min(_MOST_WORDS, len(words) - 1), 0, -1):
        for place in (slice(len(words) - length, None), slice(0, length)):
            rest = [*words[: place.start], *words[place.stop or len(words) :]]
            if mark := _bare_mark(words[place], rest):
                found.add(mark)
                return " ".join(rest)
    return " ".join(words)


def _bare_mark(words: list[str], rest: list[str]) -> str | None:
    """What words without signs say; one word only if it can be nobody's name, such as Rip's or
    Mort's.
    """
    phrase = " ".join(words)
    if folded_word(phrase) in _no_names():
        return DECEASED
    if phrase.isupper() and not " ".join(rest).isupper() and _mark_beside(phrase) == OFF:
        return OFF  # "CXL Ann Lee"
    if len(words) > 1:
        return NO_TEXTS if read_text_wish(phrase) is False else None
    # In a name that is not in capitals itself, capitals are a sign.
    said = phrase.strip(".,") in ("RIP", "R.I.P", "DNC") and not " ".join(rest).isupper()
    return (NO_TEXTS if "DNC" in phrase else DECEASED) if said else None
