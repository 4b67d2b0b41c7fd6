"""Reminders: one rule applied to one appointment version, and what became of it.

`domain.planning` writes them, `domain.sending` claims them. What a reminder speaks of (start,
place, phone) is kept with it, so that a claim joins little and a later version knows what was
already told.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reminders.models.appointments import Appointment
from reminders.models.message_states import MessageState
from reminders.models.people import Location
from reminders.models.rules import ReminderRule


def reasons() -> list[tuple[str, str]]:
    """Why nothing was sent, as choices of a column: a new reason needs no migration."""
    return Reminder.Reason.choices


class Reminder(models.Model):
    """One text that should go out for an appointment, or the reason why it does not."""

    class State(models.TextChoices):
        # Where a message's state says the same, it is said in the same words.
        PLANNED = "planned", "Planned"
        SKIPPED = "skipped", "Not sent"
        SENDING = "sending", MessageState.SUBMITTING.label
        SENT = "sent", "Handed over"
        WITHDRAWING = "withdrawing", "Being withdrawn"
        WITHDRAWN = "withdrawn", MessageState.CANCELLED.label
        EXPIRED = "expired", MessageState.EXPIRED.label
        FAILED = "failed", MessageState.FAILED.label

    class Reason(models.TextChoices):
        """Why nothing was sent, as staff read it."""

        NONE = "", ""
        QUIET_HOURS = "quiet_hours", "Due outside texting hours, and the rule says not to send then"
        BOOKED_LATE = "booked_late", "Booked after this text was due"
        SHORT_NOTICE = "short_notice", "Booked too shortly before the appointment"
        CLOSED_TOO_LONG = "closed_too_long", "No texting hours left before the appointment"
        AFTER_CUTOFF = "after_cutoff", "The rule's time is too close to the appointment"
        NO_PHONE = "no_phone", "No usable phone number"
        WRONG_NUMBER = "wrong_number", "Wrong number"
        OPTED_OUT = "opted_out", "The patient wants no texts"
        NO_CHANNEL = "no_channel", "This patient gets no messages"
        CONFIRMED = "confirmed", "Already confirmed"
        JUST_SAID = "just_said", "They have just said yes to this very time"
        NO_MORE = "no_more", "The patient wants no further text about this appointment"
        HELD = "held", "Stopped by staff"
        CUTOFF = "cutoff", "Its time passed before it could be sent"
        UNKNOWN = "unknown", "The provider never said whether it was taken"
        REFUSED = "refused", "The provider refused it"
        NOT_DELIVERED = "not_delivered", "Not delivered"
        CAPPED = "capped", "Too many texts to this number today"
        SHARED = "shared_number", "Too many patients share this number"
        WORDING = "wording", "The wording is missing or faulty"
        TOLD = "told_by_other", "Another text tells the same just then"
        BY_HAND = "told_by_staff", "Staff told the patient themselves"
        NOBODY = "told_nobody", "Staff chose to tell nobody"
        SUPERSEDED = "superseded", "The appointment changed"
        RULE_OFF = "rule_off", "The rule was switched off"
        REPLACED = "replaced", "The text about the change told it already"
        CALLED_OFF = "called_off", "Changed after the backup that was restored: look at the visit"

    OPEN = (State.PLANNED, State.SKIPPED)
    HANDED_OVER = (State.SENDING, State.SENT)

    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, db_index=False, related_name="reminders"
    )
    # Whoever plans holds the rules in force, and only one that is off and was never used can be
    # deleted; the database's own check of each reminder took a twentieth of an import.
    rule = models.ForeignKey(
        ReminderRule, on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.PLANNED)
    # A function for the choices: written out, each new reason would be a migration.
    reason = models.CharField(max_length=16, choices=reasons, blank=True, default=Reason.NONE)
    due_at = models.DateTimeField()
    cutoff_at = models.DateTimeField()
    # A copy of the appointment's, which the database checks there; here it would check every
    # reminder.
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    starts_at = models.DateTimeField()
    local_date = models.DateField()
    # The number it was planned for: after a change the text must not go to the old one.
    phone = models.CharField(max_length=16, blank=True)
    forced = models.BooleanField(
        default=False, help_text="Staff asked for it now, whatever the rule says."
    )
    message = models.ForeignKey(
        "Message",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="reminders",
    )
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            # What makes planning twice harmless: the second one finds the row and changes nothing.
            models.UniqueConstraint(
                fields=["appointment", "rule", "version"], name="reminder_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "sent", "withdrawing"])
                | Q(message__isnull=False),
                name="reminder_handed_over_has_message",
            ),
            models.CheckConstraint(
                condition=~Q(state="skipped") | ~Q(reason=""), name="reminder_skipped_has_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(state="planned"), name="reminder_due"
            ),
            models.Index(
                fields=["phone", "location", "local_date"],
                condition=Q(state="planned"),
                name="reminder_family",
            ),
            models.Index(
                fields=["appointment"],
                condition=Q(state="withdrawing"),
                name="reminder_withdrawing",
            ),
            models.Index(
                fields=["message"], condition=Q(message__isnull=False), name="reminder_of_message"
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["skipped", "expired", "failed"]),
                name="reminder_not_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}, due {self.due_at:%Y-%m-%d %H:%M} UTC"
