"""Recalls: people who are due for a visit and have none, and the texts that invite them.

A recall stands for one person, one service and one due date; it holds at most two texts. Whether
it still holds is asked each time it is shown or texted (`domain.recalls`).
"""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from reminders.models.messages import Message
from reminders.models.people import Contact, Location, Service

MOST_TEXTS = 2


class Recall(models.Model):
    """Somebody who is due. `last_visit` and `due_on` are local days."""

    contact = models.ForeignKey(
        Contact, verbose_name="patient", on_delete=models.CASCADE, related_name="recalls"
    )
    service = models.ForeignKey(Service, on_delete=models.CASCADE, db_index=False)
    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, help_text="Of the last visit: it asks them back."
    )
    last_visit = models.DateField()
    due_on = models.DateField()
    texts = models.PositiveSmallIntegerField(default=0, db_default=0)
    first_text_at = models.DateTimeField(null=True, blank=True)
    last_text_at = models.DateTimeField(null=True, blank=True)
    left_out_at = models.DateTimeField(
        null=True, blank=True, help_text="Somebody said: not this time."
    )

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                # Also the index by which a night finds what is known already.
                fields=["contact", "service", "due_on"],
                name="recall_once_per_due_date",
            ),
            models.CheckConstraint(condition=Q(texts__lte=MOST_TEXTS), name="recall_two_texts"),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                condition=Q(left_out_at=None, texts__lt=MOST_TEXTS),
                name="recall_open",
            ),
            models.Index(
                fields=["first_text_at"],
                condition=Q(first_text_at__isnull=False),
                name="recall_texted",
            ),
        ]

    def __str__(self) -> str:
        return f"Due on {self.due_on:%d %b %Y}"


class RecallBatch(models.Model):
    """Up to 200 invitations that somebody looked at and sent."""

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "batch of recalls"
        verbose_name_plural = "batches of recalls"
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} UTC"


class RecallText(models.Model):
    """One invitation: the first or the second of a recall."""

    recall = models.ForeignKey(Recall, on_delete=models.CASCADE, db_index=False)
    batch = models.ForeignKey(RecallBatch, on_delete=models.CASCADE, related_name="sent")
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    nth = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recall", "nth"], name="recall_text_once"),
        ]

    def __str__(self) -> str:
        return f"Invitation {self.nth}"


class RecallTimes(models.Model):
    """When the second text may go; no row: as `SECOND_AFTER` says."""

    SECOND_AFTER = 21

    second_after_days = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(3), MaxValueValidator(180)]
    )
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = "times of recalls"
        verbose_name_plural = "times of recalls"

    def __str__(self) -> str:
        return f"Second text after {self.second_after_days} days"
