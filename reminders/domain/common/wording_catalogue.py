"""Which words apply: wordings that staff edited, else the starter texts, by rule, purpose and
language.

The languages are tried in their order, the patient's before the location's; English is always the
last. Filling the words in is `wording`'s; when a text goes out, sending's and replying's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from reminders.domain.common.locks import AdvisoryLock, take
from reminders.domain.wording import (
    FALLBACK,
    PURPOSES,
    Template,
    Values,
    WordingError,
    compile_wording,
    format_date,
    format_time,
    known_language,
)
from reminders.domain.wording.defaults import starter
from reminders.domain.wording.emergency_numbers import emergency_number
from reminders.domain.wording.own_columns import own_values
from reminders.models import Location, Wording

SMS, VOICE = str(Wording.Channel.SMS), str(Wording.Channel.VOICE)


@dataclass(frozen=True, slots=True)
class Words:
    """The wording to use, and the language it is in: its dates are to be written in that one."""

    template: Template
    language: str


@dataclass(slots=True)
class WordingCatalogue:
    """All wordings that staff saved, read once for a whole batch of texts.

    Keys are (rule or None, purpose, language, channel); None for a text stands for one switched
    off.
    """

    saved: dict[tuple[int | None, str, str, str], str | None]
    _found: dict[tuple[int | None, str, tuple[str, ...], str], Words | None] = field(
        default_factory=dict
    )

    @classmethod
    def load(cls) -> WordingCatalogue:
        """Read every wording once, in one statement, for a whole set of texts."""
        rows = Wording.objects.values_list(
            "rule_id", "purpose", "language", "channel", "text", "active"
        )
        return cls(
            saved={
                (rule, purpose, _tag(language), channel): text if active else None
                for rule, purpose, language, channel, text, active in rows
            }
        )

    def words(
        self, rule_id: int | None, purpose: str, languages: Sequence[str], channel: str = SMS
    ) -> Words | None:
        """The wording for the first of `languages` that has one; None when that automatic answer is
        off.

        Raises WordingError when the saved wording is faulty, or when there is none for a voice
        call.
        """
        key = (rule_id, purpose, tuple(languages), channel)
        if key not in self._found:
            self._found[key] = self._search(rule_id, purpose, languages, channel)
        return self._found[key]

    def _search(
        self, rule_id: int | None, purpose: str, languages: Sequence[str], channel: str
    ) -> Words | None:
        for language in (*filter(None, languages), FALLBACK):
            for key in self._keys(rule_id, purpose, language, channel):
                text = self.saved[key]
                if text is not None:
                    return Words(compile_wording(text), language)
                # Switched off counts for this language and ends the search: English must not answer
                # instead.
                if purpose in PURPOSES and PURPOSES[purpose].automatic:
                    return None
            if is_spoken(language):
                return Words(compile_wording(_starter(purpose, language, channel)), language)
        raise AssertionError("English is always spoken")

    def _keys(
        self, rule_id: int | None, purpose: str, language: str, channel: str
    ) -> Iterator[tuple[int | None, str, str, str]]:
        """Saved wordings that fit: the rule's own first, and "pt-BR" before "pt"."""
        tags = (
            [_tag(language), _tag(known_language(language))]
            if is_spoken(language)
            else [_tag(language)]
        )
        # The rule before the tag: its own text in "pt" beats the general one in "pt-BR".
        for rule in dict.fromkeys((rule_id, None)):
            for tag in dict.fromkeys(tags):
                if (rule, purpose, tag, channel) in self.saved:
                    yield rule, purpose, tag, channel


_NOWHERE = Location(name="", zone="UTC", country="")
"""Where a text is about no location."""


def lock_wordings(*, alone: bool = False) -> None:
    """Keep the wordings as they are until the transaction ends; `alone`, to change them.

    Then no claim is under way whose texts, in the old words, nobody could see yet.
    """
    take(AdvisoryLock.WORDINGS, shared=not alone)


@lru_cache(maxsize=256)
def is_spoken(tag: str) -> bool:
    """Whether there are starter texts in this very language, not only the English that stands in
    for it.
    """
    known = known_language(tag)
    return known != FALLBACK or tag.strip().lower().replace("_", "-").split("-")[0] == FALLBACK


def values_for(
    *,
    first_name: str,
    name: str,
    starts_at: datetime,
    place: Location | None,
    language: str,
    practitioner: str | None = "",
    service: str | None = "",
    instructions: str | None = "",
    minutes: str = "",
    extra: object = None,
    spoken: bool = False,
    recipient: str = "",
    link: str = "",
) -> Values:
    """What the placeholders stand for in a text about one appointment, from plain columns.

    `starts_at` is aware and written on the wall clock of `place`, by the habits of `language` in
    its country. `extra` is what the diary keeps with the visit. `spoken` is for a voice call.
    `recipient` is who reads it, where that is not the patient. `link` is the address of the page.
    """
    site = place or _NOWHERE
    country = site.country
    local = starts_at.astimezone(ZoneInfo(site.zone))
    return Values(
        first_name=first_name,
        name=name,
        recipient=recipient or first_name,
        date=format_date(local, language, country, spoken=spoken),
        time=format_time(local, language, country, spoken=spoken),
        location=site.name,
        phone=site.phone,
        address=site.address,
        map=site.map_link,
        video=site.video_link,
        link=link,
        practitioner=practitioner or "",
        service=service or "",
        instructions=instructions or "",
        emergency=emergency_number(country),
        minutes=minutes,
        columns=own_values(extra) if extra else {},
    )


def _starter(purpose: str, language: str, channel: str) -> str:
    try:
        return starter(purpose, known_language(language), channel)
    except KeyError as error:
        raise WordingError(
            "There is no wording for this purpose and channel yet: write one."
        ) from error


@lru_cache(maxsize=256)
def _tag(language: str) -> str:
    return language.strip().replace("_", "-").lower()
