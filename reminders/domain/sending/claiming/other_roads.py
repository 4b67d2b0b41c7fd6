"""Which roads a text tries before SMS: of one visit, to who agreed, by WhatsApp in approved words,
and each only while an SMS could still follow in time. All others go as they always did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.sending.claiming.approved import ApprovedTemplates
from reminders.domain.wording import Template, Values
from reminders.domain.wording.mailed import mailed
from reminders.domain.wording.questions import Asks
from reminders.domain.wording.whatsapp import buttons_for, form_for
from reminders.models import EmailText, Message, Road, WhatsAppText
from reminders.models.in_sql.claims import DueReminder

BESIDE: Mapping[Road, type[WhatsAppText] | type[EmailText]] = {
    Road.WHATSAPP: WhatsAppText,
    Road.EMAIL: EmailText,
}
BELL = {Road.SMS: "send", Road.WHATSAPP: "whatsapp", Road.EMAIL: "email"}
"""The task that hands over what waits for a road."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One road that a text tries: how long, and with what in the columns beside its message."""

    road: Road
    minutes: int
    columns: Mapping[str, Any]  # Any: values of columns

    @property
    def kept(self) -> dict[str, Any]:  # Any: as JSON has it
        """As it is kept beside the text that goes before it."""
        return {"road": str(self.road), "minutes": self.minutes, "columns": dict(self.columns)}

    @property
    def wait(self) -> timedelta:
        """Until the next road takes over."""
        return timedelta(minutes=self.minutes)


def legs_of(kept: Sequence[Mapping[str, Any]]) -> list[Leg]:  # Any: as above
    """What was kept of them."""
    return [Leg(Road(one["road"]), one["minutes"], one["columns"]) for one in kept]


@dataclass(frozen=True, slots=True)
class ByRoads:
    """The roads that a text tries in turn; after `sms_until` (UTC) an SMS would be of no use."""

    legs: tuple[Leg, ...]
    sms_until: datetime
    sms_text: str

    @property
    def road(self) -> Road:
        """The one whose turn it is."""
        return self.legs[0].road

    def beside(self, message: Message) -> WhatsAppText | EmailText:
        """What its message needs besides for the first of them; not saved yet."""
        leg, *later = self.legs
        columns = dict(leg.columns)
        if leg.road == Road.EMAIL:
            # The mail has words of its own.
            columns["sms_text"] = self.sms_text
        return BESIDE[leg.road](
            message=message,
            later=[one.kept for one in later],
            wait_minutes=leg.minutes,
            next_road_at=message.scheduled_at + leg.wait,
            sms_until=self.sms_until,
            **columns,
        )


@dataclass(frozen=True, slots=True)
class Wording:
    """What a text is made of."""

    template: Template
    values: Values
    language: str
    asks: Asks


def legs_for(row: DueReminder, said: Wording, approved: ApprovedTemplates) -> Iterator[Leg]:
    """The roads by which this text can go, in the order of its rule."""
    for step in row.steps:
        if step.road == Road.EMAIL:
            yield Leg(step.road, step.minutes, by_mail(row, said))
        elif found := _by_whatsapp(said, minutes=step.minutes, approved=approved):
            yield Leg(step.road, step.minutes, found)


def by_mail(row: DueReminder, said: Wording) -> Mapping[str, Any]:  # Any: values of columns
    """What a mail needs."""
    words = mailed(said.template, said.values, said.language)
    return {"address": row.email, "language": said.language, "words": words}


def in_time(legs: Sequence[Leg], *, moment: datetime, sms_until: datetime) -> tuple[Leg, ...]:
    """These without the first ones after which an SMS could not follow in time."""
    fits = [moment + leg.wait <= sms_until for leg in legs]
    return tuple(legs[fits.index(True) :]) if any(fits) else ()


def _by_whatsapp(
    said: Wording, *, minutes: int, approved: ApprovedTemplates
) -> Mapping[str, Any] | None:  # Any: values of columns
    found = form_for(said.template, said.values)
    if found is None:
        return None
    form, filled = found
    buttons = buttons_for(said.asks, said.language)
    known = approved.find(form, buttons, said.language, minutes=minutes)
    if known is None:
        return None
    return {
        "template": known.name,
        "language": known.language,
        "parameters": list(filled),
        "buttons": [one.answer for one in buttons],
    }


def sms_until(row: DueReminder, rules: RuleSet) -> datetime:
    """The last moment at which a late SMS would go: as the rule says of late texts."""
    rule = next((one for one in rules.rules if one.id == row.rule_id), None)
    if rule is None or rule.is_event:
        return row.cutoff_at
    return min(row.cutoff_at, row.starts_at - rule.schedule.min_notice)
