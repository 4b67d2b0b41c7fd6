"""Read what planning needs, and lay out the reminders that should be there, for statements to
compare with those that are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from django.db import connection

from reminders.domain.planning import statements
from reminders.domain.planning.desired import DesiredReminder, PlannableAppointment
from reminders.domain.planning.event_rules import changes_of, event_texts
from reminders.domain.planning.rule_book import RuleSet
from reminders.models import ReminderRule
from reminders.models.in_sql.rows import read_rows
from reminders.models.in_sql.states import STATES, Given

_columns = attrgetter(*(field.name for field in fields(DesiredReminder)))


def asked_of(book: RuleSet) -> Given:
    """The parameters of reading appointments, by what these rules have to know of them."""
    new = any(rule.patients == ReminderRule.Patients.NEW for rule in book.rules)
    return STATES | {"ask_new": new, "asks_who_missed": book.asks_who_missed}


def read_plannable(ids: Sequence[int], *, book: RuleSet, lock: bool) -> list[PlannableAppointment]:
    """What planning by these rules reads of these appointments, in the order of their ids.

    `lock` holds them until the transaction ends; without it, this is only to look.
    """
    with connection.cursor() as cursor:
        given = asked_of(book) | {"ids": list(ids)}
        cursor.execute(statements.READ + (statements.LOCKED if lock else ""), given)
        return read_rows(cursor, PlannableAppointment)


def stage(
    cursor: Any, wanted: Iterable[DesiredReminder], *, into: str = "wanted_reminder"
) -> None:  # Any: Django's cursor
    """Copy the reminders that should be there into the table that `CREATE_WANTED` made, or one
    like it.
    """
    rows = list(wanted)
    with cursor.copy(f"COPY {into} FROM STDIN (FORMAT BINARY)") as copy:
        # Binary COPY wants exactly the types of the columns; the driver would choose the smallest
        # that holds a number.
        copy.set_types(statements.WANTED_TYPES)
        for row in rows:
            copy.write_row(_columns(row))


def stage_events(
    cursor: Any, ids: Sequence[int], *, book: RuleSet
) -> list[DesiredReminder]:  # Any: as above
    """Lay out the texts about what happened to these appointments besides; return them.

    Call it when those before the visits are laid out, of which some give way.
    """
    kinds = {rule.kind for rule in book.events}
    if not kinds:
        return []
    changes = changes_of(ids)
    # Texts after visits are for all of them, the others only for those of which something is noted.
    concerned = ids if ReminderRule.Kind.AFTER in kinds else sorted(changes)
    if not concerned:
        return []
    subjects = read_plannable(concerned, book=book, lock=False)
    texts = event_texts(subjects, changes, book=book)
    stage(cursor, texts.wanted)
    if texts.giving_way:
        appointments, rules = map(list, zip(*texts.giving_way, strict=True))
        given = {"appointments": appointments, "rules": rules}
        cursor.execute(statements.GIVE_WAY, STATES | given)
    return texts.wanted
