"""Wordings with placeholders: read once, then filled in thousands of times a second.

A formatter of our own, because `str.format` reaches into attributes and speaks to programmers. It
knows `{placeholder}`, `{{` and `}}` for braces, and `[optional passages]`: one that holds a
placeholder vanishes whole when a placeholder in it is blank; one that holds none is plain text;
`[[` and `]]` are plain brackets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from functools import lru_cache
from operator import attrgetter

MAX_CHARACTERS = 5000
"""What the provider takes as one message."""


class WordingError(ValueError):
    """A wording that cannot be used; its words are for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Values:
    """What the placeholders stand for in one text; dates and times already formatted; blank for
    nothing.
    """

    first_name: str = ""
    name: str = ""
    date: str = ""
    time: str = ""
    location: str = ""
    practitioner: str = ""
    service: str = ""
    phone: str = ""
    instructions: str = ""
    appointments: str = ""
    emergency: str = ""


PLACEHOLDERS: tuple[str, ...] = tuple(field.name for field in fields(Values))
"""In the order in which an editor offers them; `appointments` belongs to family wordings alone."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """Plain words between placeholders."""

    words: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One placeholder."""

    name: str


@dataclass(frozen=True, slots=True)
class Optional:
    """A passage in square brackets that vanishes when a placeholder in it is blank."""

    parts: tuple[TextPart | Slot, ...]


Part = TextPart | Slot | Optional

_TOKEN = re.compile(r"\{\{|\}\}|\[\[|\]\]|\{[^{}\[\]\n]*\}|[{}\[\]]")
_BLANK = "\x00"
_SPACES = re.compile(r"[ \t]{2,}")
_BLANK_LEADS = re.compile(rf"(?m)^[ ]*{_BLANK}[ ,;:]*")
_BLANK_TRAILS = re.compile(rf"[ ]*{_BLANK}(?=[ ,.;:!?)\n،。，！？；：]|$)")
_DANGEROUS = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs"}
_JOINERS = "\u200c\u200d"


class Template:
    """A wording ready to be filled in; `placeholders` are those it uses, in order, once each."""

    __slots__ = ("_all_values", "_format", "_parts", "_slots", "placeholders")

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = tuple(parts)
        flat = [
            inner
            for part in parts
            for inner in (part.parts if isinstance(part, Optional) else (part,))
        ]
        self._slots = tuple(part.name for part in flat if isinstance(part, Slot))
        self.placeholders = tuple(dict.fromkeys(self._slots))
        self._format = _SPACES.sub(" ", "".join(_for_percent(part) for part in flat))
        self._all_values = attrgetter(*self._slots) if self._slots else None

    def render(self, values: Values) -> str:
        """The text for one patient. Line breaks, control and direction characters in values become
        spaces.

        What a blank value leaves behind is tidied: doubled spaces, a space before a stop, a leading
        comma. Raises WordingError when nothing or more than `MAX_CHARACTERS` would be sent.
        """
        text = self._fast(values)
        if text is None:
            text = self._careful(values)
        if not text.strip():
            raise WordingError("With these details the text is empty: add words of your own.")
        if len(text) > MAX_CHARACTERS:
            raise WordingError(
                f"With these details the text has {len(text):,} characters; "
                f"{MAX_CHARACTERS:,} is the limit. "
                "Shorten the wording or the instructions."
            )
        return text

    def _fast(self, values: Values) -> str | None:
        """The common case, all values present and clean, in one formatting step."""
        if self._all_values is None:
            return self._format % ()
        found = self._all_values(values)
        if len(self._slots) == 1:
            found = (found,)
        if not all(found):
            return None
        joined = "\t".join(found)
        if joined.count("\t") >= len(found):
            return None
        if (
            "  " in joined
            or " \t" in joined
            or "\t " in joined
            or not joined.replace("\t", "").isprintable()
        ):
            return None
        if joined[0] == " " or joined[-1] == " ":
            return None
        return self._format % found

    def _careful(self, values: Values) -> str:
        clean = {name: clean_value(getattr(values, name)) for name in self.placeholders}
        text = "".join(_careful_part(part, clean) for part in self._parts)
        text = _BLANK_LEADS.sub("", text)
        text = _BLANK_TRAILS.sub("", text).replace(_BLANK, "")
        return _SPACES.sub(" ", text).strip()


@lru_cache(maxsize=1024)
def compile_wording(text: str) -> Template:
    """Read a wording; raises WordingError, in words for its writer, for a wrong placeholder or
    bracket.
    """
    return Template(_merged(_parse(_SPACES.sub(" ", text).strip())))


