"""What staff do to one appointment from a list: its status, its texts now or not at all, a
correction.

Each is one transaction with its line of history. What a change means for other texts is
`planning`'s.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TypeAlias

from django.db import transaction

from reminders.domain.common.audit import Actor, record
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.locks import (
    lock_appointment,
    lock_appointments,
    lock_messages,
    retry_on_conflict,
)
from reminders.domain.common.wording_catalogue import WordingCatalogue, values_for
from reminders.domain.diary.appointments import EXPECTED, set_status
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.planning.reach import why_not_reached
from reminders.domain.planning.withdrawal import withdraw_messages
from reminders.domain.sending.outbox import queue_text
from reminders.models import (
    Appointment,
    AuditEntry,
    Contact,
    Location,
    Message,
    Reminder,
    ReminderRule,
    Suppression,
    VisitChange,
)

LEAST_NOTICE = timedelta(minutes=5)
"""With less time than this before the start a text is of no use."""
SOON = timedelta(minutes=1)
TIME_IS_GONE = (
    "This time has been given to somebody else meanwhile. Nothing was changed. "
    "Move the visit to another time."
)
Telling: TypeAlias = VisitChange.Telling
State = Reminder.State
Reason = Reminder.Reason
UNREACHED: dict[str, str] = {
    Reason.NO_PHONE: "There is no usable phone number. Correct the number first, or call.",
    Reason.WRONG_NUMBER: "A call showed that this number is wrong. Correct the number first.",
    Reason.NO_CHANNEL: "This patient gets no messages. Change that with their details first, or "
    "call.",
    Reason.OPTED_OUT: "This number has opted out of texts. Please call.",
}


class StaffActionError(ValueError):
    """Something that can't be done now; its text says why and what to do instead, for staff."""


@retry_on_conflict
def mark(
    appointment_id: int,
    status: Appointment.Status,
    *,
    seen: str,
    by: Actor,
    now: datetime,
    telling: Telling = Telling.RULE,
) -> AuditEntry | None:
    """Give an appointment a status if it still has the one that staff saw; None if it has it
    already.

    `telling`: who tells the patient. Raises StaffActionError when somebody else changed it
    meanwhile.
    """
    with transaction.atomic():
        row = lock_appointment(appointment_id)
        if row.status == status:
            return None
        # By the status and not by the row's etag: notes that somebody added meanwhile are no reason
        # to refuse a click.
        if seen and row.status != seen:
            now_words = row.get_status_display()
            raise StaffActionError(
                f"Somebody changed this meanwhile to “{now_words}”. Nothing was changed."
            )
        events = set_status([appointment_id], status, by=by, now=now, telling=telling)
    if not events:
        raise StaffActionError(TIME_IS_GONE)
    return events[0]


@retry_on_conflict
def send_now(reminder: Reminder, *, by: Actor, now: datetime) -> None:
    """Have a reminder's text sent at once, whatever its rule says about times; never twice.

    One that the provider holds for later is withdrawn there first. Raises StaffActionError where
    there is nobody to text, the time is too short, or the text may be on its way already.
    """
    with transaction.atomic():
        row = _locked(reminder)
        _check_appointment(row, now=now)
        phone = _reached(row.appointment.contact, row.local_date)
        values = {
            "forced": True,
            "due_at": now,
            # Staff may send later than the rule would, but not into the visit itself.
            "cutoff_at": max(row.cutoff_at, row.starts_at - SOON),
            "phone": phone,
            "reason": Reason.NONE,
            "updated_at": now,
        }
        rows = Reminder.objects.filter(pk=row.pk)
        if row.state in (State.SENDING, State.SENT):
            _check_withdrawable(row, now=now)
            rows.update(**values)
            withdraw_messages([row.message_id], now=now)
        # Nobody knows whether the phone has it: a second one could be the same text twice.
        elif row.state == State.WITHDRAWING or row.reason == Reason.UNKNOWN:
            raise StaffActionError(
                "This text may be on its way already. Please call, or write a text."
            )
        else:
            # Without its old message: the claim writes a new one, and the old one stays on record
            # as it ended.
            rows.update(**values, state=State.PLANNED, message=None)
        record("send_now", by=by, now=now, appointment_id=row.appointment_id, details=_about(row))
        for task in ("withdraw", "send"):
            enqueue_after_commit(task)


