"""What somebody sees before the go: the rows that are new, changed, gone or cannot be reminded, or
are wrong.

Keeps only as many rows of each kind as anybody looks at; the outcome keeps all of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from reminders.domain.diary_import.asking.head import opened
from reminders.domain.diary_import.asking.stored import answers_of
from reminders.domain.diary_import.pipeline import ImportOutcome
from reminders.domain.diary_import.problems import ImportRefused
from reminders.domain.diary_import.questions import Answers
from reminders.domain.diary_import.read.rows import CELL_SEPARATOR
from reminders.domain.diary_import.uploads import around, open_import
from reminders.domain.diary_import.write.old_values import CHANGED_FROM, PATIENT_ONLY, details_of
from reminders.domain.diary_import.write.summary import texts_at_once, texts_to_withdraw
from reminders.models import Appointment, Import, ImportRow

SHOWN = 500
READ_FIRST, READ_OF_A_KIND = 10, 10
"""The reading is kept of so many first rows, and of one row for each of so many kinds of doubt."""
READ = "read"
"""The key under which a row's `before` holds its reading, beside the old values."""


def keep_preview(row: Import, outcome: ImportOutcome, *, now: datetime) -> None:
    """Keep rows to look at, and count how many texts the import would withdraw and send at
    once.
    """
    ImportRow.objects.filter(of=row).delete()
    given: dict[str, Any] = {"import": row.pk, "separator": CELL_SEPARATOR, "shown": SHOWN}
    given |= {"read": READ, "read_first": READ_FIRST, "of_a_kind": READ_OF_A_KIND}
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, given)
        cursor.execute(_READ, given)
        cursor.execute("SELECT appointment_id FROM import_gone")
        gone = [appointment_id for (appointment_id,) in cursor.fetchall()]
    _keep_gone(row, gone)
    counts = outcome.counts
    counts.to_withdraw = texts_to_withdraw(cancel_gone=False, now=now)
    counts.to_withdraw_with_gone = texts_to_withdraw(cancel_gone=True, now=now)
    counts.at_once = texts_at_once(now=now)


def _keep_gone(row: Import, ids: list[int]) -> None:
    """The first appointments that the file does not hold any more, by their time."""
    shown = Appointment.objects.filter(pk__in=ids).order_by("starts_at", "pk")[:SHOWN]
    ImportRow.objects.bulk_create(
        ImportRow(of=row, number=number, outcome=ImportRow.Outcome.GONE, appointment_id=visit.pk)
        for number, visit in enumerate(shown.only("pk"), start=1)
    )


def keep_refusal(row: Import, refused: ImportRefused) -> None:
    """Keep the problems, and the rows that have them."""
    ImportRow.objects.filter(of=row).delete()
    row.problems = [problem.as_json() for problem in refused.problems]
    row.counts = {"rows": refused.rows, "errors": len(refused.problems) + refused.more}
    wanted = {problem.row: problem for problem in reversed(refused.problems) if problem.row}
    numbers = sorted(wanted)[:SHOWN]
    if numbers:
        cells = _cells(row, set(numbers), last=numbers[-1])
        ImportRow.objects.bulk_create(
            ImportRow(
                of=row,
                number=number,
                cells=cells.get(number, []),
                outcome=ImportRow.Outcome.ERROR,
                column=wanted[number].column,
                words=wanted[number].message,
            )
            for number in numbers
        )


