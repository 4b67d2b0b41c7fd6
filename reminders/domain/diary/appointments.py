"""Change appointments one by one, and raise their versions.

A version grows with every change that matters to a message (time, place, person, status in or out
of the expected ones, language, number); notes do not. Nor do a practitioner or a patient's name: of
the texts at the provider only those that mention them are replaced. Each change is one transaction
with its history line and its planning; withdrawing what no longer holds follows from that.

A diary file changes thousands at once, by statements of its own: those of `diary_import.write` and
`diary_import.undo` are the only others that raise a version.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, TypeAlias

from django.db import transaction
from django.db.models import F, Q

from reminders.domain.changes.note import note, note_new, tells_of_changes, visits_as_known
from reminders.domain.clock import rule_schedule
from reminders.domain.common.audit import Actor, record, record_each
from reminders.domain.common.etags import refuse_if_changed
from reminders.domain.common.locks import (
    lock_appointment,
    lock_appointments,
    lock_audit_entry,
    retry_on_conflict,
)
from reminders.domain.planning.handed_over import PRACTITIONER, withdraw_mentioning
from reminders.domain.planning.plan import PlanResult, plan_appointments
from reminders.domain.slots import freeing, reopening
from reminders.models import (
    Appointment,
    AuditEntry,
    Contact,
    Location,
    ReminderRule,
    VisitChange,
)

Telling: TypeAlias = VisitChange.Telling
Status = Appointment.Status
EXPECTED = frozenset(Appointment.EXPECTED)
OFF = frozenset({Status.DECLINED, Status.CANCELLED})
"""Of such a visit the time is free."""
MATTERS = frozenset({"location_id", "contact_id", "starts_at", "service_id"})
SEAT = frozenset({"starts_at", "practitioner_id", "location_id"})
"""What makes a time free for others, or takes one that was."""
PLAIN = frozenset({"practitioner_id", "duration", "notes", "external_id", "diary"})


class AppointmentError(ValueError):
    """A change that can't be made; its text says why, for staff."""


def set_status(
    ids: Sequence[int],
    status: Appointment.Status,
    *,
    by: Actor,
    now: datetime,
    kind: str | None = None,
    telling: Telling = Telling.RULE,
) -> list[AuditEntry]:
    """Give appointments a status; return the history lines of those that had another, for undo."""
    wanted = dict.fromkeys(ids, status)
    return set_statuses(wanted, by=by, now=now, kind=kind, telling=telling)


@retry_on_conflict
def set_statuses(
    wanted: Mapping[int, Appointment.Status],
    *,
    by: Actor,
    now: datetime,
    kind: str | None = None,
    telling: Telling = Telling.RULE,
) -> list[AuditEntry]:
    """Give each appointment its status, and plan them all once; return the history lines, for undo.

    Going in or out of the expected statuses raises the version, so that texts are withdrawn or
    planned. `telling`: who tells the patients.
    """
    with transaction.atomic():
        # Before they are read: a status read without the lock may be another one when it is
        # written.
        lock_appointments(wanted)
        rows = Appointment.objects.filter(pk__in=wanted).order_by("pk")
        # Those that have it already get no line of history, and no undo that would take another
        # person's change back.
        before = {pk: old for pk, old in rows.values_list("pk", "status") if old != wanted[pk]}
        back = [pk for pk, old in before.items() if old in OFF and wanted[pk] not in OFF]
        # Never two in one slot: whose time was given to somebody else needs another one.
        for pk in freeing.without_time(back) if back else ():
            del before[pk]
        known = visits_as_known(before)
        events: list[AuditEntry] = []
        for status in sorted({wanted[pk] for pk in before}):
            changing = {pk: old for pk, old in before.items() if wanted[pk] == status}
            _write_status(changing, status, now=now)
            lines = [(pk, {"from": old, "to": str(status)}) for pk, old in changing.items()]
            events += record_each(kind or str(status), lines, by=by, now=now)
        note(known, now=now, telling=telling)
        # Once for all: a family's yes is one plan, and its reminders are locked in one order.
        plan_appointments(_to_plan(before, wanted, now=now), now=now)
    return events


