"""A restored backup: that nothing may leave yet, and how far catching up is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q


class RestoreHold(models.Model):
    """One row once a backup was restored; in force until a person says that texts may go again.

    Written by `manage.py restore` in the very transaction that brings the backup's rows, so no
    program ever sees those without it.
    """

    # Fixed at 1, and held by a constraint: a second row would be a hold that nobody sees.
    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    backup_at = models.DateTimeField(help_text="What happened later is not in the backup.")
    restored_at = models.DateTimeField()
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody had the provider asked."
    )
    caught_up_at = models.DateTimeField(
        null=True, blank=True, help_text="When all that the provider had was taken over last."
    )
    found: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    words = models.CharField(
        max_length=300, blank=True, db_default="", help_text="Why the provider could not be asked."
    )
    went_on_at = models.DateTimeField(null=True, blank=True)
    went_on_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="restore_hold_one_row")]

    def __str__(self) -> str:
        return f"Backup of {self.backup_at:%Y-%m-%d %H:%M} UTC"
