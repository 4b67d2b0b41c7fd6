"""What the checks of a whole file look at: counts of its rows, and of the files before it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Check(StrEnum):
    """What may be strange about a file. The values are what `--agree` takes: promises to
    scripts.
    """

    PAST = "past"
    AHEAD = "ahead"
    MIDNIGHT = "midnight"
    NIGHT = "night"
    CLOSED = "closed_days"
    ONE_START = "one_start"
    LENGTHS = "lengths"
    OVER = "over_already"
    CANCELLED = "all_cancelled"
    MUCH_CANCELLED = "much_cancelled"
    ONE_PHONE = "one_phone"
    SEVERAL_PHONES = "several_phones"
    ONE_NUMBER = "one_number"
    NAMES = "few_names"
    PRACTITIONERS = "practitioners"
    NUMBERING = "new_numbering"
    HALF = "half"
    OTHER_DAYS = "other_days"


@dataclass(frozen=True, slots=True)
class RowNumbers:
    """Counts of rows. `past` to `closed`, and `cancelled`, only count what the diary does not have
    so already; `lengths` are rows that say how long.
    """

    rows: int = 0
    fresh: int = 0
    past: int = 0
    ahead: int = 0
    far_ahead: int = 0
    midnight: int = 0
    night: int = 0
    closed: int = 0
    cancelled: int = 0
    over: int = 0
    lengths: int = 0
    long: int = 0
    short: int = 0
    with_practitioner: int = 0
    one_start: bool = False
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class PeopleNumbers:
    """Counts of people who are new, or whose phone is. `on_one_phone` are the most names on one
    phone; `shared_numbers` are patient numbers with several names, of `numbers`; `changing_phones`
    are people with a number of `with_number` whose rows disagree about the phone; `names_again` are
    names, of `names`, with several phones and no number to tell them apart, one with `most_phones`.
    """

    people: int = 0
    on_one_phone: int = 0
    numbers: int = 0
    shared_numbers: int = 0
    with_number: int = 0
    changing_phones: int = 0
    names: int = 0
    names_again: int = 0
    most_phones: int = 0
    new_practitioners: int = 0
    renumbered: int = 0


@dataclass(frozen=True, slots=True)
class LastFile:
    """The last file of the same kind; `fewest` rows had the smallest of the last ones."""

    rows: int
    fewest: int
    first_day: date | None
    last_day: date | None
    days_ago: int


@dataclass(frozen=True, slots=True)
class FileNumbers:
    """All that is looked at. `called_cancelled` of `expected` coming visits in its dates the file
    calls cancelled; `left` rows were left because of a mistake.
    """

    rows: RowNumbers
    people: PeopleNumbers = field(default_factory=PeopleNumbers)
    last: LastFile | None = None
    called_cancelled: int = 0
    expected: int = 0
    left: int = 0
