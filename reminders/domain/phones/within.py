"""The one phone number in a longer text, such as the description of a calendar's event.

Read only where a person said that the number stands in there. Which of two numbers is the patient's
nobody can tell, so then none is taken; neither is one whose line speaks of somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reminders.domain.phones.parsing import (
    PhoneNumber,
    PhoneProblem,
    can_receive_sms,
    read_phone,
)
from reminders.domain.phones.remarks import (
    is_somebody_elses,
    labelled_mobile,
    refuses_texts,
)

LONGEST_TEXT, LONGEST_NAME = 2_000, 400
"""Characters of a text that are looked at, and of a name with its phone."""
_ADDRESS = ("://", "www.", "@")
"""In a word that is no phone, such as https://zoom.example/j/07700900123."""
_RUN = re.compile(r"(?<![\w+])[+(]?\d[\d \u00a0().+/-]{6,20}\d(?!\w)")
_LINE = re.compile(r"[\n\r;|<>]+|\\n")
_OF_A_PLACE = re.compile(
    r"\s*(?:location|where|address|venue|place|join|dial(?:.in)?|meeting|ort|adresse|anschrift|"
    r"lieu|lugar|ubicaci[oó]n|direcci[oó]n|luogo|indirizzo|locatie|adres|local|endereço|plats|"
    r"sted|miejsce|m[ií]sto|場所|地点)\s*[:：]",
    re.IGNORECASE,
)
"""A line that says where, with the number of the practice or of a meeting."""
_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_LABEL = re.compile(
    r"(?:\b(?:tel|phone|ph|mob|mobile|cell|handy|mobil|sms|telefon|telefono|t|m)\b\.?\s*:?\s*)$",
    re.IGNORECASE,
)


def phone_within(text: str, country: str) -> PhoneNumber | PhoneProblem:
    """The number that stands in a text by the rules of `country`; MISSING where there is none, and
    SEVERAL where there are two that differ.
    """
    lines = _LINE.split(text[:LONGEST_TEXT])
    own = [line for line in lines if not _OF_A_PLACE.match(line)]
    found = _found_in(own, country)
    return _found_in(lines, country) if found is PhoneProblem.MISSING else found


def _found_in(lines: Sequence[str], country: str) -> PhoneNumber | PhoneProblem:
    found: dict[str, PhoneNumber] = {}
    others = False
    for line in lines:
        numbers = _numbers(line, country)
        if numbers and (is_somebody_elses(line) or refuses_texts(line)):
            others = True
            continue
        found |= {number.e164: number for number in numbers}
    mobiles = [number for number in found.values() if can_receive_sms(number)]
    sure = mobiles if len(mobiles) == 1 else list(found.values())
    if len(sure) == 1:
        return sure[0]
    if sure:
        return PhoneProblem.SEVERAL
    return PhoneProblem.SOMEBODY_ELSES if others else PhoneProblem.MISSING


def without_phone(text: str) -> str:
    """A text without its numbers and what labels them: the name in "Ann Lee, tel. 0491 570 006"."""
    rest = text
    if len(text) > LONGEST_NAME:
        return text
    for run in reversed(list(_RUN.finditer(text))):
        before = _LABEL.sub("", rest[: run.start()])
        rest = f"{before} {rest[run.end() :]}"
    return " ".join(rest.split()).strip(" ,;:|/-–—()")


def _numbers(line: str, country: str) -> list[PhoneNumber]:
    line = labelled_mobile(line) or line
    words = (word for word in line.split() if not any(sign in word for sign in _ADDRESS))
    runs = (run[0].strip() for run in _RUN.finditer(" ".join(words)))
    read = (read_phone(run, country) for run in runs if not _DAY.fullmatch(run))
    return [number for number in read if isinstance(number, PhoneNumber)]
