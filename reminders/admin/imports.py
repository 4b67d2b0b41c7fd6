"""Imported files and their rows to look at; remembered mappings to rename or forget."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from reminders.admin.base import LookOnly, StaffAdmin, utc
from reminders.domain.common.access import Scope
from reminders.models import Import, ImportMapping, ImportRow


@admin.register(Import)
class ImportAdmin(LookOnly):
    """Files, from upload to outcome."""

    list_display = ("filename", "state", "uploaded", "created_by", "words")
    list_filter = ("state", "source")
    list_select_related = ("created_by",)
    search_fields = ("filename",)
    ordering = ("-created_at",)

    def within(self, theirs: Scope) -> Q:
        """Their own: a file may name patients of any location."""
        return Q(created_by=theirs.user)

    @admin.display(description="Uploaded")
    def uploaded(self, row: Import) -> str:
        """When the file came in, in UTC."""
        return utc(row.created_at)


@admin.register(ImportRow)
class ImportRowAdmin(LookOnly):
    """Rows as they were written, and what became of them."""

    list_display = ("of", "number", "outcome", "column", "words")
    list_filter = ("outcome",)
    list_select_related = ("of",)
    ordering = ("-pk",)

    def within(self, theirs: Scope) -> Q:
        return Q(of__created_by=theirs.user)


@admin.register(ImportMapping)
class ImportMappingAdmin(StaffAdmin):
    """Which column means what, remembered by the header of the file."""

    place = "location"
    list_display = ("name", "location", "date_format", "used_at")
    list_select_related = ("location",)
    search_fields = ("name",)
    # Which column means what is decided with a file at hand; here nobody sees what it would do.
    readonly_fields = ("header", "columns", "used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Mappings are made by importing a file."""
        return False
