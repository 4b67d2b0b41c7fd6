"""A number at which a call reached somebody else: no text of that person goes there any more.

The number is kept with the contact, and is wrong only while it is still theirs: a corrected one
needs no further step, and the same one brought again by the diary stays wrong. Texts come back when
the call is taken back, or when staff say that the number is right after all. Others on the same
number keep their texts: whose number a call proved wrong is for staff to say.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from reminders.domain.common.audit import Actor, record_contacts
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.locks import lock_coming_of, retry_on_conflict
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.planning.withdrawal import on_their_way, withdraw_messages
from reminders.domain.sending.outbox import queue_text
from reminders.models import CallAttempt, Contact, Message, Reminder
from reminders.models.care.reached import theirs_and_wards

WITHDRAWN = Reminder.Reason.WRONG_NUMBER
WRITTEN = (Message.Kind.STAFF, Message.Kind.CORRECTION)


def mark_wrong(contact_ids: Collection[int], *, by: Actor, now: datetime) -> None:
    """Note that these contacts have another number, and withdraw all that is on its way to the
    wrong one.

    In the caller's transaction, which has locked nothing yet.
    """
    # Appointments before people, as everybody locks them; the planning below needs both.
    coming = lock_coming_of(theirs_and_wards(contact_ids), now=now)
    fresh = _lock(contact_ids, wrong=False)
    # The number itself and no flag: once it is corrected, the mark says nothing any more.
    Contact.objects.filter(pk__in=fresh).update(wrong_number=F("phone"))
    record_contacts("number_wrong", [(pk, {}) for pk in fresh], by=by, now=now)
    withdraw_messages(on_their_way(fresh, now=now), now=now)
    plan_appointments(coming, now=now)
    enqueue_after_commit("withdraw")


def take_back(contact_ids: Collection[int], *, by: Actor, now: datetime) -> None:
    """The texts to these contacts go again, but where another call in force found the number wrong,
    too.

    In the caller's transaction, which may have locked nothing but the calls.
    """
    coming = lock_coming_of(theirs_and_wards(contact_ids), now=now)
    marked = _lock(contact_ids, wrong=True)
    wrong = CallAttempt.objects.filter(outcome=CallAttempt.Outcome.WRONG_NUMBER, undone_at=None)
    # Two calls may have found it wrong: taking back one of them says nothing of the other.
    proven: set[int] = set()
    for whose in ("appointment__contact", "appointment__contact__responsible"):
        still = wrong.filter(**{f"{whose}__in": marked}, phone=F(f"{whose}__wrong_number"))
        proven |= set(still.values_list(whose, flat=True))
    right = [pk for pk in marked if pk not in proven]
    Contact.objects.filter(pk__in=right).update(wrong_number="")
    record_contacts("number_right", [(pk, {}) for pk in right], by=by, now=now)
    # What staff had asked for is not planned by any rule, so no planning would bring it back.
    forced = Reminder.objects.filter(appointment__in=coming, forced=True, reason=WITHDRAWN)
    forced.filter(state=Reminder.State.SKIPPED, appointment__contact__in=right).update(
        state=Reminder.State.PLANNED, reason=Reminder.Reason.NONE, updated_at=now
    )
    plan_appointments(coming, now=now)
    enqueue_after_commit("send")


@retry_on_conflict
def is_right_after_all(contact: Contact, *, by: Actor, now: datetime) -> None:
    """Take back every call that found this contact's present number wrong."""
    with transaction.atomic():
        calls = CallAttempt.objects.filter(
            Q(appointment__contact=contact) | Q(appointment__contact__responsible=contact),
            outcome=CallAttempt.Outcome.WRONG_NUMBER,
            undone_at=None,
        )
        calls.filter(phone=contact.wrong_number).update(undone_at=now)
        take_back([contact.pk], by=by, now=now)


def write_again(contact_ids: Collection[int], *, withdrawn_at: datetime, now: datetime) -> None:
    """Queue once more what staff had written and `mark_wrong` kept back then, while it is of
    use.
    """
    kept_back = Message.objects.filter(
        contact__in=contact_ids,
        contact__wrong_number="",
        phone=F("contact__phone"),
        kind__in=WRITTEN,
        state=Message.State.CANCELLED,
        accepted_at=None,
        cancel_requested_at=withdrawn_at,
        expires_at__gt=now,
    )
    for one in kept_back.select_related("contact", "appointment", "location"):
        queue_text(
            kind=Message.Kind(one.kind),
            phone=one.phone,
            text=one.text,
            location=one.location,
            contact=one.contact,
            appointment=one.appointment,
            expires_at=one.expires_at,
            created_by_id=one.created_by_id,
            now=now,
        )


def _lock(contact_ids: Collection[int], *, wrong: bool) -> list[int]:
    """Those of these contacts whose present number is marked as wrong, or is not; locked, by their
    ids.
    """
    rows = Contact.objects.filter(pk__in=contact_ids).exclude(phone="")
    same = rows.filter(wrong_number=F("phone")) if wrong else rows.exclude(wrong_number=F("phone"))
    return list(same.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
