"""Forgetting by time: what goes when, what stays, and that nothing of somebody is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.contacts import create_contact
from reminders.domain.retention import run as running
from reminders.domain.retention.holds import end_hold, set_hold
from reminders.domain.retention.periods import PeriodError, days_at, midnight, save_periods, tonight
from reminders.domain.retention.run import forget_what_is_due
from reminders.domain.retention.steps import due_at
from reminders.models import (
    Appointment,
    AuditEntry,
    Contact,
    ForgettingRun,
    Import,
    ImportRow,
    KeptOptOut,
    Message,
    Reply,
    Suppression,
)
from tests import factories as make
from tests.domain.retention.somebody import (
    PHONE,
    SIGNS,
    Somebody,
    found_in_database,
    make_somebody,
)

pytestmark = pytest.mark.django_db
VISIT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def somebody() -> Somebody:
    """Their one visit was on VISIT."""
    return make_somebody(
        at=VISIT, location=make.make_location(), rule=make.make_confirmation_rule()
    )


def forget(days: int, **given: Any) -> int:
    """One night's work, so many days after the visit."""
    return forget_what_is_due(now=VISIT + timedelta(days=days), pause=lambda _: None, **given)


def test_somebody_is_found_everywhere_before(somebody: Somebody) -> None:
    found = found_in_database()

    assert set(SIGNS) == {sign for signs in found.values() for sign in signs}
    assert {
        "reminders_contact",
        "reminders_contactmerge",
        "reminders_appointment",
        "reminders_message",
        "reminders_reminder",
        "reminders_reply",
        "reminders_deliveryreport",
        "reminders_inboxitem",
        "reminders_callattempt",
        "reminders_auditentry",
        "reminders_suppression",
        "reminders_import",
        "reminders_importrow",
        "reminders_slotoffer",
        "reminders_soonerwish",
    } == found.keys()


def test_nothing_of_somebody_is_found_once_every_period_is_over(somebody: Somebody) -> None:
    forget(732)

    assert found_in_database() == {}
    assert Message.objects.count() == 0
    assert Contact.objects.filter(pk=somebody.contact.pk, forgotten_at__isnull=False).exists()


def test_texts_lose_words_and_numbers_after_90_days_and_keep_what_became_of_them(
    somebody: Somebody,
) -> None:
    forget(90)
    assert Message.objects.exclude(text="").count() == 3

    forget(92)

    assert set(Message.objects.values_list("text", "phone", "words", "state")) == {
        ("", "", "", "delivered")
    }
    assert set(Reply.objects.values_list("text", "phone", "raw")) == {("", "", None)}
    assert Appointment.objects.get().notes == "bring elderflower"
    assert Contact.objects.get().phone == PHONE


def test_a_text_of_a_visit_still_to_come_is_kept(somebody: Somebody) -> None:
    Appointment.objects.update(starts_at=VISIT + timedelta(days=200))

    forget(92)

    assert Message.objects.get(provider_id="text-1").text == "Dear Billie, elderflower"
    assert Message.objects.get(provider_id="text-2").text == ""


def test_what_came_raw_goes_after_14_days_and_imported_rows_after_30(somebody: Somebody) -> None:
    forget(16)
    assert not Reply.objects.filter(raw__isnull=False).exists()
    assert ImportRow.objects.count() == 2

    forget(32)

    assert ImportRow.objects.count() == 0
    assert (Import.objects.get().problems, Import.objects.get().forgotten_at is None) == ([], False)


def test_an_opt_out_outlives_the_number_and_holds_when_somebody_comes_with_it(
    somebody: Somebody,
) -> None:
    forget(732)
    assert (Suppression.objects.count(), KeptOptOut.objects.count()) == (0, 1)

    values = {"first_name": "Ann", "phone": PHONE}
    create_contact(values, by=SYSTEM, now=VISIT + timedelta(days=800))

    assert list(Suppression.objects.values_list("phone", "reason", "since", "lifted_at")) == [
        (PHONE, "patient", VISIT, None)
    ]
    assert KeptOptOut.objects.count() == 0


def test_a_number_that_somebody_else_has_stays_opted_out_in_the_open(somebody: Somebody) -> None:
    day = (VISIT + timedelta(days=700)).date()
    make.make_appointment(contact=make.make_contact(phone=PHONE), day=day)

    forget(732)

    assert list(Suppression.objects.values_list("phone", flat=True)) == [PHONE]
    assert set(found_in_database()) == {"reminders_contact", "reminders_suppression"}


