"""The automatic answer to a reply: one at most, in the patient's language, from wordings that staff
may edit.

Says what was decided, names the appointment, and falls silent where an answer would be of no use or
feed a machine. What was decided, and whether a machine is suspected, comes from `acting.answer`.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Case, Value, When
from django.db.models.functions import Coalesce, NullIf

from reminders.domain.clock.closed_days import NEVER_CLOSED, ClosedDays
from reminders.domain.common.asking import asked_by_purpose
from reminders.domain.common.locks import lock_appointments
from reminders.domain.common.wording_catalogue import WordingCatalogue, values_for
from reminders.domain.consent.suppressions import is_textable
from reminders.domain.planning.closed_days import read_closed_days
from reminders.domain.replies.review.phrases import TaughtPhrases
from reminders.domain.replies.review.teach import load_taught
from reminders.domain.replies.special.pacing import pace
from reminders.domain.replies.special.reception import nobody_reads, own_words, reads_next
from reminders.domain.sending.outbox import USEFUL_FOR, new_text
from reminders.domain.slots.freeing import given_away
from reminders.domain.wording import PURPOSES, Values, WordingError, render_family
from reminders.models import Appointment, Location, Message
from reminders.models.care.represented import REPRESENTED, of_texted

logger = logging.getLogger(__name__)

WORTH_ANSWERING = timedelta(hours=24)


class Visit(NamedTuple):
    """An appointment as replies and answers need it. Times are UTC."""

    id: int
    status: str
    starts_at: datetime
    changed_at: datetime
    location_id: int
    contact_id: int
    phone: str
    first_name: str
    name: str
    language: str
    practitioner: str
    service: str
    instructions: str
    minutes: int | None
    second_phone: str = ""
    recipient: str = ""
    given_away: bool = False

    @property
    def addressed(self) -> str:
        """How an answer greets: the patient, or who is responsible, with the patient's name."""
        return f"{self.recipient} ({self.first_name})" if self.recipient else self.first_name

    @property
    def ends_at(self) -> datetime:
        """When it is over (UTC)."""
        return self.starts_at + timedelta(minutes=self.minutes or Appointment.USUAL_MINUTES)


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """What every answer of a run needs of the set-up, read once."""

    texts: WordingCatalogue
    locations: dict[int, Location]
    taught: TaughtPhrases = field(default_factory=TaughtPhrases)
    closed: dict[int, ClosedDays] = field(default_factory=dict)

    @classmethod
    def load(cls, location_ids: Collection[int] | None = None) -> AnswerContext:
        """Read wordings, locations with their closed days, and taught replies; of these locations
        alone where no other can be meant.
        """
        some = Location.objects.all()
        if location_ids is not None:
            some = some.filter(pk__in=location_ids)
        places = {place.pk: place for place in some}
        closed = read_closed_days(location_ids)
        return cls(WordingCatalogue.load(), places, load_taught(), closed)

    def place(self, location_id: int | None) -> Location | None:
        """The location; where it is not known, the only one there is."""
        if location_id is not None:
            return self.locations.get(location_id)
        active = [place for place in self.locations.values() if place.active]
        return active[0] if len(active) == 1 else None

    def is_closed(self, location_id: int | None, *, now: datetime) -> bool:
        """Whether nobody is there to read a text now; of an unknown location that is not known."""
        place = self.place(location_id)
        return place is not None and nobody_reads(place, self.closed_at(place), now=now)

    def closed_at(self, place: Location) -> ClosedDays:
        """The days on which a location is shut."""
        return self.closed.get(place.pk, NEVER_CLOSED)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to answer: the reply, its number, when it was written (UTC), and what is known of the
    person.
    """

    reply_id: int
    phone: str
    said_at: datetime
    contact_id: int | None
    location_id: int | None
    language: str


def read_visits(ids: Collection[int], *, lock: bool = False) -> dict[int, Visit]:
    """Read appointments by id; with `lock` in the order of their ids, as everybody who changes them
    does.

    They are read after they are locked: whoever held them may have changed their person's number
    too.
    """
    if not ids:
        return {}
    if lock:
        lock_appointments(ids)
    rows = Appointment.objects.filter(pk__in=ids).order_by("pk")
    people = rows.values_list(*_VISIT, *_TEXTED, given_away())
    return {row[0]: Visit(*row) for row in people}


def write_answer(
    desk: AnswerContext,
    purpose: str,
    to: Recipient,
    visits: Sequence[Visit],
    *,
    now: datetime,
    numbers: Mapping[int, int] | None = None,
    after: datetime | None = None,
) -> Message | None:
    """The answer, not saved yet; None when it is switched off, impossible, or too late to be of
    use. It waits until `after`, when the number may get its next automatic text.

    `numbers` are those that the patient was given for these appointments, by id; without them, from
    1 on.
    """
    place = desk.place(visits[0].location_id if visits else to.location_id)
    if place is None or not is_textable(to.phone) or _is_stale(to, visits, now=now):
        return None
    try:
        text = _render(desk, purpose, place, to, visits, numbers or {}, now=now)
    except WordingError:
        logger.warning(
            "The wording of the answer %s in %s can't be used", purpose, to.language or "en"
        )
        return None
    if text is None:
        return None
    message = new_text(
        kind=Message.Kind.ANSWER,
        asks=asked_by_purpose(purpose),
        phone=to.phone,
        text=text,
        now=now,
        expires_at=_expiry(visits, now=now),
    )
    message.purpose = purpose
    message.location, message.source_number = place, place.source_number
    message.contact_id = visits[0].contact_id if visits else to.contact_id
    message.appointment_id = visits[0].id if visits else None
    message.answers_id = to.reply_id
    return pace(message, purpose, after)


def _is_stale(to: Recipient, visits: Sequence[Visit], *, now: datetime) -> bool:
    """After an outage: an old text is still answered while its appointment is to come."""
    return now - to.said_at > USEFUL_FOR and not any(visit.starts_at > now for visit in visits)


def _expiry(visits: Sequence[Visit], *, now: datetime) -> datetime:
    """No "see you at ten" after ten, and no "we are expecting you now" after the visit."""
    edges = [edge for visit in visits for edge in (visit.starts_at, visit.ends_at)]
    return min([now + USEFUL_FOR, *(edge for edge in edges if edge > now)])


def _render(
    desk: AnswerContext,
    purpose: str,
    place: Location,
    to: Recipient,
    visits: Sequence[Visit],
    numbers: Mapping[int, int],
    *,
    now: datetime,
) -> str | None:
    words = desk.texts.words(None, purpose, (to.language, place.language))
    if words is None:
        return None
    lists = PURPOSES[purpose].lists
    people = [_values(visit, place, words.language, listed=lists) for visit in visits]
    if lists:
        kept = [numbers.get(visit.id, at) for at, visit in enumerate(visits, start=1)]
        return render_family(words.template, people, numbers=kept)
    if PURPOSES[purpose].about_visit and people:
        return words.template.render(people[0])
    reads_at = reads_next(place, desk.closed_at(place), now=now)
    if own := own_words(place, purpose=purpose, language=to.language):
        return own.render(_of_place(place, place.language, reads_at))
    return words.template.render(_of_place(place, words.language, reads_at))


def _of_place(place: Location, language: str, reads_at: datetime) -> Values:
    """For an answer that is about no visit; date and time are those of the next opening."""
    return values_for(
        first_name="",
        name="",
        starts_at=reads_at,
        place=place,
        language=language,
    )


def _values(visit: Visit, place: Location, language: str, *, listed: bool) -> Values:
    return values_for(
        first_name=visit.first_name if listed else visit.addressed,
        recipient=visit.recipient,
        name=visit.name,
        starts_at=visit.starts_at,
        place=place,
        language=language,
        practitioner=visit.practitioner,
        service=visit.service,
        instructions=visit.instructions,
    )


_VISIT = (
    "pk",
    "status",
    "starts_at",
    "changed_at",
    "location_id",
    "contact_id",
    of_texted("phone"),
    Coalesce(NullIf("contact__preferred_name", Value("")), "contact__first_name"),
    "contact__name",
    of_texted("language"),
    Coalesce("practitioner__name", Value("")),
    Coalesce("service__name", Value("")),
    Coalesce("service__instructions", Value("")),
    "duration",
)
_TEXTED = (
    of_texted("second_phone"),
    Case(
        When(
            REPRESENTED,
            then=Coalesce(
                NullIf("contact__responsible__preferred_name", Value("")),
                "contact__responsible__first_name",
            ),
        ),
        default=Value(""),
    ),
)
"""What fills a `Visit`, in its order."""
