"""Messages and the reports about them, with the provider's own ids and words: for looking into
troubles.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q

from reminders.admin.base import LookOnly, utc
from reminders.domain.common.access import Scope
from reminders.models import DeliveryReport, Message


@admin.register(Message)
class MessageAdmin(LookOnly):
    list_display = (
        "created",
        "kind",
        "contact",
        "location",
        "state",
        "words",
        "scheduled",
        "segments",
    )
    list_filter = ("state", "kind", "format", "location")
    list_select_related = ("contact", "location")
    # Exact matches go through an index; a part of a number would read millions of texts.
    search_fields = ("phone__exact", "provider_id__exact")
    search_help_text = "A number as it is stored, such as +447700900123, or the provider's id"
    ordering = ("-created_at",)

    def within(self, theirs: Scope) -> Q:
        """Of their locations and people."""
        return theirs.seen_messages()

    @admin.display(description="Written")
    def created(self, row: Message) -> str:
        """When it was stored first, in UTC."""
        return utc(row.created_at)

    @admin.display(description="Scheduled")
    def scheduled(self, row: Message) -> str:
        """When it is to go out, in UTC."""
        return utc(row.scheduled_at)


@admin.register(DeliveryReport)
class DeliveryReportAdmin(LookOnly):
    """What the provider reported, as it came."""

    list_display = ("stored", "status", "code", "message_provider_id", "applied_at", "problem")
    list_filter = ("status",)
    search_fields = ("provider_id__exact",)
    search_help_text = "The provider's id of the report"
    ordering = ("-pk",)

    def within(self, theirs: Scope) -> Q:
        """About the texts that they may see; one about none says nothing of whose it is."""
        return theirs.seen_messages("message__") & Q(message__isnull=False)

    @admin.display(description="Stored")
    def stored(self, row: DeliveryReport) -> str:
        """When the report was stored, in UTC."""
        return utc(row.stored_at)
