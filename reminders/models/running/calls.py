"""Calls to the provider: counted for monitoring, and whether they get an answer."""

from __future__ import annotations

from django.db import models


class CallCount(models.Model):
    """How many calls of one kind ended in one way within so many seconds; it only grows."""

    call = models.CharField(max_length=12)
    outcome = models.CharField(max_length=12)
    within = models.FloatField(help_text="Seconds, at most; infinite for the slowest.")
    count = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0.0, help_text="What all of them took together.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "outcome", "within"], name="call_count_once")
        ]

    def __str__(self) -> str:
        return f"{self.call} {self.outcome}"


class CallHealth(models.Model):
    """When calls of one kind were last answered, and since when they fail."""

    call = models.CharField(max_length=12, primary_key=True)
    ok_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="Since the last answer.")
    how = models.CharField(max_length=12, blank=True)

    def __str__(self) -> str:
        return self.call
