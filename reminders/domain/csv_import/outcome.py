"""What became of each row of a file, as CSV for those who want to correct or keep it."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from reminders.domain.csv_import.running import phone_words
from reminders.domain.export import harmless
from reminders.models import Import, ImportRow


class _Echo:
    """A file that hands back what is written, so that rows stream."""

    def write(self, text: str) -> str:
        return text


def csv_lines(row: Import) -> Iterator[str]:
    """Lines of CSV with a byte order mark, as spreadsheets like it; formulas are made harmless."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(["Row", "Outcome", "Why", *map(harmless, row.header)])
    rows = ImportRow.objects.filter(of=row).order_by("outcome", "number")
    for each in rows.iterator(chunk_size=2_000):
        why = [each.words] if each.words else []
        why += [phone_words(each.cannot_be_reminded)] if each.cannot_be_reminded else []
        number = "" if each.outcome == ImportRow.Outcome.GONE else str(each.number)
        words = ImportRow.Outcome(each.outcome).label
        yield writer.writerow([number, words, " ".join(why), *map(harmless, each.cells)])
