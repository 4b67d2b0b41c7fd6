"""Which column means what: by its name and its synonyms, by a saved mapping, or by what stands in
it.

The reading by content only proposes, for a person who sees it; unattended imports go by names and
mappings alone.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reminders.domain.diary_import.problems import ImportProblem, ImportRefused, refuse
from reminders.domain.diary_import.read.header import looks
from reminders.domain.diary_import.read.header.fields import FIELDS, KEPT
from reminders.domain.diary_import.read.header.synonyms import SYNONYMS
from reminders.domain.diary_import.read.time_limit import HEAD, reading_within, stop_if_late

MAX_COLUMNS = 500
_NUMBER_SIGNS = str.maketrans({"#": " no ", "№": " no ", "°": "o"})
_NTH = re.compile(r" \(\d+\)$")
NO_HEADER = (
    "There is no header row: the first row looks like an appointment. Add a row on top that names the "
    "columns: name, phone, date, time."
)
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def squashed(header: str) -> str:
    """A header cell without case, accents, spaces and signs: "Appt. ID" and "apptId" are both
    "apptid".
    """
    plain = unicodedata.normalize("NFKD", header[:200]).translate(_NUMBER_SIGNS)
    return _NOT_WORD.sub("", plain.encode("ascii", "ignore").decode().lower())


_BY_NAME: dict[str, tuple[str, int]] = {}
for _field, _words in SYNONYMS.items():
    for _rank, _word in enumerate(_words.split()):
        _BY_NAME.setdefault(squashed(_word), (_field, _rank))


@dataclass
class Columns:
    """Where each field stands in a row; the unnamed rest is kept aside under its own header.

    `by_content` are fields that a column's content proposed; `unclear` are those that two columns
    claim.
    """

    header: list[str]
    places: dict[str, int]
    by_content: set[str] = field(default_factory=set)
    unclear: list[ImportProblem] = field(default_factory=list)
    twice: set[str] = field(default_factory=set)

    @property
    def others(self) -> list[tuple[int, str]]:
        """Places and names of the columns that are only kept: those of `KEPT` by our name, the
        unknown ones by the file's.
        """
        taken = set(self.places.values())
        unknown = {n: name for n, name in enumerate(self.header) if n not in taken and name}
        ours = {self.places[name]: words for name, words in KEPT.items() if name in self.places}
        return sorted((unknown | ours).items())

    def name_of(self, *fields: str) -> str:
        """The file's own name for the first of these fields that it has."""
        return next((self.header[self.places[name]] for name in fields if name in self.places), "")

    def as_mapping(self) -> dict[str, str]:
        """Header cell to field, "" for columns kept aside: what an ImportMapping remembers."""
        by_place = {place: name for name, place in self.places.items()}
        mapping: dict[str, str] = {}
        for place, name in enumerate(self.header):
            if name:
                mapping[name] = mapping.get(name) or by_place.get(place, "")
        return mapping


def header_digest(header: Iterable[str]) -> str:
    """What recognises the exports of the same program: a digest of the header's names in their
    order.
    """
    return hashlib.sha256("\x1f".join(squashed(cell) for cell in header).encode()).hexdigest()


def recognised(cells: Iterable[str]) -> int:
    """How many different fields a header row would give."""
    return len({_BY_NAME[name][0] for cell in cells if (name := squashed(cell)) in _BY_NAME})


def choose_columns(
    header: Sequence[str],
    sample: Sequence[Sequence[str]],
    *,
    mapping: Mapping[str, str] | None = None,
    guess: bool = False,
) -> Columns:
    """Decide what the columns mean: the mapping first, then names and, with `guess`, what stands in
    them.

    Raises ImportRefused when there is no header, the mapping does not fit the file or, without
    `guess`, two columns of one name differ.
    """
    names = [cell.strip() for cell in header]
    if len(names) > MAX_COLUMNS:
        raise refuse(f"The file has {len(names):,} columns; at most {MAX_COLUMNS} are read.", row=1)
    columns = Columns(names, {})
    with reading_within(HEAD):
        _choose(columns, sample, mapping=mapping or {}, guess=guess)
    return columns


def _choose(
    columns: Columns, sample: Sequence[Sequence[str]], *, mapping: Mapping[str, str], guess: bool
) -> None:
    decided = _apply_mapping(columns, mapping)
    _by_name(columns, decided, sample)
    if not columns.places and not decided and _is_data(columns.header):
        raise refuse(NO_HEADER, row=1)
    if columns.unclear and not guess:
        raise ImportRefused(columns.unclear)
    if guess:
        _by_content(columns, decided, sample)
    fixed = set(mapping.values())
    _settle_time(columns, sample, fixed=fixed)
    _settle_names(columns, sample, fixed=fixed)


def _apply_mapping(columns: Columns, mapping: Mapping[str, str]) -> set[int]:
    """Places that the mapping decides, those kept aside among them."""
    by_name = {squashed(name) or name: n for n, name in reversed(list(enumerate(columns.header)))}
    decided = set()
    for name, meaning in mapping.items():
        place = by_name.get(squashed(name) or name)
        if place is None:
            if meaning:
                raise refuse(
                    f"The mapping expects a column “{name}”, which this file does not have. "
                    f"{_called(columns)}"
                )
            continue
        if meaning and meaning not in FIELDS:
            raise refuse(f"The mapping gives the column “{name}” an unknown meaning, “{meaning}”.")
        if meaning in columns.places:
            raise refuse(
                f"The mapping gives two columns the meaning “{FIELDS[meaning]}”. Choose one."
            )
        decided.add(place)
        if meaning:
            columns.places[meaning] = place
    return decided


