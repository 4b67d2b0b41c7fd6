"""Numbers that must not be texted: since when, why, by whose words, and how it ended.

Consent belongs to the number, not to the person: a family that shares a phone shares its opt-out.
"""

from django.conf import settings
from django.db import models

from reminders.models.fields import check_e164, phone_check


class Suppression(models.Model):
    """One period during which a number must not be texted. Open until `lifted_at`."""

    class Reason(models.TextChoices):
        PATIENT = "patient", "The patient texted an opt-out word"
        STAFF = "staff", "Staff opted the number out"
        PROVIDER = "provider", "Blocked at the provider"
        PAUSED = "paused", "Paused: the patient seems to want no more texts"

    phone = models.CharField(max_length=16, validators=[check_e164])
    reason = models.CharField(max_length=10, choices=Reason)
    words = models.CharField(
        max_length=300, blank=True, help_text="What the patient wrote, or staff noted."
    )
    since = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reply = models.ForeignKey(
        "Reply", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lifted_words = models.CharField(max_length=300, blank=True)
    synced_at = models.DateTimeField(
        null=True, blank=True, help_text="When the provider's list of blocked numbers last agreed."
    )

    class Meta:
        ordering = ["-since"]
        constraints = [
            phone_check("suppression_phone_is_e164"),
            # At most one in force: lifting it is then sure to lift all that holds texts back.
            models.UniqueConstraint(
                fields=["phone"], condition=models.Q(lifted_at=None), name="suppression_open_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(synced_at=None), name="suppression_to_sync"
            ),
            models.Index(fields=["phone", "-since"], name="suppression_by_phone"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}, {'ended' if self.lifted_at else 'in force'}"
