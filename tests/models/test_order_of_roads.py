"""The columns of a rule for each road become one list, and back; odd lists are refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from reminders.models.roads.columns import check_roads

BEFORE, AFTER = "0051_diary_columns", "0051_order_of_roads"
RULES = {
    "SMS alone": (None, None, [], False),
    "WhatsApp first": (15, None, [["whatsapp", 15]], False),
    "e-mail first": (None, 60, [["email", 60]], False),
    "a copy": (None, 0, [], True),
    "WhatsApp and a copy": (30, 0, [["whatsapp", 30]], True),
    "both": (5, 120, [["whatsapp", 5], ["email", 120]], False),
}


def migrate(name: str) -> Any:  # Any: the rules as they are there
    """Go to a migration, within the test's own transaction."""
    executor = MigrationExecutor(connection)
    state = executor.migrate([("reminders", name)])
    return state.apps.get_model("reminders", "ReminderRule").objects


@pytest.mark.django_db
def test_a_rules_columns_become_its_list_and_back() -> None:
    rules = migrate(BEFORE)
    for name, (whatsapp, email, _, _) in RULES.items():
        rules.create(
            name=name,
            kind="confirmation",
            days_before=1,
            whatsapp_minutes=whatsapp,
            email_minutes=email,
        )

    # As after a commit, without one.
    connection.check_constraints()
    rules = migrate(AFTER)
    listed = rules.filter(name__in=RULES).values_list("name", "roads", "email_copy")
    assert {name: row for name, *row in listed} == {
        name: [roads, copy] for name, (_, _, roads, copy) in RULES.items()
    }

    rules = migrate(BEFORE)
    back = rules.filter(name__in=RULES).values_list("name", "whatsapp_minutes", "email_minutes")
    assert {name: row for name, *row in back} == {
        name: [whatsapp, email] for name, (whatsapp, email, _, _) in RULES.items()
    }


@pytest.mark.parametrize(
    "odd",
    [
        [["sms", 15]],
        [["whatsapp"]],
        [["whatsapp", 4]],
        [["whatsapp", 361]],
        [["email", 1441]],
        [["email", 60], ["email", 60]],
        [["pigeon", 60]],
        "whatsapp",
        [["whatsapp", "soon"]],
    ],
)
def test_odd_lists_are_refused(odd: Any) -> None:
    with pytest.raises(ValidationError):
        check_roads(odd)


def test_both_orders_are_taken() -> None:
    check_roads([["whatsapp", 15], ["email", 1440]])
    check_roads([["email", 30], ["whatsapp", 360]])
    check_roads([])
