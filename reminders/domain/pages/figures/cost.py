"""What texts cost: units that the provider's reports told, else parts, by each country's price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, Sum

from reminders.domain.pages.figures.periods import Period
from reminders.models import DailyTexts, Location, TextPrice


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


def costs(periods: Sequence[Period], places: Sequence[Location]) -> list[Cost]:
    """What was handed over in each of these periods at these locations; two statements."""
    days = DailyTexts.objects.filter(
        location__in=[place.pk for place in places], charged__gt=0
    ).order_by()
    rows = days.values("location__country").annotate(
        **{
            f"{name}_{number}": Sum(column, default=0, filter=Q(day__range=period))
            for name, column in (("texts", "charged"), ("units", "units"), ("known", "billed"))
            for number, period in enumerate(periods)
        }
    )
    prices = {one.country: one for one in TextPrice.objects.all()}
    found = sorted(rows, key=lambda row: row["location__country"])
    return [_cost(_of(number, found), prices) for number in range(len(periods))]


def _of(number: int, found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sums of one period, by country; none of a country where nothing was sent."""
    names = ("texts", "units", "known")
    rows = [
        {"location__country": row["location__country"]}
        | {name: row[f"{name}_{number}"] for name in names}
        for row in found
    ]
    return [row for row in rows if row["texts"]]


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
