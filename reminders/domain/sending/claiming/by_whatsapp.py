"""Which texts go by WhatsApp first: of one visit, to who agreed, in approved words, and only while
an SMS could still follow in time. All others go as they always did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.sending.claiming.approved import ApprovedTemplates
from reminders.domain.wording import Template, Values
from reminders.domain.wording.questions import Asks
from reminders.domain.wording.whatsapp import buttons_for, form_for
from reminders.models.in_sql.claims import DueReminder


@dataclass(frozen=True, slots=True)
class ByWhatsApp:
    """How one text goes by WhatsApp. After `sms_until` (UTC) an SMS would be of no use."""

    template: str
    language: str
    parameters: tuple[str, ...]
    answers: tuple[str, ...]
    minutes: int
    sms_until: datetime


def choose(
    row: DueReminder,
    template: Template,
    values: Values,
    *,
    language: str,
    asks: Asks,
    moment: datetime,
    rules: RuleSet,
    approved: ApprovedTemplates,
) -> ByWhatsApp | None:
    """How this text goes by WhatsApp; None where it can't, and goes by SMS."""
    if row.whatsapp_minutes is None:
        return None
    until = sms_until(row, rules)
    if moment + timedelta(minutes=row.whatsapp_minutes) > until:
        return None
    found = form_for(template, values)
    if found is None:
        return None
    form, filled = found
    buttons = buttons_for(asks, language)
    known = approved.find(form, buttons, language, minutes=row.whatsapp_minutes)
    if known is None:
        return None
    return ByWhatsApp(
        known.name,
        known.language,
        filled,
        tuple(one.answer for one in buttons),
        row.whatsapp_minutes,
        until,
    )


def sms_until(row: DueReminder, rules: RuleSet) -> datetime:
    """The last moment at which a late SMS would go: as the rule says of late texts."""
    rule = next((one for one in rules.rules if one.id == row.rule_id), None)
    if rule is None or rule.is_event:
        return row.cutoff_at
    return min(row.cutoff_at, row.starts_at - rule.schedule.min_notice)
