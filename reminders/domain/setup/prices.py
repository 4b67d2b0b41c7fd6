"""What a part of a text costs, by the country of a location, as the manager set it up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from reminders.domain.common.audit import Actor, record
from reminders.models import Location, TextPrice


class Price(NamedTuple):
    """Money for one part; the currency is three letters."""

    amount: Decimal
    currency: str


def prices() -> dict[str, Price | None]:
    """By country: those of the locations and those with a price, None where there is none."""
    countries = Location.objects.order_by("country").values_list("country", flat=True)
    found: dict[str, Price | None] = dict.fromkeys(countries.distinct())
    for row in TextPrice.objects.all():
        found[row.country] = Price(row.price, row.currency)
    return dict(sorted(found.items()))


def save_prices(wanted: Mapping[str, Price | None], *, by: Actor, now: datetime) -> int:
    """Write those that differ, each with its line of history; return how many did."""
    with transaction.atomic():
        # Locked: of two who save at once, the second compares with what the first wrote.
        rows = {row.country: row for row in TextPrice.objects.select_for_update()}
        changed = 0
        for country, price in sorted(wanted.items()):
            before = rows.get(country)
            had = Price(before.price, before.currency) if before else None
            if price == had:
                continue
            _write(country, price, now=now)
            details = {"country": country, "from": _words(had), "to": _words(price)}
            record("price_changed", by=by, now=now, details=details)
            changed += 1
    return changed


def _write(country: str, price: Price | None, *, now: datetime) -> None:
    if price is None:
        TextPrice.objects.filter(country=country).delete()
        return
    TextPrice.objects.update_or_create(
        country=country,
        defaults={"price": price.amount, "currency": price.currency, "changed_at": now},
    )


def _words(price: Price | None) -> str:
    return f"{price.amount.normalize():f} {price.currency}" if price else ""
