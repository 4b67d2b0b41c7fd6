"""Calendars of a location or practitioner, fetched by a secret address: made, found, ended, filled.

From a week ago to sixty days ahead, read only, and without patients' names unless a manager chose
them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from reminders.domain.calendars.events import CalendarVisit, feed
from reminders.domain.common.access import Scope, scope_of
from reminders.domain.common.audit import Actor, record
from reminders.domain.links.addresses import digest_of, new_token
from reminders.models import Appointment, CalendarFeed, Location, Practitioner

BACK, AHEAD = timedelta(days=7), timedelta(days=60)
MOST = 10_000
FETCHED_AGAIN = timedelta(minutes=1)
OFF = (Appointment.Status.CANCELLED, Appointment.Status.DECLINED)


class FeedError(ValueError):
    """An address that can't be made; the text says why."""


def make_feed(
    *,
    location: Location | None,
    practitioner: Practitioner | None,
    names: bool,
    by: Actor,
    now: datetime,
) -> tuple[CalendarFeed, str]:
    """A new address and its secret, which is not kept. Raises FeedError."""
    if location is None and practitioner is None:
        raise FeedError("Choose a location, a practitioner, or both.")
    # Two in a row: this one stands for months in programs that nobody looks after.
    token = new_token() + new_token()
    with transaction.atomic():
        made = CalendarFeed.objects.create(
            digest=digest_of(token),
            location=location,
            practitioner=practitioner,
            names=names,
            made_at=now,
            made_by_id=by.user_id,
        )
        record("calendar_made", by=by, now=now, details=_about(made))
    return made, token


def end_feed(feed_id: int, *, by: Actor, now: datetime) -> bool:
    """End an address; False where somebody was faster."""
    with transaction.atomic():
        live = CalendarFeed.objects.filter(pk=feed_id, revoked_at=None)
        if not live.update(revoked_at=now, revoked_by_id=by.user_id):
            return False
        record(
            "calendar_ended", by=by, now=now, details=_about(CalendarFeed.objects.get(pk=feed_id))
        )
    return True


def feeds_of(scope: Scope) -> QuerySet[CalendarFeed]:
    """The addresses that a user may see: those of their locations."""
    rows = CalendarFeed.objects.select_related("location", "practitioner", "made_by")
    # One of a practitioner everywhere shows other locations, too.
    return rows.filter(location__in=scope.location_ids) if scope.restricted else rows


def find_feed(token: str) -> CalendarFeed | None:
    """The address with this secret, unless it was ended."""
    rows = CalendarFeed.objects.select_related("location", "practitioner", "made_by")
    return rows.filter(digest=digest_of(token), revoked_at=None).first()


def fill(one: CalendarFeed, *, now: datetime) -> bytes:
    """The calendar behind an address, as it is now."""
    visits = Appointment.objects.filter(
        _whose(one), starts_at__range=(now - BACK, now + AHEAD)
    ).exclude(status__in=OFF)
    related = ("contact", "location", "practitioner", "service")
    rows = visits.select_related(*related).order_by("starts_at", "pk")[:MOST]
    names = shows_names(one)
    return feed([_event(row, one, names=names) for row in rows], title=str(one))


def note_fetched(one: CalendarFeed, *, now: datetime) -> bool:
    """Note that it was fetched, at most once a minute; whether that was the first time today, in
    UTC.
    """
    lately = Q(fetched_at__gt=now - FETCHED_AGAIN)
    noted = CalendarFeed.objects.filter(~lately | Q(fetched_at=None), pk=one.pk)
    before = one.fetched_at
    return bool(noted.update(fetched_at=now)) and (before is None or before.date() < now.date())


def shows_names(one: CalendarFeed) -> bool:
    """Whether it holds patients' names: those who chose them must still see these visits.

    Nobody looks after an address for years, so it may not know more than its maker.
    """
    if not (one.names and one.made_by and one.made_by.is_active):
        return False
    scope = scope_of(one.made_by)
    everywhere = not scope.restricted
    return scope.opens("calendar_new", "POST") and (
        everywhere or one.location_id in scope.location_ids
    )


def _whose(one: CalendarFeed) -> Q:
    wanted = {"location": one.location_id, "practitioner": one.practitioner_id}
    return Q(**{name: pk for name, pk in wanted.items() if pk})


def _event(row: Appointment, one: CalendarFeed, *, names: bool) -> CalendarVisit:
    service = row.service.name if row.service else "Appointment"
    # In the calendar of a location it matters with whom; in one's own it is always the same.
    doctor = row.practitioner.name if row.practitioner and not one.practitioner_id else ""
    who = row.contact.name if names else ""
    return CalendarVisit(
        uuid=row.uuid,
        version=row.version,
        changed_at=max(row.changed_at, row.status_since or row.changed_at),
        starts_at=row.starts_at,
        minutes=row.duration or Appointment.USUAL_MINUTES,
        title=", ".join(filter(None, (who, service, doctor))),
        place=row.location.name,
        is_sure=row.status != Appointment.Status.BOOKED,
    )


def _about(one: CalendarFeed) -> dict[str, int | bool | None]:
    return {
        "calendar": one.pk,
        "location": one.location_id,
        "practitioner": one.practitioner_id,
        "names": one.names,
    }
