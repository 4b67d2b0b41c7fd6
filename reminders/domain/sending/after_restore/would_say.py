"""What a planned reminder would say if its text were written now: nothing is written, nothing goes.

After a restore this tells whether what the provider took in the lost hours is the text of a visit
as the backup knows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from reminders.domain.sending.claiming.drafts import ClaimContext, Draft, draft_of
from reminders.domain.sending.claiming.due import DAY
from reminders.domain.sending.claiming.families import families, others_of_families
from reminders.domain.wording import WordingError
from reminders.models.in_sql.claims import lock_planned_reminders


def would_say(ids: Sequence[int], *, now: datetime) -> dict[int, Draft]:
    """The text that each of these reminders would be part of, by reminder, with the others of its
    family; those that can't be written are missing. In the caller's transaction, which locks them.
    """
    rows = lock_planned_reminders(ids, day_ago=now - DAY) if ids else []
    if not rows:
        return {}
    books = ClaimContext.load()
    rows += others_of_families(rows, locations=books.locations, now=now)
    found: dict[int, Draft] = {}
    for group in families([row for row in rows if row.current], locations=books.locations):
        with suppress(WordingError):
            draft = draft_of(group, now=now, books=books)
            found |= dict.fromkeys((row.id for row in group), draft)
    return found
