"""The call list: households to call, how each call went, answers given by phone; live."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.common.etags import digest
from reminders.domain.diary.calls import answer_by_phone, record_calls, undo_answers, undo_calls
from reminders.domain.pages.call_list import (
    Calls,
    Household,
    Obstacle,
    Try,
    calls_to_make,
    households,
)
from reminders.domain.pages.text_states import text_state
from reminders.formatting import at_zone
from reminders.models import Appointment, AuditEntry, CallAttempt, Message
from reminders.views.diary.day_rows import address
from reminders.views.shared.asked import read_choice, read_date, read_ids
from reminders.views.shared.lists import counted_page
from reminders.views.shared.locations import places, several, sign
from reminders.views.shared.pages import StaffRequest, note_or_back, staff_action, staff_page

ROWS = 30
Outcome = CallAttempt.Outcome
OUTCOMES = (
    (Outcome.CALLED, "Called", "call"),
    (Outcome.VOICEMAIL, "Left voicemail", "chat"),
    (Outcome.NO_ANSWER, "No answer", "call-off"),
    (Outcome.WRONG_NUMBER, "Wrong number", "x-circle"),
)
NOTED = {
    Outcome.CALLED: "Noted: called {}.",
    Outcome.VOICEMAIL: "Noted: left {} a voicemail.",
    Outcome.NO_ANSWER: "Noted: {} did not answer.",
    Outcome.WRONG_NUMBER: "Noted: the number of {} is wrong, and no text goes to it. "
    "Correct it with their details.",
}
ANSWERS = {
    Appointment.Status.CONFIRMED: "{} confirmed by phone.",
    Appointment.Status.DECLINED: "{} can't come, as they said on the phone.",
}
FILTERS: tuple[tuple[str, str, str, dict[str, bool]], ...] = (
    ("", "All", "call", {}),
    ("unreachable", "No text reaches", "call-off", {"obstacle": True}),
    ("new", "Not tried yet", "clock", {"tried": False}),
    ("tried", "Called before", "history", {"tried": True}),
)
TEXT_ICONS = {
    **dict.fromkeys(map(str, Message.UNDELIVERED), "x-circle"),
    "delivered": "check-circle",
    "unknown": "help",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """One line of what was tried, as it is shown: “Left voicemail (Ann Lee)”, “Text: Delivered”."""

    icon: str
    words: str
    at: str


def _tried(one: Try, zone: str) -> Tried:
    if one.is_call:
        symbol, outcome = "call", str(Outcome(one.code).label)
        words = f"{outcome} ({one.words})" if one.words else outcome
    else:
        symbol = TEXT_ICONS.get(one.code, "send")
        words = f"Text: {text_state(one.code, news=one.words)}"
    return Tried(symbol, words, at_zone(one.at, zone))


@dataclass(frozen=True)
class CallCard:
    """A household as it is shown."""

    household: Household

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """Its appointments, each with what was tried."""
        return [
            {
                "call": row,
                "day": row.day,
                "address": address("appointment", row.day.id),
                "tried": [_tried(one, row.day.zone) for one in row.tries[-6:]],
            }
            for row in self.household.rows
        ]

    @cached_property
    def obstacle(self) -> Obstacle:
        """Why no text reaches this phone, if so."""
        return next((row.obstacle for row in self.household.rows if row.obstacle), Obstacle.NONE)

    @property
    def ids(self) -> str:
        """The appointments that one call is about."""
        return ",".join(str(pk) for pk in self.household.ids)

    @cached_property
    def people(self) -> list[tuple[str, str]]:
        """Who is on this phone, each with the appointments that are theirs."""
        found: dict[int, tuple[str, list[str]]] = {}
        for row in self.household.rows:
            name = row.day.name or "(no name)"
            # By person, not by name: two of one family may be called the same.
            found.setdefault(row.day.contact_id, (name, []))[1].append(str(row.day.id))
        return [(name, ",".join(ids)) for name, ids in found.values()]

    @property
    def outcomes(self) -> tuple[tuple[Outcome, str, str], ...]:
        """How a call may go; whose number is wrong is asked where there are several people."""
        # A wrong number stops all texts to it; with several people it has to be said whose it is
        # not.
        return OUTCOMES if len(self.people) == 1 else OUTCOMES[:-1]

    @cached_property
    def names(self) -> str:
        """Whom one calls, for screen readers."""
        return ", ".join(dict.fromkeys(row.day.name or "(no name)" for row in self.household.rows))


@staff_page()
def show(request: StaffRequest) -> HttpResponse:
    """The whole page, or for the live look only what may have changed (204 when nothing has)."""
    # The token without htmx is an address that somebody reloaded: give them the whole page.
    if not request.htmx or "token" not in request.GET:
        return render(request, "call_list.html", _context(request))
    seen, _, token = request.GET["token"].partition("/")
    if seen == sign(request, now=timezone.now()):
        return HttpResponse(status=204)
    context = _context(request)
    unchanged = context["token"].partition("/")[2] == token
    return render(request, "partials/token.html" if unchanged else "call_list/live.html", context)


def _context(request: StaffRequest) -> dict[str, Any]:
    now = timezone.now()
    seen = sign(request, now=now)  # before reading: what happens meanwhile is for the next look
    day = read_date(request.GET.get("day", ""))
    wanted = read_choice(request.GET.get("show"), [name for name, *_ in FILTERS], otherwise="")
    calls = calls_to_make(places(request), now=now, day=day)
    chosen = next((conditions for name, _, _, conditions in FILTERS if name == wanted), {})
    page = counted_page(request, calls.only(**chosen), per_page=ROWS)
    listed = households(list(page), now=now)
    filters = _filters(calls, wanted)
    shown = [(one.key, one.digest) for one in listed]
    return {
        "cards": [CallCard(one) for one in listed],
        "page": page,
        "filters": filters,
        "days": calls.days,
        "day": day,
        "to_called": reverse("call_list_called"),
        "to_answered": reverse("call_list_answered"),
        "several_places": several(request),
        "total": calls.count(),
        "token": f"{seen}/{digest((shown, filters, calls.days, page.number))}",
        "filters_digest": digest((filters, calls.days, day)),
        "address": {"day": day or "", "show": wanted, "page": page.number},
    }


def _filters(calls: Calls, wanted: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "words": words,
            "icon": icon,
            "on": name == wanted,
            "count": calls.count(**conditions),
        }
        for name, words, icon, conditions in FILTERS
    ]


def _theirs(request: StaffRequest) -> list[Appointment]:
    """The appointments that the form names, all of them the user's to see."""
    ids = read_ids(request.POST.get("appointments", ""))
    rows = list(request.scope.appointments().filter(pk__in=ids).select_related("contact"))
    # All or none: an outcome for half of a household would look like one for all of it.
    if not ids or len(rows) != len(set(ids)):
        raise Http404("There is no such appointment at your locations.")
    return rows


