"""Before and after a day as a page and as a file, and the prices behind it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reminders.domain.common.audit import SYSTEM
from reminders.domain.pages.figures.daily import compute_texts
from reminders.domain.setup.rules import switch_rule
from reminders.models import AuditEntry, DailyStatistics, TextPrice, TrailEntry
from tests.factories import make_confirmation_rule, make_location, make_message
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db
ON = timezone.now().date() - timedelta(days=21)
PAGE = f"/statistics/change/?on={ON}&weeks=4"


def fewer_missed(place):
    """Two days, the second with fewer missed visits by more than chance."""
    for days, missed in ((-7, 81), (1, 52)):
        DailyStatistics.objects.create(
            location=place, day=ON + timedelta(days=days), appointments=1000,
            arrived=1000 - missed, no_show=missed, computed_at=timezone.now(),
        )  # fmt: skip


def test_the_page_says_what_the_change_did(sign_in):
    place = make_location()
    fewer_missed(place)
    make_message(location=place, accepted_at=timezone.now() - timedelta(days=2), segments=2)
    today = timezone.now().date()
    compute_texts(today - timedelta(days=9), today, now=timezone.now())

    page = as_read(sign_in("manager").get(PAGE))

    assert "Fewer missed visits: 8.1 % before, 5.2 % after" in page
    assert "81 of 1,000; 6.6 to 10.0 %" in page
    assert "2 parts in 1 texts" in page
    assert "No price is set for GB" in page


def test_a_limited_user_reads_of_their_locations_only(sign_in):
    theirs, other = make_location(), make_location()
    fewer_missed(other)

    page = as_read(sign_in("manager", theirs).get(PAGE))

    assert "Nothing to compare yet" in page
    assert other.name not in page


def test_the_file_holds_the_same_and_is_noted(sign_in):
    fewer_missed(make_location())

    response = sign_in("manager").get(f"{PAGE}&as=csv")

    written = response.content.decode()
    assert '"Missed, of those marked",8.1 %,"81 of 1,000; 6.6 to 10.0 %",5.2 %' in written
    assert '\n"Fewer missed visits: 8.1 % before' in written
    assert response.headers["Content-Disposition"].endswith(f'before-and-after-{ON}.csv"')
    noted = TrailEntry.objects.filter(kind="download").values_list("details", flat=True)
    assert list(noted) == [{"file": "change", "on": str(ON)}]


def test_a_rule_leads_to_the_day_on_which_it_was_switched_on(sign_in):
    make_location()
    rule = make_confirmation_rule(name="Ask earlier", active=False)
    switch_rule(rule.pk, on=True, by=SYSTEM, now=timezone.now() - timedelta(days=9))

    page = sign_in("manager").get("/statistics/change/")

    assert [one.name for one in page.context["rules"]] == ["Ask earlier"]
    assert f"on={timezone.now().date() - timedelta(days=9)}" in page.content.decode()


@pytest.mark.parametrize(
    "query",
    ["on=9999-12-31", "on=0001-01-01", "on=%00&weeks=-1", "on=tomorrow", "on=x&as=csv&weeks=9e9"],
)
def test_odd_addresses_show_a_page(sign_in, query):
    make_location()

    assert sign_in("manager").get(f"/statistics/change/?{query}").status_code == 200


def test_prices_are_kept_by_country_with_their_history(sign_in):
    make_location(country="GB")
    make_location(country="DE")
    client = sign_in("manager")
    given = {"DE_price": "0.075", "DE_currency": "eur", "GB_price": "", "GB_currency": ""}

    client.post("/statistics/prices/", given)
    client.post("/statistics/prices/", given)
    client.post("/statistics/prices/", given | {"DE_price": "", "DE_currency": ""})

    lines = AuditEntry.objects.filter(kind="price_changed").order_by("pk")
    assert list(lines.values_list("details", flat=True)) == [
        {"country": "DE", "from": "", "to": "0.075 EUR"},
        {"country": "DE", "from": "0.075 EUR", "to": ""},
    ]
    assert not TextPrice.objects.exists()


@pytest.mark.parametrize(
    ("price", "currency", "error"),
    [
        ("0.05", "", "Three letters, such as EUR."),
        ("0.05", "€", "Three letters, such as EUR."),
        ("0.05", "E1R", "Three letters, such as EUR."),
        ("", "EUR", "Write the price, or clear the currency."),
        ("-1", "EUR", "Ensure this value is greater than or equal to 0."),
        ("NaN", "EUR", "Enter a number."),
        ("1e9", "EUR", "Ensure that there are no more than 8 digits in total."),
        ("0.0000001", "EUR", "Ensure that there are no more than 5 decimal places."),
    ],
)
def test_what_is_no_price_is_said_beside_the_field(sign_in, price, currency, error):
    make_location(country="GB")

    page = sign_in("manager").post(
        "/statistics/prices/", {"GB_price": price, "GB_currency": currency}
    )

    assert (page.status_code, TextPrice.objects.count()) == (422, 0)
    assert error in as_read(page)


def test_prices_of_everybody_are_not_a_limited_users(sign_in):
    place = make_location()

    assert sign_in("manager", place).get("/statistics/prices/").status_code == 403
