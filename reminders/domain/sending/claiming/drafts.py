"""The messages that due reminders come to: their words and when they should reach the phone.

Nothing is written here. Whether a reminder may still go is `due`'s.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings

from reminders.domain.clock import rule_schedule
from reminders.domain.common.asking import asked_by_purpose
from reminders.domain.common.wording_catalogue import (
    SMS,
    VOICE,
    WordingCatalogue,
    Words,
    values_for,
)
from reminders.domain.links.keep import NewLink, link_for
from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.planning.trials import OpenTrials, Tried
from reminders.domain.sending.claiming import other_roads
from reminders.domain.sending.claiming.approved import ApprovedTemplates
from reminders.domain.sending.claiming.families import is_spoken
from reminders.domain.wording import Values, WordingError, render_family
from reminders.domain.wording.purposes import purpose_of_rule
from reminders.domain.wording.questions import Asks
from reminders.domain.wording.segments import measure
from reminders.models import Location, Message, Road
from reminders.models.in_sql.claims import DueReminder

# Within this of its moment a text goes without a time: by the time the request arrives there, it
# would lie in the past.
AT_ONCE = timedelta(seconds=5)
CHECK_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message as it is to be handed over. `scheduled` is UTC, None for at once."""

    id: uuid.UUID
    appointment_uuid: uuid.UUID | None
    phone: str
    source_number: str
    text: str
    format: str
    scheduled: datetime | None
    expires_at: datetime
    attempt: int
    rule_id: int | None = None


@dataclass
class ClaimContext:
    """What a claim needs of the set-up. Each reads its own: a run may last, and the set-up
    changes.
    """

    rules: RuleSet
    texts: WordingCatalogue
    locations: dict[int, Location]
    trials: OpenTrials

    @classmethod
    def load(cls) -> ClaimContext:
        """Read rules, wordings, locations and trials."""
        return cls(
            RuleSet.load(),
            WordingCatalogue.load(),
            {place.pk: place for place in Location.objects.all()},
            OpenTrials.load(),
        )

    @cached_property
    def approved(self) -> ApprovedTemplates:
        """What WhatsApp has approved; read only where a text may go that way."""
        return ApprovedTemplates.load()


@dataclass(frozen=True, slots=True)
class Draft:
    """A message about to be written, with the reminders that it carries."""

    rows: tuple[DueReminder, ...]
    wire: OutgoingMessage
    segments: int
    asks: Asks
    tried: Tried | None
    link: NewLink | None
    first: other_roads.ByRoads | None = None
    """The roads that it tries before SMS; without them it is handed over here and now."""

    copy: other_roads.Leg | None = None
    """The mail that goes beside it."""


def draft_of(rows: Sequence[DueReminder], *, now: datetime, books: ClaimContext) -> Draft:
    """The text of a family's reminders, not written yet. Raises WordingError."""
    first = rows[0]
    place = books.locations[first.location_id]
    voice = is_spoken(first)
    purpose = purpose_of_rule(first.kind, family=len(rows) > 1, for_another=first.for_another)
    words = books.texts.words(
        first.rule_id, purpose, (first.language, place.language), VOICE if voice else SMS
    )
    if words is None:
        raise WordingError("This text is switched off.")
    alone = len(rows) == 1 and not voice
    tried = books.trials.choose(first.appointment_uuid, first.rule_id, words) if alone else None
    template = tried.template if tried else words.template
    # One for the whole text: the page shows each visit that it tells of.
    link = None if voice else link_for(template, words.language)
    people = [_values(row, place=place, words=words, spoken=voice, link=link) for row in rows]
    text = template.render(people[0]) if len(rows) == 1 else render_family(template, people)
    moment = min(moment_of(row, now=now, books=books) for row in rows)
    wire = OutgoingMessage(
        # Ours alone: it is committed before the call, and is what a lost answer is found again by.
        uuid.uuid4(),
        first.appointment_uuid,
        first.phone,
        place.source_number or settings.MESSAGES_SOURCE_NUMBER,
        text,
        Message.Format.TTS if voice else Message.Format.SMS,
        moment if moment > now + AT_ONCE else None,
        # The earliest of the family: one text can't be given up for some of them only.
        min(row.cutoff_at for row in rows),
        1,
        first.rule_id,
    )
    asks = asked_by_purpose(purpose, spoken=voice)
    draft = Draft(tuple(rows), wire, measure(text).segments, asks, tried, link)
    if not alone or tried:
        return draft
    said = other_roads.Wording(template, people[0], words.language, asks)
    return _by_other_roads(draft, said, moment=moment, books=books)


def _by_other_roads(
    draft: Draft, said: other_roads.Wording, *, moment: datetime, books: ClaimContext
) -> Draft:
    """The same text, by WhatsApp or e-mail where its rule and its patient say so."""
    row, copy = draft.rows[0], None
    if row.email_copy and row.may_email:
        # The text goes beside it as ever: there is nothing to wait for.
        copy = other_roads.Leg(Road.EMAIL, 0, other_roads.by_mail(row, said))
    if not row.steps:
        return replace(draft, copy=copy)
    until = other_roads.sms_until(row, books.rules)
    legs = list(other_roads.legs_for(row, said, books.approved))
    left = other_roads.in_time(legs, moment=moment, sms_until=until)
    first = other_roads.ByRoads(left, until, draft.wire.text) if left else None
    return replace(draft, copy=copy, first=first)


def moment_of(row: DueReminder, *, now: datetime, books: ClaimContext) -> datetime:
    """When the text should reach the phone: as planned, or from now on as soon as texts may go."""
    if row.forced:
        return max(row.due_at, now)
    return rule_schedule.next_open(max(row.due_at, now), books.rules.hours[row.location_id])


def _values(
    row: DueReminder, *, place: Location, words: Words, spoken: bool, link: NewLink | None
) -> Values:
    return values_for(
        first_name=row.spoken_to if spoken else row.first_name,
        recipient=row.recipient,
        name=row.name,
        starts_at=row.starts_at,
        place=place,
        language=words.language,
        practitioner=row.practitioner,
        service=row.service,
        instructions=row.instructions,
        extra=row.columns,
        spoken=spoken,
        link=link.address if link else "",
    )
