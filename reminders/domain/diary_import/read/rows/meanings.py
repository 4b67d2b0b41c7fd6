"""Columns whose few values decide about a row: what each value means, or a question about it.

The words themselves are `cells`'; here stands which meanings a kind of column has, and that a value
nobody knows is asked about and never passed over. The first pass asks, the reader of rows looks up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from reminders.domain.diary_import.questions import (
    About,
    Answer,
    Answers,
    Choice,
    Question,
    folded_header,
    folded_value,
)
from reminders.domain.diary_import.read.cells.dates import (
    DMY,
    MDY,
    UnreadableError,
    read_date,
    read_half,
    read_start,
)
from reminders.domain.diary_import.read.cells.flags import read_flag, read_text_wish
from reminders.domain.diary_import.read.cells.languages import read_language
from reminders.domain.diary_import.read.cells.no_values import is_no_value
from reminders.domain.diary_import.read.cells.statuses import likely_status, read_status
from reminders.domain.diary_import.read.cells.when.time_zones import likely_zones, read_time_zone
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.rows.kinds import places_of

BOOKED, CONFIRMED, CANCELLED = "booked", "confirmed", "cancelled"
ARRIVED, NO_SHOW, LEAVE_OUT = "arrived", "no_show", "leave_out"
YES, NO = "yes", "no"
SETTLED = "settled"
"""Said of money or paper: a visit that is over took place, one to come is still to come."""
PAST_ONLY = frozenset({ARRIVED, NO_SHOW, SETTLED})
"""What no visit can be before it was due."""
LOCATIONS_OWN = "default"
"""Of a language or a zone: that of the row's location."""
_LONGEST = 100
_NO_DATE = re.compile(
    r"(?:00?[./-]00?[./-]0+|0000-|0001-|0?1[./]0?1[./](?:0001|1900)|1899-12-3|1900-01-0)"
)
"""The zero dates of databases, and the first days of spreadsheets."""
_DASHES = frozenset("-–—. ")

