"""What is wrong with a wording, told to the person who writes it.

Errors stop the saving, warnings do not. How long a text gets with real values is for `segments` to
say.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from reminders.domain.wording.languages import known_language
from reminders.domain.wording.own_columns import OwnColumn, code_of, fold, nearest
from reminders.domain.wording.purposes import LINKED, OWN_WORDS, PURPOSES, Purpose
from reminders.domain.wording.templates import (
    MAX_CHARACTERS,
    Template,
    WordingError,
    compile_wording,
)


@dataclass(frozen=True, slots=True)
class WordingProblem:
    """One thing to mend; `words` are for the manager who writes the wording."""

    level: Literal["error", "warning"]
    words: str


_DATA = Path(__file__).with_name("data") / "reserved_words.toml"
_SENTENCE = re.compile(r"[.!?;\n。！？；؟]+(?:\s|$)|\n|[。！？；؟]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_PLACEHOLDER = re.compile(r"\{\w+\}|\{[xX]:[^{}|]*\|?")
_ANSWER = re.compile(r"(?<!\w)[A-Z]{1,4}(?!\w)|(?<!\d)[12](?!\d)")
_REACH = 6
"""How many words may stand between "reply" and the word to reply with."""


def check_wording(
    text: str,
    *,
    language: str,
    purpose: str,
    channel: str = "sms",
    location_names: Collection[str] = (),
    columns: Collection[str] = (),
    no_link: str = "",
) -> list[WordingProblem]:
    """Everything wrong with a wording, errors first; an empty list means it may be saved without a
    word.

    `purpose` is a key of PURPOSES; an unknown one is checked like a reminder. One of
    `location_names` written out counts as the name of the location. `columns` are the headers that
    the diary has brought. `no_link` says why there can be no {link}, where there can be none.
    """
    known = {OWN_WORDS.key: OWN_WORDS, **PURPOSES}
    about = known.get(purpose, PURPOSES["reminder"])
    if not text.strip():
        return [
            WordingProblem("error", "The wording is empty: write what the patient should read.")
        ]
    try:
        template = compile_wording(text)
    except WordingError as error:
        return [WordingProblem("error", str(error))]
    problems = [
        *_too_long(text),
        *_reserved_words(text, language),
        *_sender(text, template, about, location_names),
        *_family(template, about),
        *_what_it_says(template, about),
        *_link(template, about, channel, no_link),
        *_columns(template, about, columns),
        *(_spoken(text, language) if channel == "voice" else ()),
    ]
    # "error" comes before "warning" by the alphabet, too.
    return sorted(problems, key=lambda problem: problem.level)


def _too_long(text: str) -> Iterator[WordingProblem]:
    if len(text) > MAX_CHARACTERS:
        yield WordingProblem(
            "error", f"The wording has {len(text):,} characters; {MAX_CHARACTERS:,} is the limit."
        )


def _sender(
    text: str, template: Template, about: Purpose, names: Collection[str]
) -> Iterator[WordingProblem]:
    # A name written out will do: some clinics write a shorter one than the location's.
    named = "location" in template.placeholders or any(name and name in text for name in names)
    if named or about is OWN_WORDS:
        pass
    elif not about.automatic:
        yield WordingProblem(
            "error",
            "The wording must say who is writing: add {location}, the name of the location.",
        )
    elif about.key == "help":
        yield WordingProblem("error", "The answer to HELP must say who is writing: add {location}.")
    if about.key == "help" and "phone" not in template.placeholders:
        yield WordingProblem(
            "warning", "The answer to HELP should give a number to call: add {phone}."
        )


def _family(template: Template, about: Purpose) -> Iterator[WordingProblem]:
    used = template.placeholders
    if about.lists and "appointments" not in used:
        yield WordingProblem(
            "error", "A wording for several appointments needs {appointments}, the list of them."
        )
    if not about.lists and "appointments" in used:
        yield WordingProblem(
            "error", "{appointments} belongs to wordings for several appointments only."
        )
    if about.lists and {"first_name", "name"} & set(used):
        yield WordingProblem(
            "warning",
            "A name stays blank where the appointments are for different people; "
            "{appointments} names each.",
        )


def _columns(
    template: Template, about: Purpose, known: Collection[str]
) -> Iterator[WordingProblem]:
    keys = {fold(name) for name in known}
    if template.columns and about.automatic:
        yield WordingProblem("error", "An automatic answer can't use columns of your diary.")
        return
    for column in template.columns:
        if column.key not in keys:
            yield WordingProblem("error", _about_unknown(column, known))
        elif not column.fallback:
            example = code_of(column.name, "at the desk")
            yield WordingProblem(
                "error",
                f"Say what to write where “{column.name}” is blank, after a bar: {example}.",
            )


def _about_unknown(column: OwnColumn, known: Collection[str]) -> str:
    words = f"Your diary has brought no column “{column.name[:60]}”."
    if near := nearest(column.name, known):
        return f"{words} Did you mean {code_of(near, column.fallback or 'at the desk')}?"
    if not known:
        return f"{words} Columns are there once a diary file with them was imported."
    names = ", ".join(f"“{name}”" for name in sorted(known)[:12])
    return f"{words} It has: {names}."


def _what_it_says(template: Template, about: Purpose) -> Iterator[WordingProblem]:
    used = set(template.placeholders)
    if "service" in used:
        yield WordingProblem(
            "warning", "{service} names the reason of the visit, for anyone who sees the phone."
        )
    if "minutes" in used and about.key != "running_late":
        yield WordingProblem("error", "{minutes} belongs to the text about running late only.")
    # An answer follows what was said before; a list says the times by itself.
    if about.automatic or about.lists or not about.about_visit:
        return
    missing = [f"{{{name}}}" for name in ("date", "time") if name not in used]
    if missing:
        yield WordingProblem(
            "warning", f"The wording does not say when: add {' and '.join(missing)}."
        )
    if not {"first_name", "name"} & used:
        yield WordingProblem(
            "warning",
            "The wording names nobody: two people on one phone would get the very "
            "same text, and the "
            "provider drops the second. Add {first_name}.",
        )


def _link(
    template: Template, about: Purpose, channel: str, no_link: str
) -> Iterator[WordingProblem]:
    if "link" not in template.placeholders:
        return
    if channel == "voice":
        yield WordingProblem("error", "A voice call can't hold {link}: nobody could tap on it.")
    elif about.key not in LINKED:
        yield WordingProblem(
            "error", "{link} belongs to texts that rules send about a visit to come."
        )
    elif no_link:
        yield WordingProblem("error", no_link)


def _spoken(text: str, language: str) -> Iterator[WordingProblem]:
    table = _tables()[known_language(language)]
    folded = _folded(text)
    # Words that also mean a message at all offer no answer: “this is a message from ...”.
    if any(
        _has_word(folded, verb) for verb in table["verbs"] if verb not in {"message", "sms", "text"}
    ):
        yield WordingProblem(
            "warning", "A voice call cannot be answered by text: ask to call {phone} instead."
        )


def _reserved_words(text: str, language: str) -> Iterator[WordingProblem]:
    """Words that carriers take for an opt-out must not be offered as an answer.

    Offered means: in capitals or quotes, or right after a verb such as "reply". STOP may be, to opt
    out.
    """
    # English as well: “Reply STOP” stands in texts of every language.
    tables = [_tables()["en"], _tables()[known_language(language)]]
    reserved = _tables()["reserved"]
    # Without what is filled in: a patient's or a street's name is no offer.
    words_only = _PLACEHOLDER.sub(" ", text)
    # Only where capitals mean nothing because the rest is in capitals too; other scripts have none.
    others = (word for word in _WORD.findall(words_only) if _folded(word) not in _all_reserved())
    shouting = " ".join(others).isupper()
    for sentence in filter(None, _SENTENCE.split(words_only)):
        offered = set(_offered(sentence, tables, _all_reserved(), shouting))
        # The same word is wanted where the sentence says that it ends all texts.
        honest = any(
            _has_word(_folded(sentence), _folded(way))
            for table in tables
            for way in table["opt_out"]
        )
        for word in reserved["never"]:
            if word in offered:
                yield WordingProblem(
                    "error",
                    f"{word.upper()} must not be offered as an answer: phone "
                    "companies take it for “never "
                    "text me again”. Ask for N, or to call {phone}.",
                )
        for word in reserved["opt_outs"]:
            if word in offered and not honest:
                yield WordingProblem(
                    "error",
                    f"{word.upper()} ends all texts to the patient: offer it only as "
                    f"“Reply {word.upper()} "
                    "to opt out”, in the language of the wording.",
                )


def _offered(
    sentence: str, tables: list[dict[str, list[str]]], reserved: Collection[str], shouting: bool
) -> Iterator[str]:
    words = [(found.group(), found.start(), found.end()) for found in _WORD.finditer(sentence)]
    folded = [_folded(word) for word, _, _ in words]
    for at, (word, start, end) in enumerate(words):
        bare = folded[at]
        # "END-OF-YEAR" is one word, "回复CANCEL" another: other scripts are no part of it.
        latin = re.sub(r"[^a-z]", "", bare) if not bare.isascii() else bare
        if latin not in reserved:
            continue
        quoted = (
            sentence[max(start - 1, 0) : start] in _QUOTES and sentence[end : end + 1] in _QUOTES
        )
        # Piece by piece: in a word glued to another script only its Latin part can be in capitals.
        capitals = not shouting and any(piece.isupper() for piece in re.findall(r"[A-Za-z]+", word))
        if capitals or (quoted and start > 0) or _follows_verb(folded[:at], tables, latin != bare):
            yield latin


def _all_reserved() -> set[str]:
    reserved = _tables()["reserved"]
    return {*reserved["never"], *reserved["opt_outs"]}


_QUOTES = frozenset("\"'“”„‘’«»‹›*`")


def _follows_verb(before: list[str], tables: list[dict[str, list[str]]], glued: bool) -> bool:
    """Whether a word comes right after "reply", with nothing but "with", "Y or" and the like
    between.
    """
    # Glued to letters of another script: there the verb stands without a blank before it.
    if glued:
        return True
    verbs = {verb for table in tables for verb in table["verbs"]}
    links = {link for table in tables for link in table["links"]}
    # “Reply to cancel” offers no word, it says what a reply would do.
    if before and before[-1] == "to":
        return False
    for at in range(len(before) - 1, max(len(before) - _REACH - 1, -1), -1):
        if before[at] in verbs or " ".join(before[max(at - 1, 0) : at + 1]) in verbs:
            return True
        if before[at] not in links:
            return False
    return False


def asks_to_write(sentence: str, language: str) -> bool:
    """Whether it says what to write back: "Reply Y to confirm", "回复1"."""
    folded = _folded(sentence)
    tables = [_tables()["en"], _tables()[known_language(language)]]
    verbs = [verb for table in tables for verb in table["verbs"]]
    return bool(_ANSWER.search(sentence)) and any(_has_word(folded, _folded(one)) for one in verbs)


def _has_word(folded: str, phrase: str) -> bool:
    # Scripts that write no blanks between words have no word boundary to look for.
    if not phrase.isascii():
        return phrase in folded
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", folded) is not None


def _folded(text: str) -> str:
    # The Polish ł is a letter of its own: taking accents off leaves it as it is.
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("’", "'").replace("ł", "l"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@cache
def _tables() -> dict[str, Any]:  # Any: the file's sections differ in shape
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))
