"""How long things are kept, what was forgotten, and who must not be forgotten yet.

`domain.retention` decides what goes; here stand the periods, the notes of each night's work, the
opt-outs that outlive their number, holds, and wishes to be forgotten that wait for the provider.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from reminders.models.consent import Suppression
from reminders.models.people import Contact


class KeptFor(models.Model):
    """For how many days a kind of thing is kept, where somebody chose otherwise than we do."""

    kind = models.CharField(max_length=20, primary_key=True)
    days = models.PositiveIntegerField()
    # In force until the night after the change: who slips on a key has until then to notice.
    days_before = models.PositiveIntegerField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.kind}: {self.days} days"


class ForgettingRun(models.Model):
    """How far one step of forgetting came on one day; it goes on from here after a crash."""

    day = models.DateField()
    step = models.CharField(max_length=20)
    count = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0, help_text="The last id that was looked at.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-day", "step"]
        # The one row is also the lock on which two workers at a step take turns.
        constraints = [models.UniqueConstraint(fields=["day", "step"], name="forgotten_once_a_day")]

    def __str__(self) -> str:
        return f"{self.step}, {self.day:%Y-%m-%d}"


class KeptOptOut(models.Model):
    """An opt-out whose number is forgotten: only a keyed digest of the number is left.

    Whoever comes with the number again is opted out as before; `domain.planning.kept_opt_outs`.
    """

    # Keyed: telephone numbers are so few that a plain digest of one is guessed in minutes.
    digest = models.CharField(max_length=64, unique=True)
    key = models.CharField(max_length=16, help_text="Tells which key the digest was made with.")
    reason = models.CharField(max_length=10, choices=Suppression.Reason)
    since = models.DateTimeField()
    synced_at = models.DateTimeField(
        null=True, blank=True, help_text="When the provider's list last agreed."
    )
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.get_reason_display()}, number forgotten"


class LegalHold(models.Model):
    """Somebody of whom nothing may be forgotten: why, since when, by whom. In force until ended."""

    # PROTECT: deleting the row would end the hold without a trace.
    contact = models.ForeignKey(
        Contact, verbose_name="patient", on_delete=models.PROTECT, related_name="holds"
    )
    reason = models.CharField(max_length=300)
    since = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=Q(ended_at=None), name="hold_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"Hold, {'ended' if self.ended_at else 'in force'}"


class Erasure(models.Model):
    """A wish to be forgotten. It waits until the provider has let go of what it still holds."""

    contact = models.ForeignKey(
        Contact, verbose_name="patient", on_delete=models.PROTECT, related_name="erasures"
    )
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    counts: models.JSONField[Any, Any] = models.JSONField(
        default=dict, blank=True, help_text="How many of each went; no content."
    )

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=Q(done_at=None), name="erasure_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"Erasure, {'done' if self.done_at else 'waiting'}"
