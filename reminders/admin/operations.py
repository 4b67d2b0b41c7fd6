"""What the running application knows about itself."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q

from reminders.admin.base import LookOnly, utc
from reminders.domain.common.access import Scope
from reminders.models import Job, ProviderState, TaskRun


@admin.register(TaskRun)
class RingAdmin(LookOnly):
    """When each bell last rang and how it went."""

    list_display = ("name", "started", "succeeded", "count", "error")

    @admin.display(description="Started")
    def started(self, row: TaskRun) -> str:
        """When the last run began, in UTC."""
        return utc(row.started_at)

    @admin.display(description="Went well")
    def succeeded(self, row: TaskRun) -> str:
        """When a run last succeeded, in UTC."""
        return utc(row.succeeded_at)


@admin.register(ProviderState)
class ProviderStateAdmin(LookOnly):
    """Whether sending may go on."""

    list_display = ("__str__", "since", "until", "words", "failures", "answered_at", "accepted_at")


@admin.register(Job)
class JobAdmin(LookOnly):
    """Long work in the background."""

    list_display = ("kind", "state", "done", "total", "words", "created", "finished", "created_by")
    list_filter = ("state", "kind")
    list_select_related = ("created_by",)

    def within(self, theirs: Scope) -> Q:
        """What they started themselves, and what nobody did."""
        return Q(created_by=None) | Q(created_by=theirs.user)

    @admin.display(description="Started")
    def created(self, row: Job) -> str:
        """When it was stored first, in UTC."""
        return utc(row.created_at)

    @admin.display(description="Finished")
    def finished(self, row: Job) -> str:
        """When the work ended, in UTC."""
        return utc(row.finished_at)
