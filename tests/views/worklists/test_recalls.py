"""The page of recalls: empty, ordinary, limited; the same costs for few and for many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reminders.domain.recalls.find import find_due
from reminders.models import Location, Message, Recall, RecallBatch
from tests import factories as make

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def due(number: int, **values: Any) -> None:
    values.setdefault("service", None)
    service = values.pop("service") or make.make_service(recall_months=6)
    day = timezone.now().date() - timedelta(days=200)
    for _ in range(number):
        make.make_appointment(day=day, status="arrived", service=service, **values)
    find_due(now=timezone.now())


def test_without_an_interval_the_page_says_where_to_set_one(sign_in: SignIn) -> None:
    page = sign_in("manager").get("/recalls/").content.decode()

    assert "No service invites again yet" in page


def test_many_cost_the_same_as_few(
    sign_in: SignIn, statements: Callable[[Callable[[], object]], int]
) -> None:
    client, place = sign_in("manager"), make.make_location()
    due(1, location=place)
    client.get("/recalls/")
    few = statements(lambda: client.get("/recalls/"))
    due(20, location=place)

    assert statements(lambda: client.get("/recalls/")) == few
    assert client.get("/recalls/").content.decode().count("Not this time") == 21


def test_a_batch_is_sent_as_it_was_shown_and_taken_back(sign_in: SignIn) -> None:
    client, place = sign_in("receptionist"), make.make_location()
    due(2, location=place)
    one, other = Recall.objects.order_by("pk")
    assert "2 texts" in client.get("/recalls/batch/").content.decode()

    client.post("/recalls/batch/", {"stage": "first", "recall": [one.pk]})
    assert [message.contact for message in Message.objects.all()] == [one.contact]
    page = client.get("/recalls/").content.decode()
    assert "1 invitation goes out in ten minutes" in page
    client.post(f"/recalls/batch/{RecallBatch.objects.get().pk}/undo/")

    assert Message.objects.get().state == "cancelled"
    client.post(f"/recalls/{other.pk}/leave/")
    assert client.get("/recalls/").context["page"].rows == [one]


def test_somebody_of_another_location_sees_and_sends_nothing(sign_in: SignIn) -> None:
    due(1)
    elsewhere: Location = make.make_location()
    client = sign_in("receptionist", elsewhere)
    recall = Recall.objects.get()

    client.post("/recalls/batch/", {"stage": "first", "recall": [recall.pk]})

    assert client.get("/recalls/").context["page"].rows == []
    assert client.post(f"/recalls/{recall.pk}/leave/").status_code == 404
    assert not Message.objects.exists()


def test_the_statistics_say_what_invitations_came_to(sign_in: SignIn) -> None:
    client, place = sign_in("manager"), make.make_location()
    due(1, location=place)
    assert "What invitations came to" not in client.get("/statistics/").content.decode()

    client.post("/recalls/batch/", {"stage": "first", "recall": [Recall.objects.get().pk]})
    page = client.get("/statistics/").content.decode()

    assert "What invitations came to" in page
    assert "Booked within 30 days" in page
