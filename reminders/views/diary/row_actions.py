"""Actions on one appointment from wherever it is listed: status with undo, its texts, a text of
one's own.

They answer with a note and an event; lists on the page look again by themselves.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import trigger_client_event

from reminders.domain.diary import undoing
from reminders.domain.diary.staff_actions import (
    StaffActionError,
    cancel,
    cancellation_text,
    correct,
    correction_text,
    mark,
    resume_reminder,
    send_now,
    send_text,
    stop_reminder,
    why_not_textable,
)
from reminders.domain.pages.conversation import ready_lines
from reminders.domain.pages.words import text_state
from reminders.domain.trail.write import look
from reminders.domain.wording.segments import measure
from reminders.models import Appointment, AuditEntry, Message, Reminder
from reminders.views.shared.asked import read_choice, read_text
from reminders.views.shared.pages import (
    StaffRequest,
    note_or_back,
    staff_action,
    staff_form,
    staff_page,
    with_toast,
)

Status = Appointment.Status
DONE = {
    Status.CONFIRMED: "{} is confirmed.",
    Status.DECLINED: "{} has declined.",
    Status.ARRIVED: "{} has arrived.",
    Status.NO_SHOW: "{} did not come.",
    Status.CANCELLED: "The appointment of {} is cancelled.",
    Status.BOOKED: "{} is booked, without an answer.",
}
LONGEST = 1_000


def _appointment(request: StaffRequest, pk: int) -> Appointment:
    rows = request.scope.appointments().select_related(
        "contact", "location", "practitioner", "service"
    )
    return get_object_or_404(rows, pk=pk)


def _reminder(request: StaffRequest, pk: int) -> Reminder:
    # By the appointment as it is now: a reminder keeps the location that it was planned for.
    theirs = request.scope.appointments()
    return get_object_or_404(Reminder.objects.filter(appointment__in=theirs), pk=pk)


def _refuse(request: StaffRequest, error: StaffActionError) -> HttpResponse:
    return note_or_back(request, str(error), tone="warning")


@staff_page
def menu(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything that can be done with an appointment, for the row's menu."""
    appointment = _appointment(request, pk)
    now = timezone.now()
    # Of this version only: those of earlier ones are history, and no text comes of them.
    reminders = appointment.reminders.filter(version=appointment.version).select_related(
        "rule", "message"
    )
    context = {
        "appointment": appointment,
        "reminders": [_choices(reminder, now=now) for reminder in reminders],
        "statuses": _statuses(appointment),
        "future": appointment.starts_at > now,
    }
    return render(request, "day_sheet/menu.html", context)


def _choices(reminder: Reminder, *, now: datetime) -> dict[str, object]:
    """What may be tried with one reminder; whether it still works is decided when it is tried."""
    message = reminder.message
    # With the domain's own margin: calling back what is due within a minute would come too late.
    waits = reminder.state in (Reminder.State.SENDING, Reminder.State.SENT) and (
        message is not None and message.is_withdrawable(now=now)
    )
    held = reminder.reason == Reminder.Reason.HELD
    planned = reminder.state == Reminder.State.PLANNED
    unsent = reminder.state in (
        Reminder.State.SKIPPED,
        Reminder.State.EXPIRED,
        Reminder.State.FAILED,
    )
    return {
        "reminder": reminder,
        "at": message.scheduled_at if message and waits else reminder.due_at,
        "send": planned or waits or unsent,
        "hold": planned or waits,
        "release": held,
        "words": reminder.get_reason_display() or _text_words(reminder),
        "open": planned or waits,
    }


def _text_words(reminder: Reminder) -> str:
    """How its text stands, in the words that the conversation has for it."""
    message = reminder.message
    return text_state(message.state) if message else reminder.get_state_display()


def _statuses(appointment: Appointment) -> list[tuple[str, str, str]]:
    offered = [
        (Status.CONFIRMED, "Confirmed", "check-circle"),
        (Status.DECLINED, "Declined", "x-circle"),
        (Status.ARRIVED, "Arrived", "person-check"),
        (Status.NO_SHOW, "Did not come", "person-x"),
        (Status.BOOKED, "No answer yet", "undo"),
    ]
    return [
        (str(status), words, icon)
        for status, words, icon in offered
        if status != appointment.status
    ]


@staff_action
def set_status(request: StaffRequest, pk: int) -> HttpResponse:
    """Give an appointment the status `to`, unless it is no longer the one shown, `seen`."""
    appointment = _appointment(request, pk)
    wanted = read_choice(request.POST.get("to"), Status, otherwise=None)
    if wanted is None:
        return note_or_back(request, "That is no status.", tone="danger")
    try:
        event = mark(
            pk,
            wanted,
            # What the row showed, compared under its lock: a colleague's status is not overwritten
            # unseen.
            seen=request.POST.get("seen", ""),
            by=request.scope.actor,
            now=timezone.now(),
        )
    except StaffActionError as error:
        return _refuse(request, error)
    words = DONE[wanted].format(appointment.contact)
    address = reverse("undo", args=[event.pk]) if event else ""
    return note_or_back(request, words, undo=address, row=pk)


