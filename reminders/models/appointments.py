"""Appointments, what happened to them, and the calls made about them.

`version` grows with every change that matters to a message; `domain.appointments` is the only place
that raises it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.urls import reverse

from reminders.models.people import Contact, Location, Practitioner, Service


class Appointment(models.Model):
    """One visit of one contact. `starts_at` is UTC; the local date and time are kept as they were
    given.
    """

    class Status(models.TextChoices):
        BOOKED = "booked", "Booked"
        CONFIRMED = "confirmed", "Confirmed"
        DECLINED = "declined", "Declined"
        CANCELLED = "cancelled", "Cancelled"
        ARRIVED = "arrived", "Arrived"
        NO_SHOW = "no_show", "Did not come"

    class WallFlag(models.TextChoices):
        NONE = "", "Plain"
        GAP = "gap", "The clocks skipped this time; read an hour later"
        TWICE = "twice", "This time happened twice; the earlier was taken"

    EXPECTED = (Status.BOOKED, Status.CONFIRMED)
    # Not *arrived* alone: few practices mark everybody who comes.
    TOOK_PLACE = (*EXPECTED, Status.ARRIVED)
    USUAL_MINUTES = 30
    """So long takes a visit of which nobody said how long."""

    # Made by the database: an import writes its rows by statements, which know no Python defaults.
    uuid = models.UUIDField(unique=True, editable=False, db_default=RandomUUID())
    # The day sheet's index and that of the contact's appointments begin with these two.
    location = models.ForeignKey(Location, on_delete=models.PROTECT, db_index=False)
    contact = models.ForeignKey(
        Contact, verbose_name="patient", on_delete=models.PROTECT, db_index=False
    )
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )
    starts_at = models.DateTimeField()
    # As given, beside the instant: when a zone's rules change, the instant is read again from
    # these.
    local_date = models.DateField("date")
    local_time = models.TimeField("time")
    wall_flag = models.CharField(max_length=5, choices=WallFlag, blank=True, default=WallFlag.NONE)
    duration = models.PositiveSmallIntegerField("minutes", null=True, blank=True)
    diary = models.CharField(
        max_length=60, blank=True, help_text="Whose ids: only for sites with several diaries."
    )
    external_id = models.CharField("diary id", max_length=100, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.BOOKED)
    status_since = models.DateTimeField(null=True, blank=True)
    no_more_texts = models.BooleanField(
        default=False, help_text="The patient wants no further text about this one."
    )
    notes = models.TextField(blank=True)
    extra: models.JSONField[Any, Any] = models.JSONField("other columns", default=dict, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    # Not `updated_at`: a note that is added must not make a text look late.
    changed_at = models.DateTimeField(editable=False, help_text="Since when this version is known.")
    imported_by = models.ForeignKey(
        "Import",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        db_constraint=False,  # written by the import itself; a check for each row is dear
        related_name="appointments",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["starts_at", "pk"]
        permissions = [("export_appointment", "Can export appointments as a file")]
        constraints = [
            models.UniqueConstraint(
                # By diary: two programs may both begin to count at 1.
                fields=["diary", "external_id"],
                condition=~Q(external_id=""),
                name="appointment_diary_id_once",
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="appointment_version_from_one"
            ),
            models.CheckConstraint(
                condition=Q(duration=None) | Q(duration__range=(1, 1440)),
                name="appointment_within_a_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["location", "local_date", "starts_at"], name="appointment_day_sheet"
            ),
            models.Index(fields=["starts_at"], name="appointment_by_start"),
            # Which columns diaries bring is asked of the last visits that have any.
            models.Index(
                fields=["-starts_at"], condition=~Q(extra={}), name="appointment_with_columns"
            ),
            models.Index(fields=["contact", "-starts_at"], name="appointment_of_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.local_date:%a %d %b %Y} {self.local_time:%H:%M}"

    def get_absolute_url(self) -> str:
        """The appointment's page with its history."""
        return reverse("appointment", args=[self.pk])

    @property
    def texted(self) -> Contact:
        """Who is texted about it: the patient, or who is responsible for them."""
        return self.contact.texted_on(self.local_date)


class VisitChange(models.Model):
    """What happened to a visit since its patient last knew it: booked, moved, cancelled, missed.

    A row is kept only while a rule for such texts is on. `knew_*` is what the patient was last
    told, or must know by other means; what is to be told is its difference to the visit.
    """

    class Knew(models.TextChoices):
        NOTHING = "nothing", "Nothing yet"
        COMING = "coming", "That it takes place then and there"
        OFF = "off", "That it is cancelled"

    class Telling(models.TextChoices):
        RULE = "rule", "By the rules"
        HAND = "hand", "By staff themselves"
        NOBODY = "nobody", "Nobody, as staff chose"

    appointment = models.OneToOneField(
        Appointment, on_delete=models.CASCADE, primary_key=True, related_name="change"
    )
    version = models.PositiveIntegerField(help_text="The appointment's, after the change.")
    at = models.DateTimeField()
    knew = models.CharField(max_length=8, choices=Knew)
    knew_starts_at = models.DateTimeField(null=True, blank=True)
    knew_location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, db_index=False, related_name="+"
    )
    telling = models.CharField(max_length=6, choices=Telling, default=Telling.RULE)
    carded = models.BooleanField(
        default=False, help_text="A card asked staff to tell it, because no text could."
    )

    class Meta:
        verbose_name = "change to tell"
        verbose_name_plural = "changes to tell"

    def __str__(self) -> str:
        return f"{self.get_knew_display()}, changed {self.at:%Y-%m-%d %H:%M} UTC"


class AuditEntry(models.Model):
    """One line of history: who did what to an appointment or contact, and when. Never changed."""

    class Source(models.TextChoices):
        STAFF = "staff", "Staff"
        PATIENT = "patient", "Patient"
        IMPORT = "import", "Import"
        SYSTEM = "system", "The application"

    appointment = models.ForeignKey(
        Appointment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        db_index=False,
        related_name="events",
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name="patient",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        db_index=False,
        related_name="events",
    )
    at = models.DateTimeField()
    source = models.CharField(max_length=8, choices=Source)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=40, help_text="A code such as confirmed, moved, called.")
    details: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "line of history"
        verbose_name_plural = "history"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                fields=["appointment", "-at"],
                condition=~Q(appointment=None),
                name="event_of_appointment",
            ),
            models.Index(
                fields=["contact", "-at"], condition=~Q(contact=None), name="event_of_contact"
            ),
            models.Index(fields=["-at"], name="event_by_time"),
            models.Index(
                fields=["-at"],
                condition=Q(appointment=None, contact=None),
                name="event_of_set_up",
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class CallAttempt(models.Model):
    """A telephone call that staff made about an appointment."""

    class Outcome(models.TextChoices):
        CALLED = "called", "Called"
        VOICEMAIL = "voicemail", "Left voicemail"
        NO_ANSWER = "no_answer", "No answer"
        WRONG_NUMBER = "wrong_number", "Wrong number"

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    outcome = models.CharField(max_length=12, choices=Outcome)
    phone = models.CharField(
        max_length=16,
        blank=True,
        default="",
        db_default="",
        help_text="The number that was called.",
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.get_outcome_display()
