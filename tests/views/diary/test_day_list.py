"""The list of a day: its parts, how much of it a page holds, and how heavy the first one is."""

import gzip
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_confirmation_rule, make_location
from tests.views.test_costs import TOMORROW, fill

pytestmark = pytest.mark.django_db

LIGHT = 14 * 1024
"""What a server may send before it has heard back: more costs another way to and fro."""


def test_the_first_page_of_a_full_day_is_light(sign_in):
    fill(make_location(zone="UTC"), make_confirmation_rule(), start=0, count=300)

    page = sign_in().get(f"/?date={TOMORROW:%Y-%m-%d}")

    assert len([entry for entry in page.context["entries"] if entry.row]) == 50
    assert len(gzip.compress(page.content)) < LIGHT


def test_one_statement_more_for_each_date_that_is_today_somewhere(sign_in, statements):
    client = sign_in()
    make_location(zone="Pacific/Kiritimati")
    client.get("/")
    one = statements(lambda: client.get("/"))
    make_location(zone="Pacific/Pago_Pago")
    client.get("/")

    assert statements(lambda: client.get("/")) == one + 1


def test_a_page_that_stays_open_over_midnight_goes_on_with_its_dates(sign_in):
    places = [make_location(zone=zone) for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago")]
    client = sign_in()
    address = client.get("/").context["address"]
    yesterday = int(address["opened"]) - 86_400_000_000

    now = client.get("/day/rows/", address).context["choice"].days
    then = client.get("/day/rows/", address | {"opened": str(yesterday)}).context["choice"].days

    assert then == {pk: day - timedelta(days=1) for pk, day in now.items()}
    assert set(now) == {place.pk for place in places}


@pytest.mark.parametrize("opened", ["0", "-62135596800000000", "99999999999999999", "soon"])
def test_a_moment_that_no_page_was_opened_at_is_now(sign_in, opened):
    make_location(zone="Pacific/Pago_Pago")

    page = sign_in().get("/", {"opened": opened})

    assert page.context["choice"].opened <= timezone.now()
    assert page.context["choice"].relative == "Today"


def test_links_of_the_page_do_not_carry_along_what_only_a_live_look_sends(sign_in):
    page = sign_in().get("/", {"opened": "12345", "state": "asked"}).content.decode()

    assert "opened=" not in page
    assert "state=asked" in page
