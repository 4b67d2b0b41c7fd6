"""What is forgotten each night, in this order: each step by name, with what it is to people.

Appointments go before people: of whom the last visit goes is looked at in the same night.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from reminders.domain.diary_import.folder.past import old_files
from reminders.domain.retention import appointments, husks, people, records, texts
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
    Step(
        "bulk_changes",
        "texts",
        "changes of many visits",
        records.due_bulk_changes,
        records.forget_bulk_changes,
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
    Step("trail", "trail", "entries of the trail", records.due_trail, records.forget_trail),
    Step("figures", "figures", "daily figures", records.due_figures, records.forget_figures),
    Step(
        "text_figures",
        "figures",
        "daily figures of texts",
        records.due_figures_of_texts,
        records.forget_figures_of_texts,
    ),
    Step("bare_texts", "figures", "texts counted", husks.due_bare_texts, husks.forget_bare_texts),
    Step(
        "bare_replies",
        "figures",
        "replies counted",
        husks.due_bare_replies,
        husks.forget_bare_replies,
    ),
    Step("bare_cards", "figures", "settled cards", husks.due_bare_cards, husks.forget_bare_cards),
    Step(
        "bare_imports",
        "history",
        "names of files",
        husks.due_bare_imports,
        husks.forget_bare_imports,
    ),
    Step("runs", "history", "notes of forgetting", husks.due_old_runs, husks.forget_old_runs),
    Step("sessions", "sessions", "sessions", records.due_sessions, records.forget_sessions),
    Step(
        "sign_ins",
        "sessions",
        "counts of failed sign-ins",
        records.due_sign_ins,
        records.forget_sign_ins,
    ),
)


ONE = {
    "texts": "text",
    "replies": "reply",
    "numbers on settled cards": "number on a settled card",
    "replies as they came": "reply as it came",
    "reports as they came": "report as it came",
    "reports that fit no text": "report that fits no text",
    "imports’ rows": "import’s row",
    "changes of many visits": "change of many visits",
    "appointments": "appointment",
    "patients": "patient",
    "numbers of opt-outs": "number of an opt-out",
    "lines of history": "line of history",
    "entries of the trail": "entry of the trail",
    "daily figures": "daily figure",
    "daily figures of texts": "daily figure of texts",
    "texts counted": "text counted",
    "replies counted": "reply counted",
    "settled cards": "settled card",
    "names of files": "name of a file",
    "notes of forgetting": "note of forgetting",
    "sessions": "session",
    "counts of failed sign-ins": "count of failed sign-ins",
}
"""What one of a step's rows is called."""


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
            found[step.kind].append((count, ONE[step.words] if count == 1 else step.words))
    if settings.IMPORT_FOLDER:
        files = old_files(settings.IMPORT_FOLDER, before=before["imports"])
        found["imports"] += [(files, "files of the watched folder")] if files else []
    return found
