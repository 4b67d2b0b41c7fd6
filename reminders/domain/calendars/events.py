"""Visits as events of a calendar. Pure but for the site's address; writes nothing.

Times are in UTC, which needs no table of time zones and is the same moment on every device.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vText

from reminders.domain.links.addresses import site

PRODUCER = "-//Till Then//Appointments//EN"
MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class CalendarVisit:
    """One visit as a calendar tells it. `version` grows when it is moved or called off, last at
    `changed_at` (UTC).
    """

    uuid: UUID
    version: int
    changed_at: datetime
    starts_at: datetime
    minutes: int
    title: str
    place: str = ""
    address: str = ""
    note: str = ""
    is_off: bool = False
    is_sure: bool = False


def published(visit: CalendarVisit, *, now: datetime) -> bytes:
    """One visit as a file for its patient: a later one of the same visit takes its place.

    `METHOD:PUBLISH`, also of a cancelled one: it is told, and nobody is asked to answer by mail.
    """
    calendar = _calendar()
    calendar.add("method", "PUBLISH")
    event = _event(visit, stamp=now)
    # RFC 5546 wants one of what is published; nobody reads mail at this address.
    organizer = vCalAddress(f"mailto:noreply@{_host()}")
    organizer.params["CN"] = vText(visit.place or _host())
    event["organizer"] = organizer
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def feed(visits: list[CalendarVisit], *, title: str) -> bytes:
    """Many visits for a program that looks again by itself; the same visits give the same bytes."""
    calendar = _calendar()
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", timedelta(minutes=30), parameters={"VALUE": "DURATION"})
    for visit in visits:
        # Without a method the stamp is that of the last change, so an unchanged feed stays so.
        calendar.add_component(_event(visit, stamp=visit.changed_at))
    return bytes(calendar.to_ical())


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _event(visit: CalendarVisit, *, stamp: datetime) -> Event:
    event = Event()
    # The visit's own random id: the same after a move, so that a calendar moves its entry.
    event.add("uid", f"{visit.uuid}@{_host()}")
    event.add("sequence", visit.version)
    event.add("dtstamp", stamp.replace(microsecond=0))
    event.add("last-modified", visit.changed_at.replace(microsecond=0))
    event.add("dtstart", visit.starts_at)
    event.add("dtend", visit.starts_at + timedelta(minutes=visit.minutes))
    event.add("summary", visit.title)
    where = ", ".join(filter(None, (visit.place, visit.address)))
    if where:
        event.add("location", where)
    if visit.note:
        event.add("description", visit.note)
    status = "CANCELLED" if visit.is_off else "CONFIRMED" if visit.is_sure else "TENTATIVE"
    event.add("status", status)
    event.add("transp", "TRANSPARENT" if visit.is_off else "OPAQUE")
    # Whoever sees a shared calendar sees that somebody is busy, and no more.
    event.add("class", "PRIVATE")
    return event


def _host() -> str:
    return urlsplit(site()).hostname or "localhost"
