"""Wordings with placeholders: read once, then filled in thousands of times a second.

A formatter of our own, because `str.format` reaches into attributes and speaks to programmers. It
knows `{placeholder}`, `{{` and `}}` for braces, and `[optional passages]`: one that holds a
placeholder vanishes whole when a placeholder in it is blank; one that holds none is plain text;
`[[` and `]]` are plain brackets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import lru_cache
from operator import attrgetter

from reminders.domain.wording.direction import isolated, marked, reads_right_to_left
from reminders.domain.wording.own_columns import OwnColumn, read_column

MAX_CHARACTERS = 5000
"""What the provider takes as one message."""


class WordingError(ValueError):
    """A wording that cannot be used; its words are for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Values:
    """What the placeholders stand for in one text; dates and times already formatted; blank for
    nothing. `columns` are those of the practice's diary, by `own_columns.fold`.
    """

    first_name: str = ""
    name: str = ""
    date: str = ""
    time: str = ""
    location: str = ""
    practitioner: str = ""
    service: str = ""
    phone: str = ""
    address: str = ""
    map: str = ""
    video: str = ""
    link: str = ""
    instructions: str = ""
    appointments: str = ""
    emergency: str = ""
    minutes: str = ""
    recipient: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


PLACEHOLDERS: tuple[str, ...] = tuple(one.name for one in fields(Values) if one.name != "columns")
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

    parts: tuple[Inner, ...]


Inner = TextPart | Slot | OwnColumn
Part = Inner | Optional

_TOKEN = re.compile(r"\{\{|\}\}|\[\[|\]\]|\{[^{}\[\]\n]*\}|[{}\[\]]")
_BLANK = "\x00"
_SPACES = re.compile(r"[ \t]{2,}")
_BLANK_LEADS = re.compile(rf"(?m)^[ ]*{_BLANK}[ ,;:]*")
_BLANK_TRAILS = re.compile(rf"[ ]*{_BLANK}(?=[ ,.;:!?)\n،。，！？；：]|$)")
_DANGEROUS = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs"}
_JOINERS = "\u200c\u200d"


class Template:
    """A wording ready to be filled in; `placeholders` are those it uses, in order, once each.

    `columns` are those of the practice's own diary.
    """

    __slots__ = (
        *("_all_values", "_format", "_slots"),
        *("columns", "parts", "placeholders", "right_to_left"),
    )

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        flat = [
            inner
            for part in parts
            for inner in (part.parts if isinstance(part, Optional) else (part,))
        ]
        self._slots = tuple(part.name for part in flat if isinstance(part, Slot))
        self.placeholders = tuple(dict.fromkeys(self._slots))
        self.columns = tuple(dict.fromkeys(one for one in flat if isinstance(one, OwnColumn)))
        words = "".join(part.words for part in flat if isinstance(part, TextPart))
        self.right_to_left = reads_right_to_left(words)
        # Of all words, optional passages included: it is used only where no value is blank.
        self._format = _SPACES.sub(" ", "".join(_for_percent(part) for part in flat))
        self._all_values = attrgetter(*self._slots) if self._slots else None

    def render(self, values: Values) -> str:
        """The text for one patient. Line breaks, control and direction characters in values become
        spaces.

        What a blank value leaves behind is tidied: doubled spaces, a space before a stop, a leading
        comma. Raises WordingError when nothing or more than `MAX_CHARACTERS` would be sent.
        """
        text = None if self.right_to_left or self.columns else self._fast(values)
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
            # `attrgetter` of one name gives the value itself, not a tuple.
            found = (found,)
        if not all(found):
            return None
        joined = "\t".join(found)
        # A tab within a value: what was joined by tabs would have one too many.
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
        clean: dict[str | OwnColumn, str] = {
            name: self._clean(name, getattr(values, name)) for name in self.placeholders
        }
        for column in self.columns:
            value = values.columns.get(column.key, "")
            clean[column] = self._clean("", value) if value.strip() else column.fallback
        text = "".join(_careful_part(part, clean) for part in self.parts)
        # Marked first and tidied then: commas that staff wrote elsewhere must stay as they are.
        text = _BLANK_LEADS.sub("", text)
        text = _BLANK_TRAILS.sub("", text).replace(_BLANK, "")
        text = _SPACES.sub(" ", text).strip()
        return marked(text) if self.right_to_left else text

    def _clean(self, name: str, value: str) -> str:
        if not self.right_to_left:
            return clean_value(value)
        # A list of appointments is put together by `render_family`, of cleaned names between marks.
        return value if name == "appointments" else inset(value)


