"""Times that became free, and whom they were offered to.

The database refuses that a time is promised twice, and that a person or a number is asked about two
at once. Which state follows which is decided in `domain.slots` and `domain.sooner`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reminders.models.appointments import Appointment
from reminders.models.fields import phone_check
from reminders.models.messages import Message
from reminders.models.people import Contact, Location, Practitioner, Service
from reminders.models.sooner.wishes import SoonerWish


class FreeSlot(models.Model):
    """A time that became free, and what comes of it. `due_at`: when it is looked at next."""

    class State(models.TextChoices):
        NEW = "new", "Just became free"
        WAITING = "waiting", "Waits for staff"
        OFFERING = "offering", "Being offered by text"
        CALLING = "calling", "Staff are calling"
        FILLED = "filled", "Filled"
        GIVEN_UP = "given_up", "Nobody took it"
        LET_GO = "let_go", "Let go"
        GONE = "gone", "No longer free"

    LIVE = (State.NEW, State.WAITING, State.OFFERING, State.CALLING)
    """Nothing is settled yet."""
    TAKEABLE = (State.OFFERING, State.GIVEN_UP)
    """A yes of somebody who was asked still gets it."""

    # Whose visit it was; after a move it is at another time.
    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, related_name="freed_slots"
    )
    location = models.ForeignKey(Location, on_delete=models.PROTECT, db_index=False)
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )
    starts_at = models.DateTimeField()
    local_date = models.DateField("date")
    local_time = models.TimeField("time")
    weekday = models.PositiveSmallIntegerField(help_text="1 for Monday to 7 for Sunday.")
    duration = models.PositiveSmallIntegerField("minutes", null=True, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    why = models.CharField(max_length=80, blank=True, help_text="Why it ended, for staff.")
    freed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    depth = models.PositiveSmallIntegerField(
        default=0, help_text="How many slots were filled one after another before this became free."
    )
    filled_by = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, null=True, blank=True, related_name="filled_slots"
    )
    filled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "free slot"
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "starts_at"],
                condition=Q(state__in=("new", "waiting", "offering", "calling")),
                name="slot_freed_once",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="filled", filled_by__isnull=False, filled_at__isnull=False)
                    | (~Q(state="filled") & Q(filled_by=None, filled_at=None))
                ),
                name="slot_filled_by_somebody",
            ),
            models.CheckConstraint(
                # Else nobody would ever look at it again.
                condition=~Q(state__in=("new", "waiting", "offering", "calling"))
                | Q(due_at__isnull=False),
                name="slot_live_is_due",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="slot_due"),
            models.Index(fields=["location", "starts_at"], name="slot_at_location"),
        ]

    def __str__(self) -> str:
        return f"{self.local_date:%a %-d %b} {self.local_time:%H:%M}"


class SlotOffer(models.Model):
    """One person asked about one free slot. Only `asking` is open; every other state is final, but
    that a late yes may still win.
    """

    class State(models.TextChoices):
        ASKING = "asking", "Asked"
        ACCEPTED = "accepted", "Took it"
        DECLINED = "declined", "Keeps the own time"
        LAPSED = "lapsed", "No answer in time"
        WITHDRAWN = "withdrawn", "Called off"
        FAILED = "failed", "Could not be texted"

    slot = models.ForeignKey(FreeSlot, on_delete=models.CASCADE, related_name="offers")
    wish = models.ForeignKey(SoonerWish, on_delete=models.CASCADE, related_name="offers")
    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, related_name="offers", help_text="Their own visit."
    )
    contact = models.ForeignKey(Contact, verbose_name="patient", on_delete=models.CASCADE)
    # Only while it is open: the text keeps the number, for as long as texts are kept.
    phone = models.CharField(max_length=16, blank=True)
    message = models.OneToOneField(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="offer"
    )
    state = models.CharField(max_length=9, choices=State, default=State.ASKING)
    asked_at = models.DateTimeField()
    holds_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            phone_check("offer_phone_is_e164", blank=True),
            models.UniqueConstraint(fields=["slot", "wish"], name="offer_once"),
            models.UniqueConstraint(
                fields=["slot"], condition=Q(state="asking"), name="offer_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["slot"], condition=Q(state="accepted"), name="offer_promised_once"
            ),
            models.UniqueConstraint(
                fields=["contact"], condition=Q(state="asking"), name="offer_person_asked_once"
            ),
            models.UniqueConstraint(
                # A family has one phone: of two questions nobody could tell which a yes answers.
                fields=["phone"],
                condition=Q(state="asking"),
                name="offer_number_asked_once",
            ),
            models.CheckConstraint(
                condition=(Q(state="asking", ended_at=None) & ~Q(phone=""))
                | (~Q(state="asking") & Q(ended_at__isnull=False, phone="")),
                name="offer_open_or_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.get_state_display()