def _cells(row: Import, numbers: set[int], *, last: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    try:
        answers = Answers.of(answers_of(row))
        with (
            open_import(row) as source,
            opened(source, answers, around(row), row.mapping) as table,
        ):
            for number, cells in table.rows():
                if number in numbers:
                    found[number] = [cell[:500].replace("\0", "\ufffd") for cell in cells]
                if number >= last:
                    break
    except ImportRefused:
        return found  # the rows from there on cannot be read, which is what the problem says
    return found


_ROWS = (
    """
INSERT INTO reminders_importrow (of_id, number, cells, outcome, cannot_be_reminded, "column", words,
    appointment_id, before)
SELECT %(import)s, s.number, string_to_array(coalesce(s.cells, ''), %(separator)s), r.outcome,
       r.cannot, '', coalesce(s.words, ''), r.appointment_id,
       coalesce(d.details, CASE WHEN r.outcome = 'new' THEN <patient> END)
FROM (
    SELECT r.*, cc.number IS NOT NULL AS of_patient,
           row_number() OVER (PARTITION BY cc.number IS NOT NULL ORDER BY r.number) AS nth_patient,
           row_number() OVER (PARTITION BY r.outcome ORDER BY r.number) AS nth,
           row_number() OVER (PARTITION BY r.cannot <> '' ORDER BY r.number) AS nth_cannot,
           row_number() OVER (PARTITION BY s.words IS NOT NULL ORDER BY r.number) AS nth_words
    FROM import_result r JOIN import_staged s ON s.number = r.number
    LEFT JOIN import_contact_change cc ON cc.number = r.number
) r
JOIN import_staged s ON s.number = r.number
LEFT JOIN import_contact_change cc ON cc.contact_id = r.contact_id
LEFT JOIN (
    SELECT r.number, <details> AS details
    <changed>
    WHERE r.outcome = 'changed') d ON d.number = s.number
WHERE (r.outcome <> 'unchanged' AND r.nth <= %(shown)s)
   OR (r.of_patient AND r.nth_patient <= %(shown)s)
   OR (r.cannot <> '' AND r.nth_cannot <= %(shown)s)
   OR (s.words IS NOT NULL AND r.nth_words <= %(shown)s)
""".replace("<details>", details_of("NULL::bigint"))
    .replace("<changed>", CHANGED_FROM)
    .replace("<patient>", PATIENT_ONLY)
)

# One row for each word of doubt, reason, status and location: whatever is read in a way of its own.
_READ = """
WITH shown AS (
    (SELECT number FROM import_staged ORDER BY number LIMIT %(read_first)s)
    UNION
    (SELECT min(number) FROM import_staged WHERE words IS NOT NULL GROUP BY words
     ORDER BY 1 LIMIT %(of_a_kind)s)
    UNION
    SELECT min(number) FROM import_result WHERE cannot <> '' GROUP BY cannot
    UNION
    SELECT min(number) FROM import_staged WHERE status IS NOT NULL GROUP BY status
    UNION
    (SELECT min(number) FROM import_staged GROUP BY location_id ORDER BY 1 LIMIT %(of_a_kind)s)
)
INSERT INTO reminders_importrow (of_id, number, cells, outcome, cannot_be_reminded, "column", words,
    appointment_id, before)
SELECT %(import)s, s.number, string_to_array(coalesce(s.cells, ''), %(separator)s), r.outcome,
       r.cannot, '', coalesce(s.words, ''), r.appointment_id,
       jsonb_build_object(%(read)s, jsonb_build_object(
           'starts_at', s.starts_at, 'zone', l.zone, 'location', l.name, 'country', l.country,
           'name', coalesce(
               nullif(trim(concat(x.first_name, ' ', x.last_name)), ''), c.name, p.name),
           'called', coalesce(
               nullif(coalesce(x.preferred_name, c.preferred_name, p.preferred_name), ''),
               x.first_name, c.first_name, p.first_name),
           'phone', coalesce(s.phone, CASE WHEN s.phone_given IS NULL THEN c.phone END, ''),
           'status', coalesce(r.status_to, a.status, s.status, 'booked'),
           'duration', s.duration, 'practitioner', s.practitioner, 'service', s.service))
FROM shown
JOIN import_staged s ON s.number = shown.number
JOIN import_result r ON r.number = s.number
JOIN reminders_location l ON l.id = s.location_id
JOIN import_people p ON p.person = s.person
LEFT JOIN reminders_contact c ON c.id = r.contact_id
LEFT JOIN import_contact_change x ON x.contact_id = c.id
LEFT JOIN reminders_appointment a ON a.id = r.appointment_id
ON CONFLICT (of_id, number, outcome) DO UPDATE
SET before = coalesce(reminders_importrow.before, '{}') || excluded.before
"""
