"""Appointments and patients as they were before an import: read from its rows, and put back.

`write.old_values` says what a row keeps. A value of null is left out there and read as null here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model

from reminders.models import Appointment, Contact, ContactMerge

Old = Mapping[str, Any]  # Any: values of all columns, as JSON has them

_OF_APPOINTMENT = (
    *("location_id", "contact_id", "practitioner_id", "service_id", "starts_at", "local_date"),
    *("local_time", "wall_flag", "duration", "notes", "extra", "diary", "external_id", "status"),
    "status_since",
)
_OF_PATIENT = (
    *("external_id", "first_name", "last_name", "phone", "phone_as_given", "phone_kind"),
    *("phone_problem", "language"),
)
_ONLY_WHERE_KEPT = ("diary", "channel", "preferred_name")
"""Of a patient; a row that says nothing of them did not change them."""
_AT_ONCE = 1_000


@dataclass
class OldPatients:
    """Patients with their old values; of whom texts no longer hold, and who was called
    otherwise.
    """

    rows: list[Contact] = field(default_factory=list)
    matter: set[int] = field(default_factory=set)
    renamed: set[int] = field(default_factory=set)

    @property
    def ids(self) -> list[int]:
        """Everybody's."""
        return [row.pk for row in self.rows]


def old_patients(kept: Iterable[Old]) -> OldPatients:
    """The patients that rows have kept, each once, locked."""
    old = {int(one["id"]): one for one in kept}
    found = OldPatients()
    # By their ids, as everybody locks them.
    for row in Contact.objects.filter(pk__in=old).order_by("pk").select_for_update(no_key=True):
        texts, name = _what_texts_need(row), _name(row)
        _put_back(row, _OF_PATIENT, old[row.pk])
        _put_back(row, [one for one in _ONLY_WHERE_KEPT if one in old[row.pk]], old[row.pk])
        found.rows.append(row)
        found.matter |= {row.pk} if _what_texts_need(row) != texts else set()
        found.renamed |= {row.pk} if _name(row) != name else set()
    return found


def restore_patients(patients: OldPatients, *, now: datetime) -> None:
    """Write the patients as they were."""
    _write(Contact, patients.rows, [*_OF_PATIENT, *_ONLY_WHERE_KEPT], now=now)


def restore_appointments(before: Mapping[int, Old], *, now: datetime) -> set[int]:
    """Write appointments as they were; return those of which a text may no longer hold."""
    was = {pk: old["was"] for pk, old in before.items() if "was" in old}
    people = [old["contact_id"] for old in was.values()]
    merged = ContactMerge.objects.filter(person__in=people, split_at=None)
    kept = dict(merged.values_list("person", "kept_id"))
    rows, matters = list(Appointment.objects.filter(pk__in=was)), set()
    for row in rows:
        weighed = _weighs(row)
        _put_back(row, _OF_APPOINTMENT, was[row.pk])
        if _weighs(row) != weighed:
            matters.add(row.pk)
        # Somebody whom staff made part of another person meanwhile is that person.
        row.contact_id = kept.get(row.contact_id, row.contact_id)
    _write(Appointment, rows, _OF_APPOINTMENT, now=now)
    return matters


def _weighs(row: Appointment) -> tuple[Any, ...]:
    expected = row.status in Appointment.EXPECTED
    return row.location_id, row.contact_id, row.starts_at, row.service_id, expected


def _what_texts_need(row: Contact) -> tuple[str, ...]:
    return row.phone, row.language, row.channel


def _name(row: Contact) -> tuple[str, ...]:
    return row.first_name, row.last_name, row.preferred_name


def _put_back(row: Model, columns: Iterable[str], old: Old) -> None:
    fields = {each.attname: each for each in row._meta.concrete_fields}
    for column in columns:
        setattr(row, column, fields[column].to_python(old.get(column)))


def _write(
    model: type[Model], rows: Iterable[Any], columns: Iterable[str], *, now: datetime
) -> None:
    rows = list(rows)
    for row in rows:
        row.updated_at = now
    # An insert that meets its own row: `bulk_update` would spell each value of each row in a CASE,
    # which takes many times as long for thousands.
    model._default_manager.bulk_create(
        rows,
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["updated_at", *columns],
    )
