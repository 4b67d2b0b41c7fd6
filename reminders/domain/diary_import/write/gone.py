"""What is gone from the file: kept with the import, and cancelled where that was asked for."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import F

from reminders.domain.common.audit import Actor, record_each
from reminders.models import Appointment, AuditEntry, Import, ImportRow

Status = Appointment.Status


def write_gone(*, import_id: int, user_id: int | None, now: datetime) -> None:
    """Write what `import_gone` holds: rows, statuses, versions and history. The caller plans."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT appointment_id, status FROM import_gone ORDER BY appointment_id")
        gone: dict[int, str] = dict(cursor.fetchall())
    if not gone:
        return
    cancel = Import.objects.filter(pk=import_id, gone=Import.Gone.CANCEL).exists()
    ImportRow.objects.bulk_create(
        ImportRow(
            of_id=import_id,
            number=number,
            outcome=ImportRow.Outcome.GONE,
            appointment_id=appointment_id,
            # What an undo books again; without it the row only tells.
            before={"status": [status, Status.CANCELLED]} if cancel else None,
        )
        for number, (appointment_id, status) in enumerate(gone.items(), start=1)
    )
    if cancel:
        _cancel(gone, import_id=import_id, by=Actor(AuditEntry.Source.IMPORT, user_id), now=now)


def _cancel(gone: dict[int, str], *, import_id: int, by: Actor, now: datetime) -> None:
    # Locked and compared before: nobody can have answered since.
    Appointment.objects.filter(pk__in=gone).update(
        status=Status.CANCELLED,
        status_since=now,
        updated_at=now,
        version=F("version") + 1,
        changed_at=now,
    )
    lines = (
        (pk, {"from": status, "to": Status.CANCELLED, "gone": True, "import": import_id})
        for pk, status in gone.items()
    )
    record_each("cancelled", lines, by=by, now=now)
