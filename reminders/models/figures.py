"""Figures of one day at one location with one practitioner, reckoned ahead so that statistics are
quick.
"""

from __future__ import annotations

from django.db import models

from reminders.models.people import Location, Practitioner


class DailyStatistics(models.Model):
    """Counts about the appointments of one local day. `domain.statistics` writes them anew, never
    adds.
    """

    location = models.ForeignKey(Location, on_delete=models.CASCADE, db_index=False)
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.CASCADE, null=True, blank=True, db_index=False
    )
    day = models.DateField()
    appointments = models.PositiveIntegerField(default=0, help_text="Without the cancelled ones.")
    confirmed = models.PositiveIntegerField(default=0)
    declined = models.PositiveIntegerField(default=0)
    arrived = models.PositiveIntegerField(default=0)
    no_show = models.PositiveIntegerField("did not come", default=0)
    cancelled = models.PositiveIntegerField(default=0)
    texts = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField("not delivered", default=0)
    reckoned_at = models.DateTimeField()

    class Meta:
        ordering = ["day", "location", "practitioner"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "location", "practitioner"],
                name="day_figure_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
