"""Changes that meet: they take turns in one order, and what the database stops all the same is done
again.

A second thread with a connection of its own is really held up by a lock of the first.
"""

import threading
import time as wall
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection, transaction

from reminders.domain.common.audit import SYSTEM
from reminders.domain.consent.blocklist_sync import sync_blocked_numbers
from reminders.domain.consent.suppressions import opt_out
from reminders.domain.diary.appointments import set_status
from reminders.domain.diary.contacts import change_contact
from reminders.domain.diary.staff_actions import mark, stop_reminder
from reminders.domain.planning.withdrawal import withdraw_messages
from reminders.domain.replies.delivery_reports import apply_waiting_reports
from reminders.domain.replies.receive import store_reports
from reminders.domain.sending.reconcile import reconcile
from reminders.domain.sending.recording.record import record
from reminders.domain.sending.submit import SubmissionResult
from reminders.domain.sending.withdraw_at_provider import Settled, settle, settle_finished
from reminders.models import Appointment, Contact, Message, Reminder, Suppression
from reminders.provider import DeliveryReportPayload, MessagesApi, NotReceived
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[], object]
LATER = NOON + timedelta(minutes=10)


class Elsewhere(threading.Thread):
    """Work in another thread, on a connection of its own."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self.work = work
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        """Do the work and keep what it raised."""
        try:
            self.work()
        except Exception as error:  # whatever it is, the test shows it
            self.error = error
        finally:
            connection.close()

    def wait_until_held_up(self) -> None:
        """Return once it waits for a lock."""
        for _ in range(500):
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    return
            assert self.is_alive(), f"It was not held up: {self.error!r}"
            wall.sleep(0.01)
        raise AssertionError("It never came to wait.")


def look_for_deadlocks_after(*, seconds: int) -> None:
    """How long this connection waits for a lock before it looks whether it is in a circle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('deadlock_timeout', %s, false)", [f"{seconds}s"])


@contextmanager
def while_holding(appointment: Appointment, work: Work) -> Iterator[None]:
    """In a transaction that holds the appointment, as every planning does, while `work` waits for
    it.
    """
    with transaction.atomic():
        Appointment.objects.select_for_update(no_key=True).get(pk=appointment.pk)
        other = Elsewhere(work)
        other.wait_until_held_up()
        yield
    other.join()
    assert other.error is None


@dataclass
class Texted:
    """An appointment with its text at the provider, ready to be withdrawn."""

    appointment: Appointment
    message: Message
    reminder: Reminder


@pytest.fixture
def texted() -> Texted:
    """An appointment whose text waits at the provider."""
    appointment = make.make_appointment()
    reminder = make.make_handed_over(appointment, make.make_confirmation_rule())
    assert reminder.message
    return Texted(appointment, reminder.message, reminder)


def to_withdraw(texted: Texted, state: str = "accepted") -> None:
    """As when the appointment was moved: its text is marked, its reminder waits."""
    values = {"state": state, "cancel_requested_at": NOON}
    if state == "unknown":
        values |= {"unknown_since": NOON - timedelta(hours=1), "provider_id": None}
    if state == "submitting":
        values |= {"claimed_until": LATER, "provider_id": None}
    Message.objects.filter(pk=texted.message.pk).update(**values)
    Reminder.objects.filter(pk=texted.reminder.pk).update(state="withdrawing")


def blocked(texted: Texted) -> DeliveryReportPayload:
    """The report that the provider refuses the number."""
    message = texted.message
    return DeliveryReportPayload(
        "report", message.provider_id or "", {"message": str(message.pk)}, "rejected", 302,
        NOON, NOON, None, None, {},
    )  # fmt: skip


def a_report(texted: Texted, _: MessagesApi) -> Work:
    store_reports([blocked(texted)], now=NOON)
    return lambda: apply_waiting_reports(now=NOON)


def a_withdrawal(texted: Texted, _: MessagesApi) -> Work:
    to_withdraw(texted)
    return lambda: settle([Settled(texted.message.pk, "cancelled")], now=LATER)


def a_text_that_ended(texted: Texted, _: MessagesApi) -> Work:
    to_withdraw(texted, "failed")
    return lambda: settle_finished(now=LATER)


def a_look_up(texted: Texted, api: MessagesApi) -> Work:
    to_withdraw(texted, "unknown")
    return lambda: reconcile(api, clock=lambda: LATER)


def a_text_put_back(texted: Texted, _: MessagesApi) -> Work:
    to_withdraw(texted, "submitting")
    answer = SubmissionResult(
        texted.message.pk, "put_back", error=NotReceived("refused"), whole_call=True
    )
    return lambda: record([answer], now=LATER)


@pytest.mark.parametrize(
    "begin", [a_report, a_withdrawal, a_text_that_ended, a_look_up, a_text_put_back]
)
def test_news_of_a_text_waits_for_its_appointment_before_it_holds_the_text(
    texted: Texted, api: MessagesApi, begin: Callable[[Texted, MessagesApi], Work]
) -> None:
    work = begin(texted, api)

    with while_holding(texted.appointment, work):
        Message.objects.select_for_update(nowait=True).get(pk=texted.message.pk)
        Reminder.objects.select_for_update(nowait=True).get(pk=texted.reminder.pk)


