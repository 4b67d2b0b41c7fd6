"""Change wordings: check them, save them, and decide about texts that the provider holds in the old
words.

A text is frozen when it is handed over. After a change those that have not left yet keep their old
words, unless the manager asks to have them replaced: then they are withdrawn and go out again in
the new ones.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from reminders.domain.common.audit import Actor, record
from reminders.domain.common.wording_catalogue import SMS, VOICE, WordingCatalogue
from reminders.domain.diary.diary_columns import diary_columns
from reminders.domain.links import addresses
from reminders.domain.planning import handed_over
from reminders.domain.planning.handed_over import ScheduledMessage, read_scheduled
from reminders.domain.planning.trials import end_trial
from reminders.domain.wording import (
    LANGUAGES,
    PURPOSES,
    WordingError,
    WordingProblem,
    check_wording,
    compile_wording,
    known_language,
)
from reminders.domain.wording.defaults import VOICE_PURPOSES, starter
from reminders.domain.wording.own_columns import MARK
from reminders.models import Location, ReminderRule, Wording, WordingTrial


class WordingRefusedError(ValueError):
    """A wording that may not be saved; `problems` say what to mend."""

    def __init__(self, problems: list[WordingProblem]) -> None:
        super().__init__(" ".join(problem.words for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class WordingKey:
    """Which wording is meant: of a rule (None: of all rules), for what, in which language and
    channel.
    """

    purpose: str
    language: str
    channel: str = SMS
    rule_id: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether there can be such a wording at all."""
        spoken = self.channel == SMS or (self.channel == VOICE and self.purpose in VOICE_PURPOSES)
        return (
            self.purpose in PURPOSES and spoken and known_language(self.language) == self.language
        )

    @property
    def row(self) -> Wording | None:
        """What staff saved for it, if anything."""
        return Wording.objects.filter(
            rule_id=self.rule_id, purpose=self.purpose, language=self.language, channel=self.channel
        ).first()


@dataclass(frozen=True, slots=True)
class WordingStanding:
    """A wording as it applies now: its text, whether staff wrote it, whether it is sent."""

    place: WordingKey
    text: str
    own: bool
    active: bool


@dataclass(frozen=True, slots=True)
class SavedWording:
    """What saving came to: remarks that did not stop it, and how many handed-over texts are
    replaced.
    """

    problems: list[WordingProblem]
    replaced: int


def standing(place: WordingKey) -> WordingStanding:
    """The wording as it applies now: the rule's own, else the one for all rules, else the starter
    text.
    """
    return standings([place])[0]


def standings(places: Sequence[WordingKey]) -> list[WordingStanding]:
    """As `standing`, for many wordings with one statement."""
    rules = {place.rule_id for place in places if place.rule_id is not None}
    found = Wording.objects.filter(
        Q(rule=None) | Q(rule__in=rules),
        purpose__in={place.purpose for place in places},
        language__in={place.language for place in places},
        channel__in={place.channel for place in places},
    )
    saved = {WordingKey(row.purpose, row.language, row.channel, row.rule_id): row for row in found}
    return [_stands(place, saved) for place in places]


def _stands(place: WordingKey, saved: Mapping[WordingKey, Wording]) -> WordingStanding:
    row = saved.get(place)
    if row is not None:
        return WordingStanding(place, row.text, own=True, active=row.active)
    row = saved.get(changed(place, rule_id=None))
    if row is not None:
        return WordingStanding(place, row.text, own=False, active=row.active)
    return WordingStanding(
        place, starter(place.purpose, place.language, place.channel), own=False, active=True
    )


def columns_for(
    place: WordingKey, *, location_ids: Collection[int] | None = None
) -> dict[str, str]:
    """The columns that the diaries of its rule's location have brought, each with a value.

    For all rules, or a rule for everywhere: of `location_ids`; None: of every location.
    """
    own = None
    if place.rule_id is not None:
        rules = ReminderRule.objects.filter(pk=place.rule_id)
        own = rules.values_list("location_id", flat=True).first()
    return diary_columns([own] if own else location_ids)


def check(
    place: WordingKey, text: str, *, location_ids: Collection[int] | None = None
) -> list[WordingProblem]:
    """What is wrong with a text for this place, errors first; `location_ids` is `columns_for`'s."""
    # Looked up only where one is used: it reads visits.
    columns = columns_for(place, location_ids=location_ids) if MARK in text.lower() else {}
    # Of active ones: a closed site's name in a text says nothing about who writes.
    names = list(Location.objects.filter(active=True).values_list("name", flat=True))
    return check_wording(
        text,
        language=place.language,
        purpose=place.purpose,
        channel=place.channel,
        # A name written out says who is writing only where there is no other.
        location_names=names if len(names) == 1 else (),
        columns=columns,
        no_link="" if addresses.site() else addresses.NO_SITE,
    )


