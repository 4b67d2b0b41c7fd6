"""Days on which a location is shut: holidays, a break between the years, a day of training."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from reminders.models.people import Location


class ClosedDay(models.Model):
    """One or several days in a row, in one year or in every year.

    A removed one no longer counts and can be put back; of public holidays it means that the
    location works on that day.
    """

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="closed_days")
    name = models.CharField(max_length=80)
    first_day = models.DateField()
    last_day = models.DateField()
    every_year = models.BooleanField(
        default=False, help_text="On the same days of every year, also before and after this one."
    )
    holiday = models.CharField(
        "public holiday of",
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text="Country and region that it comes from, such as AU-NSW; blank: by hand.",
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="closed_day_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=["location", "first_day"],
                condition=~Q(holiday=""),
                name="closed_day_holiday_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
