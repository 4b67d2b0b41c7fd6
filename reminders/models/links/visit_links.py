"""The link of one text to the page about its visits, as a digest: the address stands in the text
alone.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reminders.models.messages import Message

TRIES = 3
"""So often a birth date or the end of a number may be wrong; then that link tells no more."""


class VisitLink(models.Model):
    """One text's link. Which visits it shows is what the text told of; it ends with the last."""

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, primary_key=True, related_name="link"
    )
    digest = models.CharField(max_length=64)
    language = models.CharField(max_length=10, blank=True, help_text="That of the text.")
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True, help_text="Seen for the first time.")
    last_opened_at = models.DateTimeField(null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0, help_text="Of the second proof.")

    class Meta:
        verbose_name = "link to a visit"
        verbose_name_plural = "links to visits"
        constraints = [
            # As a constraint: a unique field has a second index, for searches by a beginning.
            models.UniqueConstraint(fields=["digest"], name="visit_link_once"),
            models.CheckConstraint(
                # The count is raised by a condition, so this only says what that must keep.
                condition=Q(wrong_tries__lte=TRIES),
                name="visit_link_tries",
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None, last_opened_at=None)
                | Q(opened_at__isnull=False, last_opened_at__gte=models.F("opened_at")),
                name="visit_link_opened_in_order",
            ),
        ]

    def __str__(self) -> str:
        return "opened" if self.opened_at else "not opened"
