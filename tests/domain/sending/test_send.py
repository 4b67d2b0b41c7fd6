"""Sending: claim, call, record; and what follows from each way in which a call can go wrong."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from reminders.domain.pages.unsent import Period, count_by_reason, label
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.sending.outbox import queue_text
from reminders.domain.sending.recording.left_behind import abandon_claims
from reminders.domain.sending.recording.record import record
from reminders.domain.sending.send import send_due
from reminders.domain.sending.submit import SubmissionResult
from reminders.models import Appointment, Contact, Message, Reminder, Suppression
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.sending.due import TOMORROW, at_noon, message_states, planned, reminder_states
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_due_reminder_reaches_the_provider_with_its_time_and_cutoff(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    [appointment] = planned()

    outcome = send_due(api, clock=at_noon)

    [accepted] = sandbox.ledger()
    message = Message.objects.get()
    assert outcome.accepted == 1
    assert accepted["scheduled"] == "2026-03-02T13:00:00.000Z"
    assert accepted["expiry"] == "2026-03-03T11:00:00.000Z"
    assert accepted["metadata"] == {
        "message": str(message.pk),
        "appointment": str(appointment.uuid),
        "rule": str(Reminder.objects.get().rule_id),
    }
    assert (message.state, message.provider_id) == ("accepted", accepted["message_id"])
    assert "Ann" in message.text
    assert "Harbour Dental" in message.text
    assert reminder_states() == {("sent", ""): 1}


def test_nothing_is_sent_twice_by_a_second_ring(sandbox: Sandbox, api: MessagesApi) -> None:
    planned(3)
    send_due(api, clock=at_noon)

    assert send_due(api, clock=at_noon).total == 0
    assert len(sandbox.ledger()) == 3


def test_what_is_being_planned_waits_and_holds_nothing_else_up(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    changing, other = planned(2)
    planning = connection.copy()
    with planning.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "SELECT id FROM reminders_appointment WHERE id = %s FOR NO KEY UPDATE", [changing.pk]
        )

    meanwhile = send_due(api, clock=at_noon).accepted
    planning.close()

    assert (meanwhile, Reminder.objects.get(state="sent").appointment) == (1, other)
    assert send_due(api, clock=at_noon).accepted == 1


def test_what_lies_beyond_the_window_waits(sandbox: Sandbox, api: MessagesApi) -> None:
    planned()

    send_due(api, clock=at_noon, ahead=timedelta(minutes=30))

    assert sandbox.ledger() == []
    assert reminder_states() == {("planned", ""): 1}


def test_several_hundred_go_in_batches_of_a_hundred(sandbox: Sandbox, api: MessagesApi) -> None:
    planned(250)

    outcome = send_due(api, clock=at_noon)

    assert outcome.accepted == 250
    assert len({entry["metadata"]["message"] for entry in sandbox.ledger()}) == 250


def test_a_number_that_opted_out_is_not_texted(sandbox: Sandbox, api: MessagesApi) -> None:
    [appointment] = planned()
    Suppression.objects.create(phone=appointment.contact.phone, reason="patient", since=NOON)

    send_due(api, clock=at_noon)

    assert sandbox.ledger() == []
    assert reminder_states() == {("skipped", "opted_out"): 1}


def test_a_text_past_its_cutoff_is_never_sent(sandbox: Sandbox, api: MessagesApi) -> None:
    planned()

    send_due(api, clock=lambda: datetime(2026, 3, 3, 11, 0, tzinfo=UTC))

    assert sandbox.ledger() == []
    assert reminder_states() == {("expired", "cutoff"): 1}


def test_after_an_outage_a_late_text_goes_while_it_is_of_use(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    planned()

    send_due(api, clock=lambda: datetime(2026, 3, 3, 9, 0, tzinfo=UTC))

    [accepted] = sandbox.ledger()
    assert accepted["scheduled"] is None


def test_after_an_outage_in_the_night_a_text_waits_for_texting_hours(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    planned()

    send_due(api, clock=lambda: datetime(2026, 3, 2, 23, 0, tzinfo=UTC))

    [accepted] = sandbox.ledger()
    assert accepted["scheduled"] == "2026-03-03T08:00:00.000Z"


def test_a_family_gets_one_text_that_lists_everyone(sandbox: Sandbox, api: MessagesApi) -> None:
    make.make_confirmation_rule()
    place, shared = make.make_location(), make.phone()
    rows = [
        make.make_appointment(
            day=TOMORROW,
            at=time(13, minute),
            location=place,
            contact=make.make_contact(first_name=name, phone=shared),
        )
        for name, minute in (("Ann", 0), ("Ben", 30))
    ]
    plan_appointments([row.pk for row in rows], now=NOON)

    send_due(api, clock=at_noon)

    [accepted] = sandbox.ledger()
    assert "1) Ann" in accepted["content"]
    assert "2) Ben" in accepted["content"]
    assert Reminder.objects.filter(message=Message.objects.get()).count() == 2


def family_of(size: int) -> list[Appointment]:
    """So many patients with one number, ten minutes apart tomorrow afternoon."""
    make.make_confirmation_rule()
    place, shared = make.make_location(), make.phone()
    rows = [
        make.make_appointment(
            day=TOMORROW,
            at=time(13 + n // 6, n % 6 * 10),
            location=place,
            contact=make.make_contact(phone=shared),
        )
        for n in range(size)
    ]
    plan_appointments([row.pk for row in rows], now=NOON)
    return rows


def test_a_large_family_is_one_text(sandbox: Sandbox, api: MessagesApi) -> None:
    family_of(8)

    send_due(api, clock=at_noon)

    assert (len(sandbox.ledger()), reminder_states()) == (1, {("sent", ""): 8})


def test_a_number_that_many_patients_share_is_a_placeholder_and_not_told_their_names(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    rows = family_of(9)

    send_due(api, clock=at_noon)
    plan_appointments([row.pk for row in rows], now=NOON)
    send_due(api, clock=at_noon)

    assert (sandbox.ledger(), reminder_states()) == ([], {("skipped", "shared_number"): 9})
    shown = count_by_reason(
        Period(NOON - timedelta(days=2), NOON + timedelta(days=2), (rows[0].location_id,))
    )
    assert [(label(reason), count) for reason, count in shown] == [
        ("Too many patients share this number", 9)
    ]


def test_a_landline_is_called_and_the_text_read_aloud(sandbox: Sandbox, api: MessagesApi) -> None:
    planned(contact=make.make_contact(phone_kind=Contact.PhoneKind.LANDLINE))

    send_due(api, clock=at_noon)

    assert [entry["format"] for entry in sandbox.ledger()] == ["TTS"]


def test_a_named_message_fails_and_the_others_go_at_once(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    planned(5)
    sandbox.order_fault("400_naming", times=1)

    outcome = send_due(api, clock=at_noon)

    assert (outcome.accepted, outcome.failed) == (4, 1)
    assert message_states() == {"accepted": 4, "failed": 1}
    assert reminder_states() == {("sent", ""): 4, ("failed", "refused"): 1}


@pytest.mark.parametrize(
    "kind",
    [
        "drop_response_after_accepting",
        "error_500_after_accepting",
        "unreadable_202",
        "error_500_before",
    ],
)
def test_a_lost_answer_leaves_the_outcome_unknown_and_is_not_resent(
    kind: str, sandbox: Sandbox, api: MessagesApi
) -> None:
    planned(2)
    sandbox.order_fault(kind, times=1)

    first = send_due(api, clock=at_noon)
    send_due(api, clock=lambda: NOON + timedelta(seconds=20))

    assert first.unknown == 2
    assert message_states() == {"unknown": 2}
    assert len(sandbox.ledger()) <= 2


def test_a_short_answer_leaves_only_the_missing_ones_unknown(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    planned(4)
    sandbox.order_fault("fewer", times=1)

    outcome = send_due(api, clock=at_noon)

    assert outcome.accepted + outcome.unknown == 4
    assert outcome.unknown > 0


def test_a_connection_that_is_refused_puts_the_texts_back(
    sandbox: Sandbox, settings: Settings
) -> None:
    planned(2)
    with MessagesApi(base_url="http://127.0.0.1:9", key="k", secret="s", timeout=2) as nobody:
        outcome = send_due(nobody, clock=at_noon)

    assert outcome.put_back == 2
    assert message_states() == {"queued": 2}


def test_what_a_dead_worker_claimed_becomes_unknown(sandbox: Sandbox, api: MessagesApi) -> None:
    make.make_message(state="submitting", claimed_until=NOON - timedelta(seconds=1))

    assert abandon_claims(now=NOON) == 1
    assert message_states() == {"unknown": 1}


def test_a_text_by_staff_goes_out_with_the_next_ring(sandbox: Sandbox, api: MessagesApi) -> None:
    queue_text(
        kind=Message.Kind.STAFF, phone=make.phone(), text="Bring your card", location=None, now=NOON
    )

    send_due(api, clock=at_noon)

    assert [entry["content"] for entry in sandbox.ledger()] == ["Bring your card"]


def test_an_answer_that_comes_while_the_text_waits_to_be_sent_again_is_believed() -> None:
    message = make.make_message(state="queued", resent=True)

    record([SubmissionResult(message.pk, "accepted", provider_id="late")], now=NOON)

    assert list(Message.objects.values_list("state", "provider_id")) == [("accepted", "late")]


def test_a_claim_that_ran_out_while_the_machine_slept_is_not_handed_over(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    planned()
    readings = iter([NOON, NOON])  # the look for what others left, and the claim

    send_due(api, clock=lambda: next(readings, NOON + timedelta(hours=1)))

    assert (sandbox.ledger(), message_states()) == ([], {"unknown": 1})


def test_two_rules_on_one_day_each_bring_their_own_family(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    """Of each rule only the earliest text is taken up; both fetch the others that belong to it."""
    make.make_confirmation_rule()
    make.make_confirmation_rule(name="Second confirmation")
    place, shared = make.make_location(), make.phone()
    for name, minute in (("Ann", 0), ("Ben", 30)):
        contact = make.make_contact(first_name=name, phone=shared)
        row = make.make_appointment(
            day=TOMORROW, at=time(13, minute), location=place, contact=contact
        )
        plan_appointments([row.pk], now=NOON)

    send_due(api, clock=at_noon, limit=2)

    assert [
        entry["content"].count(name) for entry in sandbox.ledger() for name in ("Ann", "Ben")
    ] == [1] * 4


def test_a_text_planned_for_an_old_number_goes_to_the_new_one(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    """The number changed in the moment in which the appointment was booked."""
    [appointment] = planned()
    number = make.phone()
    Contact.objects.filter(pk=appointment.contact_id).update(phone=number)

    send_due(api, clock=at_noon)
    send_due(api, clock=at_noon)

    assert [entry["destination"] for entry in sandbox.ledger()] == [number]
    assert reminder_states() == {("sent", ""): 1}
