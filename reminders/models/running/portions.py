"""What a run has claimed and not yet recorded, one row for each request that it will make."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Portion(models.Model):
    """Texts that one run has claimed for one request, from the claim until the answer is recorded.

    Its run renews it while it lives. What a dead one leaves tells whether the provider was asked.
    """

    messages: ArrayField[list[uuid.UUID], list[uuid.UUID]] = ArrayField(models.UUIDField())
    claimed_until = models.DateTimeField(
        help_text="As its texts have it: one that was claimed anew since has another time."
    )
    held_until = models.DateTimeField(help_text="From then on its run is taken for dead.")
    calls_end = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Written before the first call: none lasts longer. Empty: nobody was asked yet.",
    )

    class Meta:
        indexes = [models.Index(fields=["held_until"], name="portion_held")]

    def __str__(self) -> str:
        return f"{len(self.messages)} texts"
