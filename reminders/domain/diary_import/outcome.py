"""What became of each row of a file, as CSV for those who want to correct or keep it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain, islice

from django.db.models import QuerySet

from reminders.domain.common.csv_cells import harmless
from reminders.domain.diary_import.pipeline import phone_words
from reminders.models import Appointment, Import, ImportRow

STEP = 500


class _Echo:
    """A file that hands back what is written, so that rows stream."""

    def write(self, text: str) -> str:
        return text


def csv_lines(row: Import) -> Iterator[str]:
    """Lines of CSV with a byte order mark, as spreadsheets like it; formulas are made harmless."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(["Row", "Outcome", "Why", *map(harmless, row.header)])
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
        yield writer.writerow([number, words, " ".join(why), *map(harmless, each.cells)])


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
