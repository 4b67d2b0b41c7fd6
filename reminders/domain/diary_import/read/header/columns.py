"""Which column means what: by an answer, else by its name, its content and its neighbours together.

Where they agree and no rival is close, the meaning is taken; everything else that could change who
is texted, when or whether at all is a question, in the browser as in an unattended import.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from reminders.domain.diary_import.problems import refuse
from reminders.domain.diary_import.questions import Answers, Question, folded_header
from reminders.domain.diary_import.read.cells.given_names import NameOrder, is_given_name
from reminders.domain.diary_import.read.header import looks
from reminders.domain.diary_import.read.header.choose_name_order import choose_name_order
from reminders.domain.diary_import.read.header.choose_numbers import choose_numbers
from reminders.domain.diary_import.read.header.choose_people import choose_names
from reminders.domain.diary_import.read.header.choose_phone import (
    choose_dial_code,
    choose_phone,
)
from reminders.domain.diary_import.read.header.choose_rest import choose_rest
from reminders.domain.diary_import.read.header.choose_when import choose_when
from reminders.domain.diary_import.read.header.content import Profile
from reminders.domain.diary_import.read.header.fields import FIELDS, KEPT
from reminders.domain.diary_import.read.header.folding import squashed
from reminders.domain.diary_import.read.header.names.naming import read_names
from reminders.domain.diary_import.read.header.names.vocabulary import LIKELY
from reminders.domain.diary_import.read.header.sheet import Sheet
from reminders.domain.diary_import.read.time_limit import HEAD, reading_within

MAX_COLUMNS = 500
NO_HEADER = (
    "There is no header row: the first row looks like an appointment. Add a row on top that "
    "names the "
    "columns: name, phone, date, time."
)
_NOT_ACTED_ON = (*KEPT, "notes")
_BOTH = "name_and_phone"
"""What is answered of a column that is two fields: whoever is named, and the number beside the
name.
"""


@dataclass
class Columns:
    """Where each field stands in a row; the unnamed rest is kept aside under its own header.

    `questions` are what only a person can say; a column that is asked about has no place yet.
    """

    header: list[str]
    places: dict[str, int]
    questions: list[Question] = field(default_factory=list)

    @property
    def others(self) -> list[tuple[int, str]]:
        """Places and names of the columns that are only kept: those of `KEPT` by our name, the
        unknown ones by the file's.
        """
        taken = set(self.places.values())
        unknown = {n: name for n, name in enumerate(self.header) if n not in taken and name}
        ours = {self.places[name]: words for name, words in KEPT.items() if name in self.places}
        return sorted((unknown | ours).items())

    @property
    def offered(self) -> set[str]:
        """What the answers to the questions may yet make of columns."""
        return {c.answer.meaning for question in self.questions for c in question.choices}

    @property
    def may_have_phone(self) -> bool:
        """Whether somebody is reached: the patients, or a parent where somebody may yet say so."""
        told = self.places.keys() & {"phone", "phone_inside"}
        return bool(told or {"phone", "phone_inside", _BOTH, "guardian_phone"} & self.offered)

    @property
    def places_aside(self) -> list[int]:
        """Where the columns stand that nothing is read from."""
        acted_on = {place for name, place in self.places.items() if name not in _NOT_ACTED_ON}
        return [n for n in range(len(self.header)) if n not in acted_on]

    @property
    def places_of_words(self) -> list[int]:
        """Where words may stand that matter wherever they stand, such as "deceased"."""
        more = [self.places[name] for name in ("phone_inside", "service") if name in self.places]
        return [*self.places_aside, *more]

    @property
    def set_aside(self) -> list[str]:
        """The file's names of all columns that nothing is read from, for the one who looks."""
        return [self.header[n] for n in self.places_aside if self.header[n]]

    def label(self, place: int) -> str:
        """What a column is called to a person: its header, or its number where it has none."""
        return self.header[place] or f"column {place + 1}"

    def name_of(self, *fields: str) -> str:
        """The file's own name for the first of these fields that it has."""
        return next((self.header[self.places[name]] for name in fields if name in self.places), "")

    def as_mapping(self) -> dict[str, str]:
        """Header cell to field, "" for columns kept aside: what an ImportMapping remembers."""
        by_place = {place: name for name, place in self.places.items()}
        if self.places.get("phone_inside", -1) == self.places.get("name"):
            by_place[self.places["name"]] = _BOTH
        mapping: dict[str, str] = {}
        for place, name in enumerate(self.header):
            if name:
                mapping[name] = mapping.get(name) or by_place.get(place, "")
        return mapping

    def proposed(self) -> dict[str, str]:
        """As `as_mapping`, with the likeliest answer to every question: to be shown, never
        taken.
        """
        mapping = self.as_mapping()
        for question in self.questions:
            answer = question.likeliest.answer
            if answer.header in mapping and answer.meaning not in mapping.values():
                mapping[answer.header] = answer.meaning
        return mapping


def header_digest(header: Iterable[str]) -> str:
    """What recognises the exports of the same program: a digest of the header's names in their
    order.
    """
    return hashlib.sha256("\x1f".join(squashed(cell) for cell in header).encode()).hexdigest()


