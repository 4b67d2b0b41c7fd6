"""The columns by which other tables say which way a text takes."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

LEAST_WAIT, LONGEST_WAIT = 5, 360
LONGEST_MAIL_WAIT = 24 * 60


class Road(models.TextChoices):
    """By what a text travels."""

    SMS = "sms", "Text message"
    WHATSAPP = "whatsapp", "WhatsApp"
    EMAIL = "email", "E-mail"


def road() -> models.CharField[Any, Any]:
    """The way of one text; what is written by statements that name none goes as SMS."""
    return models.CharField(max_length=8, choices=Road, default=Road.SMS, db_default="sms")


def whatsapp_minutes() -> models.PositiveSmallIntegerField[Any, Any]:
    """The wait of a rule that tries WhatsApp first."""
    return models.PositiveSmallIntegerField(
        "by WhatsApp first, for so many minutes",
        null=True,
        blank=True,
        validators=[MinValueValidator(LEAST_WAIT), MaxValueValidator(LONGEST_WAIT)],
        help_text="After that, or where it fails, by SMS. Blank: by SMS at once.",
    )


def email_minutes() -> models.PositiveSmallIntegerField[Any, Any]:
    """The wait of a rule that tries e-mail first; 0 for a copy beside the text."""
    return models.PositiveSmallIntegerField(
        "by e-mail first, for so many minutes",
        null=True,
        blank=True,
        validators=[MaxValueValidator(LONGEST_MAIL_WAIT)],
        help_text="After that, or where it comes back, by SMS. 0: beside the text, as a copy.",
    )


def button() -> models.CharField[Any, Any]:
    """The answer that a tapped button carries."""
    return models.CharField(max_length=3, blank=True, default="", db_default="")
