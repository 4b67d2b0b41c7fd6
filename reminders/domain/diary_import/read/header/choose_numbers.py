"""Which column is the appointment's own number and which the patient's; a number that repeats over
people or days is never an appointment's.

Next week's file would move this week's visits if a patient's number were taken for an
appointment's.
"""

from __future__ import annotations

from reminders.domain.diary_import.read.header.folding import squashed
from reminders.domain.diary_import.read.header.names.vocabulary import LIKELY, SURE
from reminders.domain.diary_import.read.header.sheet import Sheet

_NOT_IDS = ("date", "time", "both", "email", "flag", "name", "zone")
_SLIPS = 0.1
"""So many of an appointment's numbers may stand twice: a slip that is told with its row."""
_BOTH = [
    ("patient_id", "The patient's number: the same person has the same one"),
    ("external_id", "The appointment's own number: every visit has another one"),
]


def choose_numbers(sheet: Sheet) -> None:
    """Place the appointment's and the patient's number, or ask which of the two a column is."""
    _patient_number(sheet)
    _appointment_number(sheet)


def _patient_number(sheet: Sheet) -> None:
    found = [n for n in sheet.called("patient_id", least=SURE) if _may_be_id(sheet, n)]
    if not found:  # "Patient" with numbers in it, beside the names
        found = [
            n for n in sorted(sheet.free)
            if sheet.strength(n, "name") == SURE and "patient" in sheet.named[n].parts
            and sheet.profiles[n].what == "integer"
        ]  # fmt: skip
    sheet.choose_one(
        "patient_id", found, "Which of these is the patient's number?",
        rival=lambda one, other: sheet.named[other].rank == sheet.named[one].rank,
    )  # fmt: skip


def _shared(sheet: Sheet, place: int) -> bool:
    """Whether an account's number stands beside several names: then it is a family's."""
    column = next((sheet.places[k] for k in ("first_name", "name") if k in sheet.places), None)
    if column is None:
        return False
    names: dict[str, set[str]] = {}
    pairs = zip(sheet.profiles[place].cells, sheet.profiles[column].cells, strict=True)
    for number, name in pairs:
        if number and name:
            names.setdefault(number, set()).add(squashed(name))
    return any(len(each) > 1 for each in names.values())


def _appointment_number(sheet: Sheet) -> None:
    sure = [n for n in sheet.called("external_id", least=SURE) if _may_be_id(sheet, n)]
    if sure:
        sheet.choose_one(
            "external_id", sure, "Which of these is the appointment's own number?",
            rival=lambda one, other: sheet.named[other].rank == sheet.named[one].rank,
        )  # fmt: skip
        _see_repeats(sheet)
        _maybe_patient_number(sheet)
        return
    for place in sheet.called("external_id", "patient_id"):
        if _may_be_id(sheet, place) and place in sheet.free:
            _which_number(sheet, place)


def _may_be_id(sheet: Sheet, place: int) -> bool:
    profile = sheet.profiles[place]
    if sheet.strength(place, "external_id", "patient_id") == SURE:
        return profile.what not in _NOT_IDS or profile.what == "email"  # a calendar's UID
    if profile.what in _NOT_IDS:
        return False
    return profile.mostly("id") or not any(" " in value for value in profile.values)


def _see_repeats(sheet: Sheet) -> None:
    """A number called the appointment's that repeats over different starts is asked about."""
    place = sheet.places.get("external_id")
    if place is None or "external_id" in sheet.answered:
        return
    if _repeating(sheet, place) <= _SLIPS:
        return
    del sheet.places["external_id"]
    words = f"“{sheet.label(place)}” repeats on different days. What is it?"
    kinds = _BOTH if "patient_id" not in sheet.places else _BOTH[1:]
    # one number for several treatments in a row is neither
    sheet.ask_one(place, words, kinds, keep_first=True)


def _repeating(sheet: Sheet, place: int) -> float:
    """The share of the different numbers that stand at more than one start."""
    starts: dict[str, set[str]] = {}
    for number, start in zip(sheet.profiles[place].cells, _starts(sheet), strict=True):
        if number and start:
            starts.setdefault(number, set()).add(start)
    return sum(len(each) > 1 for each in starts.values()) / len(starts) if starts else 0.0


def _starts(sheet: Sheet) -> list[str]:
    """The start of each row as written; "" for all as long as it is asked which column tells it."""
    places = [sheet.places[kind] for kind in ("starts_at", "date", "time") if kind in sheet.places]
    columns = [sheet.profiles[place].cells for place in places]
    return (
        ["\x1f".join(cells) for cells in zip(*columns, strict=True)]
        if columns
        else ["" for _ in sheet.profiles[0].cells]
    )


def _is_row_number(sheet: Sheet, place: int) -> bool:
    """Whether a column called "No" counts the rows: tomorrow the same number is somebody else."""
    cells = [cell for cell in sheet.profiles[place].cells if cell]
    counted = [str(number) for number in range(1, len(cells) + 1)]
    return len(cells) > 1 and [cell.rstrip(".") for cell in cells] == counted


def _which_number(sheet: Sheet, place: int) -> None:
    """A bare "ID": the appointment's where every row has another one and it stands before the
    person, else asked.
    """
    kinds = sheet.named[place].kinds
    if kinds.get("row_number") and _is_row_number(sheet, place):
        sheet.aside([place])
        return
    only_patient = "external_id" not in kinds or kinds["external_id"] < LIKELY
    if only_patient or "external_id" in sheet.places:
        free = "patient_id" not in sheet.places and kinds.get("patient_id")
        if free and not _shared(sheet, place):
            sheet.place("patient_id", place)
        sheet.aside([place])
        return
    if _repeating(sheet, place) or _after_the_person(sheet, place):
        words = f"What number is “{sheet.label(place)}”: the patient's or the appointment's?"
        sheet.ask_one(place, words, _BOTH)
    else:
        sheet.place("external_id", place)


def _after_the_person(sheet: Sheet, place: int) -> bool:
    """Whether "ID" stands right after the patient's name, as a patient's number does."""
    before = {sheet.places.get(kind) for kind in ("name", "last_name", "first_name")}
    could_be = sheet.strength(place, "patient_id") and "patient_id" not in sheet.places
    return bool(could_be) and place - 1 in before


def _maybe_patient_number(sheet: Sheet) -> None:
    """Beside the appointment's own number a bare account or file number is the patient's,
    if any.
    """
    for place in sheet.called("patient_id"):
        if "patient_id" in sheet.places or not _may_be_id(sheet, place):
            continue
        if "external_id" in sheet.named[place].kinds:
            if _after_the_person(sheet, place):
                words = f"Is “{sheet.label(place)}” the patient's number?"
                sheet.ask_one(place, words, _BOTH[:1])
            continue
        if not _shared(sheet, place):
            sheet.place("patient_id", place)
