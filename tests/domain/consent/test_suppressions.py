"""Consent: numbers opted out and in, and in step with the provider's list in both directions."""

from datetime import timedelta

import pytest

from reminders.domain.common.audit import Actor
from reminders.domain.consent import blocklist_sync, suppressions
from reminders.domain.consent.blocklist_sync import Synced
from reminders.domain.planning.plan import plan_appointments
from reminders.models import AuditEntry, Message, Reminder, Suppression
from reminders.provider import MessagesApi, MessagesApiError
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)

ANN, BEN = "+447700900123", "+447700900124"
STAFF = Suppression.Reason.STAFF
DAY = timedelta(days=1)


def out(phone: str, reason: Suppression.Reason = STAFF) -> bool:
    return suppressions.opt_out(
        phone, reason=reason, words="Rang us", by=Actor.staff(None), now=NOON
    )


def back(phone: str) -> bool:
    return suppressions.opt_in(phone, words="Changed her mind", by=Actor.staff(None), now=NOON)


def test_an_opt_out_holds_for_everyone_on_the_number_and_ends_with_the_opt_in() -> None:
    make.make_reminder_rule()
    family = [make.make_contact(first_name=name, phone=ANN) for name in ("Ann", "Ben")]
    visits = [make.make_appointment(contact=contact) for contact in family]
    plan_appointments([visit.pk for visit in visits], now=NOON)

    assert (out(ANN), out(ANN)) == (True, False)
    assert set(Reminder.objects.values_list("state", "reason")) == {("skipped", "opted_out")}
    assert AuditEntry.objects.filter(kind="opted_out").count() == 2

    assert (back(ANN), back(ANN)) == (True, False)
    assert set(Reminder.objects.values_list("state", "reason")) == {("planned", "")}
    assert AuditEntry.objects.filter(kind="opted_in").count() == 2


def test_what_is_handed_over_is_withdrawn() -> None:
    appointment = make.make_appointment()
    rule = make.make_reminder_rule()
    reminder = make.make_handed_over(appointment, rule)

    out(appointment.contact.phone)

    message = Message.objects.get()
    reminder.refresh_from_db()
    assert (message.cancel_requested_at, reminder.state) == (NOON, "withdrawing")


def test_changes_are_pushed_once(sandbox: Sandbox, api: MessagesApi) -> None:
    out(ANN), out(BEN)
    assert blocklist_sync.push_suppressions(api, now=NOON) == 2
    assert sorted(api.blocked_numbers()) == [ANN, BEN]

    back(ANN)
    assert blocklist_sync.push_suppressions(api, now=NOON) == 1
    assert list(api.blocked_numbers()) == [BEN]
    assert blocklist_sync.push_suppressions(api, now=NOON) == 0


def test_out_and_in_before_the_push_leaves_the_number_free(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    out(ANN), back(ANN)

    blocklist_sync.push_suppressions(api, now=NOON)

    assert list(api.blocked_numbers()) == []
    assert Suppression.objects.filter(synced_at=None).count() == 0


def test_in_and_out_again_before_the_push_leaves_it_blocked(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    out(ANN), back(ANN), out(ANN)

    blocklist_sync.push_suppressions(api, now=NOON)

    assert list(api.blocked_numbers()) == [ANN]


def test_a_push_that_fails_is_made_up_for(sandbox: Sandbox, api: MessagesApi) -> None:
    out(ANN)
    sandbox.order_fault("error_500_before", "blocked")
    with pytest.raises(MessagesApiError):
        blocklist_sync.push_suppressions(api, now=NOON)

    assert blocklist_sync.push_suppressions(api, now=NOON) == 1
    assert list(api.blocked_numbers()) == [ANN]


def test_hundreds_of_numbers_blocked_there_are_taken_over(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    numbers = [f"+4477009001{n:02}" for n in range(100)] + [f"+4477009002{n:02}" for n in range(50)]
    api.block(numbers)
    make.make_contact(phone=numbers[0])

    assert blocklist_sync.sync_blocked_numbers(api, now=NOON) == Synced(0, 150, 0)

    assert set(Suppression.objects.values_list("phone", "reason")) == {
        (one, "provider") for one in numbers
    }
    assert blocklist_sync.sync_blocked_numbers(api, now=NOON + DAY) == Synced(0, 0, 0)


def test_a_number_freed_there_is_freed_here_only_if_it_was_blocked_there(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    api.block([ANN])
    out(BEN)
    blocklist_sync.sync_blocked_numbers(api, now=NOON)
    api.unblock(ANN), api.unblock(BEN)

    assert blocklist_sync.sync_blocked_numbers(api, now=NOON + DAY) == Synced(1, 0, 1)

    assert list(Suppression.objects.filter(lifted_at=None).values_list("phone", flat=True)) == [BEN]
    assert list(api.blocked_numbers()) == [BEN]


def test_an_opt_in_is_not_undone_by_a_list_that_is_behind(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    out(ANN)
    blocklist_sync.push_suppressions(api, now=NOON)
    back(ANN)

    blocklist_sync.sync_blocked_numbers(api, now=NOON)

    assert suppressions.is_opted_out(ANN) is False
    assert list(api.blocked_numbers()) == []
