"""The trail: who signed in, looked, searched, took away, and changed rights; ids only.

Entries are added and never changed. What refuses everything else are triggers of the database
(migration 0002); `domain.trail` writes, seals, checks and reads.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q


class TrailEntry(models.Model):
    """One thing that somebody did. Nothing in it says a name, a number or a word of a patient."""

    class Kind(models.TextChoices):
        SIGN_IN = "sign_in", "Signed in"
        REFUSED = "refused", "Sign-in refused"
        SIGN_OUT = "sign_out", "Signed out"
        PROOF = "proof", "Showed again who they are"
        SECOND_STEP = "second_step", "Second step"
        PASSWORD = "password", "Password"
        USER = "user", "User"
        RIGHTS = "rights", "Rights"
        DENIED = "denied", "Access refused"
        LOOK = "look", "Looked at a patient"
        SEARCH = "search", "Searched"
        PRINT = "print", "Printed a page"
        DOWNLOAD = "download", "Downloaded a file"
        EXPORT = "export", "Gave out a patient’s data"
        ERASE = "erase", "Asked to forget a patient"
        TRAIL = "trail", "Looked at this trail"

    class Source(models.TextChoices):
        PERSON = "person", "Somebody in a browser"
        COMMAND = "command", "The command line"
        SYSTEM = "system", "The application"

    at = models.DateTimeField(help_text="By the database's clock.")
    kind = models.CharField(max_length=12, choices=Kind)
    source = models.CharField(max_length=8, choices=Source)
    # PROTECT, with a constraint: whom an entry names is switched off, and never deleted.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="None for a stranger, a command or the application.",
    )
    address = models.CharField(max_length=45, blank=True, help_text="From where, as an IP address.")
    # Plain ids: a row that was merged or forgotten goes, and what was done with it stays.
    contact_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    details: models.JSONField[Any, Any] = models.JSONField(
        default=dict, help_text="Ids, counts, codes and digests."
    )
    # The chain, filled in once: place, by which key, and the seal of all that stands before.
    position = models.BigIntegerField(null=True)
    key = models.CharField(max_length=8, default="")
    seal = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name_plural = "trail entries"
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["position"], name="trail_place_once")]
        indexes = [
            # For each filter of the page, in its order.
            models.Index(fields=["-at", "-id"], name="trail_by_time"),
            models.Index(fields=["user", "-at", "-id"], name="trail_of_user"),
            models.Index(fields=["kind", "-at", "-id"], name="trail_of_kind"),
            models.Index(
                fields=["contact_id", "-at", "-id"],
                condition=~Q(contact_id=None),
                name="trail_of_contact",
            ),
            models.Index(fields=["id"], condition=Q(position=None), name="trail_to_seal"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class TrailState(models.Model):
    """Both ends of the chain, sealed themselves, and how far the check of it has come. One row.

    Without the ends, entries taken away at either one would leave a shorter chain that is whole.
    """

    first_position = models.BigIntegerField(default=1, help_text="Of the oldest entry kept.")
    first_seal = models.BinaryField(max_length=32, help_text="The seal before the oldest entry.")
    last_position = models.BigIntegerField(default=0)
    last_seal = models.BinaryField(max_length=32)
    key = models.CharField(max_length=8)
    ends_seal = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField(null=True)
    # The check, in small steps: after which entry it goes on, and what the last whole one found.
    checked_to = models.BigIntegerField(default=0)
    check_began_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    checked_entries = models.BigIntegerField(default=0)
    broken_at = models.BigIntegerField(null=True)
    broken_words = models.CharField(max_length=120, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="trail_state_is_one_row")]

    def __str__(self) -> str:
        return f"sealed to {self.last_position}"