def _names(rows: list[Appointment]) -> str:
    names = list(dict.fromkeys(str(row.contact) for row in rows))
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _answer(request: StaffRequest, text: str, *, undo: str = "", tone: str = "ok") -> HttpResponse:
    return note_or_back(request, text, undo=undo, tone=tone, back=reverse("call_list"))


@staff_action()
def called(request: StaffRequest) -> HttpResponse:
    """Note how a call went (`outcome`), for all `appointments` of a household."""
    rows = _theirs(request)
    outcome = read_choice(request.POST.get("outcome"), Outcome, otherwise=None)
    if outcome is None:
        return _answer(request, "Choose how the call went.", tone="warning")
    ids = record_calls(
        [row.pk for row in rows], outcome, by=request.scope.actor, now=timezone.now()
    )
    # By the ids that were written: “the last call” may be a colleague's by the time of the undo.
    undo = f"{reverse('call_list_undo')}?calls={','.join(map(str, ids))}"
    return _answer(request, NOTED[outcome].format(_names(rows)), undo=undo)


@staff_action()
def answered(request: StaffRequest) -> HttpResponse:
    """Confirm or decline (`to`) what the patient said on the phone."""
    rows = _theirs(request)
    wanted = read_choice(request.POST.get("to"), ANSWERS, otherwise=None)
    if wanted is None:
        return _answer(request, "Choose confirmed or declined.", tone="warning")
    events = answer_by_phone(
        [row.pk for row in rows],
        wanted,
        by=request.scope.actor,
        now=timezone.now(),
    )
    if not events:
        return _answer(
            request, "Somebody has settled this meanwhile. Nothing was changed.", tone="warning"
        )
    # Named are those that changed, not all that were asked: some may have been settled meanwhile.
    changed = {event.appointment_id for event in events}
    undo = f"{reverse('call_list_undo')}?events={','.join(str(event.pk) for event in events)}"
    return _answer(
        request,
        ANSWERS[wanted].format(_names([row for row in rows if row.pk in changed])),
        undo=undo,
    )


@staff_action()
def undo(request: StaffRequest) -> HttpResponse:
    """Take calls (`?calls=`) or answers (`?events=`) back."""
    theirs = request.scope.appointments()
    # Through the scope: the ids stand in an address and can be made up.
    calls = CallAttempt.objects.filter(
        pk__in=read_ids(request.GET.get("calls", "")), appointment__in=theirs
    )
    events = AuditEntry.objects.filter(
        pk__in=read_ids(request.GET.get("events", "")), appointment__in=theirs
    )
    now = timezone.now()
    by = request.scope.actor
    undone = undo_calls(list(calls.values_list("pk", flat=True)), by=by, now=now)
    undone += undo_answers(list(events.values_list("pk", flat=True)), by=by, now=now)
    if not undone:
        return _answer(
            request, "It has changed again since, so it was left as it is.", tone="warning"
        )
    return _answer(request, "Taken back.")