def _to_plan(
    before: Mapping[int, str], wanted: Mapping[int, Appointment.Status], *, now: datetime
) -> list[int]:
    """A yes alone changes no plan, unless a rule is not for the confirmed or for what happened;
    that somebody came or not may change that of their coming visits.
    """
    missed = [pk for pk, old in before.items() if Status.NO_SHOW in (old, wanted[pk])]
    coming = _coming_by_missed(missed, now=now)
    by_status = Q(not_if_confirmed=True) | Q(kind__in=ReminderRule.EVENTS)
    if ReminderRule.objects.filter(by_status, active=True).exists():
        return [*before, *coming]
    crossing = [pk for pk, old in before.items() if (old in EXPECTED) != (wanted[pk] in EXPECTED)]
    return [*crossing, *coming]


def _coming_by_missed(ids: Collection[int], *, now: datetime) -> list[int]:
    """The coming visits of the patients of these, where a rule goes by missed visits."""
    rules = ReminderRule.objects.filter(active=True, missed_within_months__isnull=False)
    if not ids or not rules.exists():
        return []
    people = Appointment.objects.filter(pk__in=ids).values("contact")
    coming = Appointment.objects.filter(contact__in=people, starts_at__gt=now, status__in=EXPECTED)
    return list(coming.values_list("pk", flat=True))


@retry_on_conflict
def undo_status(event_id: int, *, by: Actor, now: datetime) -> bool:
    """Take a status back to what it was before this history line; False if it has changed since."""
    with transaction.atomic():
        event = lock_audit_entry(event_id)
        old, new = event.details.get("from"), event.details.get("to")
        # Undone already, or by somebody who clicked at the same moment: the line's lock lets one
        # through.
        if event.undone_at or not old or event.appointment_id is None:
            return False
        if lock_appointment(event.appointment_id).status != new:
            return False
        if old not in OFF and freeing.without_time([event.appointment_id]):
            return False
        known = visits_as_known([event.appointment_id])
        if old in OFF:
            reopening.give_back_own([event.appointment_id], now=now)
        _write_status({event.appointment_id: new}, Status(old), now=now)
        note(known, now=now)
        event.undone_at = now
        event.save(update_fields=["undone_at"])
        details = {"from": new, "to": old, "undoes": event.pk}
        record("undone", by=by, now=now, appointment_id=event.appointment_id, details=details)
        missed = [event.appointment_id] if Status.NO_SHOW in (old, new) else []
        coming = _coming_by_missed(missed, now=now)
        plan_appointments([event.appointment_id, *coming], now=now)
    return True


def _write_status(before: Mapping[int, str], status: Appointment.Status, *, now: datetime) -> None:
    crossing = [pk for pk, old in before.items() if (old in EXPECTED) != (status in EXPECTED)]
    Appointment.objects.filter(pk__in=before).update(
        status=status, status_since=now, updated_at=now
    )
    raise_version(crossing, now=now)
    turned = [pk for pk, old in before.items() if (old in OFF) != (status in OFF)]
    if turned:
        (freeing.free if status in OFF else freeing.take_back)(turned, now=now)


def raise_version(ids: Sequence[int], *, now: datetime) -> None:
    """Mark appointments as changed in a way that matters to messages. Plan them in the same
    transaction.
    """
    Appointment.objects.filter(pk__in=ids).update(version=F("version") + 1, changed_at=now)


def wall_time(day: date, at: time, *, location: Location) -> dict[str, Any]:
    """The columns that hold a start, from the location's wall clock."""
    read = rule_schedule.read_wall_time(datetime.combine(day, at), location.tz)
    return {"starts_at": read.at, "local_date": day, "local_time": at, "wall_flag": read.flag or ""}