@staff_action
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a status, a booking or a move back, unless it has changed again since."""
    # By the appointment: lines of history of other locations must not be guessed by their number.
    event = get_object_or_404(
        AuditEntry.objects.filter(appointment__in=request.scope.appointments()), pk=pk
    )
    if undoing.undo(event.pk, by=request.scope.actor, now=timezone.now()):
        return note_or_back(request, "Taken back.", row=event.appointment_id or 0)
    return note_or_back(
        request, "It has changed again since, so it was left as it is.", tone="warning"
    )


@staff_action
def send_reminder(request: StaffRequest, pk: int) -> HttpResponse:
    """Have a planned or withheld text sent at once."""
    try:
        send_now(_reminder(request, pk), by=request.scope.actor, now=timezone.now())
    except StaffActionError as error:
        return _refuse(request, error)
    return note_or_back(request, "The text is going out.")


@staff_action
def hold_reminder(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep a planned text from going out."""
    try:
        stop_reminder(_reminder(request, pk), by=request.scope.actor, now=timezone.now())
    except StaffActionError as error:
        return _refuse(request, error)
    return note_or_back(
        request, "This text will not be sent.", undo=reverse("release_reminder", args=[pk])
    )


@staff_action
def release_reminder(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a text go out after all."""
    if resume_reminder(_reminder(request, pk), by=request.scope.actor, now=timezone.now()):
        return note_or_back(request, "The text is planned again.")
    return note_or_back(request, "This text is not stopped.", tone="warning")


@staff_action
def send_correction(request: StaffRequest, pk: int) -> HttpResponse:
    """Text that an earlier text no longer holds, with the ready words."""
    appointment = _appointment(request, pk)
    try:
        correct(appointment, by=request.scope.actor, now=timezone.now())
    except StaffActionError as error:
        return _refuse(request, error)
    return note_or_back(request, f"A correction is on its way to {appointment.contact}.")


@staff_form
def text(request: StaffRequest, pk: int) -> HttpResponse:
    """A text of one's own about an appointment, in a dialog; `?as=correction` starts with those
    words.
    """
    appointment = _appointment(request, pk)
    correcting = request.GET.get("as") == "correction"
    # What was typed stays in the dialog where it is refused; a text lost is written worse again.
    written = read_text(request.POST.get("text"), longest=LONGEST)
    problem = ""
    if request.method == "POST":
        kind = Message.Kind.CORRECTION if correcting else Message.Kind.STAFF
        try:
            send_text(appointment.contact, written, by=request.scope.actor, now=timezone.now(),
                      kind=kind, appointment=appointment)  # fmt: skip
        except StaffActionError as error:
            problem = str(error)
        else:
            return _sent(f"Your text is on its way to {appointment.contact}.")
    elif correcting:
        written = correction_text(appointment)
    look(appointment.contact_id, page="appointment_text", appointment_id=pk)
    context = {
        "appointment": appointment,
        "written": written,
        "problem": problem,
        "size": measure(written),
        "longest": LONGEST,
        "lines": ready_lines(appointment.contact, appointment, appointment.location),
        "action": request.get_full_path(),
    }
    return render(request, "day_sheet/text.html", context, status=422 if problem else 200)


@staff_form
def cancel_visit(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask in a dialog whether the patient is to be told (`tell`), then cancel."""
    appointment = _appointment(request, pk)
    written, problem = cancellation_text(appointment), ""
    if request.method == "POST":
        tells = request.POST.get("tell") == "yes"
        written = read_text(request.POST.get("text"), longest=LONGEST)
        try:
            event = cancel(appointment, seen=request.POST.get("seen", ""),
                           text=written if tells else None, by=request.scope.actor,
                           now=timezone.now())  # fmt: skip
        except StaffActionError as error:
            problem = str(error)
        else:
            words = DONE[Status.CANCELLED].format(appointment.contact)
            # Once told, a click that takes it back would leave the patient with the wrong text.
            undo = reverse("undo", args=[event.pk]) if event and not tells else ""
            return _sent(f"{words} The text is going out." if tells else words, undo=undo)
    look(appointment.contact_id, page="appointment_cancel", appointment_id=pk)
    context = {
        "appointment": appointment,
        "written": written,
        "problem": problem,
        "why_not": _why_not_told(appointment),
        "seen": request.POST.get("seen") or appointment.status,
        "longest": LONGEST,
        "action": request.get_full_path(),
    }
    return render(request, "day_sheet/cancel.html", context, status=422 if problem else 200)


def _why_not_told(appointment: Appointment) -> str:
    if appointment.starts_at <= timezone.now():
        return "the visit is over."
    return why_not_textable(appointment.contact, appointment.local_date)


def _sent(words: str, *, undo: str = "") -> HttpResponse:
    # Nothing to swap: a body would replace the dialog that is about to close.
    response = with_toast(HttpResponse(status=204), words, undo=undo, changed=True)
    return trigger_client_event(response, "close-dialog")


@staff_action
def text_size(request: StaffRequest) -> HttpResponse:
    """How long a text is on the network, while it is being written."""
    size = measure(read_text(request.POST.get("text"), longest=LONGEST))
    return render(request, "partials/text_size.html", {"size": size})
