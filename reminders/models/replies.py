"""What patients wrote, the cards that ask a person to look, and the lines staff answer with."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from reminders.models.appointments import Appointment
from reminders.models.imports import Import
from reminders.models.messages import Message
from reminders.models.people import Contact, Location
from reminders.models.roads.columns import button
from reminders.models.sooner.slots import FreeSlot


class Reply(models.Model):
    """One inbound text, stored once by the provider's id. Without `applied_at` it waits to be acted
    on.
    """

    class Source(models.TextChoices):
        POLL = "poll", "Polled"
        WEBHOOK = "webhook", "Pushed"
        NOTICE = "notice", "Opt-out notice"
        REPORT = "report", "Found again after a restore"
        LINK = "link", "On the page behind a link"
        WHATSAPP = "whatsapp", "WhatsApp"

    class MatchedBy(models.TextChoices):
        NOTHING = "", "Nothing"
        METADATA = "metadata", "The text it answers"
        PROVIDER_ID = "provider_id", "The provider's id"
        NUMBER = "number", "The number"
        STAFF = "staff", "Staff"

    # Unique: a reply is pushed and polled, and comes again until it is confirmed.
    provider_id = models.CharField(max_length=100, unique=True)
    source = models.CharField(max_length=8, choices=Source, default=Source.POLL)
    message = models.ForeignKey(
        Message,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="replies",
    )
    message_uuid = models.UUIDField(null=True, blank=True, help_text="Ours, from the metadata.")
    message_provider_id = models.CharField(max_length=100, blank=True)
    contact = models.ForeignKey(
        Contact,
        verbose_name="patient",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
    )
    phone = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    button = button()
    pictures = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How many pictures or other files came with it."
    )
    received_at = models.DateTimeField()
    stored_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    intent = models.CharField(max_length=12, blank=True)
    matched_by = models.CharField(
        max_length=12, choices=MatchedBy, blank=True, default=MatchedBy.NOTHING
    )
    outcome = models.CharField(max_length=40, blank=True, help_text="A code: what the reply did.")
    appointments = models.ManyToManyField(Appointment, blank=True, related_name="replies")
    problem = models.CharField(
        max_length=300, blank=True, help_text="Why it could not be read or applied."
    )
    raw: models.JSONField[Any, Any] = models.JSONField(
        default=dict, null=True, blank=True, help_text="As it came; none once it is forgotten."
    )
    reading: models.JSONField[Any, Any] = models.JSONField(
        default=dict,
        # Replies are stored by statements of their own, before anybody reads them.
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text="How it was read, where staff are asked to look.",
    )

    class Meta:
        ordering = ["-received_at"]
        verbose_name_plural = "replies"
        indexes = [
            models.Index(
                fields=["received_at"], condition=Q(applied_at=None), name="reply_to_apply"
            ),
            models.Index(fields=["phone", "-received_at"], name="reply_by_phone"),
            models.Index(fields=["received_at"], name="reply_by_time"),
            models.Index(
                fields=["received_at"],
                condition=~Q(phone="") | ~Q(text=""),
                name="reply_to_forget",
            ),
            models.Index(
                fields=["stored_at"], condition=Q(raw__isnull=False), name="reply_raw_to_forget"
            ),
            models.Index(
                fields=["contact", "-received_at"],
                condition=Q(contact__isnull=False),
                name="reply_of_contact",
            ),
            models.Index(
                fields=["message"], condition=Q(message__isnull=False), name="reply_of_message"
            ),
        ]

    def __str__(self) -> str:
        return self.outcome or "new"

    @property
    def shown(self) -> str:
        """What was written, and that pictures came with it, for staff."""
        if not self.pictures:
            return self.text
        sent = "sent a picture" if self.pictures == 1 else f"sent {self.pictures} pictures"
        return f"{self.text} ({sent})" if self.text.strip() else f"({sent})"


class InboxItem(models.Model):
    """Something only a person can settle.

    `revision` grows with every touch, so that two people never collide unseen.
    """

    class Kind(models.TextChoices):
        EMERGENCY = "emergency", "May be an emergency"
        UNCLEAR = "unclear", "Read this reply"
        REMARK = "remark", "Answered, and said more"
        DECLINED = "declined", "Declined"
        RESCHEDULE = "reschedule", "Wants another time"
        MAY_CANCEL = "may_cancel", "May want to cancel"
        CONTRADICTION = "contradiction", "Changed their mind"
        LATE = "late", "Answered too late"
        UNMATCHED = "unmatched", "Whose reply is it?"
        OPT_OUT = "opt_out", "Seems to want no more texts"
        LOOP = "loop", "A machine seems to answer"
        UNREADABLE = "unreadable", "Could not be read"
        UNREACHABLE = "unreachable", "Could not be reached"
        STALE = "stale", "An outdated text went out"
        DIARY = "diary", "A diary waits for an answer"
        FREE_SLOT = "free_slot", "A slot is free"
        SOONER = "sooner", "Wants to come sooner"
        UNTOLD = "untold", "Tell this patient of the change"
        RECALL = "recall", "Answers an invitation"

    kind = models.CharField(max_length=14, choices=Kind)
    reply = models.ForeignKey(
        Reply, on_delete=models.CASCADE, null=True, blank=True, related_name="cards"
    )
    message = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="cards"
    )
    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, null=True, blank=True, related_name="cards"
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name="patient",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="cards",
    )
    location = models.ForeignKey(
        Location, on_delete=models.SET_NULL, null=True, blank=True, db_index=False
    )
    upload = models.ForeignKey(
        Import,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="cards",
        help_text="The file that waits for an answer.",
    )
    slot = models.ForeignKey(
        FreeSlot,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="cards",
        help_text="The time that became free.",
    )
    phone = models.CharField(max_length=20, blank=True)
    opened_at = models.DateTimeField()
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="cards",
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=40, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reply", "kind"],
                condition=Q(reply__isnull=False),
                name="card_once_per_reply",
            ),
            models.UniqueConstraint(
                fields=["upload"],
                condition=Q(upload__isnull=False, done_at=None),
                # Only among open ones: a file that is settled may be brought back and ask once
                # more.
                name="card_once_per_file",
            ),
            models.UniqueConstraint(
                fields=["slot"],
                condition=Q(slot__isnull=False, done_at=None),
                name="card_once_per_slot",
            ),
        ]
        indexes = [
            models.Index(
                fields=["location", "opened_at"], condition=Q(done_at=None), name="card_open"
            ),
            models.Index(fields=["-done_at"], condition=Q(done_at__isnull=False), name="card_done"),
            models.Index(fields=["opened_at"], condition=~Q(phone=""), name="card_to_forget"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class CannedReply(models.Model):
    """A line that staff answer with again and again."""

    title = models.CharField(max_length=60)
    text = models.CharField(max_length=600)
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["position", "title"]
        verbose_name = "ready line"

    def __str__(self) -> str:
        return self.title


class TaughtReply(models.Model):
    """What a whole text always means at this installation; one that was removed stays as history.

    `words` are folded as the reading folds them, with blanks between: never a part of a text.
    """

    class Meaning(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"
        COURTESY = "courtesy", "A courtesy"

    language = models.CharField(max_length=10)
    words = models.CharField(max_length=200)
    meaning = models.CharField(max_length=8, choices=Meaning)
    taught_at = models.DateTimeField()
    taught_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["language", "words"]
        verbose_name_plural = "taught replies"
        constraints = [
            models.UniqueConstraint(
                fields=["language", "words"],
                condition=Q(removed_at=None),
                # What was removed stays as history, so the same words may be taught again.
                name="taught_once",
            )
        ]

    def __str__(self) -> str:
        return self.get_meaning_display()
