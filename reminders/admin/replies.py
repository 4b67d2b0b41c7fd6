"""Replies and cards to look at; ready lines to set up."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q

from reminders.admin.base import LookOnly, StaffAdmin, utc
from reminders.domain.common.access import Scope
from reminders.models import CannedReply, InboxItem, Reply


@admin.register(Reply)
class ReplyAdmin(LookOnly):
    """What patients wrote, as it came."""

    list_display = ("received", "contact", "intent", "outcome", "matched_by", "source", "problem")
    list_filter = ("source", "matched_by", "intent")
    list_select_related = ("contact",)
    search_fields = ("phone__exact", "provider_id__exact")
    search_help_text = "A number as it is stored, such as +447700900123, or the provider's id"
    ordering = ("-pk",)

    def within(self, theirs: Scope) -> Q:
        """To their texts and of their patients, and those of nobody known."""
        return theirs.seen_replies()

    @admin.display(description="Received")
    def received(self, row: Reply) -> str:
        """When the reply came in, in UTC."""
        return utc(row.received_at)


@admin.register(InboxItem)
class CardAdmin(LookOnly):
    """What only a person could settle, and who did."""

    list_display = ("opened", "kind", "contact", "location", "assigned_to", "done_by", "outcome")
    list_filter = ("kind", "location")
    list_select_related = ("contact", "location", "assigned_to", "done_by")
    ordering = ("-pk",)

    def within(self, theirs: Scope) -> Q:
        return theirs.seen_cards()

    @admin.display(description="Opened")
    def opened(self, row: InboxItem) -> str:
        """When the card was opened, in UTC."""
        return utc(row.opened_at)


@admin.register(CannedReply)
class CannedReplyAdmin(StaffAdmin):
    """Lines that staff answer with again and again."""

    list_display = ("title", "text", "position")
