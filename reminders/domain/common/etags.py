"""Etags: short tokens of what something says, by which a change of it is noticed.

A page carries one of all that it shows, and is sent again only when it has changed. A form carries
that of the row it shows, and saving compares: of two people who edit the same thing, the second is
told, and keeps what they typed. A card of the inbox is known by its `revision` in the same way.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from hashlib import blake2b

from django.db.models import Model


class ChangedMeanwhileError(ValueError):
    """Somebody else saved a later state than the form showed; `since` is the form's (UTC)."""

    def __init__(self, since: datetime) -> None:
        super().__init__("Somebody else changed this meanwhile. Nothing was saved.")
        self.since = since


def digest(value: object) -> str:
    """A short token of anything whose `repr` tells it whole."""
    return blake2b(repr(value).encode(), digest_size=8).hexdigest()


def etag(row: Model, *, of: Collection[str] = ()) -> str:
    """Which state of a row this is: the moment of its last change, or what it says in the columns
    `of` where it keeps no such moment.
    """
    if of:
        return digest([getattr(row, column) for column in of])
    saved_at: datetime = row.updated_at  # type: ignore[attr-defined]  # of rows that forms change
    return saved_at.isoformat()


def refuse_if_changed(row: Model, seen: str, *, of: Collection[str] = ()) -> None:
    """Raise ChangedMeanwhileError where `seen`, the etag of what a form showed, is another one.

    A form without it counts as just opened.
    """
    # Under the row's lock, and of the row as it was read then: compared before, two who save at
    # once would both find nothing.
    if seen and etag(row, of=of) != seen:
        raise ChangedMeanwhileError(_saved_at(seen))


def _saved_at(seen: str) -> datetime:
    """The moment in an etag; of one without, the beginning of time: all that was done is shown."""
    try:
        at = datetime.fromisoformat(seen)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
