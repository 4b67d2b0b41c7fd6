"""What a change of a rule would do to real coming appointments, worked out before anything is
saved.

The same pure planning runs on the rules as they would be, and its outcome is laid beside the texts
that stand now. It looks at the nearest appointments only, locks nothing and writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Count, Max, Q

from reminders.domain.common.access import Scope
from reminders.domain.planning.plan import (
    DesiredReminder,
    PlannableAppointment,
    desired_reminders,
    read_plannable,
)
from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.setup.rules import fresh
from reminders.models import Appointment, Message, Reminder, ReminderRule

LOOK_AT = 3_000
EXAMPLES = 7
SOON = timedelta(minutes=1)
WAITING = ("queued", "submitting", "unknown", "accepted", "held")
State, Reason = Reminder.State, Reminder.Reason


class Change(StrEnum):
    """What becomes of one text of one appointment."""

    SAME = "same"
    MOVED = "moved"
    NEW = "new"
    DROPPED = "dropped"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    SENT = "sent"


HANDED_OVER = (Change.REPLACED, Change.WITHDRAWN)
VISIBLE = (*HANDED_OVER, Change.MOVED, Change.NEW, Change.DROPPED)


class ReminderStanding(NamedTuple):
    """A reminder as it stands now, with what its message allows."""

    appointment_id: int
    rule_id: int
    version: int
    state: str
    reason: str
    due_at: datetime
    starts_at: datetime
    location_id: int
    phone: str
    forced: bool
    message_id: Any  # Any: a UUID or None
    message_state: str | None
    scheduled_at: datetime | None
    cancel_requested_at: datetime | None


@dataclass(frozen=True, slots=True)
class TextChange:
    """One text of an appointment, before or after: its time (UTC), or why it is not sent."""

    due_at: datetime
    reason: str = ""
    sent: bool = False

    @property
    def words(self) -> str:
        """Why it is not sent, for staff."""
        return str(Reason(self.reason).label) if self.reason else ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What the change does to one text: how it stands now and how it would."""

    appointment_id: int
    change: Change
    before: TextChange | None
    after: TextChange | None
    message_id: Any = None  # Any: as above

    def at_once(self, now: datetime) -> bool:
        """Whether it would leave right away, because its time by the new rule has passed."""
        moves = self.change in (Change.MOVED, Change.NEW, Change.REPLACED)
        return moves and self.after is not None and self.after.due_at <= now + SOON


@dataclass
class Example:
    """One real appointment with its texts of this kind."""

    appointment: Appointment
    effects: list[Effect]


@dataclass
class RulePreview:
    """What a change would do; exact for the nearest `looked_at` of `total` coming appointments."""

    counts: Counter[Change] = field(default_factory=Counter)
    handed_over: int = 0
    at_once: int = 0
    not_sent: Counter[str] = field(default_factory=Counter)
    looked_at: int = 0
    total: int = 0
    until: datetime | None = None
    examples: list[Example] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether every coming appointment was looked at."""
        return self.looked_at >= self.total

    @property
    def changes_nothing(self) -> bool:
        """Whether no text would go otherwise than now."""
        return not any(self.counts[change] for change in VISIBLE)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why texts would not be sent, in words, the most frequent first."""
        return [(str(Reason(code).label), n) for code, n in self.not_sent.most_common()]


def preview_rule(rule: ReminderRule, *, now: datetime, scope: Scope | None = None) -> RulePreview:
    """What saving this rule would do to the nearest coming appointments (of the user's locations)."""
    before = ReminderRule.objects.filter(pk=rule.pk).first() if rule.pk else None
    fresh(rule, before, now=now)
    rows = Appointment.objects.filter(_concerned(rule, before), starts_at__gt=now)
    if scope is not None:
        rows = rows.filter(scope.at_locations())
    nearest = dict(rows.order_by("starts_at", "pk").values_list("pk", "local_date")[:LOOK_AT])
    about = rows.aggregate(n=Count("pk"))
    until = Appointment.objects.filter(pk__in=nearest).aggregate(at=Max("starts_at"))["at"]
    preview = RulePreview(looked_at=len(nearest), total=about["n"], until=until)
    effects = list(_effects(list(nearest), rule, before, now=now))
    _count(preview, effects, now=now)
    preview.examples = _examples(effects, nearest)
    return preview


def _concerned(rule: ReminderRule, before: ReminderRule | None) -> Q:
    condition = Q(pk__in=[])
    for one in filter(None, (rule, before)):
        where = Q(location_id=one.location_id) if one.location_id else Q()
        what = Q(service_id=one.service_id) if one.service_id else Q()
        if not where and not what:
            return Q()
        condition |= where & what
    return condition


def _effects(
    ids: Sequence[int], rule: ReminderRule, before: ReminderRule | None, *, now: datetime
) -> Iterator[Effect]:
    """The effect on every text of the kinds concerned: a rule of one's own puts others out of
    force.
    """
    book = RuleSet.load()
    after_book = book.with_rule(rule)
    kinds = {one.kind for one in (rule, before) if one is not None}
    concerned = {one.id for one in (*book.rules, *after_book.rules) if one.kind in kinds}
    subjects = read_plannable(ids, lock=False)
    wanted = _by_text(desired_reminders(subjects, book=after_book, now=now), concerned)
    standing = _standing(ids, subjects, concerned)
    told = _told(ids, concerned) if any(subject.version > 1 for subject in subjects) else set()
    for key in sorted(wanted.keys() | standing.keys()):
        yield _effect(key[0], standing.get(key), wanted.get(key), told=told, now=now)


