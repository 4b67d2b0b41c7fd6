"""Rows of one file that are too much alike: the same row once more, or one id for several visits.

A row that is the same in every cell is passed over, and so is another line of one appointment. An
id that stands with several people or times is no appointment's id: what it is, is asked. What is
left are mistakes of single rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from reminders.domain.diary_import.problems import MOST_SHOWN, Problems
from reminders.domain.diary_import.questions import (
    SET_ASIDE,
    About,
    Answer,
    Answers,
    Choice,
    Question,
    folded_header,
)
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.rows.kinds import CELL_SEPARATOR
from reminders.domain.diary_import.read.rows.left_out import LeftOut, Reason
from reminders.models.in_sql.rows import read_dicts

_FEW = 20
"""Of so many ids at least a share says whether repeating is the rule or a slip."""


@dataclass(frozen=True, slots=True)
class RepeatedIds:
    """How the ids of a file repeat, beyond rows that are the same once more."""

    ids: int
    repeated: int
    with_people: int
    with_starts: int
    example: str
    row: int

    @property
    def seldom(self) -> bool:
        """Whether so few repeat that it may be a slip of the diary."""
        return self.ids >= _FEW and self.repeated * 20 <= self.ids


def look_for_repeats(
    columns: Columns, answers: Answers, left_out: LeftOut, problems: Problems, *, drop: bool
) -> list[Question]:
    """Pass over identical rows; return a question where an id is none; else note mistakes.

    With `drop`, rows that were noted are taken out of the staging table.
    """
    questions: list[Question] = []
    noted: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute(_ID_TWICE, [MOST_SHOWN])
        if cursor.fetchall():
            _pass_over(cursor, _SAME_ID_AND_CELLS, left_out)
            _pass_over(cursor, _SAME_ID_AND_VISIT, left_out, Reason.LINE)
            questions = _ask_about_ids(cursor, columns, answers)
            if not questions:
                noted += _note_ids(cursor, columns, problems)
        cursor.execute(_ROW_TWICE, [MOST_SHOWN])
        if cursor.fetchall():
            _pass_over(cursor, _SAME_VISIT_AND_CELLS, left_out)
            noted += _note_visits(cursor, problems)
        _pass_over(cursor, _SAME_WITHOUT_PHONE, left_out)
        if drop and noted:
            cursor.execute("DELETE FROM import_staged WHERE number = ANY(%s)", [noted])
    return questions


def _pass_over(
    cursor: Any,  # Django's cursor
    statement: str,
    left_out: LeftOut,
    reason: Reason = Reason.DUPLICATE,
) -> None:
    cursor.execute(statement)
    for number, cells in sorted(cursor.fetchall()):
        left_out.add(reason, number, (cells or "").split(CELL_SEPARATOR))


def _ask_about_ids(cursor: Any, columns: Columns, answers: Answers) -> list[Question]:
    cursor.execute(_HOW_IDS_REPEAT)
    row = next(iter(read_dicts(cursor)))
    found = RepeatedIds(**row) if row["repeated"] else None
    header = columns.name_of("external_id")
    said = answers.columns.get(folded_header(header))
    if found is None or said == "external_id" or not (found.with_people or found.with_starts):
        return []
    return [_id_question(found, header, has_patient="patient_id" in columns.places)]


def _id_question(found: RepeatedIds, header: str, *, has_patient: bool) -> Question:
    patient = Choice(Answer(About.COLUMN, "patient_id", header), "The patient's number")
    aside = Choice(
        Answer(About.COLUMN, SET_ASIDE, header),
        "Another number, such as an account or a booking of several visits: do not use it",
    )
    own = Choice(
        Answer(About.COLUMN, "external_id", header),
        "Each appointment's own number: the rows that repeat one are mistakes",
    )
    # A number that several people share is no person's number either.
    order = [aside, patient, own] if found.with_people else [patient, aside, own]
    if found.seldom:
        order = [own, *order[:2]]
    what = "several people" if found.with_people else "several visits"
    return Question(
        About.COLUMN,
        f"column:{folded_header(header)}",
        f"“{header}” can’t be each appointment's own number: {found.repeated:,} of {found.ids:,} "
        f"stand with {what}. Is it the patient's number?",
        tuple(choice for choice in order if choice is not patient or not has_patient),
        (found.example[:100],),
        found.row,
        header[:100],
    )


def _note_ids(cursor: Any, columns: Columns, problems: Problems) -> list[int]:
    cursor.execute(_ID_TWICE, [None])
    noted = []
    for number, external_id, first in cursor.fetchall():
        problems.add(
            f"The diary id “{external_id[:40]}” is already in row {first}. Each appointment needs "
            "its own.",
            row=number,
            column=columns.name_of("external_id"),
        )
        noted.append(number)
    return noted


def _note_visits(cursor: Any, problems: Problems) -> list[int]:
    cursor.execute(_ROW_TWICE, [None])
    noted = []
    for number, first in cursor.fetchall():
        problems.add(
            f"This is the same appointment as in row {first}: same person, phone, location and "
            "start. Delete one of the two.",
            row=number,
            column="",
        )
        noted.append(number)
    return noted


_ID_TWICE = """
SELECT staged.number, staged.external_id, twice.first
FROM import_staged staged
JOIN (
    SELECT external_id, min(number) AS first FROM import_staged
    WHERE external_id IS NOT NULL GROUP BY external_id HAVING count(*) > 1
) twice USING (external_id)
WHERE staged.number > twice.first
ORDER BY staged.number LIMIT %s
"""

_ROW_TWICE = """
SELECT staged.number, twice.first
FROM import_staged staged
JOIN (
    SELECT person, starts_at, location_id, min(number) AS first FROM import_staged
    WHERE external_id IS NULL AND phone_given IS NOT NULL
    GROUP BY person, starts_at, location_id HAVING count(*) > 1
) twice USING (person, starts_at, location_id)
WHERE staged.external_id IS NULL AND staged.number > twice.first
ORDER BY staged.number LIMIT %s
"""

_SAME_ID_AND_CELLS = """
DELETE FROM import_staged staged USING import_staged earlier
WHERE earlier.external_id = staged.external_id AND earlier.cells = staged.cells
  AND earlier.number < staged.number
