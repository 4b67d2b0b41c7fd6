"""What keeps others out: by which keys pushes are checked, and how long a sign-in lasts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class PushKey(models.Model):
    """The public half of a key that the provider signs its pushes with; the other half stays
    there.
    """

    key_id = models.CharField(max_length=100, unique=True)
    public_key = models.TextField(help_text="Base64 of the DER.")
    made_at = models.DateTimeField()
    enabled_at = models.DateTimeField(
        null=True, blank=True, help_text="When the provider began to sign with it."
    )
    retired_at = models.DateTimeField(
        null=True, blank=True, help_text="When another one took its place."
    )
    webhook_at = models.DateTimeField(
        null=True, blank=True, help_text="When the account's webhook was last seen to be right."
    )

    def __str__(self) -> str:
        return self.key_id


class SessionLimits(models.Model):
    """One row: what an administrator chose for how long a sign-in lasts; never more than the
    environment allows.
    """

    # Fixed at 1, and held by a constraint: a second row would be a choice that nobody sees.
    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    idle_minutes = models.PositiveSmallIntegerField()
    longest_hours = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="session_limits_one_row")]

    def __str__(self) -> str:
        return f"{self.idle_minutes} minutes, {self.longest_hours} hours"


class TrustedDesk(models.Model):
    """A browser at a shared desk that an administrator trusts: there a sign-in is locked instead of
    ended. Of its cookie only a digest is kept.
    """

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class DeskPin(models.Model):
    """The digits by which somebody unlocks their own sign-in at a trusted desk, hashed."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    hash = models.CharField(max_length=128)
    failures = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"PIN {self.pk}"
