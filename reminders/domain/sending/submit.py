"""Hand one batch to the provider and say what became of each message. Touches no database.

The provider takes a request whole or not at all: a message that it names is taken out and the
others go at once; where it names none, the batch is halved until the culprit stands alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings

from reminders.domain.sending.claiming.drafts import OutgoingMessage
from reminders.log_ids import about
from reminders.provider import (
    CredentialsRefused,
    MessagesApi,
    MessagesApiError,
    NotReceived,
    OutboundMessage,
    Refused,
    SlowDown,
)

Kind = Literal["accepted", "failed", "put_back", "unknown"]
METADATA_KEY = "message"
APPOINTMENT_KEY = "appointment"
RULE_KEY = "rule"
# A connection from the pool, connecting, writing, the head and the body of the answer: each may
# take the time-out.
STEPS_OF_A_CALL = 5


@dataclass(frozen=True, slots=True)
class SubmissionResult:
    """What became of one message. `whole_call`: the error concerns the provider, not this text.

    `asked_at` (UTC) is when the call began, None where there was none.
    """

    id: uuid.UUID
    kind: Kind
    provider_id: str = ""
    words: str = ""
    error: MessagesApiError | None = None
    retry_after: float | None = None
    attempt: int = 1
    whole_call: bool = False
    asked_at: datetime | None = None


def submit(
    api: MessagesApi,
    wires: Sequence[OutgoingMessage],
    *,
    clock: Callable[[], datetime],
    until: datetime,
    callback: str | None,
) -> list[SubmissionResult]:
    """Hand over up to 100 messages; one answer for each. What comes of them is pushed to
    `callback`.

    From `until` (UTC) the claim is no longer ours, however long the batch waited for its turn or
    the machine slept, and what can't be called by then is left alone: it becomes `unknown` like
    everything that a dead worker leaves, and is looked up before anybody sends it again.
    """
    # A call that begins later could end after the claim: by then others may look the text up.
    deadline = until - longest_call()
    answers: list[SubmissionResult] = []
    waiting = [list(wires)]
    while waiting:
        batch = waiting.pop(0)
        # Read for each call, and not once: the batches before it may have taken minutes.
        asked_at = clock()
        if asked_at >= deadline:
            answers += [
                SubmissionResult(wire.id, "unknown", attempt=wire.attempt) for wire in batch
            ]
            continue
        found, again = _call(api, batch, callback)
        answers += [replace(answer, asked_at=asked_at) for answer in found]
        waiting += again
    return answers


def longest_call() -> timedelta:
    """How long one call may take: the time-out holds for each of its steps, from connecting to the
    body.
    """
    return STEPS_OF_A_CALL * timedelta(seconds=settings.MESSAGES_API_TIMEOUT)


def _call(
    api: MessagesApi, batch: list[OutgoingMessage], callback: str | None
) -> tuple[list[SubmissionResult], list[list[OutgoingMessage]]]:
    """One request: the answers it gives, and the batches to try again."""
    try:
        with about(messages=[str(wire.id) for wire in batch]):
            accepted = api.send([outbound(wire, callback=callback) for wire in batch])
    except Refused as error:
        return _refused(batch, error)
    # Surely not taken: only these may be sent again without looking them up.
    except (NotReceived, CredentialsRefused, SlowDown) as error:
        retry_after = getattr(error, "retry_after", None)
        return [
            SubmissionResult(
                wire.id,
                "put_back",
                error=error,
                retry_after=retry_after,
                attempt=wire.attempt,
                whole_call=True,
            )
            for wire in batch
        ], []
    # Everything else, a time-out above all: the provider may have every text of the batch.
    except MessagesApiError as error:
        return [
            SubmissionResult(wire.id, "unknown", error=error, attempt=wire.attempt, whole_call=True)
            for wire in batch
        ], []
    # By our own id and never by position: an answer may leave texts out, or order them otherwise.
    taken = {
        item.metadata.get(METADATA_KEY): item.message_id for item in accepted if item.message_id
    }
    return [_one(wire, taken.get(str(wire.id))) for wire in batch], []


def _one(wire: OutgoingMessage, provider_id: str | None) -> SubmissionResult:
    """A message that the provider's answer leaves out may have been taken all the same: unknown."""
    if provider_id:
        return SubmissionResult(wire.id, "accepted", provider_id=provider_id, attempt=wire.attempt)
    return SubmissionResult(wire.id, "unknown", attempt=wire.attempt)


def _refused(
    batch: list[OutgoingMessage], error: Refused
) -> tuple[list[SubmissionResult], list[list[OutgoingMessage]]]:
    named = {index: words for index, words in error.by_index.items() if 0 <= index < len(batch)}
    if named:
        failed = [
            SubmissionResult(batch[index].id, "failed", words=words, attempt=batch[index].attempt)
            for index, words in named.items()
        ]
        others = [wire for index, wire in enumerate(batch) if index not in named]
        return failed, [others] if others else []
    # The provider refuses a batch whole, so nothing of it was taken: halves may go at once.
    if len(batch) == 1:
        words = "; ".join(error.details) or str(error)
        return [SubmissionResult(batch[0].id, "failed", words=words, attempt=batch[0].attempt)], []
    half = len(batch) // 2
    return [], [batch[:half], batch[half:]]


def outbound(wire: OutgoingMessage, *, callback: str | None) -> OutboundMessage:
    """The message as the provider takes it; the metadata holds random ids and the rule's."""
    # Nothing of a person: metadata is kept at the provider, and read by whoever has the account.
    metadata = {METADATA_KEY: str(wire.id)}
    if wire.appointment_uuid:
        metadata[APPOINTMENT_KEY] = str(wire.appointment_uuid)
    # By these two a restored backup recognises what was handed over after it was made.
    if wire.rule_id is not None:
        metadata[RULE_KEY] = str(wire.rule_id)
    return OutboundMessage(
        content=wire.text,
        destination_number=wire.phone,
        scheduled=wire.scheduled,
        expires_at=wire.expires_at,
        delivery_report=True,
        metadata=metadata,
        callback_url=callback,
        source_number=wire.source_number or None,
        format="TTS" if wire.format == "TTS" else "SMS",
    )
