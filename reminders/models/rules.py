"""When to text and with which words: rules and wordings.

A rule for a location or a service replaces the general rules of its kind there; `domain.planning`
chooses, `clock.rule_schedule` computes the times.
"""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from reminders.models.appointments import Appointment
from reminders.models.people import Location, Practitioner, Service
from reminders.models.roads.columns import Road, Step, email_copy, roads, steps_of


class RuleQuerySet(models.QuerySet["ReminderRule"]):
    """Rules by what they do."""

    def trying(self, road: Road) -> RuleQuerySet:
        """The active ones that try this road."""
        return self.filter(active=True, roads__contains=[[road]])


class ReminderRule(models.Model):
    """One rule: which appointments, when, and what happens when the time is odd or late."""

    class Kind(models.TextChoices):
        CONFIRMATION = "confirmation", "Confirmation (asks for an answer)"
        REMINDER = "reminder", "Reminder"
        BOOKED = "booked", "When a visit is booked"
        MOVED = "moved", "When a visit is moved (asks for an answer)"
        CANCELLED = "cancelled", "When we cancel a visit"
        MISSED = "missed", "When a patient did not come"
        AFTER = "after", "After the visit"

    class Quiet(models.TextChoices):
        LATER = "later", "Send when texting hours begin again"
        EARLIER = "earlier", "Send before texting hours end"
        SKIP = "skip", "Do not send"

    class Late(models.TextChoices):
        AT_ONCE = "at_once", "Send at once while there is time"
        SKIP = "skip", "Do not send"

    class Patients(models.TextChoices):
        ALL = "", "Every patient"
        NEW = "new", "New patients, who have no earlier visit"

    BEFORE = (Kind.CONFIRMATION, Kind.REMINDER)
    EVENTS = (Kind.BOOKED, Kind.MOVED, Kind.CANCELLED, Kind.MISSED, Kind.AFTER)
    CHANGES = (Kind.BOOKED, Kind.MOVED, Kind.CANCELLED, Kind.MISSED)
    # In which states a visit may have a text of each kind.
    HOLDS: dict[str, tuple[Appointment.Status, ...]] = {
        Kind.CONFIRMATION: Appointment.EXPECTED,
        Kind.REMINDER: Appointment.EXPECTED,
        Kind.BOOKED: Appointment.EXPECTED,
        Kind.MOVED: Appointment.EXPECTED,
        Kind.CANCELLED: (Appointment.Status.CANCELLED,),
        Kind.MISSED: (Appointment.Status.NO_SHOW,),
        Kind.AFTER: Appointment.TOOK_PLACE,
    }

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
    practitioner = models.ForeignKey(
        Practitioner,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        help_text="Blank: whoever the visit is with.",
    )
    patients = models.CharField(
        "for which patients",
        max_length=10,
        choices=Patients,
        blank=True,
        default=Patients.ALL,
        db_default="",
    )
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=1)
    days_before = models.PositiveSmallIntegerField(null=True, blank=True)
    at_time = models.TimeField(
        null=True, blank=True, help_text="Blank: the appointment's own time of day."
    )
    minutes_before = models.PositiveIntegerField(null=True, blank=True)
    minutes_after = models.PositiveIntegerField(
        null=True, blank=True, help_text="After what happened; blank for a text before the visit."
    )
    settle_minutes = models.PositiveSmallIntegerField(
        "wait for corrections",
        default=10,
        db_default=10,
        help_text="What is corrected within so many minutes is told once, as it stands then.",
    )
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
    missed_within_months = models.PositiveSmallIntegerField(
        "only who missed a visit",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text="In so many months before the visit. An extra text, beside the other rules.",
    )
    roads, email_copy = roads(), email_copy()
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(days_before=None, minutes_before__isnull=False, minutes_after=None)
                | Q(days_before__isnull=False, minutes_before=None, minutes_after=None)
                | Q(days_before=None, minutes_before=None, minutes_after__isnull=False),
                # Exactly one: with two, or none, nobody could say when it sends.
                name="rule_days_or_minutes",
            ),
            models.CheckConstraint(
                condition=Q(minutes_after=None, kind__in=["confirmation", "reminder"])
                | (Q(minutes_after__isnull=False) & ~Q(kind__in=["confirmation", "reminder"])),
                name="rule_counts_by_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(minutes_after=None) | Q(minutes_after__lte=60 * 24 * 60),
                name="rule_within_60_days_after",
            ),
            models.CheckConstraint(
                condition=Q(settle_minutes__lte=24 * 60), name="rule_settles_within_a_day"
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

    @property
    def is_event(self) -> bool:
        """Whether something that happened makes it send, and not the time that is left."""
        return self.kind in self.EVENTS

    @property
    def steps(self) -> list[Step]:
        """The roads that are tried before SMS, in order."""
        return steps_of(self.roads)

    def wait(self, road: Road) -> int | None:
        """How many minutes a road may take; None where it is not tried."""
        return next((step.minutes for step in self.steps if step.road == road), None)


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
