"""What the figures need of their own: prices of texts, trials of two wordings, counts by day."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from reminders.models.fields import check_country
from reminders.models.messages import Message
from reminders.models.people import Location
from reminders.models.rules import ReminderRule


class TextPrice(models.Model):
    """What one part of a text costs at the locations of a country."""

    country = models.CharField(max_length=2, unique=True, validators=[check_country])
    currency = models.CharField(
        max_length=3,
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", "Three letters, such as EUR.")],
    )
    price = models.DecimalField(
        "price of a part", max_digits=8, decimal_places=5, validators=[MinValueValidator(0)]
    )
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = "price of a text"
        verbose_name_plural = "prices of texts"
        ordering = ["country"]
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="text_price_is_no_gift")
        ]

    def __str__(self) -> str:
        return f"{self.country}: {self.price} {self.currency}"


class WordingTrial(models.Model):
    """Two wordings of one rule in one language, tried on one half of the visits each."""

    class Outcome(models.TextChoices):
        FIRST = "first", "The first wording was kept"
        SECOND = "second", "The second wording was kept"
        CHANGED = "changed", "The wording was changed in the middle"

    rule = models.ForeignKey(ReminderRule, on_delete=models.CASCADE, related_name="trials")
    language = models.CharField(max_length=10)
    first = models.TextField("first wording", help_text="What was sent when it began.")
    second = models.TextField("second wording")
    least = models.PositiveIntegerField(help_text="Visits of each half that a verdict takes.")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)

    class Meta:
        verbose_name = "trial of two wordings"
        verbose_name_plural = "trials of two wordings"
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                # Three wordings at once would need halves of halves.
                fields=["rule", "language"],
                condition=Q(ended_at=None),
                name="trial_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule} ({self.language})"


class TrialText(models.Model):
    """A text that went out in a trial, and in which half."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True)
    trial = models.ForeignKey(WordingTrial, on_delete=models.CASCADE, related_name="texts")
    second = models.BooleanField()

    class Meta:
        verbose_name = "text of a trial"
        verbose_name_plural = "texts of trials"

    def __str__(self) -> str:
        return "second" if self.second else "first"


class DailyTexts(models.Model):
    """Counts about the texts and replies of one local day of a location. Written again by
    `pages.figures.daily`, never added to. Without a location: replies that belong to none.
    """

    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, db_index=False
    )
    day = models.DateField()
    replies = models.PositiveIntegerField(default=0)
    alone = models.PositiveIntegerField("of these nobody had to read", default=0)
    cards = models.PositiveIntegerField(default=0)
    acted = models.PositiveIntegerField("visits that a reply changed by itself", default=0)
    undone = models.PositiveIntegerField("of these staff turned round", default=0)
    handed_over = models.PositiveIntegerField("texts of rules handed over", default=0)
    late = models.PositiveIntegerField("of these a minute late", default=0)
    charged = models.PositiveIntegerField("texts charged by parts", default=0)
    units = models.PositiveIntegerField(default=0)
    billed = models.PositiveIntegerField("of these told by the provider", default=0)
    waits = ArrayField(
        models.PositiveIntegerField(),
        default=list,
        help_text="First answers, by how long they took; the steps are `daily.STEPS`.",
    )
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = "daily figures of texts"
        verbose_name_plural = "daily figures of texts"
        ordering = ["day", "location"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "location"],
                # With NULLs alike: what belongs to no location is one row as well.
                name="day_texts_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
