"""How fast a diary is imported, next to a set-based insert without checks and to
django-import-export.

Ours reads, checks, compares, writes and plans reminders. The limit copies the same rows into the
same tables and indexes with nothing checked. django-import-export, with its bulk mode, writes
contacts and appointments only; it is a development dependency and is left out where it is not
installed. At the end stands what the day sheet and sending feel of an import beside them.
"""

from __future__ import annotations

import csv
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from datetime import time as wall_clock
from importlib.util import find_spec
from itertools import count, islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from reminders.domain.diary_import import Options, import_file, open_path
from reminders.domain.diary_import.questions import Answers
from reminders.models import Location
from tests.bench.import_beside import measure_beside, measure_memory
from tests.bench.scratch import scratch_database

HEADER = (
    "id",
    "patient id",
    "first name",
    "last name",
    "mobile",
    "date",
    "time",
    "duration",
    "doctor",
    "service",
    "notes",
)
SITE = "Sydney"
SATURDAY = 5
TABLES = ("contact", "appointment", "reminder", "message", "importrow", "auditentry")
NAMED_BY_IMPORTS = ("practitioner", "service", "importpart", "import")
"""What refers to imports, and they: a truncation of those would take the rules along, which refer
to services, and then the limit has no reminder to write.
"""


def add_arguments(parser: ArgumentParser) -> None:
    """How many rows; how many of them go through django-import-export; whether only ours is
    measured.
    """
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--others-rows", type=int, default=10_000)
    parser.add_argument("--only-ours", action="store_true")
    parser.add_argument(
        "--without-beside", action="store_true", help="Leave out day sheet and sending."
    )


def run(
    *,
    rows: int,
    others_rows: int,
    only_ours: bool = False,
    without_beside: bool = False,
    **_options: Any,
) -> dict[str, Any]:
    """Measure rows a second: ours new, unchanged, moved and as a preview; the limit; the other; the
    ratios.

    Then import once more, and measure the day sheet and sending meanwhile.
    """
    with scratch_database(), tempfile.TemporaryDirectory(prefix="reminders-bench-") as folder:
        file = Path(folder) / "diary.csv"
        Location.objects.create(name=SITE, zone="Australia/Sydney", country="AU")
        write_diary(file, rows, now=timezone.now())
        figures = _ours(file, rows)
        if not only_ours:
            figures["changed_a_second"] = round(rows / _seconds_of_a_move(file))
        _empty()
        figures["memory_mb"] = round(measure_memory(file, site=SITE))
        if only_ours:
            return figures
        _empty()
        figures["limit_a_second"] = round(rows / _seconds(lambda: insert_unchecked(file)))
        figures["of_the_limit"] = round(figures["new_a_second"] / figures["limit_a_second"], 2)
        if find_spec("import_export"):
            _empty()
            few = Path(folder) / "few.csv"
            write_diary(few, others_rows, now=timezone.now())
            other = others_rows / _seconds(lambda: insert_by_import_export(few))
            figures["import_export_a_second"] = round(other)
            figures["times_import_export"] = round(figures["new_a_second"] / other, 1)
        if not without_beside:
            _empty()
            figures["beside"] = measure_beside(file, site=SITE)
    return figures


def _ours(file: Path, rows: int) -> dict[str, Any]:
    preview = _seconds(lambda: _import(file, dry_run=True))
    new = _seconds(lambda: _import(file))
    unchanged = _seconds(lambda: _import(file))
    return {
        "rows": rows,
        "new_a_second": round(rows / new),
        "unchanged_a_second": round(rows / unchanged),
        "preview_seconds": round(preview, 1),
    }


def _seconds_of_a_move(file: Path) -> float:
    """The same diary with each appointment five minutes later, while the provider holds a text of
    each.
    """
    later = file.with_name("later.csv")
    with (
        file.open(encoding="utf-8", newline="") as old,
        later.open("w", encoding="utf-8", newline="") as new,
    ):
        rows, writer = csv.DictReader(old), csv.DictWriter(new, HEADER)
        writer.writeheader()
        writer.writerows(
            row | {"time": f"{row['time'][:3]}{int(row['time'][3:]) + 5:02}"} for row in rows
        )
    with connection.cursor() as cursor:
        for statement in _HAND_OVER:
            cursor.execute(statement, {"now": timezone.now()})
    return _seconds(lambda: _import(later))


def _import(file: Path, *, dry_run: bool = False) -> None:
    with open_path(file) as source:
        # What somebody would answer: the made-up diary has visits on Sundays, too.
        options = Options(answers=Answers(agreed=frozenset({"closed_days"})))
        import_file(source, options, now=timezone.now(), dry_run=dry_run)


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(f'reminders_{name}' for name in TABLES)} CASCADE")
        for name in NAMED_BY_IMPORTS:
            cursor.execute(f"DELETE FROM reminders_{name}")


