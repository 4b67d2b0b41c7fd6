"""What somebody wants done with many visits, read from a form and kept as plain values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from reminders.domain.wording import check_wording
from reminders.domain.wording.purposes import OWN_WORDS
from reminders.models import Appointment, BulkChange

Kind = BulkChange.Kind
DELAYS = (10, 20, 30, 45, 60)
"""Minutes that a practitioner may be said to be late by."""
FURTHEST = 12 * 60
"""Minutes by which a day may be moved; anything longer is another day."""
LATE_FOR = timedelta(hours=3)
"""Whose visit begins within this is told of a delay."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done. `minutes` is the way that visits are moved, or the delay.

    `day` moves them to another day at the same times. `text` are own words, with placeholders, for
    everybody; blank: the wording of the practice in each patient's language. `keeps_reminders`: the
    reminder before the new time goes out as well.
    """

    kind: BulkChange.Kind
    text: str = ""
    minutes: int = 0
    day: date | None = None
    keeps_reminders: bool = False

    @property
    def params(self) -> dict[str, Any]:
        """As the table keeps it."""
        return {
            "text": self.text,
            "minutes": self.minutes,
            "day": self.day.isoformat() if self.day else "",
            "keeps_reminders": self.keeps_reminders,
        }

    def problem(self, *, language: str, columns: Collection[str] = ()) -> str:
        """What is missing or wrong, in words; blank where it can be done.

        `columns` are those of the visits' diary, which own words may use.
        """
        if self.kind == Kind.LATE and self.minutes not in DELAYS:
            return "Choose by how many minutes you are late."
        if self.kind == Kind.MOVE:
            if self.day is None and not self.minutes:
                return "Choose by how much to move the visits, or another day."
            if abs(self.minutes) > FURTHEST:
                return "By more than 12 hours: choose another day instead."
        if self.kind == Kind.TEXT and not self.text.strip():
            return "Write what the patients should read."
        return self._wrong_words(language, columns)

    def _wrong_words(self, language: str, columns: Collection[str]) -> str:
        if not self.text.strip():
            return ""
        purpose = "running_late" if self.kind == Kind.LATE else OWN_WORDS.key
        found = check_wording(self.text, language=language, purpose=purpose, columns=columns)
        return next((one.words for one in found if one.level == "error"), "")

    def new_wall(self, visit: Appointment) -> tuple[date, time]:
        """When a moved visit is, on its location's clock."""
        at = datetime.combine(visit.local_date, visit.local_time) + timedelta(minutes=self.minutes)
        return self.day or at.date(), at.time()


def wish_of(change: BulkChange) -> Wish:
    """What a change that is stored wants done."""
    given = change.params
    return Wish(
        kind=Kind(change.kind or Kind.TEXT),
        text=str(given.get("text", "")),
        minutes=int(given.get("minutes", 0)),
        day=date.fromisoformat(given["day"]) if given.get("day") else None,
        keeps_reminders=bool(given.get("keeps_reminders")),
    )
