"""Messages and the reports about them, with the provider's own ids and words: for looking into troubles."""

from __future__ import annotations

from django.contrib import admin

from reminders.admin.base import LookOnly, utc
from reminders.models import DeliveryReport, Message


@admin.register(Message)
class MessageAdmin(LookOnly):
    """Every outbound text."""

    place = "location"
    list_display = ("created", "kind", "contact", "location", "state", "words", "scheduled", "segments")
    list_filter = ("state", "kind", "format", "location")
    list_select_related = ("contact", "location")
    search_fields = ("phone__exact", "provider_id__exact")
    search_help_text = "A number as it is stored, such as +447700900123, or the provider's id"
    ordering = ("-created_at",)

    @admin.display(description="Written")
    def created(self, row: Message) -> str:
        """In UTC."""
        return utc(row.created_at)

    @admin.display(description="Scheduled")
    def scheduled(self, row: Message) -> str:
        """In UTC."""
        return utc(row.scheduled_at)


@admin.register(DeliveryReport)
class DeliveryReportAdmin(LookOnly):
    """What the provider reported, as it came."""

    place = "message__location"
    list_display = ("stored", "status", "code", "message_provider_id", "applied_at", "problem")
    list_filter = ("status",)
    search_fields = ("provider_id__exact",)
    search_help_text = "The provider's id of the report"
    ordering = ("-pk",)

    @admin.display(description="Stored")
    def stored(self, row: DeliveryReport) -> str:
        """In UTC."""
        return utc(row.stored_at)
