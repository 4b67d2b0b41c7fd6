"""What is forgotten each night, in this order: each step by name, with what it is to people.

Appointments go before people: of whom the last visit goes is looked at in the same night.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from reminders.domain.diary_import.folder.past import old_files
from reminders.domain.retention import appointments, people, records, texts
from reminders.domain.retention.holds import held
from reminders.domain.retention.periods import cutoffs
from reminders.domain.retention.portions import Due, Forgotten, Portion


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of row: whose period it goes by, what is due, and how a portion of it goes."""

    name: str
    kind: str
    words: str
    due: Due
    forget: Callable[[Portion], Forgotten]


STEPS = (
    Step("texts", "texts", "texts", texts.due_texts, texts.forget_texts),
    Step("replies", "texts", "replies", texts.due_replies, texts.forget_replies),
    Step("cards", "texts", "numbers on settled cards", texts.due_cards, texts.forget_cards),
    Step(
        "raw_replies",
        "raw",
        "replies as they came",
        records.due_raw_replies,
        records.forget_raw_replies,
    ),
    Step(
        "raw_reports",
        "raw",
        "reports as they came",
        records.due_raw_reports,
        records.forget_raw_reports,
    ),
    Step(
        "strange_reports",
        "texts",
        "reports that fit no text",
        records.due_strange_reports,
        records.forget_strange_reports,
    ),
    Step("imports", "imports", "imports’ rows", records.due_imports, records.forget_import_rows),
    Step(
        "appointments",
        "appointments",
        "appointments",
        appointments.due_appointments,
        appointments.forget_appointments,
    ),
    Step("people", "texts", "patients", people.due_people, people.forget_due_people),
    Step(
        "numbers",
        "texts",
        "numbers of opt-outs",
        people.due_numbers,
        people.forget_due_numbers,
    ),
    Step("history", "history", "lines of history", records.due_history, records.forget_history),
    Step("figures", "figures", "daily figures", records.due_figures, records.forget_figures),
    Step("sessions", "sessions", "sessions", records.due_sessions, records.forget_sessions),
    Step(
        "sign_ins",
        "sessions",
        "counts of failed sign-ins",
        records.due_sign_ins,
        records.forget_sign_ins,
    ),
)


def due_at(
    at: datetime, *, days: Mapping[str, int] | None = None
) -> dict[str, list[tuple[int, str]]]:
    """What would go at this midnight, by kind: pairs of count and what it is; zeros are left out.

    `days` are periods to be tried instead of those that hold.
    """
    spared, before = held(), cutoffs(at, days=days)
    found: dict[str, list[tuple[int, str]]] = {kind: [] for kind in before}
    for step in STEPS:
        count = step.due(before[step.kind], spared).order_by().count()
        if count:
            found[step.kind].append((count, step.words))
    if settings.IMPORT_FOLDER:
        files = old_files(settings.IMPORT_FOLDER, before=before["imports"])
        found["imports"] += [(files, "files of the watched folder")] if files else []
    return found
