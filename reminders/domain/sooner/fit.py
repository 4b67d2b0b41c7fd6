"""Who on the list fits a free time, in which order, and why: first by priority, then who gains the
most days, then who has waited longest.

The conditions stand once, for a whole set of slots in one statement; the reasons tell of each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce

from reminders.models import Appointment, Contact, FreeSlot, SlotOffer, SoonerWish, Suppression
from reminders.models.fields import WEEKDAYS

HOUR = timedelta(hours=1)
A_DAY = 1440
"""Minutes: as long as anything may take."""
LOOKED_AT = 30
"""People of whom one is chosen for a slot; the rest is looked at in the next round."""
RANK = ("priority", "-appointment__starts_at", "created_at", "pk")
CANT_ANSWER = (Contact.PhoneKind.LANDLINE, Contact.PhoneKind.OTHER)


def on_the_list(*, now: datetime) -> QuerySet[SoonerWish]:
    """Wishes of people whose visit is still to come."""
    return SoonerWish.objects.filter(
        ended_at=None,
        appointment__starts_at__gt=now,
        appointment__status__in=Appointment.EXPECTED,
    )


def fitting(*, now: datetime) -> QuerySet[SoonerWish]:
    """Wishes that fit the slot of the outer query, and that were not asked about it yet."""
    notice_ends = ExpressionWrapper(
        Value(now) + F("least_notice_hours") * Value(HOUR), output_field=DateTimeField()
    )
    asked = SlotOffer.objects.filter(slot=OuterRef(OuterRef("pk")), wish=OuterRef("pk"))
    return (
        on_the_list(now=now)
        .annotate(notice_ends=notice_ends)
        .filter(
            _none_or("service", OuterRef("service")),
            _none_or("practitioner", OuterRef("practitioner")),
            Q(time_from=None) | Q(time_from__lte=OuterRef("local_time")),
            Q(time_to=None) | Q(time_to__gte=OuterRef("local_time")),
            Q(until=None) | Q(until__gte=OuterRef("local_date")),
            # Where both are known: an hour does not fit into half of one.
            Q(appointment__duration=None)
            | Q(appointment__duration__lte=Coalesce(OuterRef("duration"), Value(A_DAY))),
            location=OuterRef("location"),
            days__contains=[OuterRef("weekday")],
            appointment__starts_at__gt=OuterRef("starts_at"),
            notice_ends__lte=OuterRef("starts_at"),
        )
        .filter(~Exists(asked))
    )


def _none_or(name: str, of_slot: OuterRef) -> Q:
    return Q(**{f"{name}__isnull": True}) | Q(**{name: of_slot})


def textable(wishes: QuerySet[SoonerWish]) -> QuerySet[SoonerWish]:
    """Those of people who may be texted and can answer."""
    person = "appointment__contact__"
    refused = Suppression.objects.filter(phone=OuterRef(f"{person}phone"), lifted_at=None)
    return wishes.filter(
        ~Exists(refused),
        ~Q(**{f"{person}phone": ""}),
        ~Q(**{f"{person}wrong_number": F(f"{person}phone")}),
        ~Q(**{f"{person}phone_kind__in": CANT_ANSWER}),
        # For whom somebody else is texted, staff call: a yes must be that of whoever was asked.
        appointment__contact__responsible=None,
        appointment__no_more_texts=False,
        appointment__contact__channel=Contact.Channel.SMS,
    )


def being_asked() -> Exists:
    """A condition on wishes: their number, or they themselves, are being asked about a slot."""
    person = "appointment__contact"
    same = Q(phone=OuterRef(f"{person}__phone")) | Q(contact=OuterRef(person))
    return Exists(SlotOffer.objects.filter(same, state=SlotOffer.State.ASKING))


@dataclass(frozen=True, slots=True)
class Choice:
    """For one slot: the wishes to choose from, the first to be asked first.

    `wait`: others fit, and are being asked about another slot; `others`: people fit who can't be
    asked by text. `taken`: somebody was booked there since it became free.
    """

    free: tuple[int, ...] = ()
    wait: bool = False
    others: bool = False
    taken: bool = False


def choices(slot_ids: Iterable[int], *, now: datetime) -> dict[int, Choice]:
    """Whom to ask about each of these slots, in one statement."""
    fit = fitting(now=now)
    reached = textable(fit)
    first = reached.filter(~being_asked()).order_by(*RANK).values("pk")[:LOOKED_AT]
    rows = FreeSlot.objects.filter(pk__in=list(slot_ids)).annotate(
        free=ArraySubquery(first),
        wait=Exists(reached.filter(being_asked())),
        others=Exists(fit),
        taken=booked_since(),
    )
    found = rows.values_list("pk", "free", "wait", "others", "taken")
    return {pk: Choice(tuple(free), *rest) for pk, free, *rest in found}


def booked_since() -> Exists:
    """A condition on slots: a visit has come there since, also by a diary's file."""
    there = Appointment.objects.annotate(whose=Coalesce("practitioner_id", Value(0))).filter(
        whose=Coalesce(OuterRef("practitioner_id"), Value(0)),
        location=OuterRef("location"),
        starts_at=OuterRef("starts_at"),
        status__in=Appointment.EXPECTED,
        changed_at__gt=OuterRef("freed_at"),
    )
    return Exists(there)


def why_it_fits(wish: SoonerWish, slot: FreeSlot, *, now: datetime) -> list[str]:
    """The reading, in words for staff; what is named is loaded with the wish."""
    gained = (wish.appointment.starts_at - slot.starts_at) / timedelta(days=1)
    left = int((slot.starts_at - now) / HOUR)
    return [
        _sooner(gained, wish.appointment.starts_at - slot.starts_at),
        f"with {wish.practitioner}" if wish.practitioner else "with anyone",
        f"{wish.service}" if wish.service else "any service",
        f"could come {days_in_words(wish.days)}{times_in_words(wish)}",
        f"wants {wish.least_notice_hours} hours’ notice, and has {left}",
        *([f"until {wish.until:%-d %B}"] if wish.until else []),
    ]


def _sooner(days: float, gained: timedelta) -> str:
    if days < 1:
        hours = max(1, round(gained / HOUR))
        return f"{hours} hour{'s' if hours != 1 else ''} sooner"
    return f"{round(days)} day{'s' if round(days) != 1 else ''} sooner"


def days_in_words(days: Iterable[int]) -> str:
    """The days of the week, as staff read them."""
    chosen = sorted(days)
    if len(chosen) == len(WEEKDAYS):
        return "on any day"
    if chosen == [1, 2, 3, 4, 5]:
        return "Mon to Fri"
    return ", ".join(WEEKDAYS[day] for day in chosen)


def times_in_words(wish: SoonerWish) -> str:
    """Between which times, with a blank before it; nothing where that is open."""
    if wish.time_from and wish.time_to:
        return f" {wish.time_from:%H:%M} to {wish.time_to:%H:%M}"
    if wish.time_from:
        return f" from {wish.time_from:%H:%M}"
    return f" until {wish.time_to:%H:%M}" if wish.time_to else ""
