"""The state machine of a message: Python, queries and statements say the same of it."""

from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from django.db import connection

from reminders.domain.sending.message_updates import StatusUpdate, apply_status_updates
from reminders.models import Message, message_states
from reminders.models.in_sql.states import IS_WITHDRAWABLE, withdrawable_at
from reminders.models.message_states import MessageState
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db

REPORTED = [*message_states.AT_PROVIDER, *message_states.FINAL]
NEEDED = {"claimed_until": NOON, "unknown_since": NOON}  # what the constraints want of some states


def message(state: MessageState, *, scheduled_at: datetime = NOON, **values: object) -> Message:
    return make.make_message(state=state, scheduled_at=scheduled_at, **(NEEDED | values))


def test_every_state_is_open_or_final_and_has_a_rank():
    assert {*message_states.OPEN, *message_states.FINAL} == set(MessageState)
    assert not {*message_states.OPEN} & {*message_states.FINAL}
    assert max(state.rank for state in message_states.OPEN) < min(
        state.rank for state in message_states.FINAL
    )


def test_a_report_moves_a_message_exactly_where_the_machine_lets_it():
    pairs = list(product(MessageState, REPORTED))
    rows = [(message(before), before, reported) for before, reported in pairs]

    news = [StatusUpdate(row.pk, new, provider_id=f"id-{row.pk}") for row, _, new in rows]
    moved = set(apply_status_updates(news, now=NOON))

    may = {row.pk for row, before, new in rows if before.may_become(new)}
    assert moved == may
    kept = dict(Message.objects.values_list("pk", "state"))
    assert kept == {row.pk: new if row.pk in may else before for row, before, new in rows}
    ended = set(Message.objects.filter(final_at__isnull=False).values_list("pk", flat=True))
    assert ended == {row.pk for row, _, new in rows if row.pk in may and new.is_final}


def in_statements(now: datetime) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT message.id FROM reminders_message message WHERE {IS_WITHDRAWABLE}",
            withdrawable_at(now),
        )
        return {pk for (pk,) in cursor.fetchall()}


def test_what_can_be_withdrawn_is_the_same_for_a_row_a_query_and_a_statement():
    seconds = (-3600, -1, 0, 59, 60, 61, 119, 121, 3600)
    rows = [
        message(state, scheduled_at=NOON + timedelta(seconds=offset), cancel_requested_at=requested)
        for state, offset, requested in product(MessageState, seconds, (None, NOON))
    ]

    by_row = {row.pk for row in rows if row.is_withdrawable(now=NOON)}

    by_query = set(Message.objects.withdrawable(now=NOON).values_list("pk", flat=True))
    assert by_row == by_query == in_statements(NOON)
    accepted = [
        row.scheduled_at - NOON
        for row in rows
        if row.pk in by_row and row.state == MessageState.ACCEPTED
    ]
    assert sorted(accepted) == [timedelta(seconds=each) for each in (61, 119, 121, 3600)]
    others = {row.state for row in rows if row.pk in by_row}
    assert others == set(message_states.WITHDRAWABLE)
