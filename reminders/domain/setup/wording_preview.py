"""What a wording becomes with real appointments: the text, its alphabet and its parts, the longest
included.

The parts that staff see are those of the longest real values, not of a short example. Looks only;
saving is `wording_changes`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.core.cache import cache
from django.db.models import CharField, F, Func, Max, Q, Value
from django.db.models.functions import Cast, Collate, Concat, Length, LPad
from django.db.models.lookups import Exact

from reminders.domain.common.access import Scope
from reminders.domain.common.wording_catalogue import VOICE, values_for
from reminders.domain.links.addresses import example
from reminders.domain.setup.wordings import WordingKey, check
from reminders.domain.wording import (
    PLACEHOLDERS,
    PURPOSES,
    Values,
    WordingError,
    WordingProblem,
    compile_loosely,
    known_language,
    render_family,
)
from reminders.domain.wording.own_columns import OwnColumn
from reminders.domain.wording.segments import BASIC, EXTENDED, Size, measure, plain
from reminders.models import Appointment, Contact, Location

SAMPLE = 300
MINUTES = "20"
"""What {minutes} is shown as."""
LONGEST_KEPT_FOR = 600
"""Seconds for which the longest names are remembered: finding them reads every contact."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text as somebody would get it, and what it costs. `name` is "" where it is put together."""

    text: str
    size: Size
    name: str = ""

    @property
    def cost(self) -> tuple[int, int]:
        """The more parts the dearer; then by length."""
        return (self.size.segments, self.size.units)


@dataclass
class WordingPreview:
    """A wording with real values. `parts` counts how many of the sampled patients get how many
    parts.
    """

    problems: list[WordingProblem]
    example: Rendered | None = None
    dearest: Rendered | None = None
    parts: Counter[int] = field(default_factory=Counter)
    sampled: int = 0
    offenders: tuple[str, ...] = ()
    plainer: str = ""
    made_up: bool = False
    without: Rendered | None = None
    """The example as somebody gets it whose visit has none of the diary's columns."""

    @property
    def most_parts(self) -> int:
        """The most parts that anybody's text takes."""
        return self.dearest.size.segments if self.dearest else 0

    @property
    def spread(self) -> list[tuple[int, int]]:
        """Pairs of parts and how many of the sampled patients get that many."""
        return sorted(self.parts.items())

    @property
    def foreign_in_values(self) -> tuple[str, ...]:
        """Letters of names and places, not of the wording, that make the dearest text a wide
        one.
        """
        found = self.dearest.size.offenders if self.dearest else ()
        return tuple(letter for letter in found if letter not in self.offenders)


def preview_wording(place: WordingKey, text: str, *, now: datetime, scope: Scope) -> WordingPreview:
    """The wording filled in for the next real appointments of the user's locations, and for the
    longest.
    """
    seen = scope.location_ids if scope.restricted else None
    preview = WordingPreview(problems=check(place, text, location_ids=seen))
    # Half-typed text is shown as it stands: the problems above say what is wrong with it.
    template = compile_loosely(text)
    rows = _sample(place, now=now, scope=scope)
    people = [_values(row, place) for row in rows] or [_made_up(place, scope, now=now)]
    _first_with_values(people, template.columns)
    preview.made_up = not rows
    family = PURPOSES[place.purpose].lists

    def render(values: Values, name: str = "") -> Rendered | None:
        try:
            filled = render_family(template, _family(values)) if family else template.render(values)
        # Empty or too long with these values only: the other patients' texts are still worth
        # showing.
        except WordingError:
            return None
        return Rendered(filled, measure(filled), name)

    texts = [one for values in people if (one := render(values, values.name))]
    if not texts:
        return preview
    preview.example = texts[0]
    if template.columns:
        preview.without = render(replace(people[0], columns={}))
    put_together = [one for values in _longest(people, scope) if (one := render(values))]
    preview.dearest = max([*put_together, *texts], key=lambda one: one.cost)
    preview.parts = Counter(one.size.segments for one in texts) if rows else Counter()
    preview.sampled = len(rows)
    preview.offenders = measure(text).offenders
    # Offered only where it changes something: else the button would promise a saving.
    preview.plainer = "" if plain(text) == text else plain(text)
    return preview


