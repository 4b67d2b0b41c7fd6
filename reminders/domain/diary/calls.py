"""What becomes of a telephone call: it is noted, or its answer counts like any other, and may be
taken back.

A call changes no appointment: what the patient said is confirmed or declined. A call that reached
somebody else withdraws the texts to that number, which is `wrong_numbers`' business.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from reminders.domain.common.audit import Actor, record_each
from reminders.domain.common.locks import lock_appointments, lock_coming_of, retry_on_conflict
from reminders.domain.diary.appointments import set_status, undo_status
from reminders.domain.diary.wrong_numbers import mark_wrong, take_back, write_again
from reminders.models import Appointment, AuditEntry, CallAttempt
from reminders.models.care.reached import theirs_and_wards
from reminders.models.care.represented import of_texted


@retry_on_conflict
def record_calls(
    appointment_ids: Collection[int], outcome: CallAttempt.Outcome, *, by: Actor, now: datetime
) -> list[int]:
    """Write down one telephone call about these appointments; returns the attempts' ids, for undo.

    A wrong number withdraws all texts to it of these people.
    """
    with transaction.atomic():
        about = Appointment.objects.filter(pk__in=appointment_ids).order_by("pk")
        called = dict(about.values_list("pk", of_texted("phone")))
        if outcome == CallAttempt.Outcome.WRONG_NUMBER:
            # First, because it locks coming appointments: the calls below point at them, and come
            # after.
            mark_wrong(set(about.values_list(of_texted("id"), flat=True)), by=by, now=now)
        made = CallAttempt.objects.bulk_create(
            CallAttempt(appointment_id=pk, at=now, by_id=by.user_id, outcome=outcome, phone=phone)
            for pk, phone in called.items()
        )
        lines = [(pk, {"outcome": str(outcome)}) for pk in sorted(appointment_ids)]
        record_each("call", lines, by=by, now=now)
    return [call.pk for call in made]


@retry_on_conflict
def undo_calls(call_ids: Collection[int], *, by: Actor, now: datetime) -> int:
    """Take calls back that were written down by mistake; returns how many were still in force."""
    with transaction.atomic():
        wrong = _found_wrong(call_ids)
        lock_coming_of(theirs_and_wards([contact_id for contact_id, _ in wrong]), now=now)
        rows = (
            CallAttempt.objects.filter(pk__in=call_ids, undone_at=None)
            .order_by("pk")
            .select_for_update()
        )
        ids = dict(rows.values_list("pk", "appointment_id"))
        CallAttempt.objects.filter(pk__in=ids).update(undone_at=now)
        AuditEntry.objects.filter(
            appointment_id__in=ids.values(),
            kind="call",
            undone_at=None,
            # A call and its line of history have the same moment, which is what joins them.
            at__in=CallAttempt.objects.filter(pk__in=ids).values("at"),
        ).update(undone_at=now)
        record_each("call_undone", [(pk, {}) for pk in ids.values()], by=by, now=now)
        if wrong:
            take_back([contact_id for contact_id, _ in wrong], by=by, now=now)
        for contact_id, at in wrong:
            write_again([contact_id], withdrawn_at=at, now=now)
    return len(ids)


def _found_wrong(call_ids: Collection[int]) -> set[tuple[int, datetime]]:
    """Of these calls, those in force that reached somebody else: whom they were for, and when they
    were.
    """
    calls = CallAttempt.objects.filter(pk__in=call_ids, undone_at=None)
    wrong = calls.filter(outcome=CallAttempt.Outcome.WRONG_NUMBER)
    at = dict(wrong.values_list("appointment_id", "at"))
    about = Appointment.objects.filter(pk__in=at).values_list("pk", of_texted("id"))
    return {(contact_id, at[pk]) for pk, contact_id in about}


@retry_on_conflict
def answer_by_phone(
    appointment_ids: Collection[int], status: Appointment.Status, *, by: Actor, now: datetime
) -> list[AuditEntry]:
    """What the patient said on the phone, for those still without an answer; the call is noted as
    well.

    Returns the history lines of the appointments that changed, for undo.
    """
    with transaction.atomic():
        lock_appointments(appointment_ids)
        waiting = Appointment.objects.filter(
            pk__in=appointment_ids, status=Appointment.Status.BOOKED
        )
        ids = list(waiting.order_by("pk").values_list("pk", flat=True))
        if not ids:
            return []
        record_calls(ids, CallAttempt.Outcome.CALLED, by=by, now=now)
        return set_status(ids, status, by=by, now=now)


@retry_on_conflict
def undo_answers(event_ids: Collection[int], *, by: Actor, now: datetime) -> int:
    """Take answers back that were given by phone, with their calls; returns how many still held."""
    with transaction.atomic():
        events = AuditEntry.objects.filter(pk__in=event_ids, appointment__isnull=False).order_by(
            "pk"
        )
        lock_appointments(pk for pk in events.values_list("appointment_id", flat=True) if pk)
        taken_back = 0
        for pk, appointment_id, at in events.values_list("pk", "appointment_id", "at"):
            if undo_status(pk, by=by, now=now):
                taken_back += 1
                calls = CallAttempt.objects.filter(appointment=appointment_id, at=at)
                undo_calls(list(calls.values_list("pk", flat=True)), by=by, now=now)
    return taken_back
