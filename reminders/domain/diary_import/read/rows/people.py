"""Whom a row is about and how they are reached: names, the number that is texted, and may it be.

Names are taken apart by `cells.names`, numbers read by `phones`; here stands which cell counts.
"""

from __future__ import annotations

import re

from reminders.domain.diary.patient_numbers import read_patient_number
from reminders.domain.diary_import.questions import Answers, folded_header
from reminders.domain.diary_import.read.cells import marks
from reminders.domain.diary_import.read.cells.given_names import NameOrder, is_given_name
from reminders.domain.diary_import.read.cells.names import (
    folded,
    is_no_name,
    read_name,
    read_parts,
    tidy,
)
from reminders.domain.diary_import.read.cells.no_values import is_no_value
from reminders.domain.diary_import.read.cells.words import by_phrase
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.header.fields import FIELDS
from reminders.domain.diary_import.read.header.looks import looks_like_name
from reminders.domain.diary_import.read.rows.kinds import LONGEST, places_of
from reminders.domain.diary_import.read.rows.meanings import NO, YES, ValueColumn
from reminders.domain.diary_import.read.rows.starts import Fail
from reminders.domain.phones.notations import LONGEST_CELL
from reminders.domain.phones.parsing import (
    NOTE_WORDS,
    PhoneKind,
    PhoneNote,
    PhoneNumber,
    PhoneProblem,
    read_patients_phone,
)
from reminders.domain.phones.within import phone_within, without_phone

MAY, MUST_NOT, DECEASED = "yes", "must_not", "deceased"
"""What a diary says of texts to a patient. In the order of the alphabet the strictest comes first:
`min` finds it here and in SQL.
"""
TEXTS_WORDS = {
    MUST_NOT: "The diary says that this patient must not be texted.",
    DECEASED: "The diary says that this patient has died.",
}
"""Why a row's patient gets no text though there is a number."""
MARK_MEANS = {marks.DECEASED: DECEASED, marks.NO_TEXTS: MUST_NOT}
OFF = "off"
"""What stands in place of these beside the name of somebody whose visit is cancelled."""
_BEFORE_NAME = re.compile(r"^.*(?::\s|\s[-–—]\s)")
_LONGEST_NATIONAL = 10
_MOST_PHONES = 5_000
_MOST_NAMES = 10_000
_MOBILE = frozenset({str(PhoneKind.MOBILE), str(PhoneKind.EITHER)})
Phone = tuple[str, str, str, str, str]
"""The number, the cell as given, its kind, what is wrong with it, and a note."""


Name = tuple[str, str, str, str]
"""First and last name as they are kept, how somebody likes to be called, what a mark says of texts
or of the visit.
"""
_NO_NAME: Name = ("", "", "", "")


