"""Hand over what waits for WhatsApp: claim, call, record, as sending does by SMS.

The provider has no idempotency key and nothing to look a text up by: one whose answer is lost stays
`unknown` until its news comes or the next road takes over, and is never handed over again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from reminders.domain.common.connections import release_connection
from reminders.domain.common.locks import lock_appointments_of, lock_messages
from reminders.domain.common.turns import GoOn
from reminders.domain.roads.consent import agreed_to_whatsapp
from reminders.domain.roads.handing_over import (
    in_rounds,
    leave,
    lock_waiting,
    mark_submitting,
    put_back,
    record_accepted,
    record_failed,
)
from reminders.domain.roads.whatsapp import access
from reminders.domain.roads.whatsapp.free_text import add_missing, window_is_open
from reminders.domain.roads.whatsapp.way import WAY
from reminders.domain.sending.claiming.queued import give_up
from reminders.domain.sending.recording.record import mark_unknown
from reminders.log_ids import about
from reminders.models import Message, Reminder, Road, Suppression, WhatsAppText
from reminders.provider import (
    CredentialsRefused,
    MessagesApiError,
    NotFound,
    NotReceived,
    Refused,
    SlowDown,
)
from reminders.provider.conversation import ConversationApi, WhatsAppMessage

CALLS = 8
STEPS_OF_A_CALL = 5
PAUSE = 15.0
Kind = Literal["accepted", "failed", "put_back", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one text; `error` where it concerns the provider and not this text."""

    id: uuid.UUID
    kind: Kind
    provider_id: str = ""
    words: str = ""
    error: MessagesApiError | None = None


def submit_waiting(api: ConversationApi, *, clock: Callable[[], datetime], go_on: GoOn) -> int:
    """Hand over what is due; return how many texts were dealt with."""
    return in_rounds(
        Road.WHATSAPP,
        lambda now: _submit_some(api, now=now, clock=clock),
        holds=lambda now: access.is_held(now=now),
        clock=clock,
        go_on=go_on,
    )


def _submit_some(api: ConversationApi, *, now: datetime, clock: Callable[[], datetime]) -> int:
    try:
        # Before anything is claimed: without a token nothing could be handed over.
        token = access.token(api, now=now)
    except MessagesApiError as error:
        access.failed(error, used="", now=now)
        return 0
    claimed, looked_at = _claim(now=now)
    release_connection()
    with ThreadPoolExecutor(CALLS, thread_name_prefix="whatsapp") as pool:
        outcomes = list(pool.map(partial(_hand_over, api, token=token), claimed))
    record(outcomes, token=token, now=clock())
    return looked_at


def leave_to_next(*, now: datetime) -> int:
    """WhatsApp was switched off: the next road takes over at once what waits; return how many."""
    with transaction.atomic():
        # All of them: what takes over next does so in portions of its own.
        ids = lock_waiting(Road.WHATSAPP, now=now, all=True)
        add_missing(ids, now=now)
        WhatsAppText.objects.filter(pk__in=ids, settled_at=None).update(next_road_at=now)
    return len(ids)


def _claim(*, now: datetime) -> tuple[list[WhatsAppMessage], int]:
    """Those that go now, marked as being handed over; the others are set aside or left to the next
    road.
    """
    with transaction.atomic():
        ids = lock_waiting(Road.WHATSAPP, now=now)
        add_missing(ids, now=now)
        refused = Suppression.objects.filter(phone=OuterRef("message__phone"), lifted_at=None)
        agreed = agreed_to_whatsapp().filter(phone=OuterRef("message__phone"))
        rows = WhatsAppText.objects.filter(pk__in=ids).select_related("message")
        rows = rows.annotate(opted_out=Exists(refused), agreed=Exists(agreed))
        going: list[WhatsAppText] = []
        blocked, late = [], []
        for row in rows.order_by("message__send_after"):
            if row.opted_out:
                blocked.append(row.pk)
            # Free text answers somebody who wrote there.
            elif (row.template and not row.agreed) or _is_too_late(row, now=now):
                late.append(row.pk)
            else:
                going.append(row)
        give_up(blocked, Message.State.CANCELLED, Reminder.Reason.OPTED_OUT, now=now)
        leave(WhatsAppText, late, now=now)
        call = STEPS_OF_A_CALL * timedelta(seconds=settings.MESSAGES_API_TIMEOUT)
        mark_submitting([row.pk for row in going], until=now + call)
    return [_wire(row) for row in going], len(ids)


def _is_too_late(row: WhatsAppText, *, now: datetime) -> bool:
    """Whether the wait would leave no time for the next road, or free text is not taken any
    more.
    """
    if not row.template and not window_is_open(row.message.phone, now=now):
        return True
    return bool(now + timedelta(minutes=row.wait_minutes) > row.sms_until)


def _wire(row: WhatsAppText) -> WhatsAppMessage:
    return WhatsAppMessage(
        number=row.message.phone,
        # Ours alone, and nothing of a person: it comes back with every piece of news.
        reference=str(row.pk),
        text=row.message.text,
        template=row.template,
        language=row.language,
        parameters=row.parameters,
        payloads=[payload_of(row.pk, answer) for answer in row.buttons],
    )


def payload_of(message_id: uuid.UUID, answer: str) -> str:
    """What a button carries: which text it belongs to, and what it answers."""
    return f"v1:{message_id}:{answer}"


def _hand_over(api: ConversationApi, wire: WhatsAppMessage, *, token: str) -> Outcome:
    message_id = uuid.UUID(wire.reference)
    try:
        with about(messages=[wire.reference]):
            return Outcome(message_id, "accepted", provider_id=api.send(wire, token=token))
    except Refused as error:
        return Outcome(message_id, "failed", words=f"WhatsApp refused it: {error.message}")
    # Surely not taken: only these may be handed over again.
    except (NotReceived, CredentialsRefused, SlowDown, NotFound) as error:
        return Outcome(message_id, "put_back", error=error)
    except MessagesApiError as error:
        return Outcome(message_id, "unknown", error=error)


def record(outcomes: Sequence[Outcome], *, token: str, now: datetime) -> None:
    """Write down what the provider said of each text, in one transaction."""
    if not outcomes:
        return
    of = {
        kind: [one.id for one in outcomes if one.kind == kind]
        for kind in ("accepted", "failed", "put_back", "unknown")
    }
    with transaction.atomic():
        lock_appointments_of(of["put_back"])
        lock_messages([one.id for one in outcomes])
        accepted = [one for one in outcomes if one.kind == "accepted"]
        record_accepted(WhatsAppText, accepted, words="With WhatsApp", emptied=WAY.emptied, now=now)
        for one in outcomes:
            if one.kind == "failed":
                record_failed(WhatsAppText, one, emptied=WAY.emptied, now=now)
        put_back(of["put_back"], pause=PAUSE, now=now)
        mark_unknown(of["unknown"], now=now)
        error = next((one.error for one in outcomes if one.error), None)
        if error:
            access.failed(error, used=token, now=now)
        elif accepted:
            access.answered(now=now)
