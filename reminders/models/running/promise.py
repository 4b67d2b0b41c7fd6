"""The first promise in figures, by day."""

from __future__ import annotations

from django.db import models


class PromiseDay(models.Model):
    """Of the texts that were due on one day (UTC), how many the provider had in time.

    Counted again while the day lasts; it stays when the texts themselves are forgotten.
    """

    day = models.DateField(primary_key=True)
    due = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0, help_text="Handed over within a minute.")
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
