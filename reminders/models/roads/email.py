"""What an e-mail needs beside a message: its address, its next road, its news; and the road itself.

Of the address in `List-Unsubscribe` only a digest is kept, as of the link.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reminders.models.messages import Message
from reminders.models.roads.columns import later_roads


class EmailText(models.Model):
    """What one message by e-mail has besides.

    `settled_at` says that nothing is left to decide: somebody opened its page, or the next road
    took over. A copy (`copy_of`) has no next road: the text that it goes beside is sent anyway.
    """

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, primary_key=True, related_name="by_email"
    )
    copy_of = models.ForeignKey(
        Message,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        help_text="The text beside which it goes; blank where the mail goes first.",
    )
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=10, blank=True)
    words = models.TextField(
        blank=True,
        default="",
        help_text="What the rule's wording says in it. Emptied once it is handed over or settled.",
    )
    sms_text = models.TextField(
        blank=True, help_text="What the SMS would say. Emptied once none can follow."
    )
    # NULL and not "" until there is one: blanks would not be unique.
    unsubscribe = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001  # as said
    wait_minutes = models.PositiveSmallIntegerField()
    later = later_roads()
    next_road_at = models.DateTimeField(help_text="By the next road from then on, unless opened.")
    sms_until = models.DateTimeField(help_text="Later than this an SMS would be of no use.")
    settled_at = models.DateTimeField(null=True, blank=True)
    late_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was opened after the next road had taken over."
    )

    class Meta:
        verbose_name = "text by e-mail"
        verbose_name_plural = "texts by e-mail"
        constraints = [
            models.UniqueConstraint(fields=["unsubscribe"], name="email_unsubscribe_once")
        ]
        indexes = [
            models.Index(
                fields=["copy_of"], condition=Q(copy_of__isnull=False), name="email_copy_of"
            ),
            models.Index(
                fields=["next_road_at"], condition=Q(settled_at=None), name="email_to_settle"
            ),
        ]

    def __str__(self) -> str:
        return "copy" if self.copy_of_id else "first"


class EmailNews(models.Model):
    """One piece of news about a mail, stored once; without `applied_at` it waits to be applied."""

    class Kind(models.TextChoices):
        ARRIVED = "arrived", "In the mailbox"
        OPENED = "opened", "Its page was opened"
        BOUNCED = "bounced", "It came back"
        REFUSED = "refused", "It was not taken"
        COMPLAINED = "complained", "It was reported as unwanted"

    key = models.CharField(max_length=60)
    message_uuid = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind)
    happened_at = models.DateTimeField()
    stored_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "news of an e-mail"
        verbose_name_plural = "news of e-mails"
        constraints = [models.UniqueConstraint(fields=["key"], name="email_news_once")]
        indexes = [
            models.Index(fields=["stored_at"], condition=Q(applied_at=None), name="email_to_apply"),
            models.Index(fields=["message_uuid"], name="email_news_of_text"),
        ]

    def __str__(self) -> str:
        return self.kind


class EmailRoad(models.Model):
    """How this site writes by e-mail; the one row also tells how the mail server was found."""

    on = models.BooleanField(default=False)
    sender = models.CharField(max_length=254, blank=True, help_text="From whom; blank: EMAIL_FROM.")
    diary_agrees = models.BooleanField(
        default=False, help_text="Who gave the practice an address agreed to mail about visits."
    )
    held_until = models.DateTimeField(null=True, blank=True, help_text="Nothing is sent till then.")
    trouble = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return "e-mail"