class NameReader:
    """Reads the names of one file."""

    def __init__(self, columns: Columns, *, fail: Fail) -> None:
        self._with_phone = columns.places.get("phone_inside", -1) == columns.places.get("name")
        self._first, self._last, self._whole, self._preferred = (
            columns.places.get(name, -1)
            for name in ("first_name", "last_name", "name", "preferred_name")
        )
        self._family_first = NameOrder.FAMILY_FIRST in columns.places
        self._fail = fail
        self._no_values = frozenset(by_phrase("no_values", ("words",))[0])
        self._missing = "name" if self._whole >= 0 else "first_name"
        self._plain: dict[str, str] = {}

    def name(self, cells: list[str]) -> Name:
        """The name of a row; blank after a mistake."""
        first, last = cells[self._first], cells[self._last]
        has_parts = first or last
        found = self._in_parts(first, last) if has_parts else self._in_one(cells[self._whole])
        preferred = cells[self._preferred]
        if preferred and not is_no_value(preferred):
            first, last, _, texts = found
            return first, last, short(preferred, "preferred_name", self._fail), texts
        return found

    def _in_parts(self, first: str, last: str) -> Name:
        plain, plain_last = self._plain.get(first), self._plain.get(last)
        if plain and plain_last:
            found = read_parts(plain, plain_last)
            return found.first, found.last, found.preferred, ""
        first = tidy(short(first, "first_name", self._fail))
        last = tidy(short(last, "last_name", self._fail))
        texts = ""
        if not self._are_plain(first, last):
            first, one = _unmarked(first)
            last, other = _unmarked(last)
            texts = min(one or other, other or one)
            first, last = ("" if is_no_name(first) and last else first), _value(last)
        if (not first and not last) or (not last and is_no_name(first)):
            return self._no_name()
        found = read_parts(first, last)
        return found.first, found.last, found.preferred, texts

    def _are_plain(self, first: str, last: str) -> bool:
        """Whether neither name has a mark; such names come again and again, and are remembered."""
        if not marks.is_surely_unmarked(f"{first} {last}"):
            return False
        if len(self._plain) > _MOST_NAMES:
            self._plain.clear()
        # Alone a word that says that there is no name is one; beside another it may be a name.
        self._plain.update((name, name) for name in (first, last) if not is_no_name(name))
        return True

    def _in_one(self, written: str) -> Name:
        if self._with_phone:
            written = without_phone(written)
        whole, texts = tidy(short(written, "name", self._fail)), ""
        letters = whole.replace(" ", "")
        if not marks.is_surely_unmarked(whole):
            whole, texts = _unmarked(_without_visit(whole))
        if not whole or (
            (" " not in whole or letters.lower() in self._no_values or texts) and is_no_name(whole)
        ):
            return self._no_name()
        found = read_name(whole, family_first=self._family_first)
        if max(len(found.first), len(found.last)) > 150 and len(tidy(written)) <= LONGEST["name"]:
            self._fail("name", "A first or last name has more than 150 characters. Shorten it.")
        return found.first, found.last, found.preferred, texts

    def _no_name(self) -> Name:
        self._fail(self._missing, "There is no name. Fill it in.")
        return _NO_NAME


def _value(text: str) -> str:
    """The text, or "" for one that only says that there is no name."""
    return "" if is_no_value(text) else text


def _without_visit(text: str) -> str:
    """The name in "Ann Lee: Massage 60" and "Lee, Ann - Massage", as events of calendars are
    called.
    """
    before, dash, behind = text.rpartition(" - ")
    if dash and behind and "," in before and "," not in behind:
        return text if is_given_name(behind.split()[0]) else before
    name, colon, rest = text.rpartition(": ")
    named = _BEFORE_NAME.sub("", name)
    told = looks_like_name(named) and " " in named and not looks_like_name(rest)
    return name if colon and rest and told else text


def _unmarked(text: str) -> tuple[str, str]:
    """A name without its marks, and the strictest of what they say."""
    name, found = marks.read_marks(text)
    said = [MARK_MEANS.get(mark, OFF) for mark in found]
    return name, min(said, default="")


