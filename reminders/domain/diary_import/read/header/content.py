"""What the sample holds in one column: shares of dates, phones, names and the rest, looked at once.

Only so many different values are looked at, so that the time for a header is bounded by its
columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from reminders.domain.diary_import.read.cells.no_values import is_no_value
from reminders.domain.diary_import.read.header import looks
from reminders.domain.diary_import.read.time_limit import stop_if_late
from reminders.domain.phones.parsing import PhoneNumber, read_phone

MOST_VALUES = 40
"""Different values of a column that are looked at."""
MOST_CELLS, _LEAST_VALUES = 5_000, 8
"""Different values that are looked at in all columns, but some of each."""
_TESTS: dict[str, Callable[[str], bool]] = {
    "date": looks.looks_like_date,
    "time": looks.looks_like_time,
    "both": looks.looks_like_date_and_time,
    "unsaid day": looks.looks_like_unsaid_day,
    "phone": looks.looks_like_phone,
    "name": looks.looks_like_name,
    "words": looks.looks_like_words,
    "email": looks.looks_like_email,
    "integer": looks.looks_like_integer,
    "id": looks.looks_like_id,
    "zone": looks.looks_like_zone,
    "flag": partial(looks.is_word, "yes_or_no"),
    "cancelled": partial(looks.is_word, "cancelled"),
    "status": looks.looks_like_status,
    "maybe status": looks.may_be_status,
    "party": partial(looks.is_word, "party"),
    "channel": partial(looks.is_word, "channel"),
    "consent": partial(looks.is_word, "consent"),
    "half": partial(looks.is_word, "half_day"),
    "titled": looks.looks_titled,
    "letters": looks.has_letters,
    "digits": looks.has_digits,
    "clock": looks.has_clock,
    "phone inside": looks.holds_a_phone,
}
_MOSTLY = 0.6
_FIRST = 5
"""A column is none of dates, times or phones whose first different values are none."""
_SIGNS = frozenset("*!#+§%")
"""Signs that somebody put beside some rows: what they mean nobody can tell."""
_COSTLY = frozenset({"date", "time", "both", "phone"})
_NEEDS_DIGIT = frozenset({"date", "time", "both", "phone", "integer", "id"})


class Profile:
    """One column of the sample. `cells` are by row, "" where a row is too short."""

    def __init__(self, place: int, sample: Sequence[Sequence[str]]) -> None:
        self.cells = [row[place].strip() if place < len(row) else "" for row in sample]
        self.values = list(dict.fromkeys(cell for cell in self.cells if cell))
        width = len(sample[0]) if sample else 1
        self._looked_at = self.values[
            : max(_LEAST_VALUES, min(MOST_VALUES, MOST_CELLS // max(width, 1)))
        ]
        self._shares: dict[str, float] = {}

    @property
    def filled(self) -> int:
        """How many rows have anything in the column."""
        return sum(1 for cell in self.cells if cell)

    @property
    def distinct(self) -> int:
        """How many different values there are."""
        return len(self.values)

    def share(self, kind: str) -> float:
        """The share of the different values that look like this."""
        known = self._shares.get(kind)
        if known is None:
            stop_if_late()
            test = _TESTS[kind]
            digits = kind in _NEEDS_DIGIT
            hits = 0
            for number, value in enumerate(self._looked_at):
                if number == _FIRST and not hits and kind in _COSTLY:
                    break
                hits += (not digits or any(map(str.isdigit, value))) and test(value)
            known = self._shares[kind] = hits / len(self._looked_at) if self._looked_at else 0.0
        return known

    def mostly(self, kind: str) -> bool:
        """Whether most of the values look like this."""
        return self.share(kind) >= _MOSTLY

    def any(self, kind: str) -> bool:
        """Whether at least one value looks like this."""
        return self.share(kind) > 0

    @property
    def form(self) -> str:
        """How the column tells a time: "date", "time", "both", or "" for none of them."""
        if not self.values:
            return ""
        # a date at midnight reads as a date, too: of a column that is all midnights nothing is lost
        if self.share("date") >= _MOSTLY and self.share("date") >= self.share("both"):
            return "date"
        if self.share("time") >= _MOSTLY:
            return "time"
        return "both" if self.share("both") >= _MOSTLY else ""

    @property
    def is_flags(self) -> bool:
        """Whether the column says yes and no, or is a mark in some rows."""
        if not self.values or self.distinct > 4:
            return False
        if all(value in _SIGNS for value in self.values):
            return self.filled < len(self.cells)
        if all(value in ("0", "1") for value in self.values):
            return self.distinct == 2 or self.filled < len(self.cells)
        said = [value for value in self.values if not is_no_value(value)]  # "Unknown" beside them
        return bool(said) and all(
            value in ("0", "1") or looks.is_word("yes_or_no", value) for value in said
        )

    @property
    def what(self) -> str:
        """What the column plainly holds, whatever it is called; "" when that is open."""
        if not self.values:
            return ""
        if self.form:
            return self.form
        if self.is_flags:
            return "flag"
        for kind in ("email", "phone", "zone", "half"):
            if self.share(kind) >= 0.8:
                return kind
        if self.share("integer") >= 0.9:
            return "integer"
        if self.distinct > 1 and self.share("name") >= 0.8:
            return "name"
        return ""

    def mobiles(self, country: str) -> float:
        """The share of the phone numbers in it that are mobiles in this country's plan."""
        return self.numbers("mobile", country)

    def numbers(self, kind: str, country: str) -> float:
        """The share of the phone numbers in it that are of a kind in this country's plan."""
        read = [read_phone(value, country) for value in self._looked_at if len(value) <= 40]
        numbers = [number for number in read if isinstance(number, PhoneNumber)]
        hits = sum(1 for number in numbers if str(number.kind) == kind)
        return hits / len(numbers) if numbers else 0.0

    def examples(self, most: int = 3) -> tuple[str, ...]:
        """A few values, for a question."""
        return tuple(value[:40] for value in self.values[:most])
