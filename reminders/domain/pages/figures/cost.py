"""What texts cost: units that the provider's reports told, else parts, by each country's price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from reminders.domain.pages.figures.periods import Period, number_of, within_any
from reminders.models import Location, Message, TextPrice


class Cost(NamedTuple):
    """What the texts of a period cost. Voice calls are not in it: they are not charged by parts."""

    texts: int = 0
    units: int = 0
    billed: int = 0
    """Texts of which the provider told the units; of the others the parts are taken."""
    sums: tuple[tuple[str, Decimal], ...] = ()
    """Currency and money, by currency."""
    unpriced: tuple[tuple[str, int], ...] = ()
    """Countries without a price, and their units."""

    @property
    def words(self) -> str:
        """“12.40 EUR and 3.00 GBP”."""
        return " and ".join(f"{money:,.2f} {currency}" for currency, money in self.sums)


_AT = {"at": "accepted_at", "place": "location"}


def costs(periods: Sequence[Period], places: Sequence[Location]) -> list[Cost]:
    """What was handed over in each of these periods at these locations; two statements."""
    texts = Message.objects.filter(
        within_any(periods, places, **_AT), format=Message.Format.SMS, road=Message.Road.SMS
    ).exclude(state=Message.State.CANCELLED)
    rows = (
        texts.exclude(kind=Message.Kind.TEST)
        .order_by()
        .values("location__country", number=number_of(periods, places, **_AT))
        .annotate(
            texts=Count("pk"), units=Sum(Coalesce("billed", "segments")), known=Count("billed")
        )
    )
    prices = {one.country: one for one in TextPrice.objects.all()}
    found = sorted(rows, key=lambda row: row["location__country"])
    return [
        _cost([row for row in found if row["number"] == number], prices)
        for number in range(len(periods))
    ]


def _cost(found: Sequence[Mapping[str, Any]], prices: Mapping[str, TextPrice]) -> Cost:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    unpriced: list[tuple[str, int]] = []
    for row in found:
        price = prices.get(row["location__country"])
        if price is None:
            unpriced.append((row["location__country"], row["units"]))
        else:
            sums[price.currency] += price.price * row["units"]
    return Cost(
        sum(row["texts"] for row in found),
        sum(row["units"] for row in found),
        sum(row["known"] for row in found),
        tuple(sorted(sums.items())),
        tuple(unpriced),
    )
