"""The form of a closed day, and the choice of public holidays."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms

from reminders.domain.diary_import.read.cells.when.typed import read_typed, write_day
from reminders.domain.setup.closed_days.changing import ClosedDayError, check, is_there
from reminders.models import ClosedDay, Location
from reminders.views.shared.day_input import LONGEST, DayInput

YEARS = range(2000, 2200)


class ClosedDayForm(forms.Form):
    """One or several days, once or every year; dates in any usual writing."""

    name = forms.CharField(
        max_length=80, strip=True, label="What for", help_text="Such as “Christmas break”."
    )
    first_day = forms.CharField(max_length=LONGEST)
    last_day = forms.CharField(
        max_length=LONGEST, required=False, help_text="Only if it is more than one day."
    )
    every_year = forms.BooleanField(required=False, label="Every year on the same days")

    def __init__(self, *args: Any, place: Location, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place, self.now = place, now
        self.today = now.astimezone(place.tz).date()
        for name in ("first_day", "last_day"):
            self.fields[name].widget = DayInput(place.country)

    def clean_first_day(self) -> date:
        """The day, or the first of several."""
        return self._day("first_day")

    def clean_last_day(self) -> date | None:
        """The last of several; without one it is a single day."""
        return self._day("last_day") if self.cleaned_data["last_day"].strip() else None

    def _day(self, name: str) -> date:
        typed = read_typed(self.cleaned_data[name], country=self.place.country, today=self.today)
        if typed is None:
            example = write_day(self.today, self.place.country)
            raise forms.ValidationError(f"Write the day like {example}, or like 1 Dec.")
        if typed.day.year not in YEARS:
            raise forms.ValidationError("Check the year.")
        return typed.day

    def clean(self) -> dict[str, Any]:
        """A span that runs forwards, is not too long, and is not there yet."""
        given = super().clean() or {}
        first = given.get("first_day")
        if first is None or self.errors:
            return given
        given["last_day"] = given.get("last_day") or first
        try:
            check(first, given["last_day"], every_year=given["every_year"])
        except ClosedDayError as error:
            self.add_error("last_day", str(error))
            return given
        if is_there(self.closed_day):
            self.add_error("first_day", "You are closed on these days already.")
        return given

    @property
    def closed_day(self) -> ClosedDay:
        """What was filled in, not saved."""
        return ClosedDay(location=self.place, created_at=self.now, **self.cleaned_data)
