"""Take in what patients wrote since the backup: what still waits at the provider, and what had been
confirmed before the restore and only its report still tells.

Each acts once more, as it did in the lost hours; the automatic answers to it do not go once more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from reminders.domain.backup.numbers import count
from reminders.domain.common.locks import lock_messages
from reminders.domain.common.turns import GoOn
from reminders.domain.replies.receive import apply_waiting_replies, fetch_replies, store_replies
from reminders.models import Message, Reply, RestoreHold
from reminders.provider import MessagesApi

BEFORE = timedelta(hours=1)
"""A text may reach us so long after the provider got it: asked for from so much earlier on."""


def take_in_replies(api: MessagesApi, hold: RestoreHold, *, now: datetime, go_on: GoOn) -> None:
    """Store all of them first, then act in the order in which they were written.

    Raises MessagesApiError; what was stored by then acts the next time.
    """
    fetched = fetch_replies(api, now=now, go_on=go_on)
    # The queue first: what it still has was answered by nobody, and keeps the source that says so.
    told = api.received_between(hold.backup_at - BEFORE, now)
    again = store_replies(told, source=Reply.Source.REPORT, now=now)
    count(replies=fetched + again)
    apply_waiting_replies(now=now, go_on=go_on)
    drop_second_answers(hold, now=now)


@transaction.atomic
def drop_second_answers(hold: RestoreHold, *, now: datetime) -> None:
    """End the automatic answers that patients had in the lost hours, before they go once more.

    To a reply that had been confirmed the answer had gone within seconds. To another one it is the
    same words to the same number that show it.
    """
    waiting = Message.objects.filter(
        state=Message.State.QUEUED,
        kind=Message.Kind.ANSWER,
        created_by=None,
        answers__isnull=False,
        created_at__gte=hold.restored_at,
    )
    lock_messages(list(waiting.values_list("pk", flat=True)))
    rows = list(waiting.select_related("answers"))
    lost = Message.objects.filter(
        phone__in={row.phone for row in rows},
        created_at__range=(hold.backup_at - BEFORE, hold.restored_at),
    ).exclude(state__in=[*Message.UNDELIVERED, Message.State.CANCELLED])
    had = {(row.phone, row.text): row.pk for row in lost}
    second = [
        row
        for row in rows
        if (row.answers and row.answers.source == Reply.Source.REPORT)
        or (row.phone, row.text) in had
    ]
    ended = Message.objects.filter(pk__in=[row.pk for row in second]).update(
        state=Message.State.CANCELLED,
        words="Answered before the restore",
        final_at=now,
        answers=None,
    )
    for row in second:
        theirs = had.get((row.phone, row.text))
        # The one that the patient had is the answer: its reply is read against what it asked.
        Message.objects.filter(pk__in=[theirs] if theirs else [], kind=Message.Kind.STAFF).update(
            kind=row.kind,
            asks=row.asks,
            purpose=row.purpose,
            answers=row.answers,
            appointment=row.appointment_id,
            contact=row.contact_id,
            location=row.location_id,
        )
    count(answered=ended)
