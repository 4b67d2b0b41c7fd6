"""Who is due, who is invited, and what is taken back: tables of what holds and what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.common.etags import etag
from reminders.domain.diary.merge import merge_contacts
from reminders.domain.person_data.collect import everything
from reminders.domain.person_data.erase import forget_person
from reminders.domain.recalls import batch
from reminders.domain.recalls.due import (
    Stage,
    at_stage,
    holding,
    leave_out,
    save_second_after,
    second_after,
)
from reminders.domain.recalls.figures import RecallFigures, recall_figures
from reminders.domain.recalls.find import find_due
from reminders.models import (
    Appointment,
    Contact,
    Message,
    Recall,
    RecallBatch,
    Service,
    Suppression,
    TextPrice,
)
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = make.NOON
HALF_A_YEAR_AGO = date(2025, 9, 1)


class Due:
    """Ann, who was here half a year ago for something that is due every six months."""

    def __init__(self, **visit: Any) -> None:
        self.service = make.make_service(recall_months=6)
        self.ann = make.make_contact()
        plain: dict[str, Any] = {"service": self.service, "contact": self.ann}
        plain |= {"day": HALF_A_YEAR_AGO}
        self.visit = make.make_appointment(**(plain | {"status": "arrived"} | visit))

    def another(self, **values: Any) -> Appointment:
        plain: dict[str, Any] = {"service": self.service, "contact": self.ann}
        plain |= {"location": self.visit.location}
        return make.make_appointment(**(plain | values))


def plain(due: Due) -> None:
    pass


def nobody_noted(due: Due) -> None:
    Appointment.objects.update(status="booked")


def stayed_away(due: Due) -> None:
    Appointment.objects.update(status="no_show")


def declined(due: Due) -> None:
    Appointment.objects.update(status="declined")


def called_off(due: Due) -> None:
    Appointment.objects.update(status="cancelled")


def not_yet(due: Due) -> None:
    Service.objects.update(recall_months=7)


def long_ago(due: Due) -> None:
    Appointment.objects.update(
        local_date=date(2024, 8, 1), starts_at=due.visit.starts_at - timedelta(days=396)
    )


def no_interval(due: Due) -> None:
    Service.objects.update(recall_months=None)


def not_offered(due: Due) -> None:
    Service.objects.update(active=False)


def booked_again(due: Due) -> None:
    due.another(service=None, day=date(2026, 5, 1))


def booked_and_called_off(due: Due) -> None:
    due.another(day=date(2026, 5, 1), status="cancelled")


def came_since(due: Due) -> None:
    due.another(day=date(2026, 1, 5), status="arrived")


def came_for_something_else(due: Due) -> None:
    due.another(day=date(2026, 1, 5), status="arrived", service=make.make_service())


def no_recalls(due: Due) -> None:
    Contact.objects.update(no_recalls=True)


def gets_no_messages(due: Due) -> None:
    Contact.objects.update(channel="none")


def stopped(due: Due) -> None:
    Suppression.objects.create(phone=due.ann.phone, reason="reply", since=NOW)


WHO: list[tuple[Callable[[Due], None], bool]] = [
    (plain, True),
    (nobody_noted, True),
    (stayed_away, False),
    (declined, False),
    (called_off, False),
    (not_yet, False),
    (long_ago, False),
    (no_interval, False),
    (not_offered, False),
    (booked_again, False),
    (booked_and_called_off, True),
    (came_since, False),
    (came_for_something_else, True),
    (no_recalls, False),
    (gets_no_messages, False),
    (stopped, False),
]


@pytest.mark.parametrize(("change", "listed"), WHO, ids=[one.__name__ for one, _ in WHO])
def test_who_is_listed(change: Callable[[Due], None], listed: bool) -> None:
    due = Due()
    change(due)

    find_due(now=NOW)

    assert holding(now=NOW).exists() is listed


AFTER = [one for one in WHO if one[0] not in (not_yet, long_ago, called_off, stayed_away, declined)]


@pytest.mark.parametrize(("change", "listed"), AFTER, ids=[one.__name__ for one, _ in AFTER])
def test_who_is_listed_no_more_once_it_has_changed(
    change: Callable[[Due], None],
    listed: bool,
) -> None:
    due = Due()
    find_due(now=NOW)

    change(due)

    assert holding(now=NOW).exists() is listed


def no_number(due: Due) -> None:
    Contact.objects.update(phone="")


def landline(due: Due) -> None:
    Contact.objects.update(phone_kind="landline")


def wrong_number(due: Due) -> None:
    Contact.objects.update(wrong_number=due.ann.phone)


def child(due: Due) -> None:
    mother = make.make_contact(first_name="Anna", phone=make.phone(77))
    Contact.objects.filter(pk=due.ann.pk).update(responsible=mother, phone="")


@pytest.mark.parametrize(
    ("change", "going", "why_not"),
    [
        (plain, ["Hi Ann, it is"], []),
        (child, ["Hi Anna (Ann), it is"], []),
        (no_number, [], ["No usable phone number"]),
        (landline, [], ["Gets calls, not texts"]),
        (wrong_number, [], ["Wrong number"]),
    ],
)
def test_what_a_batch_shows(
    change: Callable[[Due], None], going: list[str], why_not: list[str]
) -> None:
    due = Due()
    find_due(now=NOW)
    change(due)

    look = batch.preview(Stage.FIRST, now=NOW, location_ids=None)

    assert [one.text[: len(words)] for one, words in zip(look.going, going, strict=True)] == going
    assert [one.why_not for one in look.unreachable] == why_not
    assert look.parts == len(going)


def test_a_batch_says_what_it_costs_where_prices_are_known() -> None:
    Due()
    find_due(now=NOW)
    assert batch.preview(Stage.FIRST, now=NOW, location_ids=None).cost == ""

    TextPrice.objects.create(country="GB", currency="GBP", price="0.04", changed_at=NOW)

    assert batch.preview(Stage.FIRST, now=NOW, location_ids=None).cost == "0.04 GBP"


def invite(*, now: Any = NOW, places: list[int] | None = None) -> tuple[RecallBatch | None, int]:
    ids = list(Recall.objects.values_list("pk", flat=True))
    return batch.send(ids, Stage.FIRST, by=SYSTEM, now=now, location_ids=places)


def test_whoever_changed_between_the_look_and_the_click_gets_none() -> None:
    due = Due()
    find_due(now=NOW)
    booked_again(due)

    assert invite() == (None, 0)
    assert not Message.objects.exists()


def test_a_batch_is_of_the_locations_that_its_sender_sees() -> None:
    Due()
    find_due(now=NOW)

    assert invite(places=[make.make_location().pk]) == (None, 0)


def test_a_batch_has_two_hundred_at_most() -> None:
    assert batch.MOST == 200
    due = Due()
    other = make.make_service(recall_months=6)
    due.another(service=other, day=HALF_A_YEAR_AGO)
    find_due(now=NOW)

    look = batch.preview(Stage.FIRST, now=NOW, location_ids=None, limit=10_000)

    assert Recall.objects.count() == 2
    assert len(look.going) == 1, "due for two services, somebody is invited once"


def test_a_batch_is_taken_back_until_it_has_left() -> None:
    Due()
    find_due(now=NOW)
    sent, _ = invite()
    assert sent is not None
    message = Message.objects.get()
    assert (message.kind, message.send_after) == ("recall", NOW + batch.UNDO_FOR)

    assert batch.undo(sent.pk, by=SYSTEM, now=NOW) == 1

    recall, message = Recall.objects.get(), Message.objects.get()
    assert (message.state, recall.texts, recall.first_text_at) == ("cancelled", 0, None)
    assert at_stage(holding(now=NOW), Stage.FIRST, now=NOW).exists()
    assert not batch.may_undo(RecallBatch.objects.get(), now=NOW)


def test_not_this_time_is_taken_back() -> None:
    Due()
    find_due(now=NOW)
    pk = Recall.objects.get().pk

    found = []
    for out in (True, True, False):
        found.append((leave_out(pk, out=out, by=SYSTEM, now=NOW), holding(now=NOW).exists()))

    assert found == [(True, False), (False, False), (True, True)]


def test_the_second_text_waits_as_long_as_somebody_said() -> None:
    assert second_after() == timedelta(days=21)
    save_second_after(5, by=SYSTEM, now=NOW)
    Due()
    find_due(now=NOW)
    invite()

    stages = []
    for days in (4, 5):
        now = NOW + timedelta(days=days)
        stages.append([at_stage(holding(now=now), stage, now=now).count() for stage in Stage])
    assert stages == [[0, 0, 1], [0, 1, 0]]


@pytest.mark.parametrize(
    ("days", "status", "figures"),
    [
        (None, "booked", RecallFigures(1, 0, 1)),
        (10, "booked", RecallFigures(1, 1, 0)),
        (10, "cancelled", RecallFigures(1, 0, 1)),
        (31, "booked", RecallFigures(1, 0, 1)),
    ],
)
def test_what_invitations_came_to(days: int | None, status: str, figures: RecallFigures) -> None:
    due = Due()
    find_due(now=NOW)
    invite()
    if days is not None:
        visit = due.another(day=date(2026, 5, 1), status=status)
        Appointment.objects.filter(pk=visit.pk).update(created_at=NOW + timedelta(days=days))

    found = recall_figures(since=NOW, until=NOW, location_ids=None, now=NOW + timedelta(days=29))

    assert found == figures


def test_a_merge_counts_the_texts_of_both_and_forgetting_takes_all() -> None:
    due = Due()
    find_due(now=NOW)
    invite()
    kept = make.make_contact(first_name="Ann", phone=due.ann.phone)
    seen = {kept.pk: etag(kept), due.ann.pk: etag(due.ann)}
    merge_contacts(kept.pk, due.ann.pk, seen=seen, by=SYSTEM, now=NOW)

    assert Recall.objects.get().contact == kept
    assert [one["texts"] for one in everything(kept)["recalls"]] == [1]
    forget_person(kept.pk, by=SYSTEM, now=NOW)
    assert not Recall.objects.exists()