class PhoneReader:
    """Reads the phones of one file: of several columns the mobile, else the first that is a number.

    A guardian's phone is only read where somebody said of its column that it is texted.
    """

    def __init__(self, columns: Columns, answers: Answers) -> None:
        guardian = places_of(columns, "guardian_phone")
        wanted = [
            place
            for place in guardian
            if answers.columns.get(folded_header(columns.header[place])) == "guardian_phone"
        ]
        self._places = [*places_of(columns, "phone"), *places_of(columns, "second_phone"), *wanted]
        self._first = self._places[0] if self._places else -1
        self._others = self._places[1:]
        self._inside = columns.places.get("phone_inside", -1)
        self._code = columns.places.get("dial_code", -1)
        self._known: dict[str, dict[str, tuple[str, str, str, str]]] = {}

    def phone(self, cells: list[str], country: str) -> Phone:
        """The number that is texted."""
        if self._inside >= 0 and not cells[self._first]:
            return _phone_inside(cells[self._inside], country)
        raw = cells[self._first] if self._code < 0 else self._with_code(cells, self._first)
        number, kind, problem, note = self._read(raw, country)
        if self._others and kind not in _MOBILE:
            return self._best(cells, country)
        return number, "" if problem == PhoneProblem.MISSING else raw[:100], kind, problem, note

    def _best(self, cells: list[str], country: str) -> Phone:
        usable: Phone | None = None
        unusable: Phone | None = None
        for place in self._places:
            raw = cells[place] if self._code < 0 else self._with_code(cells, place)
            number, kind, problem, note = self._read(raw, country)
            found = (number, raw[:100], kind, problem, note)
            if kind in _MOBILE:
                return found
            if number:
                usable = usable or found
            elif problem != PhoneProblem.MISSING:
                unusable = unusable or found
        return usable or unusable or ("", "", "", str(PhoneProblem.MISSING), "")

    def _with_code(self, cells: list[str], place: int) -> str:
        """The number behind the code of its country, which stands in a column of its own."""
        raw, code = cells[place], cells[self._code].lstrip("+0")
        if not raw or not code.isdecimal() or raw.startswith(("+", "00")):
            return raw
        digits = "".join(filter(str.isdecimal, raw))
        has_code = digits.startswith(code) and len(digits) > _LONGEST_NATIONAL
        return f"+{digits}" if has_code else f"+{code} {raw}"

    def _read(self, raw: str, country: str) -> tuple[str, str, str, str]:
        numbers = self._known.setdefault(country, {})
        known = numbers.get(raw)
        if known is None:
            known = _read_phone(raw, country)
            if len(numbers) > _MOST_PHONES:
                numbers.clear()
            if len(raw) <= LONGEST_CELL:
                numbers[raw] = known
        return known


def _phone_inside(text: str, country: str) -> Phone:
    number = phone_within(text, country)
    if isinstance(number, PhoneNumber):
        return number.e164, number.e164, str(number.kind), "", ""
    given = "" if number == PhoneProblem.MISSING else text[:100]
    return "", given, "", str(number), ""


def _read_phone(raw: str, country: str) -> tuple[str, str, str, str]:
    number = read_patients_phone(raw, country)
    if isinstance(number, PhoneNumber):
        words = NOTE_WORDS[PhoneNote.SEVERAL] if number.note else ""
        return number.e164, str(number.kind), "", words
    return "", "", str(number), ""


class ConsentReader:
    """What the columns about texts say of a row's patient: the strictest word counts."""

    def __init__(self, values: dict[str, list[ValueColumn]]) -> None:
        said = {
            "may_text": {YES: MAY, NO: MUST_NOT},
            "channel": {YES: MAY, NO: MUST_NOT},
            "no_texts": {YES: MUST_NOT, NO: MAY},
            # That somebody is alive is no consent.
            "deceased": {YES: DECEASED},
        }
        self._columns = [
            (column, meanings) for name, meanings in said.items() for column in values.get(name, [])
        ]
        self.says = bool(self._columns)

    def texts(self, cells: list[str], marked: str) -> str:
        """MAY, MUST_NOT, DECEASED, or "" where the row does not say."""
        found = [marked] if marked else []
        for column, meanings in self._columns:
            said = meanings.get(column.meaning(cells[column.place]) or "")
            if said:
                found.append(said)
        return min(found, default="")


def patient_number(text: str, fail: Fail) -> str:
    """A patient's number; "" for words that only say that there is none."""
    number = short(text, "patient_id", fail)
    return read_patient_number(number) if number else ""


def short(text: str, field: str, fail: Fail) -> str:
    """A cell without what no column can hold, and no longer than fits."""
    if len(text) > LONGEST[field] or not text.isprintable():
        text = tidy(text)
        if len(text) > LONGEST[field]:
            fail(
                field,
                f"This {FIELDS[field].lower()} has {len(text):,} characters; at most "
                f"{LONGEST[field]} fit.",
            )
            return text[: LONGEST[field]]
    return text


def person_key(number: int, patient_id: str, phone: Phone, name: Name) -> str:
    """What makes two rows of a file the same person; rows that give nothing to go by stay apart.

    Two names under one number are two people: then it is the number of a family's account.
    """
    if patient_id:
        return f"#{patient_id}/{folded(name[0] + name[1])}"
    return f"{phone[0] or phone[1]}/{folded(name[0] + name[1])}" if phone[1] else f"!{number}"
