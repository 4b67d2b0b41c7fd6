"""Answers in words: what a column or a value was said to mean, for those who look it over.

The words of a question are the question's own. These are for answers that stand alone: on the page
of what was taught, in the preview, and in an e-mail that must not tell what a file holds. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from reminders.domain.diary_import.checks.numbers import Check
from reminders.domain.diary_import.options import LEAVE_PAST
from reminders.domain.diary_import.questions import SET_ASIDE, About, Answer, Question
from reminders.domain.diary_import.read.cells.dates import ORDER_WORDS
from reminders.domain.diary_import.read.cells.when.assumed import NOT, Assumed
from reminders.domain.diary_import.read.header.fields import COLUMN_WORDS, FIELDS
from reminders.domain.diary_import.read.rows.left_out import REASON_WORDS, Reason

ASIDE_WORDS = "Kept aside"
STATUSES: Mapping[str, str] = {
    "booked": "Booked",
    "confirmed": "Confirmed",
    "cancelled": "Cancelled",
    "arrived": "Arrived",
    "no_show": "Did not come",
    "leave_out": "Leave these rows out",
    "settled": "Paid or written up: booked while it is still to come",
}
AGREED: Mapping[str, str] = {
    Check.PAST: "Nearly all visits lie in the past",
    LEAVE_PAST: "Visits that are over are left out",
    Check.AHEAD: "Visits lie far ahead",
    Check.MIDNIGHT: "Visits begin at midnight",
    Check.NIGHT: "Visits begin at night",
    Check.CLOSED: "Visits fall on closed days",
    Check.ONE_START: "All visits begin at one time",
    Check.LENGTHS: "Visits last very long, or hardly at all",
    Check.OVER: "Visits to come are said to be over",
    Check.CANCELLED: "Nearly all visits are cancelled",
    Check.MUCH_CANCELLED: "Much of the diary is cancelled",
    Check.ONE_PHONE: "Many people have one phone",
    Check.SEVERAL_PHONES: "A patient’s rows have several phones",
    Check.ONE_NUMBER: "A patient number stands with several names",
    Check.NAMES: "A name stands with several phones",
    Check.PRACTITIONERS: "Nearly every visit has its own practitioner",
    Check.NUMBERING: "The same visits under new ids are second visits",
    Check.HALF: "The file is much shorter than the last one",
    Check.OTHER_DAYS: "The file has other days than the last one",
    Assumed.NO_SIGNS: "Dates are written without signs, as 270303",
    Assumed.LOST_ZERO: "9.3 is 9:30",
    Assumed.LENGTHS_IN_SECONDS: "Lengths are in seconds",
    Assumed.SAME_DAY: "A row without a day is of the day above it",
    Assumed.TURNED: "Dates of the spreadsheet have day and month turned round",
    Assumed.HEADER_FITS: "The header names the values below it",
    NOT + Assumed.HEADER_FITS: "The header does not name the values below it",
}
"""What somebody agreed to, in words that stand alone."""
YES_OR_NO: Mapping[str, str] = {"yes": "Yes", "no": "No"}
WORDS_ASIDE: Mapping[str, str] = {
    "deceased": "The patient has died: no texts",
    "no_texts": "The patient must not be texted",
    "others_phone": "The phone is somebody else’s: no texts",
    "nothing": "Nothing that matters",
}
_KINDS = (STATUSES, YES_OR_NO, WORDS_ASIDE)


def meaning_words(about: str, meaning: str) -> str:
    """A meaning as people read it; one that no table knows as it is written."""
    if about == About.COLUMN:
        words = COLUMN_WORDS.get(meaning, meaning) if meaning != SET_ASIDE else ASIDE_WORDS
        return words if meaning in FIELDS or not meaning else f"{ASIDE_WORDS}: {words}"
    if about == About.DATES:
        return ORDER_WORDS.get(meaning, meaning).capitalize()
    if about == About.CHECK:
        return AGREED.get(meaning, meaning.replace("_", " ").capitalize())
    if about == About.MEANING:
        known = next((kind[meaning] for kind in _KINDS if meaning in kind), "")
        return known or meaning.replace("_", " ").capitalize()
    return meaning


def choices_for(about: str, meaning: str) -> dict[str, str]:
    """What an answer may be changed to, itself among them, by meaning with its words."""
    if about == About.COLUMN:
        return {SET_ASIDE: ASIDE_WORDS} | FIELDS | _itself(about, meaning)
    if about == About.DATES:
        return {order: meaning_words(about, order) for order in ORDER_WORDS}
    kind = next((kind for kind in _KINDS if about == About.MEANING and meaning in kind), {})
    return dict(kind) or _itself(about, meaning)


def _itself(about: str, meaning: str) -> dict[str, str]:
    return {meaning: meaning_words(about, meaning)}


_WITHOUT_EXAMPLES: Mapping[About, str] = {
    About.COLUMN: "What does the column “{}” hold?",
    About.MEANING: "What does a value in the column “{}” mean?",
    About.DATES: "Do the dates of the column “{}” begin with the day or with the month?",
    About.TIME_ZONE: "In which time zone are the times of the file?",
    About.LOCATION: "Which location is the file of?",
    About.SHEET: "Which sheet of the workbook holds the appointments?",
    About.ENCODING: "With which characters was the file saved?",
    About.ERRORS: "Some rows have mistakes: should the others be imported?",
}
_WITHOUT_COLUMN: Mapping[About, str] = {
    About.COLUMN: "Which column holds something that the import needs?",
    About.MEANING: "What does a value in the file mean?",
    About.DATES: "Do the dates begin with the day or with the month?",
}


def without_examples(question: Question, *, name_column: bool) -> str:
    """The question without anything that stands in the rows, for an e-mail.

    The question's own words may quote a cell. `name_column` only where the first row is known to be
    a header, because else its cells are somebody's, too.
    """
    if question.about is About.CHECK:
        return question.words  # counts and days, which say what to look for and name nobody
    column = question.column if name_column else ""
    if question.about in _WITHOUT_COLUMN and not column:
        return _WITHOUT_COLUMN[question.about]
    return _WITHOUT_EXAMPLES[question.about].format(column[:60])


_SUBJECTS: Mapping[str, str] = {
    About.DATES: "How dates are written",
    About.TIME_ZONE: "The time zone of the times",
    About.LOCATION: "The location",
    About.SHEET: "The sheet",
    About.ENCODING: "The encoding",
    About.CHECK: "Looked at and right",
    About.ERRORS: "Rows with mistakes",
}


def subject_words(about: str, shown: str) -> str:
    """What an answer is about; of a column or a value what the file calls it, as "Status: x"."""
    return _SUBJECTS.get(about, shown)


def answer_words(answer: Answer) -> tuple[str, str]:
    """What an answer is about, and what it says."""
    shown = f"The column “{answer.header}”"
    if answer.about is About.MEANING:
        shown = f"“{answer.value or '(blank)'}” in the column “{answer.header}”"
    return subject_words(answer.about, shown), meaning_words(answer.about, answer.meaning)


def reason_words(code: str) -> str:
    """Why rows were passed over, from a code of `left_out.Reason`."""
    return REASON_WORDS[Reason(code)] if code in set(Reason) else code.replace("_", " ")