@retry_on_conflict
def stop_reminder(reminder: Reminder, *, by: Actor, now: datetime) -> None:
    """Keep a reminder from being sent; one that the provider holds for later is withdrawn there.

    Raises StaffActionError when it has left already.
    """
    with transaction.atomic():
        row = _locked(reminder)
        rows = Reminder.objects.filter(pk=row.pk)
        if row.state in (State.PLANNED, State.SKIPPED):
            rows.update(state=State.SKIPPED, reason=Reason.HELD, forced=False, updated_at=now)
        elif row.state in (State.SENDING, State.SENT):
            _check_withdrawable(row, now=now)
            rows.update(reason=Reason.HELD, forced=False, updated_at=now)
            withdraw_messages([row.message_id], now=now)
            enqueue_after_commit("withdraw")
        else:
            raise StaffActionError("This text is not going out anyway.")
        record("held", by=by, now=now, appointment_id=row.appointment_id, details=_about(row))


@retry_on_conflict
def resume_reminder(reminder: Reminder, *, by: Actor, now: datetime) -> bool:
    """Take `stop_reminder` back: the text is planned again by its rule. False if it is not held."""
    with transaction.atomic():
        row = _locked(reminder)
        held = Reminder.objects.filter(pk=row.pk, reason=Reason.HELD)
        freed = held.filter(state=State.SKIPPED).update(
            state=State.PLANNED, reason=Reason.NONE, message=None, updated_at=now
        )
        # Still on its way back: without the reason it is planned again as soon as it is settled.
        freed += held.filter(state=State.WITHDRAWING).update(reason=Reason.NONE, updated_at=now)
        if freed:
            plan_appointments([row.appointment_id], now=now)
            record(
                "released", by=by, now=now, appointment_id=row.appointment_id, details=_about(row)
            )
            enqueue_after_commit("send")
    return bool(freed)


def correction_text(appointment: Appointment) -> str:
    """The words that correct an outdated text, in the patient's language where it is spoken.

    For a cancelled appointment there are no ready words in every language, so they are English, to
    be edited.
    """
    place, contact = appointment.location, appointment.contact
    texted = contact.texted_on(appointment.local_date)
    words = WordingCatalogue.load().words(None, "correction", (texted.language, place.language))
    if words is None or appointment.status not in EXPECTED:
        return cancellation_text(appointment, after=" Please ignore our earlier text.")
    values = values_for(
        first_name=contact.addressed_on(appointment.local_date),
        name=contact.name,
        starts_at=appointment.starts_at,
        place=place,
        language=words.language,
        extra=appointment.extra,
    )
    return words.template.render(values)


def cancellation_text(appointment: Appointment, *, after: str = "") -> str:
    """The words that tell of a cancelled appointment; English, to be edited."""
    place, contact = appointment.location, appointment.contact
    values = values_for(
        first_name=contact.addressed_on(appointment.local_date),
        name=contact.name,
        starts_at=appointment.starts_at,
        place=place,
        language="en",
    )
    call = f" Questions? Call {place.phone}." if place.phone else ""
    return (
        f"{values.first_name or 'Hello'}, your appointment at {values.location} on "
        f"{values.date} at {values.time} is cancelled.{after}{call}"
    )


def why_not_textable(contact: Contact, day: date) -> str:
    """Why staff can't text about a visit of this patient on this day; blank where they can."""
    texted = contact.texted_on(day)
    opted_out = Suppression.objects.filter(phone=texted.phone, lifted_at=None).exists()
    reason = why_not_reached(texted, patient=contact, opted_out=opted_out)
    return UNREACHED[reason] if reason else ""


