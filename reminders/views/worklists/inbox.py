"""The inbox: cards on the left, one of them open with everything needed to settle it; live.

Each action carries the revision that was on the screen; who comes second reads who did what, and
when.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.common.digest import digest
from reminders.domain.consent.suppressions import is_textable
from reminders.domain.diary.appointments import undo_status
from reminders.domain.pages.conversation import opt_out_in_force, ready_lines, thread
from reminders.domain.replies.candidates import Candidate, candidates
from reminders.domain.replies.inbox import (
    Action,
    CardTouched,
    assign,
    done,
    done_cards,
    open_cards,
    reopen,
    reply_by_text,
    settle,
    touched_words,
    whole_cards,
)
from reminders.domain.replies.pausing import Texts, decide_texts
from reminders.domain.wording.segments import measure
from reminders.models import Appointment, AuditEntry, InboxItem, Suppression
from reminders.views.shared.asked import read_choice, read_id, read_ids, read_number, read_text
from reminders.views.shared.forms import country_of
from reminders.views.shared.locations import everybodys
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, staff_page, with_toast
from reminders.views.worklists.card_words import ICONS, SETTLED, TONES, WHAT_TO_DO
from reminders.views.worklists.conversation import LONGEST, shown_bubbles

ROWS = 40
SETTLED_SHOWN = timedelta(days=14)
CONTEXT_TEXTS = 6
STOP_LOOKING = 286
"""What htmx takes as the end of looking again and again."""
VIEWS = (("", "Waiting", "inbox"), ("mine", "Mine", "person"), ("done", "Done", "check-circle"))


@staff_page()
def show(request: StaffRequest) -> HttpResponse:
    """The cards, the first one open; for the live look only what may have changed."""
    if request.htmx and "token" in request.GET:
        return _live(request)
    first = (
        _bare(_cards(request)).values_list("pk", flat=True).first()
        if _view(request) != "done"
        else None
    )
    listed = _list(request, current=first)
    opened = _card_context(request, _theirs(request, first)) if first else {"card": None}
    return render(request, "inbox.html", listed | opened | {"on_list": True})


@staff_page()
def card(request: StaffRequest, pk: int) -> HttpResponse:
    """One card, open, beside the others; `?revision=` looks whether somebody else has touched it."""
    shown = _theirs(request, pk)
    if request.htmx and "revision" in request.GET:
        if request.GET["revision"] == str(shown.revision):
            return HttpResponse(status=204)
        return render(request, "inbox/touched.html", _touched(request, shown), status=STOP_LOOKING)
    listed = _list(request, current=shown.pk)
    return render(
        request, "inbox.html", listed | _card_context(request, shown) | {"on_list": False}
    )


def _live(request: StaffRequest) -> HttpResponse:
    """Only what may have changed, always with the count; an unchanged list costs one light
    statement.
    """
    count = json.dumps({"inbox-count": {"value": _count(request)}})
    if request.GET["token"] == _token(request):
        return HttpResponse(status=204, headers={"HX-Trigger": count})
    current = read_id(request.GET.get("current"))
    response = render(request, "inbox/live.html", _list(request, current=current))
    response.headers["HX-Trigger"] = count
    return response


def _count(request: StaffRequest) -> int:
    return InboxItem.objects.filter(request.scope.seen_cards(), done_at=None).count()


def _view(request: StaffRequest) -> str:
    return read_choice(request.GET.get("view"), [name for name, _, _ in VIEWS], otherwise="")


def _cards(request: StaffRequest) -> QuerySet[InboxItem]:
    """The cards of the view that was chosen."""
    if _view(request) == "done":
        since = timezone.now() - SETTLED_SHOWN
        return done_cards(everybodys(request)).filter(
            request.scope.seen_cards(), done_at__gte=since
        )
    cards = _waiting(request)
    return cards.filter(assigned_to=request.user) if _view(request) == "mine" else cards


def _waiting(request: StaffRequest) -> QuerySet[InboxItem]:
    return open_cards(everybodys(request)).filter(request.scope.seen_cards())


def _bare(cards: QuerySet[InboxItem]) -> QuerySet[InboxItem]:
    """Without what is shown of them."""
    return cards.select_related(None).prefetch_related(None)


def _token(request: StaffRequest) -> str:
    touched = _bare(_cards(request)).values_list("pk", "revision")[: ROWS + 1]
    return digest((_view(request), list(touched)))


def _list(request: StaffRequest, *, current: int | None = None) -> dict[str, Any]:
    """What the left side shows."""
    view = _view(request)
    rows = list(_cards(request)[: ROWS + 1])
    return {
        "items": [_item(one, request, current) for one in rows[:ROWS]],
        "more": len(rows) > ROWS,
        "view": view,
        "views": [
            {"name": name, "words": words, "icon": icon, "on": name == view}
            for name, words, icon in VIEWS
        ],
        "current": current or "",
        "token": digest((view, [(one.pk, one.revision) for one in rows])),
    }


def _item(one: InboxItem, request: StaffRequest, current: int | None) -> dict[str, Any]:
    contact = one.contact or (one.appointment.contact if one.appointment else None)
    item = {
        "card": one,
        "name": str(contact) if contact else "",
        "text": one.reply.text if one.reply else "",
        "icon": ICONS[InboxItem.Kind(one.kind)],
        "tone": TONES.get(InboxItem.Kind(one.kind), "check"),
        "zone": one.location.zone if one.location else _zone(request),
        "who": _who(one.done_by if one.done_at else one.assigned_to, request),
        "current": one.pk == current,
    }
    return item | {"digest": digest((one.pk, one.revision, item["name"], item["current"]))}


def _who(user: Any, request: StaffRequest) -> str:  # Any: the user model is the project's to choose
    if user is None:
        return ""
    return "you" if user == request.user else user.get_full_name() or user.get_username()


def _zone(request: StaffRequest) -> str:
    return request.scope.locations[0].zone if request.scope.locations else "UTC"


def _theirs(request: StaffRequest, pk: int) -> InboxItem:
    rows = whole_cards().filter(request.scope.seen_cards())
    return get_object_or_404(rows, pk=pk)


def _card_context(request: StaffRequest, shown: InboxItem) -> dict[str, Any]:
    """What the right side shows."""
    now = timezone.now()
    choices = _choices(request, shown, now=now)
    about = shown.appointment or (choices[0].appointment if len(choices) == 1 else None)
    contact = shown.contact or (about.contact if about else None)
    bubbles = thread(
        contact_id=contact.pk if contact else None,
        phone=shown.phone,
        scope=request.scope,
        limit=CONTEXT_TEXTS,
    )
    opt_out = opt_out_in_force(shown.phone)
    return {
        "card": shown,
        "item": _item(shown, request, shown.pk),
        "contact": contact,
        "what_to_do": WHAT_TO_DO[InboxItem.Kind(shown.kind)],
        "candidates": [(one, one.acts(now)) for one in choices],
        "bubbles": shown_bubbles(bubbles, now=now),
        "zone": shown.location.zone if shown.location else _zone(request),
        "country": country_of(request.scope, shown.location),
        "opt_out": opt_out,
        "paused": opt_out is not None and opt_out.reason == Suppression.Reason.PAUSED,
        "can_text": is_textable(shown.phone) and opt_out is None,
        "lines": ready_lines(contact, about, shown.location),
        "longest": LONGEST,
        "size": measure(""),
        "settled": _settled(request, shown) if shown.done_at else "",
    }


def _choices(request: StaffRequest, shown: InboxItem, *, now: datetime) -> list[Candidate]:
    """The appointments it may be about, of the user's locations only; the one already known is
    first.
    """
    here = request.scope.location_ids
    found = [one for one in candidates(shown, now=now) if one.appointment.location_id in here]
    known = shown.appointment
    theirs = known and (not request.scope.restricted or known.location_id in here)
    if known and theirs and known.pk not in {one.appointment.pk for one in found}:
        found.insert(0, Candidate(known, None, ""))
    return sorted(found, key=lambda one: one.appointment.pk != shown.appointment_id)[:12]


def _settled(request: StaffRequest, shown: InboxItem) -> str:
    who = _who(shown.done_by, request) or "The application"
    return f"{who[:1].upper()}{who[1:]} {SETTLED.get(shown.outcome, 'settled this')}"


def _touched(request: StaffRequest, shown: InboxItem) -> dict[str, Any]:
    at = shown.done_at
    zone = shown.location.zone if shown.location else _zone(request)
    return {"card": shown, "words": touched_words(shown), "at": at, "zone": zone}


def _revision(request: StaffRequest) -> int:
    written = request.POST.get("revision") or request.GET.get("revision") or ""
    return read_number(written, digits=9) or 0


def _collision(request: StaffRequest, error: CardTouched) -> HttpResponse:
    """Somebody else was faster: say so on the card and change nothing."""
    if request.htmx:
        return render(request, "inbox/touched.html", _touched(request, error.card), status=409)
    say(request, str(error), tone="warning")
    return go(request, reverse("inbox_card", args=[error.card.pk]))


def _warn(request: StaffRequest, shown: InboxItem, words: str) -> HttpResponse:
    if request.htmx:
        return with_toast(HttpResponse(status=204), words, tone="warning")
    say(request, words, tone="warning")
    return go(request, reverse("inbox_card", args=[shown.pk]))


def _onward(
    request: StaffRequest, settled: InboxItem, told: str, *, events: list[AuditEntry] | None = None
) -> HttpResponse:
    """To the next card, with a note of what was done and how to take it back."""
    back = f"{reverse('inbox_undo', args=[settled.pk])}?revision={settled.revision + 1}"
    if events:
        back += f"&events={','.join(str(event.pk) for event in events)}"
    say(request, told, undo=back)
    return go(request, _next(request, settled))


def _next(request: StaffRequest, settled: InboxItem) -> str:
    """The address of the card after this one, else of the first, else of the empty inbox."""
    waiting = _bare(_waiting(request))
    later = Q(opened_at__gt=settled.opened_at) | Q(opened_at=settled.opened_at, pk__gt=settled.pk)
    following = waiting.filter(later).values_list("pk", flat=True).first()
    following = following or waiting.values_list("pk", flat=True).first()
    return reverse("inbox_card", args=[following]) if following else reverse("inbox")


@staff_action()
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Confirm or decline the chosen `appointment`, or neither."""
    shown = _theirs(request, pk)
    action, chosen = request.POST.get("action", ""), request.POST.get("appointment", "")
    if action not in set(Action):
        return _warn(request, shown, "Choose confirm, decline or neither.")
    appointment = _appointment(request, chosen) if action != Action.NEITHER else None
    try:
        events = settle(
            shown,
            action,
            appointment_id=appointment.pk if appointment else None,
            revision=_revision(request),
            by=request.scope.actor,
            now=timezone.now(),
        )
    except CardTouched as error:
        return _collision(request, error)
    except ValueError as error:
        return _warn(request, shown, str(error))
    name = appointment.contact if appointment else ""
    told = {Action.CONFIRM: f"{name} is confirmed.", Action.DECLINE: f"{name} can't come."}
    return _onward(
        request, shown, told.get(Action(action), "Settled: nothing was changed."), events=events
    )


