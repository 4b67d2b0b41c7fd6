"""Hand over what waits for WhatsApp: claim, call, record, as sending does by SMS.

The provider has no idempotency key and nothing to look a text up by: one whose answer is lost stays
`unknown` until its news comes or the next road takes over, and is never handed over again.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef

from reminders.domain.common.connections import release_connection
from reminders.domain.common.locks import lock_appointments_of, lock_messages
from reminders.domain.common.turns import GoOn
from reminders.domain.roads.consent import agreed_to_whatsapp
from reminders.domain.roads.put_back import put_back
from reminders.domain.roads.waiting import waiting_for
from reminders.domain.roads.whatsapp import access
from reminders.domain.roads.whatsapp.free_text import WINDOW, add_missing, window_is_open
from reminders.domain.sending.after_restore.hold import is_held
from reminders.domain.sending.claiming.queued import give_up
from reminders.domain.sending.message_updates import StatusUpdate, apply_status_updates
from reminders.domain.sending.recording.record import mark_unknown
from reminders.log_ids import about
from reminders.models import Message, Reminder, Suppression, WhatsAppText
from reminders.provider import (
    CredentialsRefused,
    MessagesApiError,
    NotFound,
    NotReceived,
    Refused,
    SlowDown,
)
from reminders.provider.conversation import ConversationApi, WhatsAppMessage

CHUNK = 40
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
    done = 0
    while go_on():
        now = clock()
        if (
            is_held()
            or access.is_held(now=now)
            or not waiting_for(Message.Road.WHATSAPP, now=now).exists()
        ):
            return done
        try:
            # Before anything is claimed: without a token nothing could be handed over.
            token = access.token(api, now=now)
        except MessagesApiError as error:
            access.failed(error, used="", now=now)
            return done
        claimed, looked_at = _claim(now=now)
        done += looked_at
        release_connection()
        with ThreadPoolExecutor(CALLS, thread_name_prefix="whatsapp") as pool:
            outcomes = list(pool.map(partial(_hand_over, api, token=token), claimed))
        record(outcomes, token=token, now=clock())
        if looked_at < CHUNK:
            return done
    return done


def leave_to_next(*, now: datetime) -> int:
    """WhatsApp was switched off: the next road takes over at once what waits; return how many."""
    with transaction.atomic():
        locked = waiting_for(Message.Road.WHATSAPP, now=now).select_for_update(skip_locked=True)
        # All of them: what takes over next does so in portions of its own.
        ids = list(locked.values_list("pk", flat=True))
        add_missing(ids, now=now)
        WhatsAppText.objects.filter(pk__in=ids, settled_at=None).update(next_road_at=now)
    return len(ids)


def _claim(*, now: datetime) -> tuple[list[WhatsAppMessage], int]:
    """Those that go now, marked as being handed over; the others are set aside or left to the next
    road.
    """
    with transaction.atomic():
        locked = (
            waiting_for(Message.Road.WHATSAPP, now=now)
            .order_by("send_after")
            .select_for_update(skip_locked=True)
        )
        ids = list(locked.values_list("pk", flat=True)[:CHUNK])
        add_missing(ids, now=now)
        refused = Suppression.objects.filter(phone=OuterRef("message__phone"), lifted_at=None)
        rows = WhatsAppText.objects.filter(pk__in=ids).select_related("message")
        agreed = agreed_to_whatsapp().filter(phone=OuterRef("message__phone"))
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
        # Not failed: never tried. The next road takes them over in this very round.
        WhatsAppText.objects.filter(pk__in=late).update(next_road_at=now)
        Message.objects.filter(pk__in=late).update(send_after=now + WINDOW)
        Message.objects.filter(pk__in=[row.pk for row in going]).update(
            state=Message.State.SUBMITTING,
            claimed_until=now + STEPS_OF_A_CALL * timedelta(seconds=settings.MESSAGES_API_TIMEOUT),
            attempt=F("attempt") + 1,
        )
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
        _record_accepted([one for one in outcomes if one.kind == "accepted"], now=now)
        for one in outcomes:
            if one.kind == "failed":
                _record_failed(one, now=now)
        _put_back(of["put_back"], now=now)
        mark_unknown(of["unknown"], now=now)
        error = next((one.error for one in outcomes if one.error), None)
        if error:
            access.failed(error, used=token, now=now)
        elif of["accepted"]:
            access.answered(now=now)


def _record_accepted(outcomes: Sequence[Outcome], *, now: datetime) -> None:
    # On its way at once, and not “with the provider”: nothing calls it back from here on.
    apply_status_updates(
        [
            StatusUpdate(one.id, Message.State.ENROUTE, "With WhatsApp", None, one.provider_id)
            for one in outcomes
        ],
        now=now,
    )
    texts = WhatsAppText.objects.filter(pk__in=[one.id for one in outcomes], settled_at=None)
    # Counted from now: WhatsApp's own time for it begins here, too.
    for minutes in set(texts.values_list("wait_minutes", flat=True)):
        texts.filter(wait_minutes=minutes).update(
            parameters=[], next_road_at=now + timedelta(minutes=minutes)
        )


def _record_failed(outcome: Outcome, *, now: datetime) -> None:
    Message.objects.filter(pk=outcome.id, state=Message.State.SUBMITTING).update(
        state=Message.State.FAILED, words=outcome.words[:300], final_at=now, claimed_until=None
    )
    WhatsAppText.objects.filter(pk=outcome.id).update(next_road_at=now, parameters=[])


def _put_back(ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    pause = timedelta(seconds=PAUSE * random.uniform(0.5, 1.0))  # noqa: S311  # spreads the load
    put_back(ids, until=now + pause, now=now)
