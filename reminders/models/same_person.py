"""Contacts who became one person, and pairs of them who may be one or were said to be two."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from reminders.models.people import Contact


class ContactMerge(models.Model):
    """One contact that became part of another. Its row is gone; all it held stands here.

    While it is not split, a diary that speaks of the former person means the kept one.
    """

    kept = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="merges")
    within = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The later merge that carried the kept patient away, too.",
    )
    person = models.BigIntegerField(help_text="The id that the former patient had.")
    external_id = models.CharField("patient number", max_length=100, blank=True)
    diary = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=301, blank=True)
    phone = models.CharField(max_length=16, blank=True)
    phone_as_given = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=10, blank=True)
    preferred_name = models.CharField(max_length=150, blank=True)
    former: models.JSONField[Any, Any] = models.JSONField(
        default=dict, help_text="Every column of the former patient."
    )
    taken: models.JSONField[Any, Any] = models.JSONField(
        default=dict, help_text="What the kept patient took over: column to [before, after]."
    )
    moved: models.JSONField[Any, Any] = models.JSONField(
        default=dict, help_text="Ids of what was theirs, by table."
    )
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    split_at = models.DateTimeField(null=True, blank=True)
    split_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "merge of patients"
        verbose_name_plural = "merges of patients"
        ordering = ["-merged_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(split_at=None),
                name="person_merged_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["external_id", "diary"],
                condition=models.Q(split_at=None) & ~models.Q(external_id=""),
                name="merge_by_number",
            ),
            models.Index(
                fields=["phone"],
                condition=models.Q(split_at=None) & ~models.Q(phone=""),
                name="merge_by_phone",
            ),
        ]

    def __str__(self) -> str:
        return self.name or "(no name)"


class LikelyPair(models.Model):
    """Two contacts who may be one person; once staff said that they are two, kept to say so.

    Holds ids and no links: what was said outlives a merge, by which one of them goes for a while.
    """

    class Reason(models.TextChoices):
        NAME = "name", "Same phone and same name"
        SPELLING = "spelling", "Same phone; the name is spelt a little differently"
        ORDER = "order", "Same phone; the names stand the other way round"
        FAMILY_NAME = "family_name", "Same phone and first name; another family name"
        NUMBER = "number", "Same name and patient number; another phone"
        BORN = "born", "Same name and date of birth; another phone"
        SAID = "said", "Said to be two people"

    one = models.BigIntegerField(help_text="The lower of the two ids.")
    other = models.BigIntegerField()
    reason = models.CharField(max_length=12, choices=Reason)
    apart_at = models.DateTimeField(null=True, blank=True)
    apart_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="pair_once"),
            models.CheckConstraint(
                condition=models.Q(one__lt=models.F("other")), name="pair_of_two"
            ),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()
