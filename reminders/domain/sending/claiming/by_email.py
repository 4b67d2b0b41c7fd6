"""Which texts go by e-mail, first or as a copy: of one visit, to who agreed, and first only while
an SMS could still follow in time. All others go as they always did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.sending.claiming.by_whatsapp import sms_until
from reminders.models.in_sql.claims import DueReminder


@dataclass(frozen=True, slots=True)
class ByEmail:
    """How one text goes by e-mail. After `sms_until` (UTC) an SMS would be of no use.

    Without a wait it is a copy: the text goes beside it as ever.
    """

    address: str
    language: str
    minutes: int
    sms_until: datetime

    @property
    def is_copy(self) -> bool:
        """Whether it goes beside a text, and not first."""
        return self.minutes == 0


def choose(row: DueReminder, *, language: str, moment: datetime, rules: RuleSet) -> ByEmail | None:
    """How this text goes by e-mail; None where it can't."""
    if row.email_minutes is None:
        return None
    until = sms_until(row, rules)
    if row.email_minutes and moment + timedelta(minutes=row.email_minutes) > until:
        return None
    return ByEmail(row.email, language, row.email_minutes, until)