def render_family(
    template: Template,
    people: Sequence[Values],
    *,
    together: Sequence[str] = (),
    numbers: Sequence[int] = (),
) -> str:
    """One text for several appointments on one phone and one day; at least one is needed.

    `{appointments}` becomes "1) Ann 10:00, 2) Ben 10:30". `{time}` is the first one's; any other
    placeholder is filled in where all agree and blank where they differ. `together` replaces the
    pieces "Ann 10:00", `numbers` the 1, 2, 3 before them.
    """
    if not people:
        raise WordingError("A family text needs at least one appointment.")
    pieces = together or _who_and_when(people)
    counted = numbers or range(1, len(pieces) + 1)
    listed = ", ".join(f"{number}) {piece}" for number, piece in zip(counted, pieces, strict=True))
    shared = {name: _agreed(getattr(person, name) for person in people) for name in PLACEHOLDERS}
    return template.render(replace(Values(**shared), time=people[0].time, appointments=listed))


def clean_value(value: str) -> str:
    """One line without control, direction or private characters; runs of space become one."""
    if not value.isprintable():
        value = "".join(
            " "
            if unicodedata.category(character) in _DANGEROUS and character not in _JOINERS
            else character
            for character in value
        )
    return " ".join(value.split())


def _who_and_when(people: Sequence[Values]) -> list[str]:
    firsts = [person.first_name or person.name for person in people]
    names = [
        first if firsts.count(first) == 1 else person.name or first
        for first, person in zip(firsts, people, strict=True)
    ]
    return [f"{name} {person.time}".strip() for name, person in zip(names, people, strict=True)]


def _agreed(values: Iterable[str]) -> str:
    different = set(values)
    return different.pop() if len(different) == 1 else ""


def _for_percent(part: TextPart | Slot) -> str:
    return part.words.replace("%", "%%") if isinstance(part, TextPart) else "%s"


def _careful_part(part: Part, clean: dict[str, str]) -> str:
    if isinstance(part, TextPart):
        return part.words
    if isinstance(part, Slot):
        return clean[part.name] or _BLANK
    if any(isinstance(inner, Slot) and not clean[inner.name] for inner in part.parts):
        return ""
    return "".join(_careful_part(inner, clean) for inner in part.parts)


def _parse(text: str) -> list[Part]:
    """Split at braces and brackets. `inside` collects an optional passage while one is open."""
    parts: list[Part] = []
    inside: list[TextPart | Slot] | None = None
    at = 0
    for token in _TOKEN.finditer(text):
        target: list[Part] | list[TextPart | Slot] = parts if inside is None else inside
        target.append(TextPart(_no_nul(text[at : token.start()])))
        at = token.end()
        match token.group():
            case "{{" | "}}" | "[[" | "]]" as doubled:
                target.append(TextPart(doubled[0]))
            case "[":
                if inside is not None:
                    raise WordingError("Square brackets cannot stand inside square brackets.")
                inside = []
            case "]":
                parts.extend(_passage(inside))
                inside = None
            case "{" | "}" as brace:
                raise WordingError(_about_brace(brace))
            case slot:
                target.append(Slot(_known(slot)))
    if inside is not None:
        raise WordingError("A “[” is never closed by “]”. For a plain bracket, write “[[”.")
    parts.append(TextPart(_no_nul(text[at:])))
    return parts


def _passage(inside: list[TextPart | Slot] | None) -> list[Part]:
    if inside is None:
        raise WordingError("A “]” has no “[” before it. For a plain bracket, write “]]”.")
    if any(isinstance(part, Slot) for part in inside):
        return [Optional(tuple(_merged_inner(inside)))]
    return [TextPart("["), *inside, TextPart("]")]


def _known(slot: str) -> str:
    name = slot[1:-1].strip()
    if name in PLACEHOLDERS:
        return name
    known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
    near = get_close_matches(name.lower().replace(" ", "_"), PLACEHOLDERS, n=1)
    hint = f" Did you mean {{{near[0]}}}?" if near else ""
    raise WordingError(f"{slot[:60]} is not a placeholder.{hint} These are: {known}.")


def _about_brace(brace: str) -> str:
    if brace == "{":
        return "A “{” is never closed by “}”. For a plain brace, write “{{”."
    return "A “}” has no “{” before it. For a plain brace, write “}}”."


def _no_nul(words: str) -> str:
    return words.replace(_BLANK, "")


def _merged(parts: Iterable[Part]) -> list[Part]:
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, TextPart) and isinstance(last, TextPart):
            merged[-1] = TextPart(last.words + part.words)
        elif part != TextPart(""):
            merged.append(part)
    return merged


def _merged_inner(parts: Iterable[TextPart | Slot]) -> list[TextPart | Slot]:
    return [part for part in _merged(parts) if not isinstance(part, Optional)]
