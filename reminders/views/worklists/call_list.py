"""The call list: households to call, how each call went, answers given by phone; live."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.common.etags import ChangedMeanwhileError, digest
from reminders.domain.diary.calls import answer_by_phone, record_calls, undo_answers, undo_calls
from reminders.domain.diary.contacts import PhoneError, phone_columns
from reminders.domain.diary.editing import save_contact
from reminders.domain.pages.calling.households import Household, RawNumber, Try, households
from reminders.domain.pages.calling.whom import TO_CALL, Calls, Obstacle, Section, calls_to_make
from reminders.domain.pages.words import text_state
from reminders.formatting import at_zone, phone
from reminders.models import Appointment, AuditEntry, CallAttempt, Message
from reminders.views.diary.day_rows import address
from reminders.views.shared.asked import read_choice, read_date, read_id, read_ids, read_text
from reminders.views.shared.lists import counted_page
from reminders.views.shared.locations import places, several, sign
from reminders.views.shared.pages import StaffRequest, note_or_back, staff_action, staff_page

ROWS = 25
Outcome = CallAttempt.Outcome
OUTCOMES = (
    (Outcome.NO_ANSWER, "No answer", "call-off"),
    (Outcome.VOICEMAIL, "Left voicemail", "chat"),
    (Outcome.CALLED, "Still undecided", "call"),
    (Outcome.WRONG_NUMBER, "Wrong number", "x-circle"),
)
NOTED = {
    Outcome.CALLED: "Noted: called {}.",
    Outcome.VOICEMAIL: "Noted: left {} a voicemail.",
    Outcome.NO_ANSWER: "Noted: {} did not answer.",
    Outcome.WRONG_NUMBER: "Noted: the number of {} is wrong, and no text goes to it. "
    "Correct it on their card.",
}
ANSWERS = {
    Appointment.Status.CONFIRMED: "{} confirmed on the phone.",
    Appointment.Status.DECLINED: "{} declined on the phone.",
}
FILTERS: tuple[tuple[str, str, str, Collection[Section], bool | None], ...] = (
    ("", "To call", "call", TO_CALL, None),
    ("unreached", "No text reaches", "call-off", (Section.UNREACHED,), None),
    ("asked", "Asked, no answer", "send", (Section.ASKED,), None),
    ("new", "Not tried yet", "clock", TO_CALL, False),
    ("tried", "Called before", "history", tuple(Section), True),
    ("coming", "Text still to come", "clock", (Section.COMING,), None),
)
"""What may be shown: its name, words and icon, the sections, and whether somebody called."""
SECTIONS = {
    Section.UNREACHED: ("No text reaches them", "Only a call can tell them."),
    Section.ASKED: ("Asked, no answer", "A text asked them; nothing clear came back."),
    Section.COMING: ("Text still to come", "A text asks them first. No call is needed yet."),
}
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


@dataclass(frozen=True, slots=True)
class Correction:
    """One patient's number, to be corrected on the spot."""

    appointment_id: int
    name: str
    given: str
    raw: RawNumber


@dataclass(frozen=True)
class CallCard:
    """A household as it is shown; `heading` is that of its section, where it is the first of it."""

    household: Household
    heading: tuple[str, str] | None = None

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
        if not self.household.phone:
            return ()
        # A wrong number stops all texts to it; with several people it has to be said whose it is
        # not.
        return OUTCOMES if len(self.people) == 1 else OUTCOMES[:-1]

    @cached_property
    def corrections(self) -> list[Correction]:
        """Whose number may be corrected here, each once."""
        found = {
            row.day.contact_id: Correction(
                row.day.id, row.day.name, phone(row.raw.given, row.day.country), row.raw
            )
            for row in self.household.rows
            if row.raw
        }
        return list(found.values())

    @cached_property
    def names(self) -> str:
        """Whom one calls, for screen readers."""
        return ", ".join(dict.fromkeys(row.day.name or "(no name)" for row in self.household.rows))


@staff_page
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
    sections, tried = next((which, tried) for name, _, _, which, tried in FILTERS if name == wanted)
    page = counted_page(request, calls.only(sections, tried=tried), per_page=ROWS)
    listed = households(list(page), now=now)
    filters = _filters(calls, wanted)
    shown = [(one.key, one.digest) for one in listed]
    return {
        "cards": _cards(listed),
        "page": page,
        "filters": filters,
        "days": calls.days,
        "day": day,
        "to_called": reverse("call_list_called"),
        "to_answered": reverse("call_list_answered"),
        "several_places": several(request),
        "to_corrected": reverse("call_list_number"),
        "total": calls.count(),
        "coming": 0 if wanted == "coming" else calls.count((Section.COMING,)),
        "token": f"{seen}/{digest((shown, filters, calls.days, page.number))}",
        "filters_digest": digest((filters, calls.days, day)),
        "address": {"day": day or "", "show": wanted, "page": page.number},
    }


def _cards(listed: list[Household]) -> list[CallCard]:
    cards, before = [], None
    for one in listed:
        cards.append(CallCard(one, SECTIONS[one.section] if one.section != before else None))
        before = one.section
    return cards


def _filters(calls: Calls, wanted: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "words": words,
            "icon": icon,
            "on": name == wanted,
            "count": calls.count(sections, tried=tried),
        }
        for name, words, icon, sections, tried in FILTERS
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


@staff_action
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


@staff_action
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


@staff_action
def correct_number(request: StaffRequest) -> HttpResponse:
    """Write down the right `phone` of the patient `contact` of one of the listed appointments."""
    visits = request.scope.appointments().select_related("contact", "location")
    visit = get_object_or_404(visits, pk=read_id(request.POST.get("appointment")))
    contact = visit.contact
    written = read_text(request.POST.get("phone"), longest=100)
    try:
        columns = phone_columns(written, visit.location.country)
        if columns["phone"] in ("", contact.phone):
            return _answer(request, "Type the right number first.", tone="warning")
        save_contact(
            contact,
            columns,
            seen=request.POST.get("seen", ""),
            number_is_right=False,
            by=request.scope.actor,
            now=timezone.now(),
        )
    except (PhoneError, ChangedMeanwhileError) as error:
        return _answer(request, str(error), tone="warning")
    return _answer(request, f"The number of {contact} is corrected. Texts go to it from now on.")


@staff_action
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
