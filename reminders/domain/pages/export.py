"""Appointments as other programs read them: the columns of `interfaces`, a row at a time.

Texts that a spreadsheet would take for a formula are made harmless; telephone numbers stay as they
are.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When

from reminders.domain.common.csv_cells import harmless
from reminders.domain.links.addresses import hidden
from reminders.models import Appointment, Reminder, Reply
from reminders.models.care.represented import of_texted

COLUMNS = (
    "external_id",
    "starts_at",
    "location",
    "name",
    "phone",
    "status",
    "message_state",
    "last_reply",
)


def exported(
    *, now: datetime, first: date | None = None, last: date | None = None
) -> Iterator[dict[str, str]]:
    """Appointments on the local days from `first` to `last`, both included, in the order of their
    start.

    `starts_at` is ISO 8601 on the location's wall clock with its offset; `message_state` is that of
    the last text about the appointment as it is now whose time has come, before that of the next
    one, "" without any.
    """
    # In portions through a cursor: a year of appointments must not lie in memory at once.
    for row in _appointments(first, last, now).iterator(chunk_size=2_000):
        starts_at = row["starts_at"].astimezone(ZoneInfo(row["location__zone"]))
        yield {
            "external_id": row["external_id"],
            "starts_at": starts_at.isoformat(timespec="seconds"),
            "location": row["location__name"],
            "name": row["contact__name"],
            "phone": row["phone_texted"],
            "status": row["status"],
            "message_state": row["message_state"] or "",
            "last_reply": hidden(row["last_reply"] or ""),
        }


def _appointments(
    first: date | None, last: date | None, now: datetime
) -> QuerySet[Any, Any]:  # Any: annotated values
    rows = Appointment.objects.order_by("starts_at", "pk")
    rows = rows.filter(local_date__gte=first) if first else rows
    rows = rows.filter(local_date__lte=last) if last else rows
    return rows.annotate(
        phone_texted=of_texted("phone"),
        message_state=last_texts(now),
        last_reply=last_replies(),
    ).values(
        "external_id",
        "starts_at",
        "location__name",
        "location__zone",
        "contact__name",
        "phone_texted",
        "status",
        "message_state",
        "last_reply",
    )


def last_texts(now: datetime) -> Subquery:
    """The state of each appointment's last text, as `exported` says it."""
    # Of those whose time has come the latest; what is still to go stands behind them all.
    handed_over = Reminder.objects.filter(
        appointment=OuterRef("pk"), message__isnull=False
    ).annotate(went_at=Case(When(message__scheduled_at__lte=now, then="message__scheduled_at")))
    last = handed_over.order_by(
        "-version", F("went_at").desc(nulls_last=True), "message__scheduled_at", "pk"
    )
    return Subquery(last.values("message__state")[:1])


def last_replies() -> Subquery:
    """The words of the last reply about each appointment."""
    replies = Reply.objects.filter(appointments=OuterRef("pk")).order_by("-received_at")
    return Subquery(replies.values("text")[:1])


def write_csv(
    file: TextIO, *, now: datetime, first: date | None = None, last: date | None = None
) -> int:
    """Write the appointments as CSV with a header; return how many."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for row in exported(now=now, first=first, last=last):
        writer.writerow(harmless(row[column]) for column in COLUMNS)
        count += 1
    return count


def write_json(
    file: TextIO, *, now: datetime, first: date | None = None, last: date | None = None
) -> int:
    """Write the appointments as one JSON list; return how many."""
    count = 0
    file.write("[")
    for row in exported(now=now, first=first, last=last):
        # By hand, row by row: one call of json would want the whole list first.
        file.write(("," if count else "") + "\n" + json.dumps(row, ensure_ascii=False))
        count += 1
    file.write("\n]\n" if count else "]\n")
    return count
