"""Forget one person at their wish: what comes is called off first, then everything goes at once.

The wish is written down (`Erasure`) and waits until the provider has let go of their texts: else
one
could still go out, and nobody would know to whom. The appointments stay as rows that name nobody,
because the statistics count them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from reminders.domain.common.audit import SYSTEM, Actor, record
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.locks import (
    lock_appointments,
    lock_coming_of,
    lock_contact,
    lock_whole_contact,
    retry_on_conflict,
)
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.diary.appointments import set_status
from reminders.domain.person_data.holdings import Holdings, holdings_of
from reminders.domain.person_data.preview import preview, waits_for
from reminders.domain.planning.withdrawal import withdraw_messages
from reminders.domain.responsible.choose import release_wards
from reminders.domain.retention.holds import hold_of
from reminders.domain.retention.people import forget_people
from reminders.domain.retention.texts import CLOSED, blank_replies, blank_texts
from reminders.domain.trail.write import Kind, note
from reminders.models import (
    Appointment,
    AuditEntry,
    CallAttempt,
    Contact,
    DeliveryReport,
    Erasure,
    Import,
    InboxItem,
    Message,
    Reminder,
    SlotOffer,
    SoonerWish,
)


class ErasureError(ValueError):
    """Somebody who can't be forgotten; the text says why."""


def forget_person(contact_id: int, *, by: Actor, now: datetime) -> Erasure:
    """Call off what comes, and forget the person as soon as nothing is with the provider.

    `done_at` of what is returned tells whether that was at once. Raises ErasureError.
    """
    erasure = _ask(contact_id, by=by, now=now)
    finish(erasure.pk, now=now)
    erasure.refresh_from_db()
    return erasure


@retry_on_conflict
def _ask(contact_id: int, *, by: Actor, now: datetime) -> Erasure:
    with transaction.atomic():
        # First, as it locks the visits of others.
        release_wards(contact_id, by=by, now=now)
        # Before the person, in the one order: calling off plans, and planning locks appointments.
        coming = lock_coming_of([contact_id], now=now)
        contact = lock_contact(contact_id)
        if contact.forgotten_at:
            raise ErasureError("This person is forgotten already.")
        if hold_of(contact_id):
            raise ErasureError(
                "This person is on legal hold: nothing may be forgotten until it ends."
            )
        _call_off(coming, by=by, now=now)
        # Nothing is planned for them any more, whatever a diary brings until they are forgotten.
        Contact.objects.filter(pk=contact_id).update(channel=Contact.Channel.NONE, updated_at=now)
        texts = Message.objects.filter(pk__in=holdings_of(contact).texts).withdrawable(now=now)
        withdraw_messages(list(texts.values_list("pk", flat=True)), now=now)
        # `finish` waits for both: texts that the provider holds, and a STOP it has not heard of.
        for task in ("withdraw", "push_blocked"):
            enqueue_after_commit(task)
        # Asked twice it is the same wish; one open at a time is a constraint.
        erasure, new = Erasure.objects.get_or_create(
            contact=contact, done_at=None, defaults={"asked_at": now, "asked_by_id": by.user_id}
        )
        if new:
            note(Kind.ERASE, contact_id=contact_id)
            record("erasure_asked", by=by, now=now, contact_id=contact_id)
    return erasure


def _call_off(visits: Sequence[int], *, by: Actor, now: datetime) -> None:
    """Cancel the coming ones of these locked appointments, which takes back their texts."""
    expected = Appointment.objects.filter(
        pk__in=visits, starts_at__gt=now, status__in=Appointment.EXPECTED
    )
    ids = list(expected.values_list("pk", flat=True))
    set_status(ids, Appointment.Status.CANCELLED, by=by, now=now)


def finish_waiting(*, now: datetime, go_on: GoOn = for_ever) -> int:
    """Forget those whose texts the provider has let go of since; return how many."""
    count = 0
    waiting = Erasure.objects.filter(done_at=None).order_by("asked_at")
    # All of them: old wishes that have to wait must not hold up those behind them.
    for pk in list(waiting.values_list("pk", flat=True)):
        count += finish(pk, now=now)
        if not go_on():
            break
    return count


