"""Countries and time zones as lists that know each other, and what may be sent from."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from phonenumbers import SUPPORTED_REGIONS

from reminders.provider import MessagesApi, MessagesApiError, SenderAddress

ANYWHERE = "UTC"


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Every country with a numbering plan: its two letters and its English name, by the name."""
    names = Locale("en").territories
    pairs = ((code, str(names.get(code, code))) for code in SUPPORTED_REGIONS)
    return tuple(sorted(pairs, key=lambda pair: pair[1]))


@cache
def zones() -> tuple[tuple[str, str], ...]:
    """Every time zone that belongs to a country, with the country's letters, by the zone's name."""
    known = available_timezones()
    places = get_global("zone_territories")
    found = ((zone, place) for zone, place in places.items() if zone in known)
    # The first of a country's is what choosing the country proposes: no station at the pole.
    return tuple(sorted(found, key=lambda one: (one[0].startswith("Antarctica/"), one)))


def zones_of(country: str) -> tuple[str, ...]:
    """The time zones of a country."""
    return tuple(zone for zone, place in zones() if place == country)


def fits(zone: str, country: str) -> bool:
    """Whether a clock on the wall in this country may show this time zone."""
    return zone == ANYWHERE or zone in zones_of(country) or not zones_of(country)


def in_words(zone: str) -> str:
    """A zone as people read it: “New York (America)”."""
    area, _, city = zone.partition("/")
    return f"{city.replace('_', ' ').replace('/', ', ')} ({area})" if city else zone


def senders(api: MessagesApi) -> list[SenderAddress] | None:
    """What the provider lets us send from; None where it cannot be asked now."""
    try:
        return api.sender_addresses()
    except MessagesApiError:
        return None
