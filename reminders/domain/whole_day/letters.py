"""The texts about a change of many visits: who gets which words, and who has to be called instead.

One text to a number: a family's visits of one day are told in one, and the same words are not sent
to it twice. Writing them is `carry_out`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reminders.domain.clock.sending_hours import SendingHours, next_open
from reminders.domain.common.asking import asked_by_purpose
from reminders.domain.common.wording_catalogue import WordingCatalogue, values_for
from reminders.domain.links.addresses import without_secret
from reminders.domain.links.keep import NewLink, link_for
from reminders.domain.planning.reach import CALLS, why_not_reached
from reminders.domain.planning.rule_book import hours_of
from reminders.domain.sending.claiming.families import FAMILY_MOST
from reminders.domain.sending.outbox import USEFUL_FOR
from reminders.domain.whole_day.wish import Kind, Wish
from reminders.domain.wording import FALLBACK, Values, WordingError, compile_wording, render_family
from reminders.domain.wording.questions import Asks
from reminders.domain.wording.segments import measure
from reminders.models import Appointment, Contact, Reminder, Suppression

PURPOSES = {Kind.MOVE: "moved", Kind.CANCEL: "cancelled", Kind.LATE: "running_late"}
TOO_LATE = "No texting hours left before the visit"
Reason = Reminder.Reason


@dataclass(frozen=True, slots=True)
class Letter:
    """One text: the visits that it tells of, when it may leave and until when it is of use."""

    visits: tuple[Appointment, ...]
    text: str
    segments: int
    asks: Asks
    leaves_at: datetime
    expires_at: datetime
    link: NewLink | None = None

    @property
    def contact(self) -> Contact:
        """The patient whose visit is the first."""
        return self.visits[0].contact

    @property
    def phone(self) -> str:
        """The number that is written to: of whoever is responsible for them, or their own."""
        return self.visits[0].texted.phone


@dataclass
class Letters:
    """All texts of a change; `to_call` has, by visit, why somebody gets none."""

    letters: list[Letter]
    to_call: dict[int, str]


@dataclass(frozen=True)
class Desk:
    """What writing the texts needs: the wish, when they may leave, and when visits were before."""

    wish: Wish
    send_at: datetime
    was_at: Mapping[int, datetime]
    texts: WordingCatalogue
    hours: dict[int, SendingHours]

    @classmethod
    def for_visits(
        cls, visits: Sequence[Appointment], wish: Wish, *, send_at: datetime,
        was_at: Mapping[int, datetime],
    ) -> Desk:  # fmt: skip
        """Read the wordings, and the texting hours of the locations."""
        places = {visit.location_id: visit.location for visit in visits}
        hours = {pk: hours_of(place) for pk, place in places.items()}
        return cls(wish, send_at, was_at, WordingCatalogue.load(), hours)


def write_letters(visits: Sequence[Appointment], desk: Desk, *, joint: Collection[int]) -> Letters:
    """The texts for these visits, as they are after the change; `joint`: may share one text."""
    refused = set(
        Suppression.objects.filter(
            phone__in={visit.texted.phone for visit in visits}, lifted_at=None
        ).values_list("phone", flat=True)
    )
    to_call = {visit.pk: why for visit in visits if (why := _why_not(visit, refused))}
    letters: list[Letter] = []
    for group in _groups([one for one in visits if one.pk not in to_call], desk.wish, joint):
        try:
            letters.append(_letter(group, desk))
        except _NoLetterError as error:
            to_call.update((visit.pk, str(error)) for visit in group)
    return Letters(_without_twins(letters), to_call)


class _NoLetterError(Exception):
    """Why no text can be written, in words."""


def _why_not(visit: Appointment, refused: Collection[str]) -> str:
    contact = visit.texted
    opted_out = contact.phone in refused
    if reason := why_not_reached(contact, patient=visit.contact, opted_out=opted_out):
        return reason.label
    if visit.no_more_texts:
        return Reason.NO_MORE.label
    return CALLS if contact.is_spoken_to else ""


def _groups(
    visits: Sequence[Appointment], wish: Wish, joint: Collection[int]
) -> list[list[Appointment]]:
    """What goes into one text each: of a number and place, by day, where all may share one."""
    found: dict[tuple[object, ...], list[Appointment]] = {}
    for visit in sorted(visits, key=lambda one: (one.starts_at, one.pk)):
        contact, place = visit.texted, visit.location
        key: tuple[object, ...] = (contact.phone, place.pk, contact.language)
        if wish.kind == Kind.LATE:
            pass  # Whoever waits for the first of them hears of it.
        elif visit.pk in joint and place.family_messages and not wish.text.strip():
            key = (*key, visit.local_date)
        else:
            key = (*key, visit.local_date, visit.pk)
        found.setdefault(key, []).append(visit)
    return list(found.values())


def _letter(group: Sequence[Appointment], desk: Desk) -> Letter:
    if len(group) > FAMILY_MOST:
        raise _NoLetterError(Reason.SHARED.label)
    leaves = next_open(desk.send_at, desk.hours[group[0].location_id])
    expires = min(_useful_until(visit, desk, leaves) for visit in group)
    if leaves >= expires:
        raise _NoLetterError(TOO_LATE)
    try:
        text, asks, link = _words(group, desk)
    except WordingError as error:
        raise _NoLetterError(Reason.WORDING.label) from error
    return Letter(tuple(group), text, measure(text).segments, asks, leaves, expires, link)


def _useful_until(visit: Appointment, desk: Desk, leaves: datetime) -> datetime:
    ends = leaves + USEFUL_FOR
    if desk.wish.kind == Kind.TEXT:
        return ends
    # Whoever has come already, at the time that was told before, need not be texted any more.
    before = desk.was_at.get(visit.pk, visit.starts_at)
    return min(ends, visit.starts_at, before)


def _words(group: Sequence[Appointment], desk: Desk) -> tuple[str, Asks, NewLink | None]:
    visit, wish = group[0], desk.wish
    place, contact = visit.location, visit.texted
    if wish.text.strip():
        asks = {Kind.TEXT: Asks.STAFF, Kind.MOVE: Asks.YES_NO}.get(wish.kind, Asks.NOTICE)
        values = _values(visit, wish, language=place.language or FALLBACK)
        return compile_wording(wish.text.strip()).render(values), asks, None
    purpose = PURPOSES[wish.kind]
    if len(group) > 1 and wish.kind != Kind.LATE:
        purpose = f"family_{purpose}"
    words = desk.texts.words(None, purpose, (contact.language, place.language))
    if words is None:
        raise WordingError("This text is switched off.")
    link, asks = link_for(words.template, words.language), asked_by_purpose(purpose)
    people = [_values(one, wish, language=words.language, link=link) for one in group]
    if len(people) == 1:
        return words.template.render(people[0]), asks, link
    return render_family(words.template, people), asks, link


def _values(
    visit: Appointment, wish: Wish, *, language: str, link: NewLink | None = None
) -> Values:
    contact, service = visit.contact, visit.service
    return values_for(
        first_name=contact.addressed_on(visit.local_date),
        name=contact.name,
        starts_at=visit.starts_at,
        place=visit.location,
        language=language,
        practitioner=visit.practitioner.name if visit.practitioner else "",
        service=service.name if service else "",
        instructions=service.instructions if service else "",
        extra=visit.extra,
        minutes=str(wish.minutes) if wish.kind == Kind.LATE else "",
        link=link.address if link else "",
    )


def _without_twins(letters: Sequence[Letter]) -> list[Letter]:
    """The very same words to a number once, about all of its visits: a provider drops a second."""
    found: dict[tuple[str, str], Letter] = {}
    for one in letters:
        key = (one.phone, without_secret(one.text))
        twin = found.get(key)
        found[key] = replace(twin, visits=(*twin.visits, *one.visits)) if twin else one
    return list(found.values())
