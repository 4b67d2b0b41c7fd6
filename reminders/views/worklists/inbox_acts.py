"""What staff do with a card: settle it, answer it, take it, put it back.

Each action carries the revision that was on the screen; who comes second reads who did what, and
when.
"""

from __future__ import annotations

import json

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.diary.appointments import undo_status
from reminders.domain.replies.inbox import (
    Action,
    CardTouched,
    Settled,
    assign,
    done,
    reopen,
    reply_by_text,
    settle,
)
from reminders.domain.replies.pausing import Texts, decide_texts
from reminders.domain.replies.review import teach as teaching
from reminders.domain.replies.review.decided import take_back_told
from reminders.models import Appointment, AuditEntry, InboxItem, TaughtReply
from reminders.views.shared.asked import read_choice, read_id, read_ids, read_number, read_text
from reminders.views.shared.pages import (
    StaffRequest,
    go,
    go_back,
    say,
    staff_action,
    with_toast,
)
from reminders.views.worklists.conversation import LONGEST
from reminders.views.worklists.inbox_card import bare, their_card, touched, waiting


def _revision(request: StaffRequest) -> int:
    written = request.POST.get("revision") or request.GET.get("revision") or ""
    # 0 is no card's revision, so that an act without one collides instead of overwriting.
    return read_number(written, digits=9) or 0


def _collision(request: StaffRequest, error: CardTouched) -> HttpResponse:
    """Somebody else was faster: say so on the card and change nothing."""
    if request.htmx:
        return render(request, "inbox/touched.html", touched(request, error.card), status=409)
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
    # One more than was shown: that is the settled card's; anything else means somebody came after.
    back = f"{reverse('inbox_undo', args=[settled.pk])}?revision={settled.revision + 1}"
    if events:
        back += f"&events={','.join(str(event.pk) for event in events)}"
    say(request, told, undo=back)
    return go_back(request) if "next" in request.POST else go(request, _next(request, settled))


def _next(request: StaffRequest, settled: InboxItem) -> str:
    """The address of the card after this one, else of the first, else of the empty inbox."""
    open_ones = bare(waiting(request))
    # By place in the list, not by index: cards come and go while one is being read.
    later = Q(opened_at__gt=settled.opened_at) | Q(opened_at=settled.opened_at, pk__gt=settled.pk)
    following = open_ones.filter(later).values_list("pk", flat=True).first()
    following = following or open_ones.values_list("pk", flat=True).first()
    return reverse("inbox_card", args=[following]) if following else reverse("inbox")


@staff_action
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Confirm or decline the chosen `appointment` and say so by text (not if `silent`), or neither.

    `next` is a page of ours to come back to; without it, on to the next card.
    """
    shown = their_card(request, pk)
    action, chosen = request.POST.get("action", ""), request.POST.get("appointment", "")
    if action not in set(Action):
        return _warn(request, shown, "Choose confirm or decline, or close the card.")
    # “Neither” with an appointment chosen changes none: the choice stays from a changed mind.
    appointment = _appointment(request, chosen) if action != Action.NEITHER else None
    try:
        settled = settle(
            shown,
            action,
            appointment_id=appointment.pk if appointment else None,
            revision=_revision(request),
            by=request.scope.actor,
            now=timezone.now(),
            answer=not request.POST.get("silent"),
        )
    except CardTouched as error:
        return _collision(request, error)
    except ValueError as error:
        return _warn(request, shown, str(error))
    told = {
        Action.CONFIRM: f"{appointment.contact if appointment else ''} is confirmed.",
        Action.DECLINE: f"{appointment.contact if appointment else ''} has declined.",
        Action.NEITHER: "Closed. Nothing was changed.",
    }[Action(action)]
    return _onward(request, shown, told + _text_told(settled), events=settled.events)


def _text_told(settled: Settled) -> str:
    """What became of the text to the patient."""
    if settled.text:
        return " The answer is going out."
    return f" No text goes out: {settled.why_not}." if settled.why_not else ""


def _appointment(request: StaffRequest, written: str) -> Appointment | None:
    if not written:
        return None
    rows = request.scope.appointments().select_related("contact")
    found = rows.filter(pk=read_id(written)).first()
    if found is None:
        raise Http404("There is no such appointment at your locations.")
    return found


@staff_action
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    """Answer by a text of one's own; `keep` leaves the card open."""
    shown = their_card(request, pk)
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
    # Also on the way to another card: else the sent text comes up again as a draft.
    response.headers["HX-Trigger"] = json.dumps({"text-sent": {"draft": f"card-{pk}"}})
    return response


@staff_action
def teach(request: StaffRequest, pk: int) -> HttpResponse:
    """From now on the whole text of this card has this `meaning`; what waits is not changed."""
    shown = their_card(request, pk)
    meaning = read_choice(request.POST.get("meaning"), list(TaughtReply.Meaning), otherwise=None)
    if meaning is None:
        return _warn(request, shown, "Choose what this text always means.")
    try:
        teaching.teach(
            shown, TaughtReply.Meaning(meaning), by=request.scope.actor, now=timezone.now()
        )
    except ValueError as error:
        return _warn(request, shown, str(error))
    say(request, "Taught. What waits with the same words is listed here, for you to decide.")
    return go(request, reverse("taught_replies"))


@staff_action
def take(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a card, or put it back (`to` is me or nobody)."""
    shown = their_card(request, pk)
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
    say(
        request,
        "Kept for you; the others see your name on it." if mine else "Given back to everybody.",
    )
    return go(request, reverse("inbox_card", args=[pk]))


@staff_action
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """Mark a card as done, changing nothing else."""
    shown = their_card(request, pk)
    try:
        done(shown, revision=_revision(request), by=request.scope.actor, now=timezone.now())
    except CardTouched as error:
        return _collision(request, error)
    except ValueError as error:
        return _warn(request, shown, str(error))
    return _onward(request, shown, "Closed.")


@staff_action
def texts(request: StaffRequest, pk: int) -> HttpResponse:
    """Decide about a paused number (`to` is stop or go_on)."""
    shown = their_card(request, pk)
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


@staff_action
def put_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Open a settled card again; what was decided stays."""
    shown = their_card(request, pk)
    try:
        reopen(shown, revision=_revision(request), by=request.scope.actor, now=timezone.now())
    except CardTouched as error:
        return _collision(request, error)
    say(request, "Back in the inbox.")
    return go(request, reverse("inbox_card", args=[pk]))


@staff_action
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a decision back: the appointments are as before (`?events=`), the card waits again.

    Its text is withdrawn where it has not left yet.
    """
    shown = their_card(request, pk)
    now = timezone.now()
    try:
        # The card first: who loses this race must not turn back an appointment that a colleague
        # decided.
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
    if not take_back_told(shown.reply_id, now=now):
        told += " The answer had left already: call or text the patient."
    say(request, told)
    return go(request, reverse("inbox_card", args=[pk]))
