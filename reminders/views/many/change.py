"""What is done with the chosen visits: a form, a look at what would happen, and how it went."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from reminders.domain.diary.diary_columns import diary_columns
from reminders.domain.diary_import.read.cells.when.typed import read_typed
from reminders.domain.whole_day.carry_out import work_now
from reminders.domain.whole_day.choosing import begin, places_of, say_late, seen_by
from reminders.domain.whole_day.look import look_ahead
from reminders.domain.whole_day.outcome import outcome_of
from reminders.domain.whole_day.take_back import TooLateError, begin_undo
from reminders.domain.whole_day.wish import DELAYS, Kind, Wish
from reminders.domain.wording.own_columns import MARK
from reminders.domain.wording.segments import measure
from reminders.models import BulkChange, CallAttempt, Location
from reminders.views.many.choose import address_of
from reminders.views.shared.asked import read_choice, read_id, read_number, read_text
from reminders.views.shared.day_input import DayInput
from reminders.views.shared.forms import country_of
from reminders.views.shared.locations import place_ids
from reminders.views.shared.pages import (
    StaffRequest,
    go,
    go_back,
    say,
    staff_action,
    staff_form,
    staff_page,
)

LONGEST = 1_000
KINDS = (
    (Kind.TEXT, "Send a text", "send"),
    (Kind.MOVE, "Move", "calendar"),
    (Kind.CANCEL, "Cancel", "ban"),
    (Kind.LATE, "Running late", "clock"),
)
FIELDS = "{first_name} {name} {date} {time} {location} {practitioner} {phone}"
NOTHING_TO_TELL = "Nobody of this practitioner’s next three hours has to be told."


def _change(request: StaffRequest, pk: int) -> BulkChange:
    return get_object_or_404(seen_by(request.scope).select_related("created_by"), pk=pk)


@staff_form
def show(request: StaffRequest, pk: int) -> HttpResponse:
    """The form while it is being prepared; how far it has come once it was begun."""
    change = _change(request, pk)
    if change.state != BulkChange.State.DRAFT:
        # A second click ends here as well, and sees what the first one began.
        return render(request, "many/outcome.html", _standing(change))
    asked = request.POST if request.method == "POST" else request.GET
    kind = read_choice(asked.get("kind"), Kind, otherwise=Kind.TEXT)
    if request.method != "POST":
        return render(request, "many/form.html", _form(request, change, Wish(kind)))
    wish, unread = _read(request, kind, change)
    return _look_or_go(request, change, wish, unread)


def _look_or_go(request: StaffRequest, change: BulkChange, wish: Wish, unread: str) -> HttpResponse:
    now = timezone.now()
    place = _place(change)
    # Looked up only where own words may use one: it reads visits.
    columns = diary_columns(places_of(change)) if MARK in wish.text.lower() else {}
    language = place.language if place else ""
    problem = unread or wish.problem(language=language, columns=columns)
    context = _form(request, change, wish, problem=problem)
    if problem:
        return render(request, "many/form.html", context, status=422)
    outlook = look_ahead(change, wish, now=now)
    if request.POST.get("act") == "go":
        if request.POST.get("seen") == outlook.token and outlook.going:
            begin(change, wish, now=now)
            return go(request, address_of(change))
        context["changed"] = True
    context["outlook"] = outlook
    context["zone"] = place.zone if place else settings.TIME_ZONE
    return render(request, "many/form.html", context)


def _read(request: StaffRequest, kind: BulkChange.Kind, change: BulkChange) -> tuple[Wish, str]:
    """What was filled in, and what of it can't be read."""
    posted = request.POST
    text = read_text(posted.get("text"), longest=LONGEST)
    if kind == Kind.LATE:
        return Wish(kind, text, minutes=read_number(posted.get("delay"), digits=3) or 0), ""
    if kind != Kind.MOVE:
        return Wish(kind, text), ""
    by = 60 * (read_number(posted.get("hours") or "0", digits=3) or 0)
    by += read_number(posted.get("minutes") or "0", digits=3) or 0
    written = read_text(posted.get("day"), longest=40).strip()
    day = _read_day(request, written, change) if written else None
    keeps = posted.get("keeps") == "yes"
    sign = -1 if posted.get("way") == "earlier" else 1
    unread = (
        "" if day or not written else "The day can’t be read: write it as 24 Dec, or choose it."
    )
    return Wish(kind, text, minutes=sign * by, day=day, keeps_reminders=keeps), unread


def _read_day(request: StaffRequest, written: str, change: BulkChange) -> date | None:
    place = _place(change)
    clock = place.tz if place else ZoneInfo(settings.TIME_ZONE)
    today = timezone.now().astimezone(clock).date()
    typed = read_typed(written, country=country_of(request.scope, place), today=today)
    return typed.day if typed else None


def _place(change: BulkChange) -> Location | None:
    return Location.objects.filter(appointment__bulkchangerow__of=change).order_by("pk").first()


def _form(
    request: StaffRequest, change: BulkChange, wish: Wish, *, problem: str = ""
) -> dict[str, Any]:
    rows = change.rows.select_related("appointment__contact", "appointment__location")
    visits = [row.appointment for row in rows.order_by("appointment__starts_at", "pk")]
    by = abs(wish.minutes) if wish.kind == Kind.MOVE else 0
    return {
        "change": change,
        "visits": visits,
        "kinds": KINDS,
        "kind": wish.kind,
        "wish": wish,
        "hours": by // 60,
        "minutes": by % 60,
        "earlier": wish.minutes < 0,
        "day_field": DayInput(country_of(request.scope, _place(change))).render(
            "day", wish.day, {"id": "day", "class": "form-control"}
        ),
        "delays": DELAYS,
        "fields": FIELDS + (" {minutes}" if wish.kind == Kind.LATE else ""),
        "size": measure(wish.text),
        "longest": LONGEST,
        "problem": problem,
        "undo_minutes": max(round(settings.BULK_UNDO_FOR.total_seconds() / 60), 1),
    }


def _standing(change: BulkChange) -> dict[str, Any]:
    now = timezone.now()
    outcome = outcome_of(change, now=now)
    place = _place(change)
    waits = bool(outcome.texts) and change.send_at is not None and now < change.send_at
    return {
        "change": change,
        "outcome": outcome,
        "place": place,
        "waits": waits,
        "live": outcome.under_way or waits or outcome.gone < outcome.texts,
        "outcome_called": CallAttempt.Outcome.CALLED,
    }


@staff_page
def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The part of the page that changes while it is under way."""
    return render(request, "many/standing.html", _standing(_change(request, pk)))


@staff_action
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take everything back, as long as no text has left."""
    change = _change(request, pk)
    now = timezone.now()
    try:
        begin_undo(change, by=request.scope.actor, now=now)
    except TooLateError as error:
        say(request, str(error), tone="warning")
    else:
        work_now(change.pk, now=now)
    return go(request, address_of(change))


@staff_action
def late(request: StaffRequest) -> HttpResponse:
    """One click: a practitioner runs late by `minutes`; whoever comes in the next hours is told."""
    minutes = read_number(request.POST.get("minutes"), digits=3) or 0
    practitioner = read_id(request.POST.get("practitioner"))
    if minutes not in DELAYS or not practitioner:
        say(request, "Choose who is late, and by how many minutes.", tone="warning")
        return go_back(request)
    change = say_late(
        request.scope, practitioner, minutes, place_ids=place_ids(request), now=timezone.now()
    )
    if change is None:
        say(request, NOTHING_TO_TELL, tone="warning")
        return go_back(request)
    return go(request, address_of(change))
