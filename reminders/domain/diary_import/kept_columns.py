"""Columns of former files that are only kept with their visits, and that somebody else may
look at.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from reminders.domain.diary_import.read.header.names.naming import read_names
from reminders.domain.diary_import.read.rows.reader import LONGEST_KEPT
from reminders.models import Import

_LATE = timedelta(hours=1)
_LATELY = 200
"""So many imports are looked at; a practice has one or two programs, and each writes one header."""


def columns_of_birth() -> list[str]:
    """The names under which visits keep their patient's date of birth."""
    return _columns_of("birth")


def columns_of_email() -> list[str]:
    """The names under which visits keep their patient's e-mail address."""
    return _columns_of("email")


def any_since(moment: datetime | None) -> bool:
    """Whether a file was applied since then, or lately enough that a run may have missed it."""
    applied = Import.objects.filter(state=Import.State.APPLIED)
    return (applied.filter(applied_at__gte=moment - _LATE) if moment else applied).exists()


def _columns_of(kind: str) -> list[str]:
    recent = Import.objects.filter(state=Import.State.APPLIED).order_by("-created_at")
    headers = {tuple(header) for header in recent.values_list("header", flat=True)[:_LATELY]}
    found = {
        name[:LONGEST_KEPT]
        for header in headers
        for name, named in zip(header, read_names(header), strict=True)
        if named.sure == kind
    }
    return sorted(found)