def _by_name(columns: Columns, decided: set[int], sample: Sequence[Sequence[str]]) -> None:
    best: dict[str, tuple[int, int]] = {}
    for place, name in enumerate(columns.header):
        known = _BY_NAME.get(squashed(_NTH.sub("", name)))
        if place in decided or known is None or known[0] in columns.places:
            continue
        meaning, rank = known
        if meaning in best and best[meaning][0] == rank:
            _note_if_different(columns, best[meaning][1], place, meaning, sample)
        if meaning not in best or rank < best[meaning][0]:
            best[meaning] = (rank, place)
    taken = {meaning: place for meaning, (_, place) in best.items()}
    columns.places |= {m: place for m, place in taken.items() if m not in columns.twice}


def _note_if_different(
    columns: Columns, first: int, second: int, meaning: str, sample: Sequence[Sequence[str]]
) -> None:
    """Two columns of the very same name are only harmless when they say the same."""
    if any(cells[first : first + 1] != cells[second : second + 1] for cells in sample):
        columns.twice.add(meaning)
        columns.unclear.append(
            ImportProblem(
                f"Two columns are called “{columns.header[first]}”, and they differ. Which one is the "
                f"{FIELDS[meaning].lower()}?",
                hint="Rename the other one.",
            )
        )


def _settle_time(columns: Columns, sample: Sequence[Sequence[str]], *, fixed: set[str]) -> None:
    """A column called "Start" may hold a time or both; one called "Date" may hold both. Look and
    see.
    """
    places = columns.places
    if "starts_at" in places and "starts_at" not in fixed:
        values = _values(sample, places["starts_at"])
        if _share(values, looks.looks_like_time) > 0.5:
            place = places.pop("starts_at")
            places.setdefault("time", place)
        elif values and _share(values, looks.looks_like_date_and_time) < 0.5:
            place = places.pop("starts_at")
            if "date" not in places and _share(values, looks.looks_like_date) > 0.5:
                places["date"] = place
        elif "date" in places and "time" in places:
            del places["starts_at"]
    if (
        "date" in places
        and "time" not in places
        and "starts_at" not in places
        and "date" not in fixed
    ):
        values = _values(sample, places["date"])
        if _share(values, looks.looks_like_date_and_time) > 0.5:
            places["starts_at"] = places.pop("date")


def _settle_names(columns: Columns, sample: Sequence[Sequence[str]], *, fixed: set[str]) -> None:
    """Beside a first name a column called "Name" holds the last name, unless it holds the first one
    too.
    """
    places = columns.places
    if {"name", "first_name"} <= places.keys() - fixed and "last_name" not in places:
        first, name = places["first_name"], places["name"]
        rows = [row for row in sample if max(first, name) < len(row) and row[first].strip()]
        whole = sum(row[first].strip().casefold() in row[name].casefold() for row in rows)
        if whole * 2 < len(rows) or not rows:
            places["last_name"] = places.pop("name")


def _by_content(columns: Columns, decided: set[int], sample: Sequence[Sequence[str]]) -> None:
    places = columns.places
    wanted: list[tuple[str, bool, Callable[[str], bool]]] = [
        ("phone", "phone" in places, looks.looks_like_phone),
        ("starts_at", bool({"starts_at", "date"} & places.keys()), looks.looks_like_date_and_time),
        ("date", bool({"starts_at", "date"} & places.keys()), looks.looks_like_date),
        ("time", "time" in places, looks.looks_like_time),
        ("name", bool({"name", "first_name", "last_name"} & places.keys()), looks.looks_like_name),
    ]
    for meaning, there, test in wanted:
        if (
            there
            or meaning in columns.twice
            or (meaning in ("date", "time") and "starts_at" in places)
        ):
            continue
        free = [n for n in range(len(columns.header)) if n not in decided | set(places.values())]
        shares = [(_share(_values(sample, n), test), -n) for n in free]
        if shares and max(shares)[0] >= 0.6:
            places[meaning] = -max(shares)[1]
            columns.by_content.add(meaning)


def _values(sample: Sequence[Sequence[str]], place: int) -> list[str]:
    return [cells[place].strip() for cells in sample if place < len(cells) and cells[place].strip()]


def _share(values: Sequence[str], test: Callable[[str], bool]) -> float:
    stop_if_late()
    return sum(1 for value in values if test(value)) / len(values) if values else 0.0


def stop_if_missing(columns: Columns) -> None:
    """Refuse a file without a phone, a name or a start, in one sentence that lists its columns."""
    missing = _missing(columns)
    if missing:
        raise refuse(f"There is no {_or(missing)} column. {_called(columns)}")


def _missing(columns: Columns) -> list[str]:
    has = columns.places.keys()
    missing = [] if has & {"name", "first_name", "last_name"} else ["name"]
    missing += [] if "phone" in has else ["phone"]
    if "starts_at" not in has:
        missing += [part for part in ("date", "time") if part not in has]
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
