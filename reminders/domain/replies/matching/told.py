"""What texts told of appointments, and which ones a number was told of lately."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from reminders.domain.common.rows import fetch
from reminders.domain.replies.matching.open_questions import HANDED_OVER_BEFORE, LATELY
from reminders.domain.replies.statements import PEOPLE, TOLD, TOLD_LATELY


class Told(NamedTuple):
    """What a text told of an appointment, and whose it was then.

    `starts_at` is None where nothing has kept it; then `since` tells when it was written, and the
    appointment must not have been moved after that. Names and language are those of the person
    whose it is now; `status`, `begins_at` and `place_id` are the appointment's now, read without a
    lock.
    """

    appointment_id: int
    starts_at: datetime | None
    location_id: int | None
    since: datetime
    contact_id: int
    theirs: bool
    first_name: str
    name: str
    language: str
    status: str
    begins_at: datetime
    place_id: int
    practitioner: str


class TellingText(NamedTuple):
    """The last text to a number about an appointment, and what it told."""

    phone: str
    message_id: uuid.UUID
    kind: str
    state: str
    own_contact_id: int | None
    told_location_id: int | None
    asks: str
    text: str
    told: Told


class Person(NamedTuple):
    """Who has a number: its contact, if it is one person's, the location that texted it last, and
    the language.
    """

    phone: str
    contact_id: int | None
    location_id: int | None
    language: str


def read_told(message_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Told]]:
    """What each text told. Its reminders know best; an answer speaks of what the reply was
    about.
    """
    found: dict[uuid.UUID, dict[int, Told]] = defaultdict(dict)
    if message_ids:
        for message_id, told in fetch(_of_message, TOLD, {"ids": list(message_ids)}):
            # The first one stays: the statement gives the surest source first.
            found[message_id].setdefault(told.appointment_id, told)
    return {message_id: list(items.values()) for message_id, items in found.items()}


def told_lately(phones: Sequence[str], *, now: datetime) -> dict[str, list[TellingText]]:
    """For each number the appointments of which it was told lately, each by the last text about
    it.
    """
    if not phones:
        return {}
    given: dict[str, Any] = {  # Any: the driver adapts arrays and times
        "phones": list(phones),
        "now": now,
        "lately": now - LATELY,
        "written": now - LATELY - HANDED_OVER_BEFORE,
    }
    found: dict[str, dict[int, TellingText]] = defaultdict(dict)
    for text in fetch(_telling, TOLD_LATELY, given):
        # The first one stays: the latest text is what holds, whatever earlier ones told.
        found[text.phone].setdefault(text.told.appointment_id, text)
    return {phone: list(texts.values()) for phone, texts in found.items()}


def find_people(phones: Sequence[str]) -> dict[str, Person]:
    """Who has each of these numbers."""
    return {person.phone: person for person in fetch(Person, PEOPLE, {"phones": list(phones)})}


def _of_message(message_id: uuid.UUID, **told: Any) -> tuple[uuid.UUID, Told]:  # Any: of a row
    return message_id, Told(**told)


_TEXT_FIELDS = frozenset(TellingText._fields) - {"told"}


def _telling(**row: Any) -> TellingText:  # Any: of a row
    text = {name: row.pop(name) for name in _TEXT_FIELDS}
    return TellingText(**text, told=Told(**row))
