"""What stops sending, and how it goes on: brakes, the provider's wish to wait, and our own caps."""

from datetime import datetime, time, timedelta
from itertools import count
from time import monotonic

import pytest
from pytest_django import Settings

from reminders.domain.planning.plan import plan_appointments
from reminders.domain.sending.circuit_breaker import UNLIMITED, send_quota
from reminders.domain.sending.outbox import queue_text
from reminders.domain.sending.recording.record import record
from reminders.domain.sending.send import send_due
from reminders.domain.sending.submit import SubmissionResult
from reminders.models import Message, ProviderState
from reminders.provider import CredentialsRefused, MessagesApi, MessagesApiError, SlowDown
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.sending.due import TOMORROW, at_noon, message_states, planned, reminder_states
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def test_refused_credentials_leave_everything_due_and_stop_sending(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    planned(3)
    sandbox.order_fault("401", times=1)

    outcome = send_due(api, clock=at_noon)

    assert (outcome.accepted, outcome.put_back) == (0, 3)
    assert message_states() == {"queued": 3}
    assert ProviderState.objects.get().brake == "credentials"
    assert send_quota(now=NOON) == 0


def test_sending_resumes_by_itself_once_the_credentials_work(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    planned(3)
    sandbox.order_fault("401", times=1)
    send_due(api, clock=at_noon)
    later = NOON + timedelta(minutes=10)

    probe = send_due(api, clock=lambda: later)
    rest = send_due(api, clock=lambda: later + timedelta(seconds=1))

    assert (probe.accepted, rest.accepted) == (1, 2)
    assert ProviderState.objects.get().brake == ""


def test_retry_after_is_honoured(sandbox: Sandbox, api: MessagesApi) -> None:
    planned()
    sandbox.order_fault("retry_after", times=1, seconds=90)
    send_due(api, clock=at_noon)

    state = ProviderState.objects.get()
    assert (state.brake, state.until) == ("rate", NOON + timedelta(seconds=90))


def test_a_runaway_is_stopped_at_the_hourly_limit(
    sandbox: Sandbox, api: MessagesApi, settings: Settings
) -> None:
    settings.MESSAGES_PER_HOUR = 3
    planned(5)

    send_due(api, clock=at_noon)
    send_due(api, clock=lambda: NOON + timedelta(seconds=1))

    assert len(sandbox.ledger()) == 3
    assert ProviderState.objects.get().brake == "cap"


def test_a_number_gets_at_most_so_many_texts_a_day(
    sandbox: Sandbox, api: MessagesApi, settings: Settings
) -> None:
    settings.MESSAGES_PER_NUMBER_PER_DAY = 2
    [appointment] = planned()
    for _ in range(2):
        make.make_message(phone=appointment.contact.phone)

    send_due(api, clock=at_noon)

    assert reminder_states() == {("skipped", "capped"): 1}


def test_a_number_gets_no_more_than_that_out_of_one_import_either(
    sandbox: Sandbox, api: MessagesApi, settings: Settings
) -> None:
    settings.MESSAGES_PER_NUMBER_PER_DAY = 2
    contact = make.make_contact()
    make.make_confirmation_rule()
    place = make.make_location(family_messages=False)
    rows = [
        make.make_appointment(day=TOMORROW, at=time(9 + hour, 0), location=place, contact=contact)
        for hour in range(5)
    ]
    plan_appointments([row.pk for row in rows], now=NOON)

    send_due(api, clock=at_noon)

    assert reminder_states() == {("sent", ""): 2, ("skipped", "capped"): 3}
    assert sorted(entry["scheduled"] or entry["accepted_at"] for entry in sandbox.ledger()) == [
        "2026-03-02T12:00:00.000Z",
        "2026-03-02T12:00:00.000Z",
    ]


def test_what_others_are_handing_over_counts_for_the_hourly_limit(
    sandbox: Sandbox, api: MessagesApi, settings: Settings
) -> None:
    settings.MESSAGES_PER_HOUR = 5
    for _ in range(3):
        make.make_message(state="submitting", claimed_until=NOON + timedelta(minutes=1))
    planned(5)

    send_due(api, clock=at_noon)

    assert len(sandbox.ledger()) == 2


def test_an_empty_outbox_does_not_use_up_the_probe() -> None:
    ProviderState.objects.create(brake="down", failures=3, since=NOON, until=NOON)
    with MessagesApi(base_url="http://127.0.0.1:9", key="k", secret="s", timeout=1) as nobody:
        send_due(nobody, clock=at_noon)

    assert send_quota(now=NOON + timedelta(seconds=1)) == 1


@pytest.mark.parametrize(
    "error", [SlowDown(300), CredentialsRefused("no such key")], ids=["slow down", "credentials"]
)
def test_a_call_from_before_the_brake_does_not_release_it(error: MessagesApiError) -> None:
    claimed = {"state": "submitting", "claimed_until": NOON + timedelta(minutes=1)}
    slow, quick, later = (make.make_message(**claimed) for _ in range(3))
    soon, past_it = NOON + timedelta(seconds=1), NOON + timedelta(minutes=6)

    record(
        [SubmissionResult(quick.pk, "put_back", error=error, whole_call=True, asked_at=NOON)],
        now=NOON,
    )
    started = NOON - timedelta(seconds=1)
    record([SubmissionResult(slow.pk, "accepted", provider_id="1", asked_at=started)], now=soon)

    assert send_quota(now=soon) == 0
    record([SubmissionResult(later.pk, "accepted", provider_id="2", asked_at=past_it)], now=past_it)
    assert send_quota(now=past_it) == UNLIMITED


def test_what_staff_write_does_not_wait_for_the_end_of_a_backlog(
    sandbox: Sandbox, api: MessagesApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reminders.domain.sending.send.CHUNK", 2)
    planned(20)
    readings = count()

    def staff_write_meanwhile() -> datetime:
        if next(readings) == 1:
            queue_text(
                kind=Message.Kind.STAFF,
                phone=make.phone(),
                text="See you!",
                location=None,
                now=NOON,
            )
        return NOON

    send_due(api, clock=staff_write_meanwhile)

    sent = [entry["content"] for entry in sandbox.ledger()]
    assert len(sent) == 21
    assert "See you!" in sent[:20]


def test_a_success_of_a_slow_call_does_not_undo_a_request_to_slow_down(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    """Two batches are under way at once: one is answered late, the other is asked to slow down
    before.
    """
    planned(150)
    sandbox.order_fault("slow", endpoint="send", times=1, seconds=1)
    sandbox.order_fault("retry_after", endpoint="send", times=1, skip=1, seconds=300)
    began = monotonic()

    send_due(api, clock=lambda: NOON + timedelta(seconds=monotonic() - began))

    assert set(message_states()) == {"accepted", "queued"}
    state = ProviderState.objects.get()
    assert state.brake == "rate"
    assert state.until is not None
    assert state.until - NOON > timedelta(minutes=4)


def test_texts_of_staff_count_and_are_counted(
    sandbox: Sandbox, api: MessagesApi, settings: Settings
) -> None:
    settings.MESSAGES_PER_NUMBER_PER_DAY = 2
    texts = [
        queue_text(kind=kind, phone="+447700900001", text="Hello", location=None, now=moment)
        for kind, moment in (
            (Message.Kind.STAFF, NOON - timedelta(minutes=4)),
            (Message.Kind.TEST, NOON - timedelta(minutes=3)),
            (Message.Kind.STAFF, NOON - timedelta(minutes=2)),
            (Message.Kind.ANSWER, NOON - timedelta(minutes=1)),
            (Message.Kind.CORRECTION, NOON),
        )
    ]

    send_due(api, clock=at_noon)

    assert [(row.state, row.words) for row in map(refreshed, texts)] == [
        ("accepted", ""),
        ("accepted", ""),
        ("cancelled", "Too many texts to this number today"),
        ("accepted", ""),
        ("accepted", ""),
    ]


def test_no_text_of_any_kind_goes_to_a_paid_line_or_a_satellite(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    planned(contact=make.make_contact(phone="+881612345678"))
    # Whoever writes to us from there hopes for an answer.
    answer = queue_text(
        kind=Message.Kind.ANSWER, phone="+449098790123", text="Thanks", location=None, now=NOON
    )

    send_due(api, clock=at_noon)

    assert reminder_states() == {("skipped", "no_phone"): 1}
    assert (refreshed(answer).state, sandbox.ledger()) == ("cancelled", [])


def refreshed(message: Message) -> Message:
    message.refresh_from_db()
    return message
