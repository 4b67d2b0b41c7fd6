"""Outbound texts and what the provider reported about them.

A message is written before the provider is called; its UUID travels in the metadata and is the only
thing that finds it again when an answer is lost. Final states never change.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest, Least

from reminders.models import message_states
from reminders.models.appointments import Appointment
from reminders.models.fields import phone_check
from reminders.models.message_states import WITHDRAW_MARGIN, MessageState
from reminders.models.people import Contact, Location
from reminders.models.roads.columns import Road, road

SELDOM = timedelta(days=1)
"""So often, at least, a text without a final report is asked about."""


class MessageQuerySet(models.QuerySet["Message"]):
    """Claims of messages that the provider is to be asked about. Each wants a transaction around
    it.
    """

    def free(self, *, now: datetime) -> MessageQuerySet:
        """Those that no worker holds at the moment."""
        # Strictly before: at the very end of a claim its holder may still be recording.
        return self.filter(Q(claimed_until=None) | Q(claimed_until__lt=now))

    def withdrawable(self, *, now: datetime) -> MessageQuerySet:
        """Those that have not left yet and that nobody withdraws already.

        What the provider has accepted counts until a minute before its time; what waits with us or
        is held back there counts as long as it does. The one definition: `is_withdrawable` says the
        same of a row, `in_sql.states.IS_WITHDRAWABLE` in statements.
        """
        gone = Q(state=MessageState.ACCEPTED, scheduled_at__lte=now + WITHDRAW_MARGIN)
        # Also what is being handed over or unknown: it is marked, and asked back as soon as its id
        # is known.
        waiting = Q(state__in=message_states.WITHDRAWABLE, cancel_requested_at=None)
        return self.filter(waiting & ~gone)

    def claim_stale(
        self, *, now: datetime, hold: timedelta, limit: int
    ) -> list[tuple[uuid.UUID, str]]:
        """Up to `limit` messages at the provider to be withdrawn: pairs of our id and the
        provider's.

        The most urgent come first; they are held until `now + hold`.
        """
        stale = self.free(now=now).filter(
            cancel_requested_at__isnull=False,
            cancel_settled_at=None,
            # What is unknown has no id to cancel by: it is found out first, then comes up here.
            state__in=[Message.State.ACCEPTED, Message.State.HELD],
        )
        rows = stale.order_by("scheduled_at").select_for_update(skip_locked=True)
        found = list(rows.values_list("pk", "provider_id")[:limit])
        self._hold([pk for pk, _ in found], until=now + hold)
        return [(pk, provider_id or "") for pk, provider_id in found]

    def claim_unknown(self, *, now: datetime, hold: timedelta, limit: int) -> list[Message]:
        """Up to `limit` SMS of unknown outcome, the oldest first, held until `now + hold`."""
        unknown = self.free(now=now).filter(state=MessageState.UNKNOWN, road=Road.SMS)
        rows = unknown.order_by("unknown_since")._locked(limit)
        self._hold([row.pk for row in rows], until=now + hold)
        return rows

    def claim_overdue(self, *, now: datetime, again: timedelta, limit: int) -> list[Message]:
        """Up to `limit` messages whose final report is overdue.

        They come up again after `again`, or after as long as they have been out already, at most a
        day: some carriers never report, and old texts must not keep those of today from being asked
        about.
        """
        overdue = self.filter(state__in=Message.AT_PROVIDER, check_after__lte=now).order_by(
            "check_after"
        )
        rows = overdue._locked(limit)
        if not rows:
            return []
        # Computed by the database from each row's own time: one update for all of them.
        as_long_again = Value(now) + (Value(now) - F("scheduled_at"))
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(
            check_after=Least(Greatest(Value(now + again), as_long_again), Value(now + SELDOM))
        )
        return rows

    def claim_maybe_there(self, *, now: datetime, again: timedelta, limit: int) -> list[Message]:
        """Up to `limit` messages that were withdrawn while nobody knew whether the provider has
        them.

        They come up again after `again`, or after as long as it has been, at most an hour; until
        they have expired there.
        """
        maybe = self.filter(
            state=Message.State.CANCELLED, unknown_since__isnull=False, check_after__lte=now
        )
        rows = maybe.order_by("check_after")._locked(limit)
        if not rows:
            return []
        claimed = Message.objects.filter(pk__in=[row.pk for row in rows])
        # Twice as long each time: what has not turned up within the hour hardly will, and each look
        # is a call.
        as_long_again = Value(now) + (Value(now) - F("unknown_since"))
        claimed.update(
            check_after=Least(
                Greatest(Value(now + again), as_long_again), Value(now + timedelta(hours=1))
            )
        )
        # Past its expiry the provider sends it no more: nothing is left to find.
        claimed.filter(expires_at__lte=now).update(unknown_since=None)
        return rows

    def _locked(self, limit: int) -> list[Message]:
        """The first rows, locked, but for those that somebody else has."""
        # By their ids first: most claims find none, and all the columns are only named for some.
        rows = self.select_for_update(skip_locked=True)
        ids = list(rows.values_list("pk", flat=True)[:limit])
        found = Message.objects.in_bulk(ids) if ids else {}
        return [found[pk] for pk in ids]

    def _hold(self, ids: list[uuid.UUID], *, until: datetime) -> None:
        if ids:
            Message.objects.filter(pk__in=ids).update(claimed_until=until)


class Message(models.Model):
    """One outbound text: from a reminder, a staff member or an automatic answer."""

    State, Road = MessageState, Road

    class Kind(models.TextChoices):
        REMINDER = "reminder", "Reminder"
        STAFF = "staff", "Written by staff"
        ANSWER = "answer", "Automatic answer"
        CORRECTION = "correction", "Correction"
        NOTICE = "notice", "Notice to many"
        TEST = "test", "Test"
        OFFER = "offer", "Offer of a sooner time"
        RECALL = "recall", "Invitation to come again"
        COPY = "copy", "Copy by e-mail"

    class Format(models.TextChoices):
        SMS = "SMS", "Text message"
        TTS = "TTS", "Voice call"

    FINAL = message_states.FINAL
    AT_PROVIDER = message_states.AT_PROVIDER
    OUT = message_states.OUT
    UNDELIVERED = message_states.UNDELIVERED
    WITHDRAWABLE = message_states.WITHDRAWABLE

    # Made here, before the provider is called: by it alone a text is found whose answer is lost.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.SET_NULL, null=True, blank=True, db_index=False
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name="patient",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
    )
    location = models.ForeignKey(
        Location, on_delete=models.SET_NULL, null=True, blank=True, db_index=False
    )
    # Blank once the text is forgotten: it goes together with its words.
    phone = models.CharField(max_length=16, blank=True)
    source_number = models.CharField(max_length=15, blank=True)
    text = models.TextField()
    asks = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        help_text="What may be answered to it; blank where it was written before this was kept.",
    )
    purpose = models.CharField(
        max_length=30,
        blank=True,
        default="",
        db_default="",
        help_text="Of automatic answers, which one it is.",
    )
    format = models.CharField(max_length=3, choices=Format, default=Format.SMS)
    road = road()
    segments = models.PositiveSmallIntegerField("parts", default=1)
    billed = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Units that the provider charged, where a report told."
    )
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    words = models.CharField(
        max_length=300, blank=True, help_text="The last news in words for staff."
    )
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    # NULL and not "" while unknown: the constraint of uniqueness would let one blank in only.
    provider_id = models.CharField(max_length=100, null=True, blank=True, unique=True)
    scheduled_at = models.DateTimeField(help_text="When the text should reach the phone.")
    expires_at = models.DateTimeField(help_text="After this it must not be sent.")
    attempt = models.PositiveSmallIntegerField(default=0)
    resent = models.BooleanField(
        default=False, help_text="Sent once more after its first outcome stayed unknown."
    )
    send_after = models.DateTimeField(help_text="Queued: not before this time.")
    claimed_until = models.DateTimeField(null=True, blank=True)
    unknown_since = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancel_settled_at = models.DateTimeField(null=True, blank=True)
    check_after = models.DateTimeField(
        null=True, blank=True, help_text="Ask the provider for its status from then on."
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    final_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answers = models.ForeignKey(
        "Reply",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="answered_by",
    )
    instead_of = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="tried_again_by",
        help_text="The text to the first number that failed for good, where this is to the second.",
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            phone_check("message_phone_is_e164", blank=True),
            models.CheckConstraint(
                # The provider knows a text by its id alone: without it, it could not be withdrawn.
                condition=~Q(state__in=message_states.AT_PROVIDER) | Q(provider_id__isnull=False),
                name="message_at_provider_has_id",
            ),
            models.CheckConstraint(
                # Without an end of its claim it would stay so for ever after its worker died.
                condition=~Q(state=MessageState.SUBMITTING) | Q(claimed_until__isnull=False),
                name="message_submitting_is_claimed",
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.UNKNOWN) | Q(unknown_since__isnull=False),
                name="message_unknown_since_when",
            ),
            models.UniqueConstraint(
                fields=["instead_of"],
                condition=Q(instead_of__isnull=False),
                name="message_second_number_once",
            ),
            models.UniqueConstraint(
                fields=["answers"],
                # What a person decides may be told after "somebody reads it".
                condition=Q(answers__isnull=False, kind="answer", created_by=None),
                name="message_one_answer_per_reply",
            ),
        ]
        indexes = [
            models.Index(
                fields=["send_after"], condition=Q(state=MessageState.QUEUED), name="message_queued"
            ),
            models.Index(
                fields=["claimed_until"],
                condition=Q(state=MessageState.SUBMITTING),
                name="message_claimed",
            ),
            models.Index(
                fields=["unknown_since"],
                condition=Q(state=MessageState.UNKNOWN),
                name="message_unknown",
            ),
            models.Index(
                fields=["cancel_requested_at"],
                condition=Q(cancel_requested_at__isnull=False, cancel_settled_at=None),
                name="message_to_withdraw",
            ),
            models.Index(
                fields=["check_after"],
                condition=Q(state__in=message_states.AT_PROVIDER),
                name="message_to_check",
            ),
            models.Index(
                fields=["check_after"],
                condition=Q(state=MessageState.CANCELLED, unknown_since__isnull=False),
                name="message_maybe_there",
            ),
            models.Index(fields=["phone", "-created_at"], name="message_by_phone"),
            models.Index(fields=["created_at"], condition=~Q(phone=""), name="message_to_forget"),
            # A reply that goes asks whether a text answers it, of all texts there are.
            models.Index(
                fields=["answers"], condition=Q(answers__isnull=False), name="message_answering"
            ),
            models.Index(
                fields=["contact", "-created_at"],
                condition=Q(contact__isnull=False),
                name="message_of_contact",
            ),
            models.Index(
                fields=["appointment", "-created_at"],
                condition=Q(appointment__isnull=False),
                name="message_of_appointment",
            ),
            models.Index(
                fields=["accepted_at"],
                condition=Q(accepted_at__isnull=False),
                name="message_accepted",
            ),
            models.Index(
                fields=["scheduled_at"],
                condition=Q(state__in=[*message_states.UNDELIVERED, MessageState.UNKNOWN]),
                name="message_not_delivered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_state_display()}"

    @property
    def is_final(self) -> bool:
        """Whether nothing that arrives later may change the state."""
        return self.state in self.FINAL

    def is_withdrawable(self, *, now: datetime) -> bool:
        """`MessageQuerySet.withdrawable` for one row that is at hand."""
        with_time = self.state != MessageState.ACCEPTED or self.scheduled_at > now + WITHDRAW_MARGIN
        return self.state in self.WITHDRAWABLE and self.cancel_requested_at is None and with_time