def by_staff(phone: str, _: MessagesApi) -> object:
    return opt_out(phone, reason=Suppression.Reason.STAFF, words="", by=SYSTEM, now=NOON)


def by_the_provider(phone: str, api: MessagesApi) -> object:
    api.block([phone])
    return sync_blocked_numbers(api, now=NOON)


@pytest.mark.parametrize("block", [by_staff, by_the_provider])
def test_an_opt_out_waits_for_the_appointments_of_its_number(
    texted: Texted, api: MessagesApi, block: Callable[[str, MessagesApi], object]
) -> None:
    phone = texted.message.phone

    with (
        while_holding(texted.appointment, lambda: block(phone, api)),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL lock_timeout = '300ms'")
        Suppression.objects.create(phone=phone, since=NOON, reason=Suppression.Reason.STAFF)

    assert Suppression.objects.filter(phone=phone).count() == 1


def test_a_change_of_a_contact_waits_for_their_appointments(texted: Texted) -> None:
    contact = texted.appointment.contact
    number = make.phone()

    with while_holding(
        texted.appointment, lambda: change_contact(contact, {"phone": number}, by=SYSTEM, now=NOON)
    ):
        Contact.objects.select_for_update(nowait=True).get(pk=contact.pk)

    assert Contact.objects.get(pk=contact.pk).phone == number


def test_numbers_are_planned_together_in_the_order_of_their_appointments(api: MessagesApi) -> None:
    make.make_confirmation_rule()
    numbers = sorted([make.phone(), make.phone()])
    later, earlier = numbers
    first = make.make_appointment(contact=make.make_contact(phone=earlier))
    make.make_appointment(contact=make.make_contact(phone=later))
    last = Appointment.objects.latest("pk")
    api.block(numbers)

    with while_holding(first, lambda: sync_blocked_numbers(api, now=NOON)):
        Appointment.objects.select_for_update(nowait=True).get(pk=last.pk)


def test_a_click_that_the_database_stops_is_done_again(texted: Texted) -> None:
    def cancel() -> object:
        look_for_deadlocks_after(seconds=3)  # however late a slow machine closes the circle
        return set_status(
            [texted.appointment.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=NOON
        )

    with transaction.atomic():
        look_for_deadlocks_after(seconds=60)  # who looks first is stopped: that is the click
        Message.objects.select_for_update().get(pk=texted.message.pk)
        click = Elsewhere(cancel)
        click.wait_until_held_up()
        # The wrong order: the click holds the appointment and waits for the message.
        Appointment.objects.select_for_update().get(pk=texted.appointment.pk)
    click.join()
    look_for_deadlocks_after(seconds=1)

    assert click.error is None
    assert Appointment.objects.get().status == "cancelled"
    assert Message.objects.get().cancel_requested_at == NOON


def test_a_status_does_not_stop_texts_from_being_written(texted: Texted) -> None:
    """Writing a message refers to its appointment: that must not wait for somebody who waits for
    it.
    """

    def write() -> None:
        with transaction.atomic():
            make.make_message(appointment=texted.appointment)

    with transaction.atomic():
        mark(texted.appointment.pk, Appointment.Status.ARRIVED, seen="", by=SYSTEM, now=NOON)
        other = Elsewhere(write)
        other.join(timeout=5)
        assert not other.is_alive()
    assert other.error is None


def test_holding_a_text_takes_its_message_before_its_reminder(texted: Texted) -> None:
    with transaction.atomic():
        Message.objects.select_for_update().get(pk=texted.message.pk)
        other = Elsewhere(
            lambda: stop_reminder(texted.reminder, by=SYSTEM, now=NOON - timedelta(hours=1))
        )
        other.wait_until_held_up()
        Reminder.objects.select_for_update(nowait=True).get(pk=texted.reminder.pk)
    other.join()

    assert other.error is None
    assert Reminder.objects.get().state == "withdrawing"


def test_a_text_that_arrived_meanwhile_leaves_no_reminder_waiting(texted: Texted) -> None:
    Message.objects.filter(pk=texted.message.pk).update(state="delivered", final_at=NOON)

    with transaction.atomic():
        withdraw_messages([texted.message.pk], now=NOON)

    assert Reminder.objects.get().state == "sent"
    assert Message.objects.get().cancel_requested_at is None


@pytest.mark.parametrize("first", [0, 1])
def test_answers_and_reports_take_messages_in_one_order(first: int) -> None:
    """Of two messages the one with the lower id is taken first, whatever the order of the news."""
    messages = [make.make_message(state="submitting", claimed_until=LATER) for _ in range(2)]
    low, high = sorted(messages, key=lambda message: message.pk)
    news = [messages[first], messages[1 - first]]

    with transaction.atomic():
        Message.objects.select_for_update().get(pk=low.pk)
        answers = [
            SubmissionResult(message.pk, "accepted", provider_id=f"id-{message.pk}")
            for message in news
        ]
        other = Elsewhere(lambda: record(answers, now=NOON))
        other.wait_until_held_up()
        Message.objects.select_for_update(nowait=True).get(pk=high.pk)
    other.join()

    assert other.error is None
    assert set(Message.objects.values_list("state", flat=True)) == {"accepted"}