def _sample(place: WordingKey, *, now: datetime, scope: Scope) -> list[Appointment]:
    """The next appointments, of those first whose patients read this language."""
    rows = Appointment.objects.filter(
        scope.at_locations(), starts_at__gt=now, status__in=Appointment.EXPECTED
    ).select_related("contact__responsible", "location", "practitioner", "service")
    coming = list(rows.order_by("starts_at", "pk")[:SAMPLE])
    theirs = [row for row in coming if _reads(row) == place.language]
    # With nobody of that language the next ones stand in: a preview without an example helps
    # nobody.
    return theirs or coming


def _first_with_values(people: list[Values], columns: Sequence[OwnColumn]) -> None:
    """Put a patient first whose visit has a value for a column that the text uses."""
    people.sort(key=lambda one: not any(one.columns.get(each.key) for each in columns))


def _reads(row: Appointment) -> str:
    return known_language(row.contact.language or row.location.language)


def _values(row: Appointment, place: WordingKey) -> Values:
    return values_for(
        first_name=row.contact.greeting,
        recipient=row.texted.greeting if row.texted != row.contact else "Anna",
        name=row.contact.name,
        starts_at=row.starts_at,
        place=row.location,
        language=place.language,
        practitioner=row.practitioner.name if row.practitioner else "",
        service=row.service.name if row.service else "",
        instructions=row.service.instructions if row.service else "",
        minutes=MINUTES,
        link=example(),
        extra=row.extra,
        spoken=place.channel == VOICE,
    )


def _made_up(place: WordingKey, scope: Scope, *, now: datetime) -> Values:
    """Where there is no appointment yet."""
    where = (
        scope.locations[0]
        if scope.locations
        else Location(name="Harbour Clinic", zone="UTC", phone="")
    )
    return values_for(
        first_name="Ann",
        recipient="Anna",
        name="Ann Lee",
        starts_at=now.replace(hour=10, minute=0),
        place=where,
        language=place.language,
        practitioner="Dr Patel",
        service="Check-up",
        minutes=MINUTES,
        link=example(),
    )


def _family(values: Values) -> list[Values]:
    """The same day for two of a family."""
    return [
        values,
        Values(
            **{name: getattr(values, name) for name in Values.__slots__} | {"first_name": "Sam"}
        ),
    ]


def _longest(people: Sequence[Values], scope: Scope) -> list[Values]:
    """The longest value of each placeholder, with the longest name of all contacts, and of the wide
    ones.

    A short name with one letter that GSM-7 lacks can cost more than a long one.
    """
    found = {name: max((getattr(one, name) for one in people), key=len) for name in PLACEHOLDERS}
    keys = {key for one in people for key in one.columns}
    columns = {key: max((one.columns.get(key, "") for one in people), key=len) for key in keys}
    found["location"] = max(
        [found["location"], *(place.name for place in scope.locations)], key=len
    )
    plain_name, wide_name = _longest_names()
    longest = {name: max(found[name], plain_name[name], key=len) for name in plain_name}
    return [Values(**found | names, columns=columns) for names in (longest, wide_name) if names]


def _longest_names() -> tuple[dict[str, str], dict[str, str]]:
    """The longest first and full name of all contacts, and of those that need the wide alphabet."""
    # Shared by all who edit: while somebody types, each key would read every contact.
    found: tuple[dict[str, str], dict[str, str]] | None = cache.get("dearest-names")
    if found is None:
        longest = Contact.objects.aggregate(
            any_first_name=Max(_length_first("first_name")),
            any_name=Max(_length_first("name")),
            wide_first_name=Max(_length_first("first_name"), filter=_needs_wide("first_name")),
            wide_name=Max(_length_first("name"), filter=_needs_wide("name")),
        )
        # Four digits of length stand before the value.
        all_of = {key: (longest[f"any_{key}"] or "")[4:] for key in ("first_name", "name")}
        wide = {key: (longest[f"wide_{key}"] or "")[4:] for key in all_of}
        found = (all_of, {key: value for key, value in wide.items() if value})
        cache.set("dearest-names", found, LONGEST_KEPT_FOR)
    return found


def _length_first(field: str) -> Collate:
    """The value with its length in four digits before it: the greatest is the longest."""
    # One pass over all contacts without sorting them; "C", because other collations skip blanks.
    length = LPad(Cast(Length(field), CharField()), 4, Value("0"))
    return Collate(Concat(length, field), "C")


def _needs_wide(field: str) -> Q:
    """Whether something is left of the value without the letters of GSM-7."""
    narrow = Value(BASIC + EXTENDED)
    left = Func(F(field), narrow, Value(""), function="translate", output_field=CharField())
    return ~Q(Exact(left, Value("")))
