"""Appointments, what happened to them, and the calls about them: to look at; staff pages change
them.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from reminders.admin.base import LookOnly, utc
from reminders.domain.common.access import Scope
from reminders.domain.rights.permissions import STATISTICS
from reminders.models import Appointment, AuditEntry, CallAttempt, DailyStatistics


@admin.register(Appointment)
class AppointmentAdmin(LookOnly):
    """The diary. Open one to get to its own page."""

    place = "location"
    list_display = (
        "local_date",
        "local_time",
        "contact",
        "location",
        "practitioner",
        "status",
        "version",
    )
    list_display_links = ("local_date", "local_time")
    list_filter = ("location", "status")
    list_select_related = ("contact", "location", "practitioner")
    search_fields = ("external_id__exact",)
    search_help_text = "The diary's own id, written in full"
    ordering = ("-starts_at", "-pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Appointment], search_term: str
    ) -> tuple[QuerySet[Appointment], bool]:
        """By the diary's id, through its index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        self.note_search(term)
        # The index begins with the diary: named one by one it is entered for each, not read whole.
        diaries = Appointment.objects.exclude(external_id="").values("diary").distinct()
        return queryset.filter(diary__in=diaries, external_id=term).exclude(external_id=""), False

    def view_on_site(self, obj: Appointment) -> str:
        return obj.get_absolute_url()


@admin.register(AuditEntry)
class EventAdmin(LookOnly):
    """Who did what, and when: the audit log."""

    list_display = ("when", "kind", "source", "user", "appointment", "contact")
    list_filter = ("source",)
    list_select_related = ("user", "appointment", "contact")
    ordering = ("-at",)

    def within(self, theirs: Scope) -> Q:
        """What happened to appointments and patients of theirs, and what they did themselves."""
        return theirs.seen_events()

    @admin.display(description="When", ordering="-at")
    def when(self, row: AuditEntry) -> str:
        return utc(row.at)


@admin.register(CallAttempt)
class CallAttemptAdmin(LookOnly):
    place = "appointment__location"
    list_display = ("when", "appointment", "outcome", "by", "undone_at")
    list_filter = ("outcome",)
    list_select_related = ("appointment", "by")
    ordering = ("-pk",)

    @admin.display(description="When")
    def when(self, row: CallAttempt) -> str:
        return utc(row.at)


@admin.register(DailyStatistics)
class DayFigureAdmin(LookOnly):
    """Figures of each day, from which the statistics are drawn."""

    place = "location"
    list_display = (
        "day",
        "location",
        "practitioner",
        "appointments",
        "confirmed",
        "declined",
        "no_show",
    )
    list_filter = ("location",)
    list_select_related = ("location", "practitioner")
    ordering = ("-day", "-pk")

    def has_view_permission(self, request: HttpRequest, obj: DailyStatistics | None = None) -> bool:
        """Whoever may see the statistics."""
        return request.user.has_perm(STATISTICS)
