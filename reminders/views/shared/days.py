"""Days in the address of a page: read in any usual writing, shown in a field that takes such."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.safestring import SafeString

from reminders.domain.diary_import.read.cells.when.typed import read_typed
from reminders.views.shared.asked import read_date
from reminders.views.shared.day_input import DayInput
from reminders.views.shared.forms import country_of
from reminders.views.shared.locations import zone
from reminders.views.shared.pages import StaffRequest


def read_day(request: StaffRequest, name: str) -> datetime.date | None:
    """The day that the address names, as our links write it or as somebody typed it."""
    written = request.GET.get(name, "")
    if day := read_date(written):
        return day
    today = timezone.now().astimezone(zone(request)).date()
    typed = read_typed(written, country=country_of(request.scope), today=today)
    return typed.day if typed else None


def day_field(request: StaffRequest, name: str, day: datetime.date) -> SafeString:
    """A field of the name, whose form is sent as soon as another day is chosen."""
    attrs = {"id": name, "class": "form-control", "data-submit-on-change": True}
    return DayInput(country_of(request.scope)).render(name, day, attrs)