def test_an_opt_out_that_the_provider_was_not_told_of_is_kept(somebody: Somebody) -> None:
    Suppression.objects.filter(phone=PHONE).update(synced_at=None)

    forget(732)
    assert Suppression.objects.filter(phone=PHONE).exists()

    Suppression.objects.filter(phone=PHONE).update(synced_at=VISIT)
    forget(733)
    assert found_in_database() == {}


def test_somebody_on_hold_is_kept_whole_until_it_ends(somebody: Somebody) -> None:
    everything = found_in_database()
    set_hold(somebody.contact.pk, reason="A claim", by=SYSTEM, now=VISIT)

    forget(732)
    kept = found_in_database()
    # What no appointment or person of theirs is named on goes: reports and refused rows of files.
    assert everything.keys() - kept.keys() <= {"reminders_deliveryreport", "reminders_import"}

    end_hold(somebody.contact.pk, by=SYSTEM, now=VISIT + timedelta(days=732))
    forget(733)
    forget(733 + 91)
    assert found_in_database() == {}


def test_people_with_a_visit_or_changed_lately_stay(somebody: Somebody) -> None:
    lately = make.make_contact()

    forget(92)

    assert not Contact.objects.filter(forgotten_at__isnull=False).exists()
    assert Contact.objects.filter(pk__in=[lately.pk, somebody.contact.pk]).count() == 2


def test_a_worker_that_dies_loses_nothing_and_the_next_goes_on(
    somebody: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "FIRST", 1)
    monkeypatch.setattr(running, "MOST", 1)

    class Killed(BaseException):
        """As a signal ends a process: nothing catches it."""

    def die(step: str, _rows: int, _took: float) -> None:
        if step == "texts":
            raise Killed

    with pytest.raises(Killed):
        forget(92, on_step=die)
    assert Message.objects.exclude(text="").count() == 2
    assert ForgettingRun.objects.get(step="texts").count == 1

    forget(92)

    assert Message.objects.exclude(text="").count() == 0
    assert ForgettingRun.objects.get(step="texts").count == 3


def test_a_night_is_done_once(somebody: Somebody) -> None:
    forget(92)
    Message.objects.filter(provider_id="text-2").update(text="again", phone=PHONE)

    assert forget(92) == 0
    assert forget(93) >= 1


def test_a_run_that_is_told_to_stop_ends_after_what_it_has_in_hand(somebody: Somebody) -> None:
    steps: list[str] = []

    forget(92, go_on=lambda: False, on_step=lambda name, *_: steps.append(name))

    assert steps == ["texts"]


def test_what_would_go_is_counted_by_kind(somebody: Somebody) -> None:
    found = due_at(midnight(VISIT + timedelta(days=92)))

    assert (3, "texts") in found["texts"]
    assert found["appointments"] == []


def test_a_changed_period_holds_from_the_coming_night_on(somebody: Somebody) -> None:
    now = VISIT + timedelta(days=40)
    save_periods({"texts": 30}, by=SYSTEM, now=now)

    assert (days_at(midnight(now))["texts"], days_at(tonight(now))["texts"]) == (90, 30)
    assert forget_what_is_due(now=now, pause=lambda _: None) >= 0
    assert Message.objects.exclude(text="").count() == 3
    forget(41)
    assert Message.objects.exclude(text="").count() == 0
    assert AuditEntry.objects.get(kind="periods_changed").details == {"texts": [90, 30]}


@pytest.mark.parametrize("days", [0, 13, 36_501])
def test_a_period_outside_its_bounds_is_refused(days: int) -> None:
    with pytest.raises(PeriodError):
        save_periods({"texts": days}, by=SYSTEM, now=VISIT)


def test_what_somebody_is_at_work_on_is_left_for_the_next_night(transactional_db: None) -> None:
    make_somebody(at=VISIT, location=make.make_location(), rule=make.make_confirmation_rule())
    beside = connection.copy()
    try:
        beside.set_autocommit(False)
        with beside.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM reminders_message WHERE provider_id = 'text-2' FOR UPDATE"
            )
            forget(92)
    finally:
        beside.rollback()
        beside.close()

    kept = Message.objects.exclude(text="")
    assert [row.provider_id for row in kept] == ["text-2"]
    forget(93)
    assert not kept.all().exists()