def _appointment(request: StaffRequest, written: str) -> Appointment | None:
    if not written:
        return None
    rows = request.scope.appointments().select_related("contact")
    found = rows.filter(pk=read_id(written)).first()
    if found is None:
        raise Http404("There is no such appointment at your locations.")
    return found


@staff_action()
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    """Answer by a text of one's own; `keep` leaves the card open."""
    shown = _theirs(request, pk)
    keep = "keep" in request.POST
    text = read_text(request.POST.get("text"), longest=LONGEST)
    try:
        reply_by_text(
            shown,
            text,
            revision=_revision(request),
            by=request.scope.actor,
            now=timezone.now(),
            keep_open=keep,
        )
    except CardTouched as error:
        return _collision(request, error)
    except ValueError as error:
        return _warn(request, shown, str(error))
    if keep:
        say(request, "Your text is going out. The card stays open, as yours.")
        response = go(request, reverse("inbox_card", args=[pk]))
    else:
        say(request, "Your text is going out.")
        response = go(request, _next(request, shown))
    response.headers["HX-Trigger"] = json.dumps({"text-sent": {"draft": f"card-{pk}"}})
    return response


@staff_action()
def take(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a card, or put it back (`to` is me or nobody)."""
    shown = _theirs(request, pk)
    mine = request.POST.get("to", "me") == "me"
    try:
        assign(
            shown,
            request.user.pk if mine else None,
            revision=_revision(request),
            by=request.scope.actor,
            now=timezone.now(),
        )
    except CardTouched as error:
        return _collision(request, error)
    say(request, "This one is yours." if mine else "Put back for everybody.")
    return go(request, reverse("inbox_card", args=[pk]))


@staff_action()
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """Mark a card as done, changing nothing else."""
    shown = _theirs(request, pk)
    try:
        done(shown, revision=_revision(request), by=request.scope.actor, now=timezone.now())
    except CardTouched as error:
        return _collision(request, error)
    except ValueError as error:
        return _warn(request, shown, str(error))
    return _onward(request, shown, "Done.")


@staff_action()
def texts(request: StaffRequest, pk: int) -> HttpResponse:
    """Decide about a paused number (`to` is stop or go_on)."""
    shown = _theirs(request, pk)
    wish = request.POST.get("to", "")
    if wish not in set(Texts):
        return _warn(request, shown, "Choose “No more texts” or “Keep texting”.")
    by, now = request.scope.actor, timezone.now()
    try:
        decide_texts(shown, Texts(wish), revision=_revision(request), by=by, now=now)
    except CardTouched as error:
        return _collision(request, error)
    except ValueError as error:
        return _warn(request, shown, str(error))
    told = (
        "No more texts to this number." if wish == Texts.STOP else "This number gets texts again."
    )
    say(request, told)
    return go(request, _next(request, shown))


@staff_action()
def put_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Open a settled card again; what was decided stays."""
    shown = _theirs(request, pk)
    try:
        reopen(shown, revision=_revision(request), by=request.scope.actor, now=timezone.now())
    except CardTouched as error:
        return _collision(request, error)
    say(request, "Back in the inbox.")
    return go(request, reverse("inbox_card", args=[pk]))


@staff_action()
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a decision back: the appointments are as before (`?events=`) and the card waits again."""
    shown = _theirs(request, pk)
    now = timezone.now()
    try:
        reopen(shown, revision=_revision(request), by=request.scope.actor, now=now)
    except CardTouched as error:
        say(request, str(error), tone="warning")
        return go(request, reverse("inbox_card", args=[pk]))
    theirs = AuditEntry.objects.filter(
        pk__in=read_ids(request.GET.get("events", "")), appointment__in=request.scope.appointments()
    )
    kept = [
        one
        for one in theirs.values_list("pk", flat=True)
        if not undo_status(one, by=request.scope.actor, now=now)
    ]
    told = (
        "Back in the inbox; the appointment has changed since and stays as it is."
        if kept
        else "Taken back."
    )
    say(request, told)
    return go(request, reverse("inbox_card", args=[pk]))