RETURNING staged.number, staged.cells
"""

# A booking of several treatments has a line for each: one id, one person, one start.
_SAME_ID_AND_VISIT = """
DELETE FROM import_staged staged USING import_staged earlier
WHERE earlier.external_id = staged.external_id AND earlier.person = staged.person
  AND earlier.starts_at = staged.starts_at AND earlier.location_id = staged.location_id
  AND earlier.status IS NOT DISTINCT FROM staged.status AND earlier.number < staged.number
RETURNING staged.number, staged.cells
"""

_SAME_VISIT_AND_CELLS = """
DELETE FROM import_staged staged USING import_staged earlier
WHERE staged.external_id IS NULL AND earlier.external_id IS NULL
  AND earlier.person = staged.person AND earlier.starts_at = staged.starts_at
  AND earlier.cells = staged.cells AND earlier.number < staged.number
RETURNING staged.number, staged.cells
"""

# Without a phone or a number nothing tells two people apart; rows that are the same in every cell
# are one.
_SAME_WITHOUT_PHONE = """
DELETE FROM import_staged staged USING (
    SELECT cells, starts_at, min(number) AS first FROM import_staged
    WHERE external_id IS NULL AND phone_given IS NULL
    GROUP BY cells, starts_at HAVING count(*) > 1
) twice
WHERE staged.external_id IS NULL AND staged.phone_given IS NULL AND staged.cells = twice.cells
  AND staged.number > twice.first
RETURNING staged.number, staged.cells
"""

# People are told apart by name and phone here: two numbers of one patient are one patient.
_HOW_IDS_REPEAT = """
SELECT count(*) AS ids, count(*) FILTER (WHERE rows > 1) AS repeated,
       count(*) FILTER (WHERE people > 1) AS with_people,
       count(*) FILTER (WHERE starts > 1) AS with_starts,
       coalesce(min(external_id) FILTER (WHERE rows > 1), '') AS example,
       coalesce(min(again) FILTER (WHERE rows > 1), 0) AS row
FROM (
    SELECT external_id, count(*) AS rows, max(number) AS again,
           count(DISTINCT lower(concat(first_name, ' ', last_name))) AS people,
           count(DISTINCT starts_at) AS starts
    FROM import_staged WHERE external_id IS NOT NULL GROUP BY external_id
) ids
"""
