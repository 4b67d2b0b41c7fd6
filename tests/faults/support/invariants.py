"""What must hold after every scenario, whatever went wrong: one function, for all of them.

The sandbox's ledger is the truth about texts, the database about what staff see. Each violation
comes back as a line of words, so that a failed test tells what happened.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from reminders.models import Appointment, AuditEntry, Message, Reminder, Reply, Suppression

Entry = dict[str, Any]  # a line of the ledger: JSON
NEVER_CAME = frozenset({"failed", "rejected", "expired", "cancelled"})
KEPT = timedelta(days=45)
"""How long the provider keeps what it knows of a text."""
ON_THE_LIST = frozenset({"skipped", "expired", "failed"})


@dataclass(frozen=True, slots=True)
class Carried:
    """A reminder that a message carried at some time."""

    reminder_id: int
    appointment_id: int
    rule_id: int
    version: int
    cutoff_at: datetime


class Facts:
    """Everything the invariants look at, read once."""

    def __init__(self, ledger: Sequence[Entry], *, now: datetime) -> None:
        self.now = now
        self.messages = {row.pk: row for row in Message.objects.all()}
        self.appointments = {row.pk: row for row in Appointment.objects.all()}
        self.entries: dict[uuid.UUID, list[Entry]] = defaultdict(list)
        for entry in ledger:
            self.entries[uuid.UUID(entry["metadata"]["message"])].append(entry)
        self.carried: dict[uuid.UUID, list[Carried]] = defaultdict(list)
        self.versions: dict[tuple[int, int], datetime] = {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT * FROM fault_carried")
            for message_id, *rest in cursor.fetchall():
                self.carried[message_id].append(Carried(*rest))
            cursor.execute("SELECT appointment_id, version, at FROM fault_version")
            self.versions = {(row[0], row[1]): row[2] for row in cursor.fetchall()}

    def delivered(self) -> Iterator[tuple[uuid.UUID, Entry]]:
        for message_id, entries in self.entries.items():
            yield from ((message_id, entry) for entry in entries if entry["delivered_at"])


def violations(
    ledger: Sequence[Entry],
    *,
    now: datetime,
    replies: Sequence[str] = (),
    notice: timedelta = timedelta(),
) -> list[str]:
    """Everything that should not be; an empty list is as it should be.

    `replies` are the ids of what patients wrote. `notice` is for how long nobody could have
    withdrawn a text or known of an opt-out, because the scenario kept the rings or the provider
    from it.
    """
    facts = Facts(ledger, now=now)
    return [
        *_doubles(facts),
        *_late(facts),
        *_suppressed(facts, notice=notice),
        *_superseded(facts, notice=notice),
        *_lost(facts),
        *_untrue(facts),
        *_replies(replies),
    ]


def _doubles(facts: Facts) -> Iterator[str]:
    """At most one delivered text per reminder version, and per message."""
    per_version: Counter[Any] = Counter()
    for message_id, entry in facts.delivered():
        what: set[Any] = {
            (row.appointment_id, row.rule_id, row.version) for row in facts.carried[message_id]
        }
        per_version.update(what or {message_id})
        if message_id not in facts.messages:
            yield f"a text nobody wrote was delivered: {entry['message_id']}"
    for what, count in per_version.items():
        if count > 1:
            yield f"delivered {count} times: {what}"


def _late(facts: Facts) -> Iterator[str]:
    """None after its cutoff."""
    for message_id, entry in facts.delivered():
        message = facts.messages.get(message_id)
        at = datetime.fromisoformat(entry["delivered_at"])
        limits = [row.cutoff_at for row in facts.carried[message_id]]
        limits += [message.expires_at] if message else []
        if any(at > limit for limit in limits):
            yield f"delivered at {at}, after its cutoff {min(limits)}: {message_id}"


def _suppressed(facts: Facts, *, notice: timedelta) -> Iterator[str]:
    """None to a number that must not be texted."""
    periods = defaultdict(list)
    for row in Suppression.objects.all():
        periods[row.phone].append((row.since, row.lifted_at))
    for message_id, entry in facts.delivered():
        at = datetime.fromisoformat(entry["delivered_at"])
        for since, lifted_at in periods[entry["destination"]]:
            if since + notice < at and (lifted_at is None or at < lifted_at):
                yield f"delivered at {at} to a number opted out since {since}: {message_id}"


def _superseded(facts: Facts, *, notice: timedelta) -> Iterator[str]:
    """None for a version that was replaced long enough before to be withdrawn."""
    for message_id, entry in facts.delivered():
        left_at = datetime.fromisoformat(entry["released_at"])
        rows = facts.carried[message_id]
        replaced = [facts.versions.get((row.appointment_id, row.version + 1)) for row in rows]
        known = [at for at in replaced if at is not None]
        if rows and len(known) == len(rows) and max(known) + notice < left_at:
            yield f"sent at {left_at} though replaced at {max(known)}: {message_id}"


def _lost(facts: Facts) -> Iterator[str]:
    """Every due reminder is in a final state or where staff see it."""
    for row in Reminder.objects.filter(due_at__lte=facts.now).order_by("pk"):
        message = facts.messages.get(row.message_id) if row.message_id else None
        state = message.state if message else "no message"
        if row.state in ON_THE_LIST and not row.reason:
            yield f"reminder {row.pk} is {row.state} without a reason"
        elif row.state == "planned":
            yield f"reminder {row.pk} is still planned, {facts.now - row.due_at} after its time"
        elif row.state in ("sending", "withdrawing") and state != "unknown":
            yield f"reminder {row.pk} is still {row.state}, its message is {state}"
        elif row.state == "sent" and state not in ("delivered", *Message.AT_PROVIDER):
            yield f"reminder {row.pk} is sent, but its message is {state}"
    for message in facts.messages.values():
        # An answer that waits until its number may have another one is where it should be.
        due = max(message.scheduled_at, message.send_after or message.scheduled_at)
        if message.state in ("queued", "submitting") and due <= facts.now:
            yield f"message {message.pk} is still {message.state}"


def _untrue(facts: Facts) -> Iterator[str]:
    """What staff see of a text is what became of it, as long as the provider could be asked."""
    for message_id, message in facts.messages.items():
        if message.scheduled_at < facts.now - KEPT:
            continue
        statuses = sorted(entry["status"] for entry in facts.entries[message_id])
        if message.state == "delivered" and "delivered" not in statuses:
            yield f"message {message_id} is said to be delivered; the provider has {statuses}"
        elif "delivered" in statuses and message.state in NEVER_CAME:
            here = f"{message.state} ({message.words})"
            yield f"message {message_id} is {here}, but there it is {statuses}"
        elif message.state in Message.AT_PROVIDER and not statuses:
            yield f"message {message_id} is {message.state}; the provider never had it"
        if "scheduled" in statuses and message.state in ("cancelled", "expired"):
            yield f"message {message_id} is {message.state}, and still scheduled at the provider"


def _replies(ids: Sequence[str]) -> Iterator[str]:
    """Every reply is applied, and applied once."""
    known = dict(Reply.objects.values_list("provider_id", "applied_at"))
    for reply_id in ids:
        if known.get(reply_id) is None:
            yield f"reply {reply_id} was {'not applied' if reply_id in known else 'lost'}"
    if set(known) - set(ids):
        yield f"replies that nobody wrote: {sorted(set(known) - set(ids))}"
    answers = Message.objects.filter(kind="answer", answers__isnull=False).values_list(
        "answers_id", flat=True
    )
    for reply, count in Counter(answers).items():
        if count > 1:
            yield f"reply {reply} was answered {count} times"
    changed = AuditEntry.objects.filter(
        source="patient", kind__in=["confirmed", "declined"], undone_at=None
    )
    acted = Counter(changed.values_list("appointment_id", flat=True))
    said = Counter(Reply.appointments.through.objects.values_list("appointment_id", flat=True))
    for appointment, count in acted.items():
        if appointment is not None and count > said[appointment]:
            replies = f"{said[appointment]} replies"
            yield f"appointment {appointment} was answered {count} times by {replies}"
