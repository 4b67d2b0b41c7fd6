"""Whether the application does its work, in figures for `status` and the connection page.

Each question is answered through a partial index, so that asking costs the same however much is
stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Q

from reminders.domain.common import troubles
from reminders.domain.operations import database_room
from reminders.domain.operations.periodic_tasks import (
    BACKUP_FAILED,
    FOLDER_ERROR,
    HEARTBEAT,
    does_of,
)
from reminders.domain.sending.after_restore.hold import is_held
from reminders.domain.sending.calls import answering
from reminders.models import (
    Appointment,
    DeliveryReport,
    InboxItem,
    Message,
    ProviderState,
    Reminder,
    Reply,
    TaskRun,
    Trouble,
    WhatsAppAccess,
)

BEAT_SILENT = timedelta(seconds=60)
DUE_TOO_LONG = timedelta(minutes=10)
UNKNOWN_TOO_LONG = timedelta(minutes=15)
REPLIES_TOO_LONG = timedelta(minutes=10)
WITHDRAWAL_TOO_LONG = timedelta(seconds=60)
WITHDRAWING_TOO_LONG = timedelta(minutes=15)
"""While others are withdrawn, as after an import that moved a whole diary."""
HANGS = timedelta(minutes=45)
"""Longer than any run takes that gets on."""
PASSING = frozenset({"OperationalError", "InterfaceError"})
"""Errors of a database that was away: the tasks that run often tell of one that lasts."""
OF_A_HOLD = frozenset({"due", "unknown", "replies", "poll", "withdraw"})
LOOKED_AT = 500
"""Of a long outbox, so many of those that go first are enough to know how long texts wait."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the health of the application is judged by. Ages are None where there is nothing of the
    kind.
    """

    oldest_due: timedelta | None
    oldest_unknown: timedelta | None
    oldest_unread_reply: timedelta | None
    unknown: int
    to_withdraw: int
    last_poll: datetime | None
    last_reports: datetime | None
    heartbeat: datetime | None
    brake: str
    brake_words: str
    oldest_withdrawal: timedelta | None = None
    withdrawing: bool = False
    refusal: database_room.Refusal = ""
    held: bool = False
    details: dict[str, str] = field(default_factory=dict)
    """What exactly is wrong, for troubles that need it: a folder, a clock, a ring, refused pushes.
    """

    def troubles(self, *, now: datetime) -> list[str]:
        """What is wrong, as codes; an empty list is health."""
        if self.refusal:  # whatever else is wrong comes of that
            return [self.refusal]
        found = []
        if self.brake:
            found.append(self.brake)
        if self.oldest_due and self.oldest_due > DUE_TOO_LONG:
            found.append("due")
        if self.oldest_unknown and self.oldest_unknown > UNKNOWN_TOO_LONG:
            found.append("unknown")
        if self.oldest_unread_reply and self.oldest_unread_reply > REPLIES_TOO_LONG:
            found.append("replies")
        if self.heartbeat is None or now - self.heartbeat > BEAT_SILENT:
            found.append("beat")
        # Beyond the interval that was asked for: a site that polls once an hour is not ill.
        if self.last_poll is None or now - self.last_poll > REPLIES_TOO_LONG + settings.POLL_EVERY:
            found.append("poll")
        if self._withdrawals_fail():
            found.append("withdraw")
        if self.held:  # what stands still because of it is no trouble of its own
            found = ["held", *(code for code in found if code not in OF_A_HOLD)]
        return list(dict.fromkeys([*found, *self.details]))

    def _withdrawals_fail(self) -> bool:
        """A text waits to be withdrawn and none was of late; or it waits however many others
        were.
        """
        # A long queue that moves is work; a short one that stands is a fault.
        waits = self.oldest_withdrawal or timedelta()
        return waits > (WITHDRAWING_TOO_LONG if self.withdrawing else WITHDRAWAL_TOO_LONG)


def take_pulse(*, now: datetime, fresh: bool = False) -> Pulse:
    """Ask the database how things stand. Times are UTC. `fresh`: also what is remembered for some
    seconds.
    """
    # Nobody can be asked about a mail: SMS takes over after the rule's wait, however long.
    unknown = Message.objects.filter(state=Message.State.UNKNOWN).exclude(road=Message.Road.EMAIL)
    stale = Message.objects.filter(cancel_requested_at__isnull=False, cancel_settled_at=None)
    # Only these can still be called back; one that is unknown is looked for first, and late for
    # another reason.
    there = Q(state__in=[Message.State.ACCEPTED, Message.State.HELD])
    leaving = stale.aggregate(n=Count("pk"), since=Min("cancel_requested_at", filter=there))
    runs = {run.name: run for run in TaskRun.objects.all()}
    asked = unknown.aggregate(n=Count("pk"), since=Min("unknown_since"))
    unread = (
        Reply.objects.filter(applied_at=None)
        .order_by("received_at")
        # By when it came to us: the time in the reply itself is the provider's, and may be hours
        # old.
        .values_list("stored_at", flat=True)
    )
    state = ProviderState.objects.filter(pk=1).first()
    return Pulse(
        oldest_due=_age(_due_since(now=now), now=now),
        oldest_unknown=_age(asked["since"], now=now),
        oldest_unread_reply=_age(unread.first(), now=now),
        unknown=asked["n"],
        to_withdraw=leaving["n"],
        last_poll=_last(runs, "replies"),
        last_reports=_last(runs, "reports"),
        heartbeat=_last(runs, HEARTBEAT),
        brake=state.brake if state else "",
        brake_words=state.words if state else "",
        oldest_withdrawal=_age(leaving["since"], now=now),
        withdrawing="withdraw" in runs and runs["withdraw"].count > 0,
        refusal=database_room.refusal(fresh=fresh),
        held=is_held(),
        details=_details(runs, now=now),
    )


def _last(runs: dict[str, TaskRun], name: str) -> datetime | None:
    return runs[name].succeeded_at if name in runs else None


def _details(runs: dict[str, TaskRun], *, now: datetime) -> dict[str, str]:
    """What programs told of, and which runs fail or hang."""
    told: dict[str, list[str]] = {}
    if provider := answering.failing(now=now):
        told[provider.code] = [provider.words] if provider.words else []
    for trouble in troubles.current(now=now):
        told.setdefault(trouble.code, []).append(trouble.words or _counted(trouble))
    if words := _whatsapp_fails():
        told["whatsapp"] = [words]
    folder = runs.get("folder")
    if folder and folder.error.startswith(FOLDER_ERROR):
        told["folder"] = [folder.error.removeprefix(FOLDER_ERROR)]
    backup = runs.get("backup")
    if backup and backup.error.startswith(BACKUP_FAILED):
        told["backup"] = [backup.error.removeprefix(BACKUP_FAILED)]
    elif late := _backup_late(backup, now=now):
        told["backup"] = [late]
    amiss = [
        f"{does_of(run.name)} ({how})" for run in runs.values() if (how := _amiss(run, now=now))
    ]
    if amiss:
        told["ring"] = amiss
    return {code: "; ".join(words) for code, words in told.items()}


def _whatsapp_fails() -> str:
    """Why nothing goes by WhatsApp, where it is set up; "" where all is well."""
    if settings.WHATSAPP is None:
        return ""
    return WhatsAppAccess.objects.filter(pk=1).values_list("trouble", flat=True).first() or ""


def _backup_late(run: TaskRun | None, *, now: datetime) -> str:
    """Since when there is no backup although one was to be written; "" where all is well."""
    every = timedelta(hours=settings.BACKUP_EVERY_HOURS)
    if not settings.BACKUP_FOLDER or not every or run is None or run.succeeded_at is None:
        return ""
    age = now - run.succeeded_at
    # The next one may just be under way, and takes its time.
    return f"the last one is {round(age / timedelta(hours=1))} hours old" if age > 2 * every else ""


def _counted(trouble: Trouble) -> str:
    times = "once" if trouble.count == 1 else f"{trouble.count:,} times"
    return f"{times} since {trouble.since:%d %B %H:%M} UTC, last {trouble.last_at:%d %B %H:%M} UTC"


def _amiss(run: TaskRun, *, now: datetime) -> str:
    """How a task fails by a fault of the program, or hangs; "" where it does not, or the provider
    is why.
    """
    # Only with a living lease: a run whose worker died has ended, and the next one takes its turn.
    if run.held_until and run.held_until > now and run.started_at and now - run.started_at > HANGS:
        return f"not ended for {round((now - run.started_at).total_seconds() / 60)} minutes"
    lately = run.finished_at is not None and now - run.finished_at < timedelta(days=1)
    # With a colon it is the provider's fault in words, which the brakes tell of; a name alone is an
    # error of ours.
    fault = bool(run.error) and ":" not in run.error and run.error not in PASSING
    return run.error if lately and fault else ""


def _due_since(*, now: datetime) -> datetime | None:
    """Since when the oldest text waits: one that is planned, or one in the outbox that had to be
    put back.
    """
    planned = Reminder.objects.filter(state=Reminder.State.PLANNED, due_at__lte=now).order_by(
        "due_at"
    )
    # Through the index on the time of the next try, and only the first of them: the pulse is felt
    # every few seconds.
    queued = Message.objects.filter(state=Message.State.QUEUED).order_by("send_after")[:LOOKED_AT]
    found = [
        planned.values_list("due_at", flat=True).first(),
        queued.aggregate(at=Min("scheduled_at"))["at"],
    ]
    # What is put back waits for its next try, but is late since it should have reached the phone.
    return min((at for at in found if at and at <= now), default=None)


def _age(since: datetime | None, *, now: datetime) -> timedelta | None:
    return now - since if since else None


def status_report(*, now: datetime) -> dict[str, Any]:
    """The whole report of `manage.py status`, ready for JSON; times are ISO 8601 in UTC."""
    pulse = take_pulse(now=now, fresh=True)
    found = pulse.troubles(now=now)
    return {
        "healthy": not found,
        "troubles": found,
        "details": {code: words for code, words in pulse.details.items() if code in found},
        "appointments": _by_state(Appointment, "status"),
        "reminders": _by_state(Reminder, "state"),
        "messages": _by_state(Message, "state"),
        "unknown": pulse.unknown,
        "to_withdraw": pulse.to_withdraw,
        "oldest_due_seconds": round(pulse.oldest_due.total_seconds()) if pulse.oldest_due else 0,
        "replies_unhandled": InboxItem.objects.filter(done_at=None).count(),
        "last_poll": _written(pulse.last_poll),
        "beat_heartbeat": _written(pulse.heartbeat),
        "provider": {"brake": pulse.brake, "words": pulse.brake_words or "Working"},
    }


def unreachable_report(cause: str) -> dict[str, Any]:
    """The report where the database can't be asked: the same keys, and the cause."""
    # The same keys: a program that watches must not fail over a missing one just then.
    nothing: dict[str, Any] = {key: {} for key in ("appointments", "reminders", "messages")}
    unknown = ("unknown", "to_withdraw", "oldest_due_seconds", "replies_unhandled", "last_poll")
    return {
        "healthy": False,
        "troubles": ["database"],
        "details": {"database": cause},
        **nothing,
        **dict.fromkeys((*unknown, "beat_heartbeat")),
        "provider": {"brake": "", "words": "not known"},
    }


def last_news(pulse: Pulse) -> dict[str, datetime | None]:
    """When anything last came in or went out, for the connection page (UTC)."""
    return {
        "accepted": Message.objects.aggregate(at=Max("accepted_at"))["at"],
        "report": DeliveryReport.objects.aggregate(at=Max("stored_at"))["at"],
        "replies_polled": pulse.last_poll,
        "reports_polled": pulse.last_reports,
        "heartbeat": pulse.heartbeat,
    }


def _by_state(model: Any, column: str) -> dict[str, int]:
    rows = model.objects.order_by().values_list(column).annotate(n=Count("pk"))
    return {state: int(n) for state, n in sorted(rows)}


def _written(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
