"""What became of each row of a file, as CSV for those who want to correct or keep it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from django.db.models import QuerySet

from reminders.domain.common.csv_cells import csv_lines as lines_of
from reminders.domain.diary_import.pipeline import phone_words
from reminders.models import Appointment, Import, ImportRow

STEP = 500


def csv_lines(row: Import) -> Iterator[str]:
    """Lines of CSV with a byte order mark, as spreadsheets like it; formulas are made harmless."""
    return lines_of(_rows(row))


def _rows(row: Import) -> Iterator[list[str]]:
    yield ["Row", "Outcome", "Why", *row.header]
    rows = ImportRow.objects.filter(of=row).order_by("number")
    gone = rows.filter(
        outcome=ImportRow.Outcome.GONE
    )  # they have no row in the file, so they come last
    of_file = rows.exclude(outcome=ImportRow.Outcome.GONE)
    for each in chain(of_file.iterator(chunk_size=2_000), _filled_in(gone, row)):
        why = [each.words] if each.words else []
        why += [phone_words(each.cannot_be_reminded)] if each.cannot_be_reminded else []
        number = "" if each.outcome == ImportRow.Outcome.GONE else str(each.number)
        words = ImportRow.Outcome(each.outcome).label
        yield [number, words, " ".join(why), *each.cells]
    if left := _only_counted(row, of_file):
        words = ImportRow.Outcome.UNCHANGED.label
        yield ["", words, f"{left:,} more, of which only the number is kept"]


def _only_counted(row: Import, rows: QuerySet[ImportRow]) -> int:
    """How many rows nothing changed of which only the number is kept."""
    if not row.applied_at or row.forgotten_at:
        return 0
    kept = rows.filter(outcome=ImportRow.Outcome.UNCHANGED).count()
    return int(row.counts.get("unchanged", 0)) - kept


def _filled_in(gone: QuerySet[ImportRow], row: Import) -> Iterator[ImportRow]:
    """Appointments that the file does not have, written under its columns as far as it has such
    columns.
    """
    waiting = gone.iterator(chunk_size=STEP)
    appointments = Appointment.objects.select_related("contact", "location")
    while batch := list(islice(waiting, STEP)):
        found = appointments.in_bulk([each.appointment_id for each in batch if each.appointment_id])
        for each in batch:
            if appointment := found.get(each.appointment_id or 0):
                told = _told(appointment)
                each.cells = [told.get(row.mapping.get(name, ""), "") for name in row.header]
            yield each


def _told(appointment: Appointment) -> dict[str, str]:
    contact, day = appointment.contact, appointment.local_date.isoformat()
    at = f"{appointment.local_time:%H:%M}"
    return {
        "external_id": appointment.external_id,
        "name": contact.name,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "phone": contact.phone,
        "date": day,
        "time": at,
        "starts_at": f"{day} {at}",
        "location": appointment.location.name,
    }
