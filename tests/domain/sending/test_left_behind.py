"""What a run held that died, or was cut off: taken over soon, and never sent twice."""

from collections.abc import Sequence
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, transaction

from reminders.domain.sending.claiming import portions
from reminders.domain.sending.claiming.due import claim_due
from reminders.domain.sending.claiming.portions import Held
from reminders.domain.sending.claiming.queued import claim_queued
from reminders.domain.sending.outbox import queue_text
from reminders.domain.sending.reconcile import reconcile
from reminders.domain.sending.recording.left_behind import abandon_claims, take_over
from reminders.domain.sending.send import send_due
from reminders.domain.sending.submit import submit
from reminders.models import Message, Portion
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.sending.due import at_noon, message_states, planned
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)

A_CALL = timedelta(seconds=50)
DEAD = NOON + timedelta(seconds=31)
CALLS_ENDED = NOON + timedelta(seconds=80)
REPORT_IS_COMPLETE = CALLS_ENDED + timedelta(minutes=2)


def claimed(count: int = 1) -> list[Held]:
    """What a run holds that died right after its claim."""
    planned(count)
    return claim_due(
        now=NOON, ahead=timedelta(days=1), limit=1_000, hold=timedelta(seconds=130)
    ).held


def begun(held: Sequence[Held]) -> list[Held]:
    return portions.begin(held, now=NOON, a_call=A_CALL)


def handed_over(api: MessagesApi, held: Sequence[Held]) -> None:
    for one in held:
        submit(api, one.wires, clock=at_noon, until=one.until, callback=None)


def test_nothing_is_held_once_it_is_recorded(sandbox: Sandbox, api: MessagesApi) -> None:
    planned(3)

    send_due(api, clock=at_noon)

    assert (message_states(), Portion.objects.count()) == ({"accepted": 3}, 0)


def test_what_nobody_was_asked_about_goes_with_the_next_run(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    claimed(3)

    assert send_due(api, clock=at_noon).total == 0
    assert send_due(api, clock=lambda: DEAD).accepted == 3
    assert (message_states(), Portion.objects.count()) == ({"accepted": 3}, 0)
    assert len(sandbox.ledger()) == 3


def test_a_text_of_the_outbox_that_a_dead_run_held_goes_as_well(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    queue_text(kind=Message.Kind.STAFF, phone=make.phone(), text="Hello", location=None, now=NOON)
    claim_queued(now=NOON, limit=10, hold=timedelta(seconds=130))

    assert send_due(api, clock=lambda: DEAD).accepted == 1
    assert [entry["content"] for entry in sandbox.ledger()] == ["Hello"]


def test_a_run_that_lives_keeps_what_it_holds() -> None:
    [held] = claimed()
    portions.renew([held.id], now=NOON + timedelta(seconds=20))

    assert take_over(now=DEAD) == 0
    assert take_over(now=DEAD + timedelta(seconds=20)) == 1


def test_what_may_be_at_the_provider_is_looked_up_and_adopted(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    handed_over(api, begun(claimed(2)))

    assert take_over(now=DEAD) == 2
    assert message_states() == {"unknown": 2}
    assert reconcile(api, clock=lambda: DEAD).adopted == 2
    assert len(sandbox.ledger()) == 2


def test_what_may_be_at_the_provider_is_sent_again_only_when_its_report_must_be_complete(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    begun(claimed())
    take_over(now=DEAD)

    just_before = REPORT_IS_COMPLETE - timedelta(seconds=1)
    assert reconcile(api, clock=lambda: just_before).sent_again == 0
    later = REPORT_IS_COMPLETE + timedelta(seconds=20)
    assert reconcile(api, clock=lambda: later).sent_again == 1
    assert send_due(api, clock=lambda: later).accepted == 1


def test_a_run_that_comes_back_calls_nobody_about_what_was_taken_over(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    held = claimed()
    send_due(api, clock=lambda: DEAD)

    assert begun(held) == []
    assert len(sandbox.ledger()) == 1


def test_what_was_begun_in_time_is_not_given_to_others_as_new() -> None:
    held = claimed()
    portions.begin(held, now=NOON + timedelta(seconds=29), a_call=A_CALL)

    assert take_over(now=DEAD) == 0
    take_over(now=DEAD + timedelta(seconds=30))
    assert message_states() == {"unknown": 1}


def test_who_begins_while_it_is_being_taken_over_waits_and_calls_nobody() -> None:
    held = claimed()
    found: list[list[Held]] = []

    def begin() -> None:
        found.append(begun(held))
        connection.close()

    with transaction.atomic():
        take_over(now=DEAD)
        late = Thread(target=begin)
        late.start()
        late.join(0.3)
        assert (late.is_alive(), found) == (True, [])
    late.join()

    assert (found, message_states()) == ([[]], {"queued": 1})


def test_a_text_that_was_claimed_anew_is_left_to_its_new_run() -> None:
    claimed()
    anew = NOON + timedelta(minutes=9)
    Message.objects.update(claimed_until=anew)

    assert take_over(now=DEAD) == 0
    assert list(Message.objects.values_list("state", "claimed_until")) == [("submitting", anew)]
    assert not Portion.objects.exists()


def test_a_portion_of_a_copy_of_the_database_is_looked_up(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    """The copy says that nobody was asked; what happened after it was made it does not say."""
    handed_over(api, claimed())
    after_restoring = NOON + timedelta(hours=1)

    send_due(api, clock=lambda: after_restoring)

    assert message_states() == {"unknown": 1}
    assert reconcile(api, clock=lambda: after_restoring).adopted == 1
    assert len(sandbox.ledger()) == 1


def test_a_text_called_off_meanwhile_is_not_sent(sandbox: Sandbox, api: MessagesApi) -> None:
    claimed()
    Message.objects.update(cancel_requested_at=NOON)

    send_due(api, clock=lambda: DEAD)

    assert sandbox.ledger() == []
    assert "submitting" not in message_states()


def test_a_claim_without_a_portion_becomes_unknown_at_its_end() -> None:
    claimed()
    Portion.objects.all().delete()
    its_end = NOON + timedelta(seconds=131)

    assert (take_over(now=its_end), abandon_claims(now=its_end)) == (0, 1)
    assert message_states() == {"unknown": 1}
