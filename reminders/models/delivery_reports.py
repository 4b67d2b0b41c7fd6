"""What the provider reported about messages, as it came in."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from reminders.models.messages import Message


class DeliveryReport(models.Model):
    """One report as the provider sent it, stored once. Without `applied_at` it waits for its
    message.
    """

    provider_id = models.CharField(max_length=100, unique=True)
    message = models.ForeignKey(
        Message,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        db_index=False,
        related_name="reports",
    )
    # A report may come before we have recorded the provider's id: ours finds the message then.
    message_uuid = models.UUIDField(null=True, blank=True, help_text="Ours, from the metadata.")
    message_provider_id = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=30)
    code = models.PositiveSmallIntegerField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    stored_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, help_text="Why it could not be read.")
    raw: models.JSONField[Any, Any] = models.JSONField(
        default=dict, null=True, blank=True, help_text="As it came; none once it is forgotten."
    )

    class Meta:
        ordering = ["-stored_at"]
        indexes = [
            models.Index(
                fields=["message", "stored_at"],
                condition=Q(message__isnull=False),
                name="report_of_message",
            ),
            models.Index(
                fields=["stored_at"], condition=Q(raw__isnull=False), name="report_raw_to_forget"
            ),
            models.Index(
                fields=["stored_at"], condition=Q(message=None), name="report_of_no_message"
            ),
            models.Index(
                fields=["stored_at"],
                condition=Q(applied_at=None, problem=""),
                name="report_to_apply",
            ),
            models.Index(
                fields=["message_provider_id"],
                condition=Q(applied_at=None, problem=""),
                name="report_waiting_for_id",
            ),
            models.Index(
                fields=["message_uuid"],
                condition=Q(applied_at=None, problem=""),
                name="report_waiting_for_uuid",
            ),
        ]

    def __str__(self) -> str:
        return self.status
