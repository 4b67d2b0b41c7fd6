"""Words that keep texts back or end a visit, in columns that nothing is read from.

"Deceased", "RIP", "do not text" or "cancelled" may stand in a note, in a column that nobody knows,
or
in one that is blank for thousands of rows: each such word is asked about once, and never passed
over.
What columns with a meaning of their own say is `meanings`'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from reminders.domain.diary_import.questions import (
    About,
    Answer,
    Answers,
    Choice,
    Question,
    folded_header,
    folded_value,
)
from reminders.domain.diary_import.read.cells.marks import (
    DECEASED,
    NO_TEXTS,
    marked_parts,
    may_hold_marks,
    parts_of,
    wishes_no_texts,
)
from reminders.domain.diary_import.read.cells.statuses import LONGEST_STATUS, read_status
from reminders.domain.diary_import.read.cells.words import words_of
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.header.names.naming import Named, read_names
from reminders.domain.diary_import.read.header.names.vocabulary import LIKELY
from reminders.domain.diary_import.read.rows.left_out import surely_blocked
from reminders.domain.diary_import.read.rows.meanings import CANCELLED, LEAVE_OUT, NO, YES
from reminders.domain.phones.remarks import is_relation

OTHERS, NOTHING = "others_phone", "nothing"
_RELATIVES = frozenset(["kin_name", "kin_phone", "guardian_name", "guardian_phone"])
_OF_OTHERS = frozenset(
    "kin_name kin_phone guardian_name guardian_phone gp referrer insurer other_phone staff_phone "
    "location_phone booked_by cancelled_by user practitioner staff_part "
    "staff_email marketing".split()
)
"""Columns about somebody else, or about advertising: what they say is not said of the patient."""
_NOT_OF_THE_VISIT = _OF_OTHERS | frozenset(
    "money paid_on record confirmed no_show patient_status flag source reason animal".split()
)
"""Columns in which "cancelled" is said of an invoice, a membership or a reminder."""
_WORDS = {
    DECEASED: "the patient has died: no texts",
    NO_TEXTS: "the patient must not be texted",
    CANCELLED: "the visit is cancelled",
    LEAVE_OUT: "it is no visit: leave these rows out",
    OTHERS: "the phone is somebody else’s: no texts",
    NOTHING: "nothing that matters here",
}
_ANSWERS = frozenset({*_WORDS, YES, NO})
"""What may be said of such a word; a plain yes means what it likely means, a no nothing."""
_WHO_AND_HOW = frozenset(
    """
    pt px patient client clt customer has have appt appointment visit by via on per phone tel
    telefon email mail sms text today yesterday
    rdv termin hat heute gestern telefonisch a est par ha por via il le el la heeft afspraak
    cita paciente cliente paziente pacjent telefonicznie pacient
    """.split()
)
_FEW_WORDS = 3
_MOST_PARTS = 60
"""So many different words of one column are asked about; more are a column of another kind."""
_REMEMBERED = 20_000
_LONGEST_PART = 60
_PHONE_NAMES = frozenset(["phone", "mobile"])
_PHONES = ("phone", "second_phone", "phone_inside", "guardian_phone")


class _Aside:
    """One such column: which of its words matter, as far as its name allows."""

    def __init__(
        self, place: int, label: str, named: Named, *, has_relatives: bool, is_service: bool
    ) -> None:
        self.place = place
        # "Lunch" is said of the visit only in what it is for.
        self.of_block = is_service
        self.label = label
        kinds = {kind for kind, much in named.kinds.items() if much >= LIKELY}
        self.of_patient = not kinds & _OF_OTHERS
        self.of_visit = not kinds & _NOT_OF_THE_VISIT
        # In a column of no known kind a single "Refused" is asked about, in a note it is no word.
        self.any_wish = not kinds
        # Beside a parent's name "Mother" says who that is, else whose the phone is.
        of_phones = "notes" in kinds and bool(named.parts & _PHONE_NAMES)
        self.of_phone = (of_phones or not kinds) and not has_relatives
        # A parent's or carer's number, so noted beside it, is there to be texted.
        self.parents_too = not kinds
        self.known: dict[str, dict[str, str]] = {}

    def words_in(self, cell: str) -> dict[str, str]:
        """The words of a cell that matter, with what they likely mean."""
        found = self.known.get(cell)
        if found is None:
            if len(self.known) > _REMEMBERED:
                self.known.clear()
            closer = may_hold_marks(cell) or (self.of_phone and self._is_relation(cell))
            closer = closer or (self.of_block and surely_blocked(cell))
            found = self.known[cell] = self._read(cell) if closer else {}
        return found

    def _read(self, cell: str) -> dict[str, str]:
        found = dict(marked_parts(cell)) if self.of_patient else {}
        if self.of_patient and self.any_wish and wishes_no_texts(cell):
            found.setdefault(cell, NO_TEXTS)
        if self.of_phone and not found and self._is_relation(cell):
            found[cell] = OTHERS
        if self.of_visit and not found:
            off = [cell] if _is_off(cell) else filter(_is_off, parts_of(cell))
            found |= dict.fromkeys(off, CANCELLED)
        if self.of_block and not found and surely_blocked(cell):
            found[cell] = LEAVE_OUT
        return {part[:_LONGEST_PART]: mark for part, mark in found.items()}

    def _is_relation(self, cell: str) -> bool:
        return len(cell) <= _LONGEST_PART and is_relation(cell, parents=self.parents_too)


def _is_off(cell: str) -> bool:
    if len(cell) > LONGEST_STATUS:
        return False
    if str(read_status(cell)) == CANCELLED:
        return True
    # "pt cancelled 26/2", "hat abgesagt": who did it, when and by what road changes nothing.
    words = [word for word in words_of(cell) if word not in _WHO_AND_HOW and not word.isdecimal()]
    return 0 < len(words) < _FEW_WORDS and str(read_status(" ".join(words))) == CANCELLED


def aside_columns(columns: Columns) -> list[_Aside]:
    """The columns of a file that nothing is read from, and that may speak of the patient or
    visit.
    """
    names = read_names(columns.header)
    has_relatives = any(_RELATIVES & each.kinds.keys() for each in names)
    aside = [
        _Aside(
            n,
            columns.label(n),
            names[n],
            has_relatives=has_relatives,
            is_service=n == columns.places.get("service"),
        )
        for n in columns.places_of_words
    ]
    return [each for each in aside if each.of_patient or each.of_visit]


class AsideSurvey:
    """Looks at every row for such words that nobody has spoken about yet."""

    def __init__(self, columns: Columns, answers: Answers) -> None:
        self.columns = aside_columns(columns)
        self._answers = answers
        self._phones = [columns.places[name] for name in _PHONES if name in columns.places]
        self._found: dict[tuple[int, str], list[int]] = {}
        self._written: dict[tuple[int, str], tuple[str, str]] = {}

    def look(self, number: int, cells: Sequence[str]) -> None:
        """Note the words of a row."""
        for column in self.columns:
            cell = cells[column.place].strip() if column.place < len(cells) else ""
            if cell and (words := column.words_in(cell)):
                if LEAVE_OUT in words.values() and not self._has_phone(cells):
                    continue  # nobody's row is passed over as it is
                self._note(column, words, number)

    def _has_phone(self, cells: Sequence[str]) -> bool:
        return any(cells[place].strip() for place in self._phones if place < len(cells))

    def _note(self, column: _Aside, words: dict[str, str], number: int) -> None:
        for word, means in words.items():
            key = column.place, folded_value(word)
            if self._answers.meaning_of(column.label, word) in _ANSWERS:
                continue
            if key[1] == folded_value(column.label):
                continue  # the header once more
            noted = self._found.setdefault(key, [0, number])
            noted[0] += 1
            self._written.setdefault(key, (word, means))

    def questions(self) -> list[Question]:
        """One for each word of each column."""
        labels = {column.place: column.label for column in self.columns}
        return [
            _question(labels[key[0]], *self._written[key], rows, first)
            for key, (rows, first) in list(self._found.items())[:_MOST_PARTS]
        ]


def _question(header: str, word: str, likely: str, rows: int, first: int) -> Question:
    count = "1 row" if rows == 1 else f"{rows:,} rows"
    meanings = dict.fromkeys([likely, *_WORDS])
    return Question(
        About.MEANING,
        f"aside:{folded_header(header)}:{folded_value(word)}"[:300],
        f"What does “{word}” say in the column “{header}”? ({count})",
        tuple(
            Choice(Answer(About.MEANING, meaning, header, word), _WORDS[meaning])
            for meaning in meanings
        ),
        (word,),
        first,
        header[:100],
    )


class AsideReader:
    """What somebody said of such words, by row. `says` is False where nothing was said of any."""

    def __init__(self, columns: Columns, answers: Answers) -> None:
        said = {header for (header, _), means in answers.meanings.items() if means in _ANSWERS}
        asked = aside_columns(columns) if said else []
        self._columns = [each for each in asked if folded_header(each.label) in said]
        self._meaning: dict[int, Callable[[str], str | None]] = {
            each.place: partial(answers.meaning_of, each.label) for each in self._columns
        }
        self.says = bool(self._columns)

    def said(self, cells: Sequence[str]) -> Iterator[str]:
        """What a row says of `_WORDS`, as often as it does."""
        for column in self._columns:
            cell = cells[column.place]
            for word, likely in column.words_in(cell).items() if cell else ():
                meaning = self._meaning[column.place](word)
                if meaning in _WORDS and meaning != NOTHING:
                    yield meaning
                elif meaning == YES:
                    yield likely
