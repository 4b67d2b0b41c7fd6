"""Numbers that must not be texted, to look at: opting out and in again is done with the person."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q

from reminders.admin.base import LookOnly, utc
from reminders.domain.common.access import Scope
from reminders.models import Suppression


@admin.register(Suppression)
class SuppressionAdmin(LookOnly):
    """Since when, why, by whose words, and how it ended."""

    list_display = ("phone", "reason", "words", "began", "ended", "by")
    list_filter = ("reason", ("lifted_at", admin.EmptyFieldListFilter))
    list_select_related = ("by",)
    # Exact: anything else would read every opt-out, and find numbers by a few digits.
    search_fields = ("phone__exact",)
    search_help_text = "A number as it is stored, such as +447700900123"
    ordering = ("-pk",)

    def within(self, theirs: Scope) -> Q:
        """Those of patients whom they see; a number alone shows nobody's words."""
        return theirs.seen_opt_outs()

    @admin.display(description="Since")
    def began(self, row: Suppression) -> str:
        """When the opt-out began, in UTC."""
        return utc(row.since)

    @admin.display(description="Until")
    def ended(self, row: Suppression) -> str:
        """In UTC; blank while it is in force."""
        return utc(row.lifted_at)