@retry_on_conflict
def create_appointment(
    *,
    location: Location,
    contact: Contact,
    day: date,
    at: time,
    by: Actor,
    now: datetime,
    telling: Telling = Telling.RULE,
    **plain: Any,
) -> Appointment:
    """Book an appointment at a wall time of its location, and plan its texts."""
    with transaction.atomic():
        appointment = Appointment.objects.create(
            location=location,
            contact=contact,
            changed_at=now,
            **wall_time(day, at, location=location),
            **{name: value for name, value in plain.items() if name in PLAIN | {"service_id"}},
        )
        # For the columns that the database fills in, such as the UUID that travels with every text.
        appointment.refresh_from_db()
        freeing.occupy([appointment.pk], now=now)
        record("created", by=by, now=now, appointment_id=appointment.pk)
        if tells_of_changes():
            note_new([appointment.pk], now=now, telling=telling)
        plan_appointments([appointment.pk], now=now)
    return appointment


@retry_on_conflict
def change_appointment(
    appointment: Appointment,
    changes: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
    seen: str = "",
    telling: Telling = Telling.RULE,
) -> PlanResult:
    """Write changed columns of one appointment; what matters to messages raises the version.

    `changes` holds column names of `MATTERS` and `PLAIN`, and `local_date` or `local_time`, which
    are read on the wall clock of the (new) location. Columns that stay the same change nothing.
    `seen` is the etag of what the form showed: raises ChangedMeanwhileError for a later state.
    `telling`: who tells the patient of it.
    """
    with transaction.atomic():
        row = lock_appointment(appointment.pk)
        refuse_if_changed(row, seen)
        wanted = _complete(row, changes)
        # Of the row as it is under the lock: what the form left alone must not undo what somebody
        # else saved.
        changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if not changed:
            return PlanResult()
        details = {
            name: [plain_value(getattr(row, name)), plain_value(value)]
            for name, value in changed.items()
        }
        known = visits_as_known([row.pk]) if MATTERS & changed.keys() else []
        Appointment.objects.filter(pk=row.pk).update(**changed, updated_at=now)
        if MATTERS & changed.keys():
            status = _begin_anew(row, changed, now=now)
            if status != row.status:
                details["status"] = [row.status, str(status)]
        if SEAT & changed.keys():
            freeing.occupy([row.pk], now=now)
        kind = "moved" if "starts_at" in changed else "changed"
        record(kind, by=by, now=now, appointment_id=row.pk, details=details)
        note(known, now=now, telling=telling)
        planned = plan_appointments([row.pk], now=now)
        if "practitioner_id" in changed:
            planned += PlanResult(to_withdraw=withdraw_mentioning([row.pk], PRACTITIONER, now=now))
        return planned


def _complete(row: Appointment, changes: Mapping[str, Any]) -> dict[str, Any]:
    unknown = changes.keys() - MATTERS - PLAIN - {"local_date", "local_time"}
    if unknown:
        raise AppointmentError(f"These can't be changed here: {', '.join(sorted(unknown))}.")
    wanted = dict(changes)
    if {"local_date", "local_time", "location_id"} & changes.keys():
        location = Location.objects.get(pk=changes.get("location_id", row.location_id))
        # The wall time that was given stays when the place changes; the moment that it means moves
        # with the zone.
        day, at = (
            changes.get("local_date", row.local_date),
            changes.get("local_time", row.local_time),
        )
        wanted |= wall_time(day, at, location=location)
    return wanted


def _begin_anew(row: Appointment, changed: Mapping[str, Any], *, now: datetime) -> str:
    """A new version; a moved appointment is to be confirmed again. Returns its status."""
    raise_version([row.pk], now=now)
    # They answered about another time: a yes to Monday is none to Tuesday.
    if "starts_at" in changed and row.status in (Status.CONFIRMED, Status.DECLINED, Status.NO_SHOW):
        Appointment.objects.filter(pk=row.pk).update(status=Status.BOOKED, status_since=now)
        return Status.BOOKED
    return row.status


def plain_value(value: Any) -> Any:
    """As details of history keep it."""
    return value.isoformat() if isinstance(value, datetime | date | time) else value


def delete_appointment(appointment: Appointment, *, by: Actor, now: datetime) -> None:
    """Take an appointment out of the diary; it stays as cancelled, so that its texts are surely
    withdrawn.
    """
    set_status([appointment.pk], Status.CANCELLED, by=by, now=now, kind="deleted")
