"""What somebody would write to import the same diary with django-import-export; for the measurement
only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import tablib
from django.utils import timezone
from import_export import fields, resources, widgets

from reminders.models import Appointment, Contact, Location

Row = dict[str, str]


def dataset(rows: list[Row]) -> Any:  # Any: tablib has no types
    """The rows with the columns that the resources read."""
    location = Location.objects.get()
    zone = ZoneInfo(location.zone)
    now = timezone.now().isoformat()
    table = tablib.Dataset(headers=[*rows[0], "starts_at", "location", "changed_at", "phone"])
    for row in rows:
        starts_at = datetime.fromisoformat(f"{row['date']} {row['time']}").replace(tzinfo=zone)
        extra = [starts_at.isoformat(), location.pk, now, f"+61{row['mobile'][1:]}"]
        table.append([*row.values(), *extra])
    return table


class Bulk:
    """The library's own advice for speed."""

    use_bulk = True
    batch_size = 1_000
    skip_diff = True
    skip_html_diff = True
    use_transactions = True


class ContactRows(resources.ModelResource):
    """Contacts by their patient number."""

    external_id = fields.Field(attribute="external_id", column_name="patient id")
    first_name = fields.Field(attribute="first_name", column_name="first name")
    last_name = fields.Field(attribute="last_name", column_name="last name")
    phone = fields.Field(attribute="phone", column_name="phone")

    class Meta(Bulk):
        model = Contact
        import_id_fields = ("external_id",)
        fields = ("external_id", "first_name", "last_name", "phone")


class AppointmentRows(resources.ModelResource):
    """Appointments by their diary id."""

    external_id = fields.Field(attribute="external_id", column_name="id")
    contact = fields.Field(
        attribute="contact",
        column_name="patient id",
        widget=widgets.ForeignKeyWidget(Contact, "external_id"),
    )
    location = fields.Field(
        attribute="location", column_name="location", widget=widgets.ForeignKeyWidget(Location)
    )
    starts_at = fields.Field(
        attribute="starts_at",
        column_name="starts_at",
        widget=widgets.DateTimeWidget(format="%Y-%m-%dT%H:%M:%S%z"),
    )
    changed_at = fields.Field(
        attribute="changed_at",
        column_name="changed_at",
        widget=widgets.DateTimeWidget(format="%Y-%m-%dT%H:%M:%S.%f%z"),
    )
    local_date = fields.Field(
        attribute="local_date", column_name="date", widget=widgets.DateWidget("%Y-%m-%d")
    )
    local_time = fields.Field(
        attribute="local_time", column_name="time", widget=widgets.TimeWidget("%H:%M")
    )

    class Meta(Bulk):
        model = Appointment
        import_id_fields = ("external_id",)
        fields = (
            "external_id",
            "contact",
            "location",
            "starts_at",
            "changed_at",
            "local_date",
            "local_time",
            "notes",
        )
