"""A field for a day: text in the format of a country, with a calendar that opens beside it."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reminders.domain.diary_import.read.cells.when.typed import day_pattern, write_day
from reminders.formatting import icon

LONGEST = 40


class DayInput(forms.TextInput):
    """Shows dates as `country` writes them; browsers' own fields go by the browser's language."""

    def __init__(self, country: str = "", attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "maxlength": LONGEST} | (attrs or {}))
        self.country = country

    def format_value(self, value: Any) -> str | None:
        """A date in the country's format; what was typed as it was typed."""
        if isinstance(value, datetime.date):
            return write_day(value, self.country)
        typed: str | None = super().format_value(value)
        return typed

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """The field, and the button of its calendar, which needs a script to open."""
        given = {"data-day": day_pattern(self.country), **(attrs or {})}
        return format_html(
            '<span class="day-field">{}<button type="button" class="btn btn-icon day-open" '
            'data-open-calendar hidden>{}</button><input type="date" tabindex="-1" '
            'aria-hidden="true"></span>',
            super().render(name, value, given, renderer),
            icon("calendar", "", "Calendar"),
        )
