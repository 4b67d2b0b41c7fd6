"""Note what changes about visits, so that planning knows what their patients have to be told.

Whoever changes visits takes `visits_as_known` before the change and gives it to `note` after it, in
the same transaction and before planning. Without a rule that tells of changes nothing is noted, and
it costs one question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from django.db.models import F

from reminders.models import Appointment, Reminder, ReminderRule, VisitChange

Telling: TypeAlias = VisitChange.Telling
Knew = VisitChange.Knew
Status, State = Appointment.Status, Reminder.State
SETTLES = timedelta(minutes=10)
"""A booking that is corrected within this was not known before, whatever rules there are."""
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class KnownVisit:
    """A visit as it stands before a change."""

    id: int
    status: str
    starts_at: datetime
    location_id: int
    contact_id: int

    @classmethod
    def of(cls, row: Appointment) -> KnownVisit:
        """The visit as this row has it."""
        return cls(row.pk, row.status, row.starts_at, row.location_id, row.contact_id)


@dataclass
class _Texts:
    """What became of the texts about the changes that are noted, by appointment."""

    waiting: set[int] = field(default_factory=set)
    told: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))


def tells_of_changes() -> bool:
    """Whether a rule that tells of changes is on."""
    return ReminderRule.objects.filter(active=True, kind__in=ReminderRule.CHANGES).exists()


def visits_as_known(ids: Iterable[int]) -> list[KnownVisit]:
    """These visits as they stand, for `note`; none where no rule tells of changes."""
    if not tells_of_changes():
        return []
    wanted = list(ids)
    return [
        KnownVisit.of(row)
        for start in range(0, len(wanted), AT_ONCE)
        for row in Appointment.objects.filter(pk__in=wanted[start : start + AT_ONCE])
    ]


def note(before: Sequence[KnownVisit], *, now: datetime, telling: Telling = Telling.RULE) -> None:
    """Note that these visits were changed `now`, but for those that stand as they did.

    `telling` says who tells the patients: the rules that are on, staff themselves, or nobody.
    """
    for start in range(0, len(before), AT_ONCE):
        portion = {visit.id: visit for visit in before[start : start + AT_ONCE]}
        rows = Appointment.objects.filter(pk__in=portion)
        _write(
            ((portion[row.pk], row) for row in rows if KnownVisit.of(row) != portion[row.pk]),
            now=now,
            telling=telling,
        )


def note_new(ids: Collection[int], *, now: datetime, telling: Telling = Telling.RULE) -> None:
    """Note that these visits were booked `now`."""
    rows = Appointment.objects.filter(pk__in=ids)
    VisitChange.objects.bulk_create(
        (
            VisitChange(
                appointment=row, version=row.version, at=now, knew=Knew.NOTHING, telling=telling
            )
            for row in rows.only("version")
        ),
        batch_size=AT_ONCE,
    )


def _write(
    changed: Iterable[tuple[KnownVisit, Appointment]], *, now: datetime, telling: Telling
) -> None:
    pairs = list(changed)
    noted = VisitChange.objects.in_bulk([row.pk for _, row in pairs])
    texts = _texts(noted, now=now)
    changes = [
        VisitChange(
            appointment=row,
            version=row.version,
            at=now,
            telling=telling,
            **_known(visit, row, noted.get(row.pk), texts=texts, now=now),
        )
        for visit, row in pairs
    ]
    VisitChange.objects.bulk_create(
        changes,
        update_conflicts=True,
        unique_fields=["appointment"],
        update_fields=[
            *("version", "at", "knew", "knew_starts_at", "knew_location", "telling", "carded"),
        ],
    )


def _texts(noted: Collection[int], *, now: datetime) -> _Texts:
    """The texts about these changes: those that wait, and the kinds that were handed over."""
    rows = Reminder.objects.filter(
        appointment__in=list(noted),
        rule__kind__in=ReminderRule.CHANGES,
        version__gte=F("appointment__change__version"),
    )
    found = _Texts()
    for pk, state, due_at, kind in rows.values_list(
        "appointment_id", "state", "due_at", "rule__kind"
    ):
        if state in Reminder.HANDED_OVER:
            found.told[pk].add(kind)
        # What can't be sent is settled with the patient by other means, once its time has come.
        elif state in (State.PLANNED, State.WITHDRAWING) or (
            state == State.SKIPPED and due_at > now
        ):
            found.waiting.add(pk)
    return found


def _known(
    visit: KnownVisit,
    row: Appointment,
    noted: VisitChange | None,
    *,
    texts: _Texts,
    now: datetime,
) -> dict[str, Any]:  # Any: columns of a change
    """What the patient knows of the visit as this change finds it."""
    if visit.contact_id != row.contact_id:
        return {"knew": Knew.NOTHING}
    # Whoever said no knows that it does not take place.
    if visit.status == Status.DECLINED and row.status == Status.CANCELLED:
        return {"knew": Knew.OFF}
    if noted and _still_holds(visit, noted, texts=texts, now=now):
        return _as_noted(noted)
    if visit.status == Status.CANCELLED and noted and _told_off(noted, texts.told):
        return {"knew": Knew.OFF}
    if visit.status not in Appointment.EXPECTED and noted:
        return _as_noted(noted)
    return {
        "knew": Knew.COMING,
        "knew_starts_at": visit.starts_at,
        "knew_location_id": visit.location_id,
    }


def _as_noted(noted: VisitChange) -> dict[str, Any]:  # Any: as above
    return {name: getattr(noted, name) for name in ("knew", "knew_starts_at", "knew_location_id")}


def _still_holds(visit: KnownVisit, noted: VisitChange, *, texts: _Texts, now: datetime) -> bool:
    """Whether they know no more than before the change that was noted last."""
    if visit.id in texts.waiting:
        return True
    just_booked = noted.knew == Knew.NOTHING and now < noted.at + SETTLES
    return just_booked and not texts.told[visit.id]


def _told_off(noted: VisitChange, told: Mapping[int, set[str]]) -> bool:
    return noted.telling == Telling.HAND or ReminderRule.Kind.CANCELLED in told[noted.pk]