@retry_on_conflict
def finish(erasure_id: int, *, now: datetime) -> bool:
    """Forget the person of this wish, in one transaction; False while it has to wait."""
    with transaction.atomic():
        contact_id = Erasure.objects.values_list("contact_id", flat=True).get(pk=erasure_id)
        visits = list(Appointment.objects.filter(contact=contact_id).values_list("pk", flat=True))
        # The past ones as well, since their rows are blanked; before the person, in the one order.
        lock_appointments(visits)
        # Whole: what would begin to name them waits, and so comes after the looking and forgetting.
        contact = lock_whole_contact(contact_id)
        waiting = Erasure.objects.select_for_update().filter(pk=erasure_id, done_at=None)
        erasure = waiting.first()
        # Asked once more, under the lock: a hold may have been set since the wish.
        if erasure is None or hold_of(contact_id):
            return False
        # Booked between the look and the locks: not called off, so the next run forgets.
        if Appointment.objects.filter(contact=contact_id).exclude(pk__in=visits).exists():
            return False
        by = Actor.staff(erasure.asked_by_id) if erasure.asked_by_id else SYSTEM
        # What a diary or a colleague booked since the wish.
        _call_off(visits, by=by, now=now)
        held = holdings_of(contact)
        if waits_for(held):
            return False
        counts = {words: count for count, words in preview(held, now=now).going}
        _forget(held, now=now)
        erasure.done_at, erasure.counts = now, counts
        erasure.save(update_fields=["done_at", "counts"])
        record("person_forgotten", by=by, now=now, contact_id=contact_id)
    return True


def _forget(held: Holdings, *, now: datetime) -> None:
    # First: rows of files are found by the numbers of merges, which go below.
    _forget_in_files(held)
    blank_texts(held.texts)
    blank_replies(held.replies)
    _forget_visits(held)
    theirs = Q(contact=held.contact) | Q(reply__in=held.replies) | Q(phone__in=held.own)
    cards = InboxItem.objects.filter(theirs | Q(appointment__in=held.appointments))
    cards.filter(done_at=None).update(done_at=now, outcome=CLOSED)
    cards.update(phone="")
    strange = DeliveryReport.objects.filter(message=None, raw__isnull=False)
    # Their own numbers only: a shared one stands in the reports of others.
    for number in held.own:
        strange.filter(raw__icontains=number).update(raw=None, problem="")
    forget_people([held.contact.pk], now=now)


def _forget_visits(held: Holdings) -> None:
    """The rows stay, for the statistics; nothing on them says whose they were."""
    ids = held.appointments
    Reminder.objects.filter(appointment__in=ids).exclude(phone="").update(phone="")
    CallAttempt.objects.filter(appointment__in=ids).exclude(phone="").update(phone="")
    AuditEntry.objects.filter(appointment__in=ids).exclude(details={}).update(details={})
    SoonerWish.objects.filter(appointment__in=ids).exclude(note="").update(note="")
    open_ones = SlotOffer.objects.filter(appointment__in=ids).exclude(phone="")
    open_ones.update(state=SlotOffer.State.WITHDRAWN, ended_at=F("holds_until"), phone="")
    Appointment.objects.filter(pk__in=ids).update(notes="", extra={}, external_id="", diary="")


def _forget_in_files(held: Holdings) -> None:
    """Rows of files, and what the list of their problems quotes."""
    held.rows(by_name=True).delete()
    names = [name for name in (held.contact.first_name, held.contact.last_name) if name]
    given = [*held.own, held.contact.phone_as_given, held.contact.external_id]
    # One name alone, or a short id, would strike out the problems of other people's rows.
    signs = [
        sign for sign in (held.contact.name if len(names) == 2 else "", *given) if len(sign) > 3
    ]
    for file in Import.objects.filter(forgotten_at=None).exclude(problems=[]).iterator():
        kept = [one for one in file.problems if not _quotes(one, signs)]
        if len(kept) < len(file.problems):
            file.problems = kept
            file.save(update_fields=["problems"])


def _quotes(problem: object, signs: list[str]) -> bool:
    text = json.dumps(problem, ensure_ascii=False)
    return any(sign in text for sign in signs)
