"""One thing done with many visits at once, and what became of each: the queue and its outcome.

`domain.whole_day` works it off. A step commits a visit's row together with what it did to the
visit, so a worker that dies leaves whole ones, and the next goes on.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from reminders.models.appointments import Appointment, AuditEntry
from reminders.models.messages import Message


class BulkChange(models.Model):
    """What somebody does with many visits: a text, a cancellation, a move, or word of a delay."""

    class Kind(models.TextChoices):
        TEXT = "text", "Send a text"
        MOVE = "move", "Move"
        CANCEL = "cancel", "Cancel"
        LATE = "late", "Running late"

    class State(models.TextChoices):
        DRAFT = "draft", "Being prepared"
        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        UNDOING = "undoing", "Being taken back"
        UNDONE = "undone", "Taken back"

    kind = models.CharField(max_length=6, choices=Kind, blank=True, default="")
    params: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    begun_at = models.DateTimeField(null=True, blank=True)
    send_at = models.DateTimeField(
        null=True, blank=True, help_text="Its texts wait until then, and can be taken back."
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["begun_at"],
                condition=Q(state__in=["running", "undoing"]),
                name="bulk_change_to_do",
            ),
            models.Index(fields=["created_at"], name="bulk_change_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display() or 'Several visits'}, {self.get_state_display()}"


class BulkChangeRow(models.Model):
    """One visit of a bulk change: as it was when it was chosen, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        LEFT_OUT = "left_out", "Left out"
        UNDONE = "undone", "Taken back"
        KEPT = "kept", "Changed since, so left as it is"

    of = models.ForeignKey(BulkChange, on_delete=models.CASCADE, related_name="rows")
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE)
    seen_version = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    why = models.CharField(
        max_length=100, blank=True, help_text="Left out, or to be called by phone: why."
    )
    message = models.ForeignKey(
        Message,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="bulk_rows",
    )
    event = models.ForeignKey(
        AuditEntry, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["of", "appointment"], name="bulk_change_row_once")
        ]

    def __str__(self) -> str:
        return self.get_state_display()
