"""What the texts that another road brought would have cost by SMS."""

from datetime import timedelta
from decimal import Decimal

import pytest

from reminders.domain.pages.figures.spared import Spared, spared
from reminders.models import Location, Message, TextPrice
from tests.factories import NOON, make_location, make_message

pytestmark = pytest.mark.django_db


def text(place: Location, road: str, segments: int, **values: object) -> Message:
    """A text of a rule that arrived."""
    plain = {"state": "delivered", "accepted_at": NOON, "location": place, "road": road}
    return make_message(segments=segments, **(plain | values))


def found(*places: Location) -> Spared | None:
    """For the day around NOON."""
    ids = [place.pk for place in places]
    day = timedelta(days=1)
    return spared(location_ids=ids, since=NOON - day, until=NOON + day)


def price(country: str, currency: str, of_a_part: str) -> None:
    TextPrice.objects.create(
        country=country, currency=currency, price=Decimal(of_a_part), changed_at=NOON
    )


def test_where_all_goes_by_sms_nothing_is_spared():
    place = make_location()
    text(place, "sms", 2)

    assert found(place) is None


def test_texts_by_whatsapp_count_by_their_parts_and_mails_by_the_usual_ones():
    place = make_location(country="GB")
    price("GB", "GBP", "0.04")
    for segments in (1, 2):
        text(place, "sms", segments)
    text(place, "whatsapp", 3)
    for _ in range(3):
        text(place, "email", 0)

    one = found(place)

    # Three by WhatsApp, and three mails of a text and a half.
    assert one == Spared(4, 8, (("GBP", Decimal("0.32")),))
    assert one.words == "about 8 parts by SMS, 0.32 GBP at your prices"


def test_what_sms_brought_after_all_is_not_spared():
    place = make_location()
    first = text(place, "whatsapp", 1)
    text(place, "sms", 1, instead_of=first)
    called_back = text(place, "whatsapp", 1)
    text(place, "sms", 1, instead_of=called_back, state="cancelled")
    text(place, "whatsapp", 1, state="failed")
    text(place, "email", 0, kind="copy")

    one = found(place)

    assert (one.texts, one.parts) == (1, 1) if one else False


def test_a_country_without_a_price_leaves_no_sum_that_is_too_small():
    here, there = make_location(country="GB"), make_location(country="IE")
    price("GB", "GBP", "0.04")
    text(here, "whatsapp", 1)
    text(there, "email", 0)

    one = found(here, there)

    assert one == Spared(2, 2)
    assert one.words == "about 2 parts by SMS"
    assert found(here) == Spared(1, 1, (("GBP", Decimal("0.04")),))


def test_texts_of_other_places_and_days_do_not_count():
    here, there = make_location(), make_location()
    text(there, "whatsapp", 1)
    text(here, "whatsapp", 1, accepted_at=NOON - timedelta(days=2))

    assert found(here) is None
