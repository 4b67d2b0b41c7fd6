"""What WhatsApp needs beside a message: its template, its next road, its news, and the access."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from reminders.models.messages import Message
from reminders.models.roads.columns import later_roads


class WhatsAppText(models.Model):
    """What one message by WhatsApp has besides. Without a template it is free text, which is taken
    within a day of the patient's last message.

    `settled_at` says that nothing is left to decide: it arrived, or the next road took over.
    """

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, primary_key=True, related_name="by_whatsapp"
    )
    template = models.CharField(max_length=512, blank=True)
    language = models.CharField(max_length=10, blank=True)
    parameters: models.JSONField[Any, Any] = models.JSONField(
        default=list, blank=True, help_text="Emptied once it is handed over or ended."
    )
    buttons: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    wait_minutes = models.PositiveSmallIntegerField()
    later = later_roads()
    next_road_at = models.DateTimeField(help_text="By the next road from then on, unless arrived.")
    sms_until = models.DateTimeField(help_text="Later than this an SMS would be of no use.")
    settled_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    late_at = models.DateTimeField(
        null=True, blank=True, help_text="When it arrived after the next road had taken over."
    )

    class Meta:
        verbose_name = "text by WhatsApp"
        verbose_name_plural = "texts by WhatsApp"
        indexes = [
            models.Index(
                fields=["next_road_at"], condition=Q(settled_at=None), name="whatsapp_to_settle"
            )
        ]

    def __str__(self) -> str:
        return self.template or "free text"


class WhatsAppReport(models.Model):
    """One piece of news about a text, stored once; without `applied_at` it waits to be applied."""

    key = models.CharField(max_length=150, unique=True)
    message_uuid = models.UUIDField(null=True, blank=True, help_text="Ours, from the metadata.")
    provider_id = models.CharField(max_length=100)
    status = models.CharField(max_length=40)
    reason = models.CharField(max_length=80, blank=True)
    happened_at = models.DateTimeField()
    stored_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "report by WhatsApp"
        verbose_name_plural = "reports by WhatsApp"
        indexes = [
            models.Index(
                fields=["stored_at"], condition=Q(applied_at=None), name="whatsapp_to_apply"
            ),
            models.Index(fields=["message_uuid"], name="whatsapp_report_of_text"),
        ]

    def __str__(self) -> str:
        return self.status


class WhatsAppTemplate(models.Model):
    """A template as the provider lists it; what is no longer listed goes."""

    name = models.CharField(max_length=512)
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=30)
    reason = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    buttons: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    ttl_seconds = models.PositiveIntegerField(null=True, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "language"]
        constraints = [
            models.UniqueConstraint(fields=["name", "language"], name="whatsapp_template_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class WhatsAppAccess(models.Model):
    """The token for the provider, kept for all workers; whoever renews it holds `renewing_until`.

    The one row also tells how the provider was found lately.
    """

    token = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    renewing_until = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True, help_text="Nothing is sent till then.")
    trouble = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    templates_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return "access to WhatsApp"
