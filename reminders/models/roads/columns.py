"""The columns by which other tables say which way a text takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models

LEAST_WAIT = 5


class Road(models.TextChoices):
    """By what a text travels."""

    SMS = "sms", "Text message"
    WHATSAPP = "whatsapp", "WhatsApp"
    EMAIL = "email", "E-mail"


LONGEST_WAITS = {Road.WHATSAPP: 6 * 60, Road.EMAIL: 24 * 60}
"""In minutes."""


def road() -> models.CharField[Any, Any]:
    """The way of one text; what is written by statements that name none goes as SMS."""
    return models.CharField(max_length=8, choices=Road, default=Road.SMS, db_default="sms")


class Step(NamedTuple):
    """One road of a rule before SMS, and how many minutes it may take."""

    road: Road
    minutes: int


def roads() -> models.JSONField[Any, Any]:
    """The roads that a rule tries before SMS, in order."""
    return models.JSONField(
        "by which roads first",
        default=list,
        blank=True,
        validators=[check_roads],
        help_text="Pairs of a road and the minutes after which the next one takes over; the last "
        "is always SMS.",
    )


def check_roads(value: Any) -> None:  # Any: as it was given
    """Refuse what is no list of different roads with waits that they may have."""
    try:
        steps = [Step(Road(road), int(minutes)) for road, minutes in value]
    except (TypeError, ValueError) as error:
        raise ValidationError("Give pairs of a road and minutes.") from error
    if len({step.road for step in steps}) < len(steps):
        raise ValidationError("Each road is tried once.")
    for step in steps:
        if not LEAST_WAIT <= step.minutes <= LONGEST_WAITS.get(step.road, 0):
            raise ValidationError(f"{step.road.label} can't wait for {step.minutes} minutes.")


def steps_of(roads: Sequence[Sequence[Any]]) -> list[Step]:
    """The steps in a column of roads."""
    return [Step(Road(road), int(minutes)) for road, minutes in roads]


def email_copy() -> models.BooleanField[Any, Any]:
    """Whether a rule sends a copy by e-mail."""
    return models.BooleanField(
        "a copy by e-mail",
        default=False,
        db_default=False,
        help_text="Beside the text, to those whose e-mail is not tried first.",
    )


def later_roads() -> models.JSONField[Any, Any]:
    """The roads that one text has left, with what each of them needs."""
    return models.JSONField(
        default=list, blank=True, help_text="To be tried before SMS. Emptied once settled."
    )


def button() -> models.CharField[Any, Any]:
    """The answer that a tapped button carries."""
    return models.CharField(max_length=3, blank=True, default="", db_default="")
