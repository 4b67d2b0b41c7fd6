"""The list of people who may be there twice, and what staff say of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reminders.domain.diary.likely_pairs import look_for_pairs
from reminders.models import Contact, LikelyPair, Location
from tests import factories as make
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db
LIST = "/data-quality/?flaw=twice&who=all"
SignIn = Callable[..., Client]


def twice(*places: Location, phone: str = "", ahead: int = 3) -> tuple[Contact, Contact]:
    """Somebody with two entries on one phone, each booked at one of the places."""
    phone = phone or make.phone()
    people = [make.make_contact(first_name=name, phone=phone) for name in ("Ann", "Anne")]
    day = (timezone.now() + timedelta(days=ahead)).date()
    for place, contact in zip(places, people, strict=False):
        make.make_appointment(location=place, contact=contact, day=day)
    look_for_pairs()
    return people[0], people[1]


def names(client: Client, address: str = LIST) -> list[tuple[str, str]]:
    found = client.get(address).context["pairs"]
    return [(str(row.keep.contact), str(row.other.contact)) for row in found.rows]


def counted(client: Client, address: str = LIST) -> object:
    return next(
        one["count"] for one in client.get(address).context["filters"] if one["flaw"] == "twice"
    )


def test_a_pair_is_proposed_with_the_way_to_see_both(sign_in: SignIn) -> None:
    ann, anne = twice(make.make_location())

    page = as_read(sign_in().get(LIST))

    assert "Same phone; the name is spelt a little differently" in page
    assert f"/contacts/{ann.pk}/merge/?other={anne.pk}" in page
    assert Contact.objects.count() == 2


def test_two_people_are_remembered_with_an_undo(sign_in: SignIn) -> None:
    ann, anne = twice(make.make_location())
    client = sign_in(first_name="Robin", last_name="Reed")

    answer = client.post("/data-quality/apart/", {"one": anne.pk, "other": ann.pk, "who": "all"})
    page = as_read(client.get(answer.headers["Location"]))
    pair = LikelyPair.objects.get()
    look_for_pairs()
    before = names(client), names(client, f"{LIST}&view=said")
    client.post(f"/data-quality/{pair.pk}/together/")

    assert "Remembered: Anne Lee and Ann Lee are two people." in page
    assert f"/data-quality/{pair.pk}/together/" in page
    assert before == ([], [("Ann Lee", "Anne Lee")])
    assert names(client) == [("Ann Lee", "Anne Lee")]


def test_who_said_so_stands_there_and_a_second_click_changes_nothing(sign_in: SignIn) -> None:
    ann, anne = twice(make.make_location())
    first, second = sign_in(first_name="Robin", last_name="Reed"), sign_in("manager")
    for client in (first, second):
        client.post("/data-quality/apart/", {"one": ann.pk, "other": anne.pk})
    page = as_read(second.get(f"{LIST}&view=said"))
    pair = LikelyPair.objects.get()
    for _ in range(2):
        assert second.post(f"/data-quality/{pair.pk}/together/").status_code == 302

    assert "Said to be two people by Robin Reed" in page
    assert "taken back already" in as_read(second.get(LIST))


def test_only_pairs_of_whom_both_are_seen_are_listed_counted_or_settled(sign_in: SignIn) -> None:
    mine, other = make.make_location(), make.make_location()
    twice(mine, mine)
    half = twice(mine, other)
    hidden = twice(other, other)
    client = sign_in("receptionist", mine)

    assert (len(names(client)), counted(client)) == (1, 1)
    assert (len(names(sign_in())), counted(sign_in())) == (3, 3)
    for one, another in (half, hidden):
        given = {"one": one.pk, "other": another.pk}
        assert client.post("/data-quality/apart/", given).status_code == 404
    assert not LikelyPair.objects.exclude(apart_at=None).exists()


def test_with_a_visit_to_come_is_narrower_than_everybody(sign_in: SignIn) -> None:
    twice(make.make_location(), ahead=-3)
    client = sign_in()

    assert (len(names(client)), len(names(client, "/data-quality/?flaw=twice"))) == (1, 0)
    twice(make.make_location())
    assert len(names(client, "/data-quality/?flaw=twice")) == 1


def test_the_location_to_which_the_pages_are_set_narrows_it(sign_in: SignIn) -> None:
    mine, other = make.make_location(), make.make_location()
    twice(mine)
    twice(other)
    client = sign_in()
    client.post("/remember/", {"location": mine.pk})

    assert (len(names(client)), counted(client)) == (1, 1)


def test_pages_go_on_behind_the_last_pair(sign_in: SignIn) -> None:
    for index in range(27):
        twice(phone=make.phone(index))
    client = sign_in()
    first = client.get(LIST).context

    second = client.get(f"{LIST}&after={first['further']}").context

    assert (len(first["pairs"].rows), len(second["pairs"].rows), second["further"]) == (25, 2, 0)


def test_the_same_entry_twice_is_no_pair(sign_in: SignIn) -> None:
    ann, _ = twice()
    given = {"one": ann.pk, "other": ann.pk, "who": "all"}

    assert sign_in().post("/data-quality/apart/", given).status_code == 302
    assert not LikelyPair.objects.exclude(apart_at=None).exists()
