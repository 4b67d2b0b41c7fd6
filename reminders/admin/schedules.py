"""How often each ring rings. New ones come with the product; staff change the intervals or pause
one.
"""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from reminders.admin.base import StaffAdmin, utc

# Rings are intervals: a crontab or a sunset would only be a way to lose texts.
for model in (ClockedSchedule, CrontabSchedule, SolarSchedule, IntervalSchedule, PeriodicTask):
    admin.site.unregister(model)


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(StaffAdmin):
    """One ring: how often, and whether at all."""

    actions = None
    list_display = ("name", "every", "enabled", "last_rang", "total_run_count")
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab", "solar", "clocked")
    fields = (
        "name",
        "task",
        "interval",
        "enabled",
        "expire_seconds",
        "last_run_at",
        "total_run_count",
    )
    # The task's name is what a worker knows it by: renamed, it would ring and nobody would answer.
    readonly_fields = ("name", "task", "last_run_at", "total_run_count")
    ordering = ("name",)

    @admin.display(description="Every")
    def every(self, row: PeriodicTask) -> str:
        """The interval in words, such as “every 10 seconds”."""
        return str(row.schedule) if not row.interval else str(row.interval)

    @admin.display(description="Last rang")
    def last_rang(self, row: PeriodicTask) -> str:
        """When it was last due, in UTC."""
        return utc(row.last_run_at)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The rings are those of the product."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PeriodicTask | None = None) -> bool:
        """One that is not wanted is paused."""
        return False


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(StaffAdmin):
    list_display = ("__str__", "every", "period")
