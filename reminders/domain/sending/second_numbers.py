"""A patient's second number, tried once where a text to the first one fails for good.

Only an end that lies with the number counts. A final state never changes, so never are both
delivered. Whether the second number may be texted, and when, is asked of it as of any queued text
(`claiming.queued`).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.planning.kept_opt_outs import recall
from reminders.domain.sending.outbox import new_text
from reminders.models import Appointment, Contact, Message, Reminder, Suppression, VisitLink
from reminders.provider.statuses import NUMBER_FAILED

LEAST_LEFT = timedelta(minutes=5)
"""With less time than this before its end a second text would hardly arrive in time."""


def try_second_numbers(message_ids: Collection[uuid.UUID], *, now: datetime) -> int:
    """Queue the texts among these that failed at the first number once more for the second; return
    how many. Call it in the transaction in which they failed, and which holds them.
    """
    fresh = [copy for one in _failed(message_ids, now=now) if (copy := _copy(one, now=now))]
    Message.objects.bulk_create(fresh)
    for copy in fresh:
        carried = Reminder.objects.filter(message=copy.instead_of, state=Reminder.State.FAILED)
        carried.update(
            message=copy, state=Reminder.State.SENDING, reason=Reminder.Reason.NONE, updated_at=now
        )
        # The copy holds the same address: the page goes on with the text that arrives.
        VisitLink.objects.filter(message=copy.instead_of).update(message=copy)
    if fresh:
        enqueue_after_commit("send")
    return len(fresh)


def _failed(message_ids: Collection[uuid.UUID], *, now: datetime) -> list[Message]:
    """Those of these that failed for their number, and are still of use."""
    carried = Reminder.objects.filter(message=OuterRef("pk"), state=Reminder.State.FAILED)
    expected = Q(appointment__status__in=Appointment.EXPECTED, appointment__starts_at__gt=now)
    # What took over from another road went to the first number, too.
    first = Q(instead_of=None) | ~Q(instead_of__road=Message.Road.SMS)
    failed = Message.objects.filter(
        first,
        # Of a family's text, all of what it tells must still hold: its words can't be changed.
        Exists(carried.filter(expected, version=F("appointment__version"))),
        ~Exists(carried.exclude(expected & Q(version=F("appointment__version")))),
        pk__in=message_ids,
        kind=Message.Kind.REMINDER,
        format=Message.Format.SMS,
        state__in=Message.UNDELIVERED,
        status_code__in=NUMBER_FAILED,
        cancel_requested_at=None,
        expires_at__gt=now + LEAST_LEFT,
    )
    return list(failed.select_related("appointment", "contact__responsible").order_by("pk"))


def _copy(failed: Message, *, now: datetime) -> Message | None:
    phone = _second_number(failed)
    if not phone:
        return None
    copy = new_text(
        kind=Message.Kind.REMINDER,
        phone=phone,
        text=failed.text,
        now=now,
        expires_at=failed.expires_at,
    )
    copy.scheduled_at = max(now, failed.scheduled_at)
    copy.asks, copy.source_number = failed.asks, failed.source_number
    copy.contact_id, copy.appointment_id = failed.contact_id, failed.appointment_id
    copy.location_id, copy.instead_of = failed.location_id, failed
    return copy


def _second_number(failed: Message) -> str:
    """The other number of whoever was texted; blank where there is none to try."""
    visit, patient = failed.appointment, failed.contact
    if visit is None or patient is None or patient.channel == Contact.Channel.NONE:
        return ""
    texted = patient.texted_on(visit.local_date)
    same = texted.second_phone in ("", failed.phone) or texted.phone != failed.phone
    if same or texted.is_wrong(texted.second_phone):
        return ""
    # Consent belongs to the number. Where that says no, a card tells that somebody has to call.
    recall([texted.second_phone])
    refused = Suppression.objects.filter(phone=texted.second_phone, lifted_at=None)
    return "" if refused.exists() else texted.second_phone
