"""An opt-out whose number is forgotten holds by whatever road the number comes back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.contacts import change_contact
from reminders.domain.planning.kept_opt_outs import digest, forget_numbers, of_another_key, recall
from reminders.domain.replies.receive import receive_replies
from reminders.models import KeptOptOut, Message, Reminder, Suppression
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.diary_import.importing import NOW, bring_in, csv_of, sydney

pytestmark = pytest.mark.django_db
PHONE = "+61491570006"
ROW = "1,Ann Lee,0491 570 006,2026-03-04,10:00"


def forget_opt_out(phone: str = PHONE, *, now: datetime = NOW) -> None:
    """Somebody who opted out long ago, and whom nobody knows any more."""
    Suppression.objects.create(
        phone=phone, reason="patient", since=now, synced_at=now, words="STOP"
    )
    assert forget_numbers([phone], now=now) == 1
    assert not Suppression.objects.exists()


def in_force() -> list[str]:
    return list(Suppression.objects.filter(lifted_at=None).values_list("phone", flat=True))


def test_a_diary_that_brings_the_number_back_plans_no_text() -> None:
    make.make_confirmation_rule()
    place = sydney()
    forget_opt_out()

    bring_in(csv_of(ROW, "2,Bob Ray,0491 570 156,2026-03-04,11:00"), location=place.name)

    planned = Reminder.objects.values_list("phone", "state", "reason")
    assert sorted(planned) == [
        (PHONE, "skipped", "opted_out"),
        ("+61491570156", "planned", ""),
    ]
    assert in_force() == [PHONE]


def test_a_contact_whose_number_is_changed_to_it_gets_no_text() -> None:
    forget_opt_out()
    contact = make.make_contact()

    change_contact(contact, {"phone": PHONE}, by=SYSTEM, now=NOW)

    assert in_force() == [PHONE]


def test_who_asks_for_help_from_the_number_is_opted_out_still(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    make.make_location()
    forget_opt_out(now=make.NOON)
    sandbox.reply(PHONE, "help me please")

    receive_replies(api, now=make.NOON)

    assert in_force() == [PHONE]
    assert not Message.objects.filter(state="accepted").exists()


def test_a_start_ends_it(sandbox: Sandbox, api: MessagesApi) -> None:
    make.make_location()
    forget_opt_out(now=make.NOON - timedelta(days=200))
    sandbox.reply(PHONE, "START")

    receive_replies(api, now=make.NOON)

    assert (in_force(), KeptOptOut.objects.count()) == ([], 0)


def test_only_who_has_the_key_finds_the_number(settings: Settings) -> None:
    forget_opt_out()
    assert PHONE not in str(list(KeptOptOut.objects.values()))

    settings.OPT_OUT_KEY = "another key"
    recall([PHONE])
    assert (in_force(), of_another_key()) == ([], 1)

    settings.OPT_OUT_KEY = settings.SECRET_KEY
    recall([PHONE])
    assert (in_force(), of_another_key()) == ([PHONE], 0)


def test_numbers_have_digests_of_their_own() -> None:
    assert digest(PHONE) == digest(PHONE)
    assert digest(PHONE) != digest("+61491570156")