def _by_text(
    rows: Iterable[DesiredReminder], rules: set[int]
) -> dict[tuple[int, int], DesiredReminder]:
    return {(row.appointment_id, row.rule_id): row for row in rows if row.rule_id in rules}


def _standing(
    ids: Sequence[int], subjects: Iterable[PlannableAppointment], rules: set[int]
) -> dict[tuple[int, int], ReminderStanding]:
    versions = {subject.id: subject.version for subject in subjects}
    rows = (
        Reminder.objects.filter(appointment_id__in=ids, rule_id__in=rules)
        .order_by()
        .values_list(
            *ReminderStanding._fields[:11],
            "message__state",
            "message__scheduled_at",
            "message__cancel_requested_at",
        )
    )
    found = (ReminderStanding(*row) for row in rows)
    return {
        (row.appointment_id, row.rule_id): row
        for row in found
        if row.version == versions[row.appointment_id]
    }


def _told(
    ids: Sequence[int], rules: set[int]
) -> set[tuple[Any, ...]]:  # Any: columns of several types
    """What earlier versions have told already, which is not told again."""
    rows = Reminder.objects.filter(appointment_id__in=ids, rule_id__in=rules, state=State.SENT)
    return set(rows.values_list("appointment_id", "rule_id", "starts_at", "location_id", "phone"))


def _what_it_tells(wanted: DesiredReminder) -> tuple[Any, ...]:  # Any: columns of several types
    return (
        wanted.appointment_id,
        wanted.rule_id,
        wanted.starts_at,
        wanted.location_id,
        wanted.phone,
    )


def _effect(
    appointment_id: int,
    now_there: ReminderStanding | None,
    wanted: DesiredReminder | None,
    *,
    told: set[tuple[Any, ...]],
    now: datetime,
) -> Effect:
    after = TextChange(wanted.due_at, wanted.reason) if wanted else None
    if now_there is None:
        said = wanted is not None and _what_it_tells(wanted) in told
        if said or after is None:
            return Effect(appointment_id, Change.SENT, None, None)
        return Effect(appointment_id, Change.SAME if after.reason else Change.NEW, None, after)
    before = TextChange(
        now_there.due_at, now_there.reason, now_there.state in (State.SENDING, State.SENT)
    )
    if before.sent:
        return _effect_on_handed_over(now_there, before, after, now=now)
    change = _effect_on_planned(now_there, before, after)
    if change is Change.SAME and (
        after is None or now_there.state not in (State.PLANNED, State.SKIPPED)
    ):
        after = before
    return Effect(appointment_id, change, before, after)


def _effect_on_handed_over(
    row: ReminderStanding, before: TextChange, after: TextChange | None, *, now: datetime
) -> Effect:
    waits = (
        row.message_state in WAITING
        and row.cancel_requested_at is None
        and not row.forced
        and (row.message_state != Message.State.ACCEPTED or (row.scheduled_at or now) > now)
    )
    if not waits:
        return Effect(row.appointment_id, Change.SENT, before, before)
    if after is None or after.reason:
        return Effect(row.appointment_id, Change.WITHDRAWN, before, after, row.message_id)
    change = Change.REPLACED if after.due_at != before.due_at else Change.SAME
    return Effect(row.appointment_id, change, before, after, row.message_id)


def _effect_on_planned(
    row: ReminderStanding, before: TextChange, after: TextChange | None
) -> Change:
    goes_now = row.state in (State.PLANNED, State.WITHDRAWING)
    if row.state in (State.EXPIRED, State.FAILED):
        return Change.SAME
    if after is None or (after.reason and row.state != State.WITHDRAWING):
        return Change.DROPPED if goes_now else Change.SAME
    if row.forced or row.reason in (Reason.HELD, Reason.CAPPED, Reason.SHARED, Reason.WORDING):
        return Change.SAME
    if goes_now:
        return Change.SAME if after.due_at == before.due_at else Change.MOVED
    return Change.NEW


def _count(preview: RulePreview, effects: Iterable[Effect], *, now: datetime) -> None:
    messages = set()
    for effect in effects:
        preview.counts[effect.change] += 1
        preview.at_once += effect.at_once(now)
        if effect.change in HANDED_OVER:
            messages.add(effect.message_id)
        if effect.change is not Change.SENT and effect.after and effect.after.reason:
            preview.not_sent[effect.after.reason] += 1
    preview.handed_over = len(messages)


def _examples(effects: Sequence[Effect], days: Mapping[int, date]) -> list[Example]:
    """A few appointments that show the change best: one for each weekday, those it touches first."""
    by_appointment: dict[int, list[Effect]] = {}
    for effect in effects:
        by_appointment.setdefault(effect.appointment_id, []).append(effect)
    shown: dict[int, int] = {}
    for touched in (True, False):
        for pk, day in days.items():
            mine = by_appointment.get(pk)
            if mine and any(one.change in VISIBLE for one in mine) is touched:
                shown.setdefault(day.weekday(), pk)
    chosen = list(shown.values())[:EXAMPLES]
    rows = Appointment.objects.filter(pk__in=chosen).select_related("contact", "location")
    return [Example(row, by_appointment[row.pk]) for row in rows.order_by("starts_at", "pk")]
