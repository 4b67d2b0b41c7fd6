"""Secret addresses by which a program outside fetches a calendar of visits; kept as digests."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from reminders.models.people import Location, Practitioner


class CalendarFeed(models.Model):
    """One address: of a location, of a practitioner there, or of a practitioner everywhere."""

    digest = models.CharField(max_length=64, unique=True)
    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds"
    )
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds"
    )
    names = models.BooleanField(default=False, help_text="Whether it holds patients' names.")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    fetched_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "calendar address"
        verbose_name_plural = "calendar addresses"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(location__isnull=False) | Q(practitioner__isnull=False),
                name="calendar_feed_of_something",
            )
        ]

    def __str__(self) -> str:
        return ", ".join(str(one) for one in (self.practitioner, self.location) if one)
