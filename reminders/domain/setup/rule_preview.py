"""What a change of a rule would do to real coming appointments, worked out before anything is
saved.

Planning runs dry on the rules as they would be, and its outcome is laid beside the texts that stand
now. It looks at the nearest appointments only, locks nothing and writes nothing.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Count, F, Max, Q, QuerySet

from reminders.domain.common.access import Scope
from reminders.domain.planning.dry_run import Difference, Key, would_write
from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.setup.rules import fresh
from reminders.models import Appointment, Message, Reminder, ReminderRule

LOOK_AT = 3_000
EXAMPLES = 7
SOON = timedelta(minutes=1)
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


@dataclass(frozen=True, slots=True)
class ReminderStanding:
    """A reminder of an appointment's present version as it stands now."""

    appointment_id: int
    rule_id: int
    state: str
    reason: str
    due_at: datetime
    forced: bool
    message_id: uuid.UUID | None


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
    message_id: uuid.UUID | None = None

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
        """Whether every text stays as it is."""
        return not any(self.counts[change] for change in VISIBLE)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why texts would not be sent, in words, the most frequent first."""
        return [(str(Reason(code).label), n) for code, n in self.not_sent.most_common()]


def preview_rule(rule: ReminderRule, *, now: datetime, scope: Scope | None = None) -> RulePreview:
    """What saving this rule would do to the nearest coming appointments (of the user's
    locations).
    """
    before = ReminderRule.objects.filter(pk=rule.pk).first() if rule.pk else None
    # As saving does it: a text that would have been due before now counts as late.
    fresh(rule, before, now=now)
    rows = Appointment.objects.filter(concerned(rule, before), starts_at__gt=now)
    if scope is not None:
        rows = rows.filter(scope.at_locations())
    return look_ahead(rows, lambda ids: _effects(ids, rule, before, now=now), now=now)


def look_ahead(
    rows: QuerySet[Appointment],
    effects_on: Callable[[Sequence[int]], Iterator[Effect]],
    *,
    now: datetime,
) -> RulePreview:
    """What a change would do to the nearest of these coming appointments."""
    nearest = dict(rows.order_by("starts_at", "pk").values_list("pk", "local_date")[:LOOK_AT])
    about = rows.aggregate(n=Count("pk"))
    until = Appointment.objects.filter(pk__in=nearest).aggregate(at=Max("starts_at"))["at"]
    preview = RulePreview(looked_at=len(nearest), total=about["n"], until=until)
    effects = list(effects_on(list(nearest)))
    _count(preview, effects, now=now)
    preview.examples = _examples(effects, nearest)
    return preview


def concerned(rule: ReminderRule, before: ReminderRule | None) -> Q:
    # Nothing, to begin with: an empty Q would stand for every appointment.
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
    # Both kinds where it changes: the old one's texts fall back to the general rules.
    kinds = {one.kind for one in (rule, before) if one is not None}
    concerned = {one.id for one in (*book.rules, *after_book.rules) if one.kind in kinds}
    return effects_of(ids, after_book, concerned, now=now)


def effects_of(
    ids: Sequence[int], book: RuleSet, concerned: set[int], *, now: datetime
) -> Iterator[Effect]:
    """What planning by this book would do to every text of the rules that are concerned."""
    planned = would_write(ids, book=book, now=now)
    standing = _standing(ids, concerned)
    waiting = _waiting([row.message_id for row in standing.values() if row.message_id], now=now)
    keys = standing.keys() | {key for key in planned.wanted if key[1] in concerned}
    for key in sorted(keys):
        yield _effect(key, standing.get(key), planned, waiting=waiting)


def _standing(ids: Sequence[int], rules: set[int]) -> dict[Key, ReminderStanding]:
    rows = Reminder.objects.filter(
        appointment_id__in=ids, rule_id__in=rules, version=F("appointment__version")
    )
    names = [field.name for field in fields(ReminderStanding)]
    found = (ReminderStanding(**row) for row in rows.order_by().values(*names))
    return {(row.appointment_id, row.rule_id): row for row in found}


def _waiting(message_ids: Sequence[uuid.UUID], *, now: datetime) -> frozenset[uuid.UUID]:
    """Those of these messages that could still be withdrawn."""
    rows = Message.objects.withdrawable(now=now).filter(pk__in=message_ids)
    return frozenset(rows.values_list("pk", flat=True))


def _effect(
    key: Key,
    row: ReminderStanding | None,
    planned: Difference,
    *,
    waiting: frozenset[uuid.UUID],
) -> Effect:
    wanted = planned.wanted.get(key)
    after = TextChange(wanted.due_at, wanted.reason) if wanted else None
    if row is None:
        return _effect_on_missing(key, after, planned)
    if row.state in Reminder.HANDED_OVER:
        return _effect_on_handed_over(row, after, planned, waiting=waiting)
    before = TextChange(row.due_at, row.reason)
    change = _effect_on_planned(key, row, after, planned)
    # One that is being withdrawn is not what it was, though its time is the same.
    stays = key not in planned.corrected and row.state != State.WITHDRAWING
    if change is Change.SAME and stays:
        after = before
    return Effect(row.appointment_id, change, before, after)


def _effect_on_missing(key: Key, after: TextChange | None, planned: Difference) -> Effect:
    if after is None or key not in planned.added:
        # An earlier version has told this phone the same already.
        return Effect(key[0], Change.SENT, None, None)
    return Effect(key[0], Change.SAME if after.reason else Change.NEW, None, after)


def _effect_on_handed_over(
    row: ReminderStanding,
    after: TextChange | None,
    planned: Difference,
    *,
    waiting: frozenset[uuid.UUID],
) -> Effect:
    before = TextChange(row.due_at, row.reason, sent=True)
    # Too late to call back, or sent because somebody asked: no rule changes that.
    if row.message_id not in waiting or row.forced:
        return Effect(row.appointment_id, Change.SENT, before, before)
    if row.message_id not in planned.stale:
        return Effect(row.appointment_id, Change.SAME, before, after, row.message_id)
    # The whole text is called back: a family's goes again also where only one of them moves.
    goes_again = after is not None and not after.reason
    change = Change.REPLACED if goes_again else Change.WITHDRAWN
    return Effect(row.appointment_id, change, before, after, row.message_id)


def _effect_on_planned(
    key: Key, row: ReminderStanding, after: TextChange | None, planned: Difference
) -> Change:
    goes_now = row.state in (State.PLANNED, State.WITHDRAWING)
    if row.state == State.WITHDRAWING:
        # Planned again as soon as its old text is withdrawn for sure.
        changed = after is None or bool(after.reason) or after.due_at != row.due_at
    else:
        changed = key in planned.taken_back or key in planned.corrected
    if not changed:
        return Change.SAME
    if key in planned.taken_back or after is None or after.reason:
        return Change.DROPPED if goes_now else Change.SAME
    if goes_now:
        return Change.SAME if after.due_at == row.due_at else Change.MOVED
    return Change.NEW


def _count(preview: RulePreview, effects: Iterable[Effect], *, now: datetime) -> None:
    messages = set()
    for effect in effects:
        preview.counts[effect.change] += 1
        preview.at_once += effect.at_once(now)
        if effect.change in HANDED_OVER:
            # By message: a family's text is called back once for several appointments.
            messages.add(effect.message_id)
        if effect.change is not Change.SENT and effect.after and effect.after.reason:
            preview.not_sent[effect.after.reason] += 1
    preview.handed_over = len(messages)


def _examples(effects: Sequence[Effect], days: Mapping[int, date]) -> list[Example]:
    """A few appointments that show the change best: one for each weekday, those it touches
    first.
    """
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