def write_diary(file: Path, rows: int, *, now: datetime) -> None:
    """Write a diary of so many appointments of as many patients on the next 60 working days."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        days = _working_days(now.date(), 60)
        for n in range(rows):
            at = wall_clock(8 + n % 10, n // 600 % 4 * 15)
            day = days[n // 10 % len(days)]
            who = (
                f"A{n}",
                f"P{n}",
                f"Ann{_letters(n % 700)}",
                f"Lee{_letters(n % 5000)}",
                f"04{10_000_000 + n * 7:08}",
            )
            writer.writerow(
                (*who, day, at.strftime("%H:%M"), 30, f"Dr {n % 20}", f"Service {n % 10}", "")
            )


def _letters(number: int) -> str:
    """A number as small letters: a digit in a name would be looked at more closely."""
    return f"{number:03}".translate(str.maketrans("0123456789", "abdefghiko"))


def _working_days(after: date, number: int) -> list[date]:
    """So many days; on others a diary would be asked about first."""
    later = (after + timedelta(days=n) for n in count(1))
    return list(islice((day for day in later if day.weekday() < SATURDAY), number))


def insert_unchecked(file: Path) -> None:
    """Copy the rows as they are and insert contacts, appointments and reminders from them."""
    columns = ", ".join(f"c{n} text" for n in range(len(HEADER)))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SET LOCAL work_mem = '96MB'; CREATE TEMP TABLE bench_rows ({columns}) ON COMMIT DROP"
        )
        with (
            cursor.copy("COPY bench_rows FROM STDIN (FORMAT csv, HEADER)") as copy,
            file.open("rb") as rows,
        ):
            while block := rows.read(1 << 20):
                copy.write(block)
        cursor.execute("ANALYZE bench_rows")
        for statement in _UNCHECKED:
            cursor.execute(statement)


_HAND_OVER = (
    """
INSERT INTO reminders_message (id, kind, appointment_id, contact_id, location_id, phone,
    source_number, text, format, segments, state, words, provider_id, scheduled_at, expires_at,
    attempt, resent, send_after, accepted_at, created_at, check_after)
SELECT gen_random_uuid(), 'reminder', a.id, a.contact_id, a.location_id, r.phone, '',
    'Please answer Y.', 'SMS', 1, 'accepted', '', 'bench-' || r.id, r.due_at, r.cutoff_at, 1, false,
    r.due_at, %(now)s, %(now)s, r.cutoff_at
FROM reminders_reminder r JOIN reminders_reminderrule rule ON rule.id = r.rule_id
JOIN reminders_appointment a ON a.id = r.appointment_id
WHERE r.state = 'planned' AND rule.kind = 'confirmation'
""",
    """
UPDATE reminders_reminder r SET state = 'sent', message_id = m.id
FROM reminders_message m WHERE m.provider_id = 'bench-' || r.id
""",
)

_UNCHECKED = (
    "INSERT INTO reminders_practitioner (name, active) SELECT DISTINCT c8, true FROM bench_rows",
    "INSERT INTO reminders_service (name, instructions, active) SELECT DISTINCT c9, '', true "
    "FROM bench_rows",
    """
INSERT INTO reminders_contact (external_id, first_name, last_name, phone, phone_as_given,
    phone_kind, phone_problem, language, channel, notes, created_at, updated_at)
SELECT c1, c2, c3, '+61' || substr(c4, 2), c4, 'mobile', '', '', 'sms', '', now(), now()
FROM bench_rows
""",
    """
INSERT INTO reminders_appointment (location_id, contact_id, practitioner_id, service_id, starts_at,
    local_date,
    local_time, wall_flag, duration, diary, external_id, status, no_more_texts, notes, extra,
    version, changed_at, created_at, updated_at)
SELECT l.id, c.id, p.id, v.id, (c5 || ' ' || c6)::timestamp AT TIME ZONE l.zone, c5::date, c6::time,
       '', c7::int, '', c0, 'booked', false, coalesce(c10, ''), '{}', 1, now(), now(), now()
FROM bench_rows b JOIN reminders_contact c ON c.external_id = b.c1
    JOIN reminders_practitioner p ON p.name = b.c8
JOIN reminders_service v ON v.name = b.c9 CROSS JOIN reminders_location l
""",
    """
INSERT INTO reminders_reminder (appointment_id, rule_id, version, state, reason, due_at, cutoff_at,
    location_id,
    starts_at, local_date, phone, forced, updated_at)
SELECT a.id, r.id, 1, 'planned', '', a.starts_at - interval '1 hour',
       a.starts_at - interval '10 minutes', a.location_id, a.starts_at, a.local_date, c.phone,
       false, now()
FROM reminders_appointment a JOIN reminders_contact c ON c.id = a.contact_id CROSS
    JOIN reminders_reminderrule r
WHERE r.kind IN ('confirmation', 'reminder')
""",
)


def insert_by_import_export(file: Path) -> None:
    """The same contacts and appointments through django-import-export in bulk mode, without
    reminders.
    """
    from tests.bench.import_export_resources import AppointmentRows, ContactRows, dataset

    rows = list(_rows(file))
    for each in (ContactRows, AppointmentRows):
        each().import_data(dataset(rows), dry_run=False, raise_errors=True)


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as out:
        yield from csv.DictReader(out)
