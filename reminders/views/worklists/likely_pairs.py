"""Two entries that may be one person: proposed on the data-quality page, and said there to
be two.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from reminders.domain.diary.likely_pairs import (
    Pair,
    keep_apart,
    pairs_with_people,
    seen_pairs,
    take_back,
    with_visits,
)
from reminders.models import Appointment, Contact, LikelyPair
from reminders.views.shared.asked import read_id
from reminders.views.shared.lists import cut
from reminders.views.shared.pages import StaffRequest, go, say, staff_action

ROWS = 25
TWICE = "twice"
"""How the address calls this list."""
SAID = "said"
"""And within it those of whom staff said that they are two people."""


class Side(NamedTuple):
    """One of the two, and their next visit that the user sees."""

    contact: Contact
    visit: Appointment | None


class Row(NamedTuple):
    """A pair as it is shown."""

    pair: LikelyPair
    keep: Side
    other: Side
    by: str


class Shown(NamedTuple):
    """A page of pairs; `further` is 0 at the end."""

    rows: list[Row]
    said: bool
    further: int


def visible(
    request: StaffRequest, *, ids: Collection[int] | None, coming: bool, now: datetime
) -> QuerySet[LikelyPair]:
    """The pairs that the page is about: both seen, one of them booked where and when it
    asks for.
    """
    pairs = seen_pairs(request.scope.contacts())
    visits = request.scope.appointments()
    narrowed = ids is not None and len(ids) < len(request.scope.location_ids)
    if narrowed:
        visits = visits.filter(location__in=ids or ())
    if coming:
        visits = visits.filter(starts_at__gt=now, status__in=Appointment.EXPECTED)
    return with_visits(pairs, visits) if narrowed or coming else pairs


def count(pairs: QuerySet[LikelyPair], *, most: int) -> int:
    """How many wait for somebody, counted up to `most`."""
    return pairs.filter(apart_at=None)[:most].count()


def shown(request: StaffRequest, pairs: QuerySet[LikelyPair], *, now: datetime) -> Shown:
    """The page of pairs that the address asks for, the latest found first."""
    said = request.GET.get("view") == SAID
    pairs = pairs.filter(apart_at__isnull=not said).select_related("apart_by")
    if after := read_id(request.GET.get("after")):
        pairs = pairs.filter(pk__lt=after)
    found, last = cut(list(pairs.order_by("-pk")[: ROWS + 1]), ROWS)
    rows = pairs_with_people(found)
    people = [contact.pk for row in rows for contact in (row.keep, row.other)]
    visits = request.scope.appointments().filter(contact__in=people, starts_at__gt=now)
    visits = visits.filter(status__in=Appointment.EXPECTED).select_related("location")
    # DISTINCT ON keeps the first of each contact in this order.
    following = visits.order_by("contact_id", "starts_at").distinct("contact_id")
    visit_of = {one.contact_id: one for one in following}
    return Shown([_row(row, visit_of) for row in rows], said, last.pk if last else 0)


def _row(found: Pair, visit_of: Mapping[int, Appointment]) -> Row:
    by = found.pair.apart_by
    keep, other = (Side(one, visit_of.get(one.pk)) for one in (found.keep, found.other))
    name = (by.get_full_name() or by.get_username()) if by else ""
    return Row(found.pair, keep, other, name)


@staff_action
def apart(request: StaffRequest) -> HttpResponse:
    """Remember that two people are two, so that they are not proposed again."""
    one, other = (
        get_object_or_404(request.scope.contacts(), pk=read_id(request.POST.get(name)))
        for name in ("one", "other")
    )
    if one == other:
        return _list(request)
    pair = keep_apart(one.pk, other.pk, by=request.scope.actor, now=timezone.now())
    undo = reverse("pair_together", args=[pair.pk])
    say(request, f"Remembered: {one} and {other} are two people.", undo=undo)
    return _list(request)


@staff_action
def together(request: StaffRequest, pk: int) -> HttpResponse:
    """Forget that two people are two."""
    pair = get_object_or_404(seen_pairs(request.scope.contacts()), pk=pk)
    if pair.apart_at is None:
        say(request, "This was taken back already.")
    else:
        take_back(pair)
        say(request, "Taken back: they may be proposed again.")
    return _list(request)


def _list(request: StaffRequest) -> HttpResponse:
    """The list as it was looked at."""
    asked = {"flaw": TWICE}
    asked |= {name: request.POST[name] for name in ("who", "view") if request.POST.get(name)}
    return go(request, f"{reverse('data_quality')}?{urlencode(asked)}")