_STATUS_CHOICES = {
    BOOKED: "the visit is booked",
    CANCELLED: "the visit is cancelled",
    ARRIVED: "the patient came",
    NO_SHOW: "the patient did not come",
    LEAVE_OUT: "leave these rows out",
    CONFIRMED: "booked, and the patient has confirmed",
}
_CONSENT_CHOICES = {YES: "the patient may be texted", NO: "the patient must not be texted"}
_LEAVE = {LEAVE_OUT: _STATUS_CHOICES[LEAVE_OUT]}
_LANGUAGE_CHOICES = {LOCATIONS_OWN: "the language of the location", "en": "English"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of column: reads what is known for certain, and names what may be answered.

    `read` gives a meaning, "" for a cell that says nothing, or None for what must be asked.
    """

    read: Callable[[str], str | None]
    choices: dict[str, str]
    asks: str = "What does “{value}” mean in the column “{header}”?"
    likely: Callable[[str], Iterable[str]] = lambda _text: ()
    accepts: Callable[[str], bool] = lambda _meaning: False

    def may_mean(self, meaning: str) -> bool:
        """Whether an answer makes sense for this kind."""
        if meaning == LEAVE_OUT and YES in self.choices:
            return True  # of "Is blocked" or "Is active" each value may say that it is no visit
        return meaning in self.choices or self.accepts(meaning)


def _status(text: str) -> str | None:
    found = read_status(text)
    if found is None:
        return "" if _says_nothing(text) else None
    return str(found)


def _says_nothing(text: str) -> bool:
    """Programs mark a cancelled visit by % or ○: of signs only a dash surely says nothing."""
    return is_no_value(text) and (_DASHES.issuperset(text) or _has_letters(text))


def _has_letters(text: str) -> bool:
    return any(map(str.isalnum, text))


def _likely_status(text: str) -> list[str]:
    likely = likely_status(text)
    return [str(likely)] if likely else []


def _flag(text: str) -> str | None:
    found = read_flag(text)
    return None if found is None else (YES if found else NO)


def _flag_or_day(text: str) -> str | None:
    """Yes and no, or since when it is so: "Opted out on", "Date of death"."""
    return _flag(text) or _day(text)


def _cancelled(text: str) -> str | None:
    """Yes and no, and the words of a status where they stand in such a column."""
    known = {CANCELLED: YES, BOOKED: NO, CONFIRMED: NO}
    return _flag(text) or known.get(str(read_status(text))) or _day(text)


def _active(text: str) -> str | None:
    """Of a column that says whether the visit still stands."""
    known = {CANCELLED: NO, BOOKED: YES, CONFIRMED: YES}
    return _flag(text) or known.get(str(read_status(text)))


def _left_out(text: str) -> str | None:
    """Of a column that says which rows are no visits."""
    said = _flag(text)
    return LEAVE_OUT if said == YES else said


def _may_text(text: str) -> str | None:
    """Yes and no, since when it is so, and wishes in words: "SMS", "None", "Opted out"."""
    wish = read_text_wish(text)
    return _flag_or_day(text) if wish is None else (YES if wish else NO)


def _no_texts(text: str) -> str | None:
    wish = read_text_wish(text)
    return (NO if wish else YES) if wish is not None else _flag_or_day(text)


def _cancelled_at(text: str) -> str | None:
    """A date says that it was cancelled; the zero dates of databases say that it was not."""
    return _flag(text) or (NO if _says_nothing(text) else _day(text))


def _day(text: str) -> str | None:
    """Yes for a date, no for one that stands where there is none, as 00/00/0000 does."""
    if _NO_DATE.match(text):
        return NO
    for reader in (read_start, read_date):
        for order in (DMY, MDY):
            try:
                reader(text, order)
            except UnreadableError:
                continue
            return YES
    return None


def _cancelled_by(text: str) -> str:
    """Of who cancelled, or why: whatever stands there says that it was."""
    return NO if _says_nothing(text) or read_flag(text) is False else YES


def _zone(text: str) -> str | None:
    return text if read_time_zone(text) else None


def _flags(yes: str, no: str) -> Kind:
    return Kind(_flag, {YES: yes, NO: no})


KINDS: dict[str, Kind] = {
    "status": Kind(
        _status,
        _STATUS_CHOICES,
        asks="What does the status “{value}” mean?",
        likely=_likely_status,
    ),
    "cancelled": Kind(
        _cancelled, {YES: "the visit is cancelled", NO: "the visit is not cancelled", **_LEAVE}
    ),
    "cancelled_at": Kind(
        _cancelled_at, {YES: "the visit is cancelled", NO: "the visit is not cancelled"}
    ),
    "cancelled_by": Kind(
        _cancelled_by, {YES: "the visit is cancelled", NO: "the visit is not cancelled"}
    ),
    "deleted": Kind(
        _cancelled, {YES: "the visit was deleted", NO: "the visit is not deleted", **_LEAVE}
    ),
    "active": Kind(
        _active, {YES: "the visit still stands", NO: "the visit is cancelled", **_LEAVE}
    ),
    "left_out": Kind(_left_out, {LEAVE_OUT: _STATUS_CHOICES[LEAVE_OUT], NO: "the visit stands"}),
    # Of what nobody knows a no is offered first: it texts nobody, and is seen.
    "may_text": Kind(_may_text, _CONSENT_CHOICES, likely=lambda _text: (NO,)),
    "channel": Kind(_may_text, _CONSENT_CHOICES, likely=lambda _text: (NO,)),
    "no_texts": Kind(
        _no_texts, {YES: "the patient must not be texted", NO: "the patient may be texted"}
    ),
    "deceased": Kind(
        _flag_or_day, {YES: "the patient has died: no texts", NO: "the patient is alive"}
    ),
    "all_day": _flags("an entry for the whole day: leave it out", "a visit at its time"),
    "am_pm": Kind(read_half, {"am": "before noon", "pm": "after noon"}),
    "time_zone": Kind(
        _zone,
        {LOCATIONS_OWN: "the time zone of the location"},
        asks="Which time zone is “{value}”?",
        likely=likely_zones,
        accepts=lambda meaning: read_time_zone(meaning) is not None,
    ),
    "language": Kind(
        lambda text: read_language(text) or (LOCATIONS_OWN if is_no_value(text) else None),
        _LANGUAGE_CHOICES,
        asks="Which language is “{value}”?",
        accepts=lambda meaning: read_language(meaning) is not None,
    ),
}

_MAY_LEAVE_OUT = frozenset(
    name for name, kind in KINDS.items() if name != "status" and kind.may_mean(LEAVE_OUT)
)


@dataclass
class ValueColumn:
    """One such column of a file: its readings, and what of it nobody knows, with numbers of rows.

    `meaning` is None for a value that is not known and not answered.
    """

    means: str
    place: int
    header: str
    answers: Answers
    known: dict[str, str | None] = field(default_factory=dict)
    unknown: dict[str, list[int]] = field(default_factory=dict)

    def meaning(self, text: str) -> str | None:
        """What a cell means; blank ones say nothing."""
        if text in self.known:
            return self.known[text]
        found = self._read(text)
        if len(self.known) > 5_000:
            self.known.clear()
        self.known[text] = found
        return found

    def answered(self, text: str) -> str | None:
        """What somebody said of the value, if it makes sense for such a column."""
        given = self.answers.meaning_of(self.header, text)
        return given if given and KINDS[self.means].may_mean(given) else None

    def _read(self, text: str) -> str | None:
        given = self.answered(text)
        if not text:
            return given or ""
        own = KINDS[self.means].read(text) if len(text) <= _LONGEST else None
        # Of "Paid" it is said what it means of coming visits; those that are over came.
        if self.means == "status" and own in PAST_ONLY and given not in (None, LEAVE_OUT):
            return own
        return given or own

    @property
    def may_leave_out(self) -> bool:
        """Whether a value of it, which is none of a status, may say that rows are left out."""
        if self.means not in _MAY_LEAVE_OUT:
            return False
        header = folded_header(self.header)
        said = self.answers.meanings.items()
        return self.means == "left_out" or any(
            key[0] == header and meaning == LEAVE_OUT for key, meaning in said
        )

    def note(self, text: str, number: int) -> None:
        """Keep a value that nobody knows, with its row."""
        self.unknown.setdefault(folded_value(text), []).append(number)

    def question(
        self, text: str, rows: int, row: int, *, words: str = "", first: str = ""
    ) -> Question:
        """What the value means, in words, the likeliest first."""
        kind = KINDS[self.means]
        likely = [first] if first else kind.likely(text)
        meanings = dict.fromkeys([*likely, *kind.choices])
        shown = text[:60]
        asks = words or kind.asks.format(value=shown, header=self.header)
        count = "1 row" if rows == 1 else f"{rows:,} rows"
        return Question(
            About.MEANING,
            f"meaning:{folded_header(self.header)}:{folded_value(text)}"[:300],
            f"{asks} ({count})",
            tuple(
                Choice(Answer(About.MEANING, each, self.header, text), kind.choices.get(each, each))
                for each in meanings
            ),
            (text[:100],),
            row,
            self.header[:100],
        )


def value_columns(columns: Columns, answers: Answers) -> list[ValueColumn]:
    """The columns of a file whose values decide about rows."""
    return [
        ValueColumn(name, place, columns.header[place], answers)
        for name in KINDS
        for place in places_of(columns, name)
        if name != "time_zone" or not answers.time_zone
    ]


def by_meaning(columns: Columns, answers: Answers) -> dict[str, list[ValueColumn]]:
    """The same columns, by what they mean."""
    found: dict[str, list[ValueColumn]] = {}
    for column in value_columns(columns, answers):
        found.setdefault(column.means, []).append(column)
    return found