@lru_cache(maxsize=1024)
def compile_wording(text: str) -> Template:
    """Read a wording; raises WordingError, in words for its writer, for a wrong placeholder or
    bracket.
    """
    return Template(_merged(_parse(_SPACES.sub(" ", text).strip())))


def compile_loosely(text: str) -> Template:
    """Read a wording that is still being typed: what is half there or wrong stands as it is
    written.

    To look at only; what is saved goes through `compile_wording`.
    """
    try:
        return compile_wording(text)
    except WordingError:
        pass
    braces = _TOKEN.sub(_as_written, text)
    try:
        return compile_wording(braces)
    # Only square brackets are left to be wrong: then none of them has a meaning.
    except WordingError:
        return compile_wording(re.sub(r"\[+|\]+", lambda found: found[0] * 2, braces))


def _as_written(token: re.Match[str]) -> str:
    written = token[0]
    if written in ("[", "]", "[[", "]]", "{{", "}}") or written[1:-1].strip() in PLACEHOLDERS:
        return written
    column = read_column(written[1:-1])
    if column is not None and column.name:
        return written
    return written.replace("{", "{{").replace("}", "}}")


def clean_value(value: str) -> str:
    """One line without control, direction or private characters; runs of space become one."""
    if not value.isprintable():
        value = "".join(
            " "
            # Direction marks in a name could turn round the date behind it; joiners are part of
            # some names.
            if unicodedata.category(character) in _DANGEROUS and character not in _JOINERS
            else character
            for character in value
        )
    return " ".join(value.split())


def inset(value: str) -> str:
    """A value among words that are read from right to left."""
    return isolated(clean_value(value))


def _for_percent(part: Inner) -> str:
    return part.words.replace("%", "%%") if isinstance(part, TextPart) else "%s"


def _careful_part(part: Part, clean: dict[str | OwnColumn, str]) -> str:
    if isinstance(part, TextPart):
        return part.words
    if isinstance(part, Slot):
        return clean[part.name] or _BLANK
    if isinstance(part, OwnColumn):
        return clean[part] or _BLANK
    if any(_careful_part(inner, clean) == _BLANK for inner in part.parts):
        return ""
    return "".join(_careful_part(inner, clean) for inner in part.parts)


def _parse(text: str) -> list[Part]:
    """Split at braces and brackets. `inside` collects an optional passage while one is open."""
    parts: list[Part] = []
    inside: list[Inner] | None = None
    at = 0
    for token in _TOKEN.finditer(text):
        target: list[Part] | list[Inner] = parts if inside is None else inside
        # NUL is our own mark for what stays blank; one in the wording would be taken for it.
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
                target.append(_read_column(slot) or Slot(_known(slot)))
    if inside is not None:
        raise WordingError("A “[” is never closed by “]”. For a plain bracket, write “[[”.")
    parts.append(TextPart(_no_nul(text[at:])))
    return parts


def _passage(inside: list[Inner] | None) -> list[Part]:
    if inside is None:
        raise WordingError("A “]” has no “[” before it. For a plain bracket, write “]]”.")
    if any(isinstance(part, Slot | OwnColumn) for part in inside):
        return [Optional(tuple(_merged_inner(inside)))]
    return [TextPart("["), *inside, TextPart("]")]


def _read_column(slot: str) -> OwnColumn | None:
    column = read_column(slot[1:-1])
    if column is not None and not column.name:
        raise WordingError("Write a column of your diary after “x:”: {x:Room|at the desk}.")
    return column


def _known(slot: str) -> str:
    name = slot[1:-1].strip()
    if name in PLACEHOLDERS:
        return name
    known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
    # Near ones are offered, never taken: a wrong placeholder would reach patients as a wrong value.
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


def _merged_inner(parts: Iterable[Inner]) -> list[Inner]:
    return [part for part in _merged(parts) if not isinstance(part, Optional)]
