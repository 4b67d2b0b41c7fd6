"""Failed sign-ins, counted: one short row for each thing that is counted, never what was typed."""

from __future__ import annotations

from django.db import models


class SignInCount(models.Model):
    """How often signing in failed for one name, one address, or both, since the window opened.

    The key is a digest: neither names nor addresses are kept. Rows that ran out are swept by later
    ones.
    """

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.failures} until {self.until:%H:%M}"
