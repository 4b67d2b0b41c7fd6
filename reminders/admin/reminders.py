"""Planned texts: one rule applied to one version of an appointment, and what became of it."""

from __future__ import annotations

from django.contrib import admin

from reminders.admin.base import LookOnly, utc
from reminders.models import Reminder


@admin.register(Reminder)
class ReminderAdmin(LookOnly):
    """What should go out, or why it does not."""

    place = "location"
    list_display = ("due", "appointment", "rule", "state", "reason", "location", "version")
    list_filter = ("state", "reason", "location", "rule")
    list_select_related = ("appointment", "rule", "location")
    search_fields = ("phone__exact",)
    search_help_text = "A number as it is stored, such as +447700900123"
    ordering = ("-pk",)

    @admin.display(description="Due")
    def due(self, row: Reminder) -> str:
        """When the text is due, in UTC."""
        return utc(row.due_at)
