"""When to text and with which words: rules and wordings.

A rule for a location or a service replaces the general rules of its kind there; `domain.planning`
chooses, `domain.timing` reckons the times.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reminders.models.people import Location, Service


class ReminderRule(models.Model):
    """One rule: which appointments, when, and what happens when the time is odd or late."""

    class Kind(models.TextChoices):
        CONFIRMATION = "confirmation", "Confirmation (asks for an answer)"
        REMINDER = "reminder", "Reminder"

    class Quiet(models.TextChoices):
        LATER = "later", "Send when texting hours begin again"
        EARLIER = "earlier", "Send before texting hours end"
        SKIP = "skip", "Do not send"

    class Late(models.TextChoices):
        AT_ONCE = "at_once", "Send at once while there is time"
        SKIP = "skip", "Do not send"

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind)
    location = models.ForeignKey(
        Location,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        help_text="Blank: every location.",
    )
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, help_text="Blank: every service."
    )
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=1)
    days_before = models.PositiveSmallIntegerField(null=True, blank=True)
    at_time = models.TimeField(
        null=True, blank=True, help_text="Blank: the appointment's own time of day."
    )
    minutes_before = models.PositiveIntegerField(null=True, blank=True)
    weekdays_only = models.BooleanField(
        "working days only",
        default=False,
        help_text="Moves back to the last day the location is open.",
    )
    quiet = models.CharField(
        "outside texting hours", max_length=8, choices=Quiet, default=Quiet.LATER
    )
    late = models.CharField(
        "booked too late for it", max_length=8, choices=Late, default=Late.AT_ONCE
    )
    min_notice_minutes = models.PositiveIntegerField(
        default=180, help_text="With fewer minutes left, a late text is not sent."
    )
    cutoff_minutes = models.PositiveIntegerField(
        default=120, help_text="Nothing is sent with fewer minutes than this before the start."
    )
    not_if_confirmed = models.BooleanField(
        default=False, help_text="Not sent once the appointment is confirmed."
    )
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(days_before=None, minutes_before__isnull=False)
                | Q(days_before__isnull=False, minutes_before=None),
                # Exactly one: with both, or none, nobody could say when it sends.
                name="rule_days_or_minutes",
            ),
            models.CheckConstraint(
                condition=Q(at_time=None) | Q(minutes_before=None), name="rule_time_needs_days"
            ),
            models.CheckConstraint(
                condition=Q(days_before=None) | Q(days_before__lte=60), name="rule_within_60_days"
            ),
            models.CheckConstraint(
                condition=Q(minutes_before=None) | Q(minutes_before__lte=60 * 24 * 14),
                name="rule_within_14_days",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Wording(models.Model):
    """A text by rule (or by purpose, for automatic answers), language and channel."""

    class Channel(models.TextChoices):
        SMS = "sms", "Text message"
        VOICE = "voice", "Voice call"

    rule = models.ForeignKey(
        ReminderRule, on_delete=models.CASCADE, null=True, blank=True, related_name="wordings"
    )
    purpose = models.CharField(
        max_length=40, help_text="What the text is for, such as confirmation or declined."
    )
    language = models.CharField(max_length=10, default="en")
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.SMS)
    text = models.TextField()
    active = models.BooleanField(default=True, help_text="Off: this automatic answer is not sent.")
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["purpose", "language", "channel"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "purpose", "language", "channel"],
                condition=~Q(rule=None),
                name="wording_once_per_rule",
            ),
            models.UniqueConstraint(
                fields=["purpose", "language", "channel"],
                condition=Q(rule=None),
                name="wording_once_per_purpose",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} ({self.language}, {self.get_channel_display()})"