def recognised(cells: Iterable[str]) -> int:
    """How many different fields a header row would give; a row that holds an appointment gives
    none.
    """
    texts = [cell.strip() for cell in cells][:MAX_COLUMNS]
    named = read_names(texts)
    kinds = {
        next(kind for kind, much in each.kinds.items() if much >= LIKELY)
        for each in named
        if any(much >= LIKELY for much in each.kinds.values())
    }
    if kinds and any(_is_value(text) for text in texts):
        return 0
    return len(kinds)


def _is_value(text: str) -> bool:
    return any(map(str.isdigit, text)) and (
        looks.looks_like_date(text) or looks.looks_like_phone(text) or looks.looks_like_time(text)
    )


@lru_cache(maxsize=1)
def _load_tables() -> None:
    """Read the tables of words once, before the clock of the first file runs: on a busy machine
    they
    take longer than its head.
    """
    read_names(["Name"])
    looks.looks_like_date_and_time("1 January 2027 9:30")
    is_given_name("Ann")


def choose_columns(
    header: Sequence[str],
    sample: Sequence[Sequence[str]],
    *,
    answers: Answers | None = None,
    country: str = "",
    today: date | None = None,
) -> Columns:
    """Decide what the columns mean: the answers first, then names, contents and neighbours.

    `country` (ISO, such as "AU") tells mobiles from landlines, `today` the past from the future.
    Raises ImportRefused when there is no header or an answer does not fit the file.
    """
    names = [cell.strip() for cell in header]
    if len(names) > MAX_COLUMNS:
        raise refuse(f"The file has {len(names):,} columns; at most {MAX_COLUMNS} are read.", row=1)
    columns = Columns(names, {})
    _load_tables()
    with reading_within(HEAD):
        _choose(columns, sample, (answers or Answers()).columns, country=country, today=today)
    return columns


def _choose(
    columns: Columns,
    sample: Sequence[Sequence[str]],
    answers: Mapping[str, str],
    *,
    country: str,
    today: date | None,
) -> None:
    decided = _apply_answers(columns, answers)
    named = read_names(columns.header)
    if not columns.places and not decided and _is_data(columns.header):
        known = any(much >= LIKELY for each in named for much in each.kinds.values())
        if not known:
            raise refuse(NO_HEADER, row=1)
    profiles = [Profile(place, sample) for place in range(len(columns.header))]
    free = set(range(len(columns.header))) - decided
    sheet = Sheet(
        columns.header, named, profiles, country, today, free,
        dict(columns.places), frozenset(columns.places),
    )  # fmt: skip
    choose_phone(sheet)
    choose_dial_code(sheet)
    choose_when(sheet)
    choose_names(sheet)
    choose_name_order(sheet)
    choose_numbers(sheet)
    choose_rest(sheet)
    columns.places, columns.questions = sheet.places, sheet.questions


def _apply_answers(columns: Columns, answers: Mapping[str, str]) -> set[int]:
    """Places that an answer decides, those kept aside among them."""
    labels = [name or f"column {n + 1}" for n, name in enumerate(columns.header)]
    places = list(reversed(list(enumerate(labels))))
    by_squashed = {squashed(name) or name: n for n, name in places}
    by_name = {folded_header(name): n for n, name in places}
    decided = set()
    for name, meaning in answers.items():
        place = by_name.get(folded_header(name), by_squashed.get(squashed(name) or name))
        if place is None:
            if meaning:
                raise refuse(
                    f"The mapping expects a column “{name}”, which this file does not have. "
                    f"{_called(columns)}"
                )
            continue
        if meaning and meaning not in FIELDS:
            raise refuse(f"The mapping gives the column “{name}” an unknown meaning, “{meaning}”.")
        fields = _fields_of(meaning)
        if any(columns.places.get(each, place) != place for each in fields):
            raise refuse(
                f"The mapping gives two columns the meaning “{FIELDS[meaning]}”. Choose one."
            )
        decided.add(place)
        columns.places |= dict.fromkeys(fields, place)
    return decided


def _fields_of(meaning: str) -> tuple[str, ...]:
    """What one answer decides: the name, before its order, so that a mapping remembers the
    order.
    """
    if meaning == _BOTH:
        return ("name", "phone_inside")
    if meaning in set(NameOrder):
        return ("name", meaning)
    return (meaning,) if meaning else ()


def stop_if_missing(columns: Columns) -> None:
    """Refuse a file without a phone, a name or a start, in one sentence that lists its columns.

    What a question could still bring is not missing.
    """
    missing = _missing(columns)
    if missing:
        raise refuse(f"There is no {_or(missing)} column. {_called(columns)}")


def _missing(columns: Columns) -> list[str]:
    has = set(columns.places) | columns.offered
    missing = [] if has & {"name", "first_name", "last_name", _BOTH} else ["name"]
    missing += [] if columns.may_have_phone else ["phone"]
    if "starts_at" not in has:
        parts = [("date", {"date"}), ("time", {"time", "hour"})]
        missing += [part for part, fields in parts if not fields & has]
    return missing


def _is_data(cells: Sequence[str]) -> bool:
    return any(
        looks.looks_like_phone(cell) or looks.looks_like_date(cell.split(" ")[0]) for cell in cells
    )


def _or(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _called(columns: Columns) -> str:
    names = [name[:40] for name in columns.header if name]
    if not names:
        return "The header row is empty."
    shown = ", ".join(f"“{name}”" for name in names[:25])
    return f"The columns are called {shown}{' and so on' if len(names) > 25 else ''}."
