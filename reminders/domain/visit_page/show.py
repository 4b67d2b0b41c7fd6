"""What the page shows of each visit that its text told of, as the visits stand now. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reminders.domain.common.etags import digest
from reminders.domain.replies.matching.told import read_told
from reminders.domain.slots.freeing import given_away
from reminders.domain.visit_page.free_times import FreeTime, free_times
from reminders.domain.wording import format_date, format_time
from reminders.models import Appointment, InboxItem, Location, Suppression, VisitLink

Status = Appointment.Status


class State(StrEnum):
    """Where a visit stands, as its patient reads it; also the name of the words for it."""

    OPEN = "open"
    COMING = "coming"
    DECLINED = "declined"
    OFF = "off"
    GIVEN_AWAY = "given_away"
    UNDER_WAY = "under_way"
    SETTLED = "settled"
    OVER = "over"

    @property
    def may_answer(self) -> bool:
        """Whether a yes or no still counts."""
        return self in (State.OPEN, State.COMING, State.DECLINED)

    @property
    def may_ask(self) -> bool:
        """Whether another time may be asked for."""
        return self.may_answer or self is State.GIVEN_AWAY


@dataclass(frozen=True, slots=True)
class PageVisit:
    """One visit on the page. `number` is its place in the text, `mark` changes with what is shown.

    `details` are those that take a second proof; blank without it.
    """

    number: int
    id: int
    mark: str
    state: State
    date: str
    time: str
    moment: datetime
    place: Location
    note: str
    late: bool
    asked: bool
    free: Sequence[FreeTime] = ()
    first_name: str = ""
    practitioner: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class VisitPage:
    """The page: its visits that are not over, in the order of the text, and whether the number
    gets texts at all. `place` is whom to call, also where no visit is left.
    """

    link: VisitLink
    visits: Sequence[PageVisit]
    place: Location | None
    is_stopped: bool

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to show any more."""
        return not self.visits


def page_of(link: VisitLink, *, now: datetime, proved: Collection[int] = ()) -> VisitPage | None:
    """The page of a link; `proved` are ids of patients whose details may be shown.

    None where the text's number is no longer that of anybody whom it told of.
    """
    rows = visits_of(link)
    if not rows:
        return None
    asked = _asked([row.pk for _, row in rows])
    visits = [
        _shown(number, row, link, now=now, proved=row.contact_id in proved, asked=row.pk in asked)
        for number, row in rows
    ]
    phone = link.message.phone
    stopped = Suppression.objects.filter(phone=phone, lifted_at=None).exists()
    coming = [one for one in visits if one.state is not State.OVER]
    place = coming[0].place if coming else rows[0][1].location
    return VisitPage(link, coming, place, stopped)


def visits_of(link: VisitLink) -> list[tuple[int, Appointment]]:
    """The visits of a link's text with their places in it, while they are those of its number."""
    told = read_told([link.message_id]).get(link.message_id, [])
    theirs = {one.appointment_id: one.contact_id for one in told if one.theirs}
    related = ("location", "practitioner", "service", "contact__responsible")
    rows = Appointment.objects.select_related(*related).annotate(given_away=given_away())
    found = rows.in_bulk(theirs)
    return [
        (number, row)
        for number, one in enumerate(told, start=1)
        if (row := found.get(one.appointment_id)) and row.contact_id == theirs.get(row.pk)
    ]


def mark_of(row: Appointment) -> str:
    """What a press must find unchanged: when, where, whose, and what was said of it."""
    shown = (row.pk, row.version, row.status, row.starts_at, row.location_id, row.contact_id)
    return digest(shown)


def _shown(
    number: int, row: Appointment, link: VisitLink, *, now: datetime, proved: bool, asked: bool
) -> PageVisit:
    place, state = row.location, state_of(row, now=now)
    local = row.starts_at.astimezone(place.tz)
    language = link.language or place.language
    details = {}
    if proved:
        details = {
            "first_name": row.contact.greeting,
            "practitioner": row.practitioner.name if row.practitioner else "",
            "service": row.service.name if row.service else "",
        }
    return PageVisit(
        number=number,
        id=row.pk,
        mark=mark_of(row),
        state=state,
        date=format_date(local, language, place.country, spoken=True),
        time=format_time(local, language, place.country, spoken=True),
        moment=row.starts_at,
        place=place,
        note=row.service.instructions if row.service else "",
        late=row.starts_at - now < timedelta(hours=place.late_decline_hours),
        asked=asked,
        free=free_times(row, language=language, now=now) if state.may_ask else (),
        **details,
    )


def state_of(row: Appointment, *, now: datetime) -> State:
    """Where a visit stands; its row is annotated with `given_away`."""
    if ends_at(row) <= now:
        return State.OVER
    if row.status == Status.CANCELLED:
        return State.OFF
    if row.status in (Status.ARRIVED, Status.NO_SHOW):
        return State.SETTLED
    if row.starts_at <= now:
        # Nobody who said that they can't come is told that it has begun.
        return State.OVER if row.status == Status.DECLINED else State.UNDER_WAY
    if row.status == Status.DECLINED:
        return State.GIVEN_AWAY if getattr(row, "given_away", False) else State.DECLINED
    return State.COMING if row.status == Status.CONFIRMED else State.OPEN


def ends_at(row: Appointment) -> datetime:
    """When a visit is over (UTC)."""
    return row.starts_at + timedelta(minutes=row.duration or Appointment.USUAL_MINUTES)


def _asked(ids: Collection[int]) -> set[int]:
    """Those of which a wish for another time waits for staff."""
    cards = InboxItem.objects.filter(
        appointment__in=ids, kind=InboxItem.Kind.RESCHEDULE, done_at=None
    )
    return {pk for pk in cards.values_list("appointment_id", flat=True) if pk}
