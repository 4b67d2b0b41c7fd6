"""How a location offers times that became free: columns of the location."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class SoonerOffers(models.TextChoices):
    """Who decides that a free time is offered."""

    STAFF = "staff", "By a click of staff"
    AUTO = "auto", "Automatically"


def who_offers() -> models.CharField[Any, Any]:
    """Whether a click is needed."""
    return models.CharField(
        "free times are offered",
        max_length=5,
        choices=SoonerOffers,
        default=SoonerOffers.STAFF,
        db_default="staff",
        help_text="To people on the short-notice list, one after another.",
    )


def hold_minutes() -> models.PositiveSmallIntegerField[Any, Any]:
    """How long each has to answer."""
    return models.PositiveSmallIntegerField(
        "minutes to answer an offer",
        default=10,
        db_default=10,
        validators=[MinValueValidator(2), MaxValueValidator(720)],
        help_text="Then the next person is asked.",
    )


def ahead_hours() -> models.PositiveSmallIntegerField[Any, Any]:
    """How far ahead a time has to begin."""
    return models.PositiveSmallIntegerField(
        "hours ahead, at least",
        default=2,
        db_default=2,
        validators=[MinValueValidator(1), MaxValueValidator(168)],
        help_text="A time that begins sooner is not offered.",
    )
