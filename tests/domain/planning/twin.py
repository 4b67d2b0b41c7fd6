"""Planning in plain Python, written without a look at the statements: what they must come to."""

from dataclasses import dataclass, replace
from datetime import datetime

from reminders.domain.planning.desired import DesiredReminder
from reminders.models import Appointment, Message, Reminder
from reminders.models.message_states import MessageState

State, Reason = Reminder.State, Reminder.Reason
SET_ASIDE = (Reason.HELD, Reason.CAPPED, Reason.SHARED, Reason.WORDING)


@dataclass(frozen=True)
class Line:
    """One reminder as planning leaves it."""

    state: str
    reason: str
    due_at: datetime


@dataclass(frozen=True)
class Diary:
    """One appointment with its reminders by rule and version, and their messages."""

    appointment: Appointment
    reminders: dict[tuple[int, int], Reminder]


def plan(diary: Diary, wanted: list[DesiredReminder], *, now: datetime) -> dict[object, Line]:
    """The reminders after planning, by rule and version."""
    desired = {(row.rule_id, row.version): row for row in wanted}
    lines: dict[object, Line] = {}
    for key, row in diary.reminders.items():
        lines[key] = _existing(diary, row, desired.get(key), now=now)
    for key, want in desired.items():
        if key not in lines and not _told_before(diary, want):
            lines[key] = _as_wanted(want)
    return lines


def stale(diary: Diary, wanted: list[DesiredReminder], *, now: datetime) -> set[object]:
    """The ids of the messages that planning asks back."""
    desired = {(row.rule_id, row.version): row for row in wanted}
    return {
        row.message_id
        for key, row in diary.reminders.items()
        if row.message and _is_stale(diary, row, desired.get(key), now=now)
    }


def _existing(diary: Diary, row: Reminder, want: DesiredReminder | None, *, now: datetime) -> Line:
    line = Line(row.state, row.reason, row.due_at)
    if row.state in (State.SENDING, State.SENT):
        if not row.message or not _is_stale(diary, row, want, now=now):
            return line
        line = _called_back(diary, row)
    if row.state in (State.PLANNED, State.SKIPPED) and want is None:
        past = diary.appointment.starts_at <= now
        return line if past and row.state == State.SKIPPED else _taken_back(diary, line, row)
    can_change = row.state in (State.PLANNED, State.SKIPPED, State.WITHDRAWN)
    if want and can_change and not row.forced and row.reason not in SET_ASIDE:
        return line if _told_before(diary, want) else _as_wanted(want)
    if want and line.state == State.WITHDRAWING:
        return replace(line, due_at=want.due_at)
    return line


def _called_back(diary: Diary, row: Reminder) -> Line:
    """A text that never left is ended at once, and its reminder is free; others wait."""
    assert row.message
    if row.message.state != MessageState.QUEUED:
        return Line(State.WITHDRAWING, row.reason, row.due_at)
    if not _holds(diary, row):
        return Line(State.WITHDRAWN, Reason.SUPERSEDED, row.due_at)
    if row.reason == Reason.HELD:
        return Line(State.SKIPPED, Reason.HELD, row.due_at)
    return Line(State.PLANNED, Reason.NONE, row.due_at)


def _taken_back(diary: Diary, line: Line, row: Reminder) -> Line:
    reason = Reason.RULE_OFF if _holds(diary, row) else Reason.SUPERSEDED
    return replace(line, state=State.WITHDRAWN, reason=reason)


def _holds(diary: Diary, row: Reminder) -> bool:
    same = row.version == diary.appointment.version
    return same and diary.appointment.status in Appointment.EXPECTED


def _as_wanted(want: DesiredReminder) -> Line:
    state = State.SKIPPED if want.reason else State.PLANNED
    return Line(state, want.reason, want.due_at)


def _is_stale(diary: Diary, row: Reminder, want: DesiredReminder | None, *, now: datetime) -> bool:
    message = row.message
    assert message
    open_still = message.state in Message.WITHDRAWABLE and message.cancel_requested_at is None
    if row.state not in (State.SENDING, State.SENT) or not open_still:
        return False
    if not _holds(diary, row):
        return True
    if diary.appointment.starts_at <= now or row.forced:
        return False
    changed = want is None or bool(want.reason) or want.due_at != row.due_at
    return changed and message.is_withdrawable(now=now)


def _told_before(diary: Diary, want: DesiredReminder) -> bool:
    """An earlier version said the same to the same phone, for the same person."""
    return any(
        row.state == State.SENT
        and row.rule_id == want.rule_id
        and row.version < want.version
        and (row.starts_at, row.location_id, row.phone)
        == (want.starts_at, want.location_id, want.phone)
        and row.message is not None
        and row.message.contact_id == diary.appointment.contact_id
        for row in diary.reminders.values()
    )