@retry_on_conflict
def cancel(
    appointment: Appointment, *, seen: str, text: str | None, by: Actor, now: datetime
) -> AuditEntry | None:
    """Cancel an appointment and tell the patient by this text; None tells nobody.

    Returns the line of history, for undo. Raises StaffActionError where somebody changed it
    meanwhile, or the patient can't be texted: then nothing is changed.
    """
    with transaction.atomic():
        told = Reminder.objects.filter(appointment=appointment, state__in=Reminder.HANDED_OVER)
        # A correction where a text has told of the visit, so that nobody is asked to correct it.
        kind = Message.Kind.CORRECTION if told.exists() else Message.Kind.STAFF
        # What is chosen here is chosen: no rule's text goes besides, or instead.
        telling = Telling.NOBODY if text is None else Telling.HAND
        cancelled = Appointment.Status.CANCELLED
        event = mark(appointment.pk, cancelled, seen=seen, by=by, now=now, telling=telling)
        if text is not None and event:
            send_text(appointment.contact, text, by=by, now=now, kind=kind, appointment=appointment)
    return event


@retry_on_conflict
def correct(
    appointment: Appointment,
    *,
    by: Actor,
    now: datetime,
    text: str = "",
    expires_at: datetime | None = None,
) -> Message:
    """Text the patient that an earlier text no longer holds; `text` replaces the ready words.

    Raises StaffActionError where there is nobody to text, or the same words have gone out already.
    """
    words = text or correction_text(appointment)
    with transaction.atomic():
        row = lock_appointment(appointment.pk)
        corrections = Message.objects.filter(appointment=row, kind=Message.Kind.CORRECTION)
        if corrections.filter(created_at__gte=row.changed_at, text=words.strip()).exists():
            raise StaffActionError("This correction has been sent already.")
        return send_text(
            appointment.contact,
            words,
            kind=Message.Kind.CORRECTION,
            appointment=appointment,
            by=by,
            now=now,
            expires_at=expires_at,
        )


@retry_on_conflict
def send_text(
    contact: Contact,
    text: str,
    *,
    by: Actor,
    now: datetime,
    kind: Message.Kind = Message.Kind.STAFF,
    appointment: Appointment | None = None,
    place: Location | None = None,
    expires_at: datetime | None = None,
) -> Message:
    """Send a text that staff wrote, as soon as a worker is free. Raises StaffActionError as above.

    `place` is whose text it is where it is about no appointment; None: anybody's who sees the
    patient.
    """
    if not text.strip():
        raise StaffActionError("Please write something first.")
    with transaction.atomic():
        message = queue_text(
            kind=kind,
            phone=_reached(contact, appointment.local_date if appointment else now.date()),
            text=text.strip(),
            location=appointment.location if appointment else place,
            now=now,
            contact=contact,
            appointment=appointment,
            created_by_id=by.user_id,
            expires_at=expires_at,
        )
        if kind == Message.Kind.CORRECTION and appointment:
            record("corrected", by=by, now=now, appointment_id=appointment.pk)
        enqueue_after_commit("send")
    return message


def _reached(contact: Contact, day: date) -> str:
    """The number that is texted about a visit of this patient on this day."""
    if words := why_not_textable(contact, day):
        raise StaffActionError(words)
    return contact.texted_on(day).phone


def _locked(reminder: Reminder) -> Reminder:
    # The appointment, then the message, then the reminder: as planning and the recording of
    # answers lock them. The message is asked for under the appointment's lock, because a claim may
    # have given the reminder one a moment ago.
    lock_appointments([reminder.appointment_id])
    message_id = Reminder.objects.values_list("message_id", flat=True).get(pk=reminder.pk)
    lock_messages([message_id] if message_id else [])
    rows = Reminder.objects.select_related("appointment__contact", "message", "rule")
    return rows.select_for_update(of=("self",)).get(pk=reminder.pk)


def _check_appointment(row: Reminder, *, now: datetime) -> None:
    appointment = row.appointment
    holds = appointment.status in ReminderRule.HOLDS[row.rule.kind]
    if not holds or row.version != appointment.version:
        raise StaffActionError("The appointment has changed, so this text no longer holds.")
    past = row.rule.kind in (ReminderRule.Kind.MISSED, ReminderRule.Kind.AFTER)
    if not past and appointment.starts_at - now < LEAST_NOTICE:
        raise StaffActionError("It is too late for a text. Please call.")


def _check_withdrawable(row: Reminder, *, now: datetime) -> None:
    if row.message is None or not row.message.is_withdrawable(now=now):
        raise StaffActionError("This text has been sent already.")


def _about(row: Reminder) -> dict[str, object]:
    return {"reminder": row.pk, "rule": row.rule.name}