def save_wording(
    place: WordingKey,
    text: str,
    *,
    by: Actor,
    now: datetime,
    replace: bool = False,
    active: bool = True,
) -> SavedWording:
    """Write a wording; with `replace`, texts at the provider in its old words go out in the new
    ones.

    Raises WordingRefusedError for a text with errors, and BusyError while an import changes what is
    to be replaced.
    """
    problems = check(place, text)
    errors = [problem for problem in problems if problem.level == "error"]
    if errors:
        raise WordingRefusedError(errors)
    with transaction.atomic():
        # Before the row is written: what reads otherwise is found by the words that still stand.
        held = handed_over.lock_matching(lambda: concerned(place, text, now=now)) if replace else []
        Wording.objects.update_or_create(
            rule_id=place.rule_id,
            purpose=place.purpose,
            language=place.language,
            channel=place.channel,
            defaults={"text": text, "active": active or not _can_be_off(place), "changed_at": now},
        )
        _note("wording_changed", place, by=by, now=now)
        _end_trials(by=by, now=now)
        return SavedWording(problems, handed_over.withdraw_for_replacement(held, now=now))


def reset_wording(place: WordingKey, *, by: Actor, now: datetime, replace: bool = False) -> int:
    """Go back to the text that applies without staff's own; return how many texts are replaced.

    Raises BusyError as `save_wording` does.
    """
    with transaction.atomic():
        general = standing(WordingKey(place.purpose, place.language, place.channel)).text
        text = general if place.rule_id else starter(place.purpose, place.language, place.channel)
        held = handed_over.lock_matching(lambda: concerned(place, text, now=now)) if replace else []
        # None where nothing of one's own was saved, or a colleague was faster: then nothing is
        # replaced.
        row = place.row
        if row is None:
            return 0
        row.delete()
        _note("wording_reset", place, by=by, now=now)
        _end_trials(by=by, now=now)
        return handed_over.withdraw_for_replacement(held, now=now)


def switch_answer(purpose: str, *, on: bool, by: Actor, now: datetime) -> None:
    """Switch an automatic answer on or off, in every language. Raises WordingError for other
    texts.
    """
    if not PURPOSES[purpose].automatic:
        raise WordingError(
            "Only automatic answers can be switched off; switch the rule off instead."
        )
    with transaction.atomic():
        rows = Wording.objects.filter(purpose=purpose, rule=None)
        have = set(rows.values_list("language", flat=True))
        rows.update(active=on, changed_at=now)
        # Off is a row: a language without one would answer by the starter text.
        if not on:
            Wording.objects.bulk_create(
                Wording(
                    purpose=purpose,
                    language=code,
                    text=starter(purpose, code),
                    active=False,
                    changed_at=now,
                )
                for code in LANGUAGES
                if code not in have
            )
        details = {"purpose": purpose, "on": on}
        record("answer_switched", by=by, now=now, details=details)


def concerned(place: WordingKey, text: str, *, now: datetime) -> list[uuid.UUID]:
    """The texts that the provider holds for later, or may hold, and that would read otherwise.

    None where `text` cannot be read as a wording, since it will not be saved as it is.
    """
    purpose = PURPOSES[place.purpose]
    if purpose.automatic or place.purpose == "correction" or not _is_readable(text):
        return []
    before, after = WordingCatalogue.load(), WordingCatalogue.load()
    # As if it were saved: the same search for words then decides, with all its fall-backs.
    after.saved[(place.rule_id, place.purpose, place.language.lower(), place.channel)] = text
    return [
        held.message_id
        for held in read_scheduled(now=now)
        if _reads_otherwise(held, place, before, after)
    ]


def _reads_otherwise(
    held: ScheduledMessage, place: WordingKey, before: WordingCatalogue, after: WordingCatalogue
) -> bool:
    if (held.purpose, held.channel) != (place.purpose, place.channel):
        return False
    try:
        old = held.words(before)
    # Its old words cannot be told any more, so nobody can say that they are the same.
    except WordingError:
        return True
    return held.words(after) != old


def _is_readable(text: str) -> bool:
    try:
        compile_wording(text)
    except WordingError:
        return False
    return True


def _can_be_off(place: WordingKey) -> bool:
    return PURPOSES[place.purpose].automatic


def _end_trials(*, by: Actor, now: datetime) -> None:
    """End the trials whose first wording is no longer what is sent: a half would mix two."""
    trials = list(WordingTrial.objects.filter(ended_at=None).select_related("rule"))
    places = [WordingKey(one.rule.kind, one.language, rule_id=one.rule_id) for one in trials]
    for trial, stands in zip(trials, standings(places) if places else (), strict=True):
        if stands.text != trial.first:
            end_trial(trial, WordingTrial.Outcome.CHANGED, by=by, now=now)


def _note(kind: str, place: WordingKey, *, by: Actor, now: datetime) -> None:
    details = {
        "purpose": place.purpose,
        "language": place.language,
        "channel": place.channel,
        "rule": place.rule_id,
    }
    record(kind, by=by, now=now, details=details)
