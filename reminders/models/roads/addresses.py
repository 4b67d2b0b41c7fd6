"""What a person's row says of the ways to them besides a text: whether they agreed, and an e-mail
address with how it fared.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class EmailState(models.TextChoices):
    """How an address has fared so far."""

    WORKS = "", "Nothing against it"
    BOUNCED = "bounced", "Mail to it comes back"
    STOPPED = "stopped", "Unsubscribed"


class Written(models.Model):
    """Each way wants a consent of its own; no agreement is known by a number or an address."""

    whatsapp_agreed_at = models.DateTimeField(
        "may be written to by WhatsApp since", null=True, blank=True
    )
    # In small letters, so that one address has one writing.
    email = models.CharField("e-mail", max_length=254, blank=True, default="", db_default="")
    email_as_given = models.CharField(
        max_length=254,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="As the diary said it last, also where it could not be read.",
    )
    email_agreed_at = models.DateTimeField(
        "may be written to by e-mail since", null=True, blank=True
    )
    email_state = models.CharField(
        max_length=8,
        choices=EmailState,
        blank=True,
        default=EmailState.WORKS,
        db_default="",
        editable=False,
    )
    email_reached_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When a mail was last seen there."
    )

    class Meta:
        abstract = True

    @property
    def is_mailed(self) -> bool:
        """Whether they may be written to by e-mail, and mail arrives."""
        return bool(self.email and self.email_agreed_at and self.email_state == EmailState.WORKS)


INDEXES = [
    models.Index(fields=["email"], condition=~Q(email=""), name="contact_by_email"),
]
