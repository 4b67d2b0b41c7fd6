"""Who is on the short-notice list, and when they could come."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from reminders.models.appointments import Appointment
from reminders.models.fields import days_field
from reminders.models.people import Location, Practitioner, Service


class SoonerWish(models.Model):
    """Somebody who wants to come earlier than the visit that they have, and when they could."""

    class Priority(models.IntegerChoices):
        FIRST = 1, "Asked first"
        USUAL = 2, "In turn"
        LAST = 3, "Asked last"

    class Outcome(models.TextChoices):
        NONE = "", "On the list"
        MOVED = "moved", "Comes sooner"
        REMOVED = "removed", "Taken off"

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="wishes")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, db_index=False)
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, help_text="Blank: any service."
    )
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, null=True, blank=True, help_text="Blank: anyone."
    )
    days = days_field(verbose_name="days")
    time_from = models.TimeField("from", null=True, blank=True)
    time_to = models.TimeField("until", null=True, blank=True, help_text="The latest start.")
    least_notice_hours = models.PositiveSmallIntegerField(
        "least notice in hours", default=2, validators=[MaxValueValidator(720)]
    )
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.USUAL)
    until = models.DateField(
        "on the list until", null=True, blank=True, help_text="The last day that would suit."
    )
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=8, choices=Outcome, blank=True, default=Outcome.NONE, db_default=""
    )

    class Meta:
        verbose_name = "wish to come sooner"
        verbose_name_plural = "wishes to come sooner"
        ordering = ["priority", "created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"], condition=Q(ended_at=None), name="wish_once_a_visit"
            ),
            models.CheckConstraint(
                condition=Q(time_from=None)
                | Q(time_to=None)
                | Q(time_from__lte=models.F("time_to")),
                name="wish_times_in_order",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="")
                | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="wish_ends_somehow",
            ),
        ]
        indexes = [
            models.Index(
                fields=["location", "priority", "created_at"],
                condition=Q(ended_at=None),
                name="wish_on_the_list",
            )
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()
