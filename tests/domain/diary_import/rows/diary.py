"""A diary of Ann, Bob and others, with the cells that a test is about."""

from reminders.models import Appointment
from tests import factories as make
from tests.domain.diary_import.importing import csv_of


def london() -> None:
    """A site in London."""
    make.make_location(name="London", zone="Europe/London", country="GB")


def csv(header: str, *rows: str) -> bytes:
    """Rows of Ann, Bob and so on, with an id, a name and a phone before the given cells."""
    named = [
        f"{n},{name},07700 90012{n},{row}"
        for n, (name, row) in enumerate(
            zip(["Ann Lee", "Bob Ray", "Cy Poe", "Di Fox"], rows, strict=False), 1
        )
    ]
    return csv_of(*named, header=f"id,name,phone,{header}")


def walls() -> list[str]:
    """When each visit begins, by its own clock."""
    rows = Appointment.objects.order_by("external_id")
    return [f"{row.local_date} {row.local_time:%H:%M}" for row in rows]
