"""Take over texts that were handed over after the backup: each is written down, and counts as the
text of its reminder.

* Went out, or still waits there: its reminder is sent, and no second text goes.
* Called off by us in the lost hours: the visit was moved, cancelled or declined then. Its reminder
  is stopped, because what it would say holds no longer; the diary's next file tells what does.
* Reads otherwise than we would write it now: the visit, or who comes along, changed. What else is
  planned for that visit is stopped as well.
* Of no visit that is here: kept, so that the visit finds it when the diary brings it back.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from reminders.domain.backup.lines import Line
from reminders.domain.backup.numbers import count
from reminders.domain.common.asking import asked_by_purpose
from reminders.domain.common.locks import lock_appointments
from reminders.domain.links.addresses import without_secret
from reminders.domain.links.keep import adopt_link
from reminders.domain.sending.after_restore.would_say import would_say
from reminders.domain.sending.claiming.drafts import CHECK_AFTER, Draft
from reminders.domain.sending.outbox import USEFUL_FOR
from reminders.domain.sending.reconcile import furthest_first
from reminders.domain.wording.purposes import purpose_of_rule
from reminders.domain.wording.segments import measure
from reminders.models import Appointment, Message, Reminder
from reminders.models.message_states import MessageState
from reminders.provider import has_no_news, read_status

State, Reason = Reminder.State, Reminder.Reason
STEP = 200
Visits = Mapping[uuid.UUID | None, Appointment]
CLOSE = timedelta(seconds=60)
"""A text that is to go so close to a reminder's time is that reminder's."""
OPEN_FOR_ADOPTION = (State.PLANNED, State.SKIPPED, State.EXPIRED)


@dataclass(slots=True)
class Placed:
    """What is to be written for the texts of some visits."""

    carried: dict[int, Line] = field(default_factory=dict)
    called_off: set[int] = field(default_factory=set)
    doubtful: set[int] = field(default_factory=set)
    """Appointments whose text reads otherwise than we would write it."""


def adopt_lines(lines: Sequence[Line], *, now: datetime) -> None:
    """Write these texts down and settle their reminders, some visits in each transaction."""
    by_visit: dict[object, list[Line]] = defaultdict(list)
    for line in lines:
        # Those of no visit stand alone: one key would put them all into one step.
        by_visit[line.appointment or line.id].append(line)
    visits = list(by_visit.values())
    for start in range(0, len(visits), STEP):
        _adopt_step([line for some in visits[start : start + STEP] for line in some], now=now)


@transaction.atomic
def _adopt_step(lines: Sequence[Line], *, now: datetime) -> None:
    known = Appointment.objects.filter(
        uuid__in={line.appointment for line in lines if line.appointment}
    )
    visits: Visits = {row.uuid: row for row in known}
    lock_appointments([row.pk for row in visits.values()])
    reminders = Reminder.objects.filter(
        appointment__in=[row.pk for row in visits.values()],
        state__in=OPEN_FOR_ADOPTION,
        message=None,
    ).select_related("rule", "appointment")
    current = [row for row in reminders if row.version == row.appointment.version]
    drafts = would_say([row.pk for row in current if row.state == State.PLANNED], now=now)
    placed = _place(lines, visits, current, drafts)
    of_line = {line.id: row for row in current if (line := placed.carried.get(row.pk))}
    Message.objects.bulk_create(
        (_message(line, visits, of_line.get(line.id), drafts, now=now) for line in lines),
        ignore_conflicts=True,
    )
    for line in lines:
        row = of_line.get(line.id)
        draft = drafts.get(row.pk) if row else None
        language = draft.link.language if draft and draft.link else ""
        adopt_link(line.id, line.kept.content, language, now=now)
    _settle(placed, now=now)
    count(
        adopted=len(placed.carried),
        called_off=len(placed.called_off),
        doubtful=len(placed.doubtful),
        unplaced=sum(line.appointment not in visits and line.is_live for line in lines),
    )


def _place(
    lines: Sequence[Line],
    visits: Visits,
    reminders: Sequence[Reminder],
    drafts: dict[int, Draft],
) -> Placed:
    placed = Placed()
    theirs: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        visit = visits.get(line.appointment)
        if visit and (row := _reminder_of(line, visit.pk, reminders)):
            theirs[row.pk].append(line)
    for pk, some in theirs.items():
        best = _best(some)
        if best.is_live or _state(best) in Message.UNDELIVERED:
            placed.carried[pk] = best
        else:
            placed.called_off.add(pk)
    by_id = {row.pk: row for row in reminders}
    for pk, line in list(placed.carried.items()):
        _place_family(by_id[pk], line, drafts.get(pk), placed)
    return placed


def _place_family(row: Reminder, line: Line, draft: Draft | None, placed: Placed) -> None:
    """The others whom the same text tells; where it reads otherwise, nobody knows whom it told."""
    if draft is None:
        return
    # A report without the words says nothing against it.
    same = not line.kept.content or _words(draft.wire.text) == _words(line.kept.content)
    if not same:
        placed.doubtful.add(row.appointment_id)
    for other in draft.rows:
        if other.id in placed.carried or other.id in placed.called_off:
            continue
        if same:
            placed.carried[other.id] = line
        else:
            placed.called_off.add(other.id)


def _words(text: str) -> list[str]:
    return without_secret(text).split()  # how lines are broken is no matter


def _reminder_of(line: Line, appointment_id: int, reminders: Iterable[Reminder]) -> Reminder | None:
    """By its rule; a text that tells none, by when it is to go."""
    for row in reminders:
        if row.appointment_id != appointment_id:
            continue
        if line.rule_id == row.rule_id:
            return row
        if line.rule_id is None and abs((line.scheduled or line.at) - row.due_at) <= CLOSE:
            return row
    return None


def _best(lines: Sequence[Line]) -> Line:
    by_provider_id = {line.kept.message_id: line for line in lines}
    return by_provider_id[furthest_first([line.kept for line in lines])[0].message_id]


def _state(line: Line) -> MessageState:
    # A blank status, or one that only says that it is there: with the provider.
    if has_no_news(line.kept.status):
        return Message.State.ACCEPTED
    return MessageState(str(read_status(line.kept.status, line.kept.code).state))


def _message(
    line: Line,
    visits: Visits,
    row: Reminder | None,
    drafts: dict[int, Draft],
    *,
    now: datetime,
) -> Message:
    visit, state = visits.get(line.appointment), _state(line)
    draft = drafts.get(row.pk) if row else None
    scheduled = max(row.due_at, line.at) if row else (line.scheduled or line.at)
    asks = draft.asks if draft else _asks_of(row)
    return Message(
        id=line.id,
        kind=Message.Kind.REMINDER if row else Message.Kind.STAFF,
        asks=asks,
        appointment_id=visit.pk if visit else None,
        contact_id=visit.contact_id if visit else None,
        location_id=visit.location_id if visit else None,
        phone=line.kept.destination_number or "",
        text=line.kept.content,
        segments=measure(line.kept.content).segments if line.kept.content else 1,
        state=state,
        words=read_status(line.kept.status, line.kept.code).words[:300],
        status_code=line.kept.code,
        provider_id=line.kept.message_id,
        scheduled_at=scheduled,
        expires_at=row.cutoff_at if row else scheduled + USEFUL_FOR,
        attempt=1,
        send_after=line.at,
        check_after=max(scheduled, now) + CHECK_AFTER,
        accepted_at=line.at,
        final_at=now if state in Message.FINAL else None,
        # When it was written in the lost hours: by that it is known for one of them.
        created_at=line.at,
    )


def _asks_of(row: Reminder | None) -> str:
    return asked_by_purpose(purpose_of_rule(row.rule.kind, family=False)) if row else ""


def _settle(placed: Placed, *, now: datetime) -> None:
    carried: dict[uuid.UUID, list[int]] = defaultdict(list)
    for pk, line in placed.carried.items():
        carried[line.id].append(pk)
    for line in {line.id: line for line in placed.carried.values()}.values():
        failed = _state(line) in Message.UNDELIVERED
        Reminder.objects.filter(pk__in=carried[line.id]).update(
            state=State.FAILED if failed else State.SENT,
            reason=Reason.NOT_DELIVERED if failed else Reason.NONE,
            message_id=line.id,
            updated_at=now,
        )
    stop(placed.called_off, placed.doubtful, now=now)


def stop(reminder_ids: Iterable[int], appointment_ids: Iterable[int], *, now: datetime) -> None:
    """Stop these reminders and whatever else is planned for their visits, or for these: what was
    true in the backup does not hold any more. The caller holds the appointments.
    """
    called_off = Reminder.objects.filter(pk__in=set(reminder_ids))
    visits = {*appointment_ids, *called_off.values_list("appointment_id", flat=True)}
    rest = Reminder.objects.filter(appointment__in=visits, state=State.PLANNED)
    for stopped in (called_off, rest):
        stopped.update(
            state=State.SKIPPED, reason=Reason.CALLED_OFF, message_id=None, updated_at=now
        )
