"""What the texts that another road brought would have cost by SMS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from reminders.models import Message, Road, TextPrice


class Spared(NamedTuple):
    """Texts that arrived by another road, without an SMS after them."""

    texts: int
    parts: int
    """Of SMS: those of the same words, and for mails as many as texts had there on average."""
    sums: tuple[tuple[str, Decimal], ...] = ()
    """Currency and money, by currency; empty where a country has no price."""

    @property
    def words(self) -> str:
        """“about 150 parts by SMS, 12.40 EUR at your prices”."""
        parts = f"about {self.parts} part{'' if self.parts == 1 else 's'} by SMS"
        money = " and ".join(f"{money:,.2f} {currency}" for currency, money in self.sums)
        return f"{parts}, {money} at your prices" if money else parts


def spared(*, location_ids: Sequence[int], since: datetime, until: datetime) -> Spared | None:
    """What no SMS had to be sent for; None where there was nothing. Two statements."""
    by_sms = Message.objects.filter(instead_of=OuterRef("pk"), accepted_at__isnull=False)
    followed = Exists(by_sms.exclude(state=Message.State.CANCELLED))
    arrived = Q(~followed, state=Message.State.DELIVERED)
    left = Message.objects.filter(
        kind=Message.Kind.REMINDER,
        location_id__in=location_ids,
        accepted_at__range=(since, until),
        format=Message.Format.SMS,
    ).exclude(state=Message.State.CANCELLED)
    rows = list(
        left.order_by()
        .values("road", "location__country")
        .annotate(
            texts=Count("pk"),
            units=Sum(Coalesce("billed", "segments")),
            arrived=Count("pk", filter=arrived),
            parts=Sum("segments", filter=arrived, default=0),
        )
    )
    others = [row for row in rows if row["road"] != Road.SMS and row["arrived"]]
    if not others:
        return None
    usual = _parts_of_a_text([row for row in rows if row["road"] == Road.SMS])
    parts: dict[str, int] = defaultdict(int)
    for row in others:
        country = row["location__country"]
        # A mail has no parts of its own.
        parts[country] += row["parts"] or ceil(row["arrived"] * usual.get(country, usual[""]))
    return Spared(sum(row["arrived"] for row in others), sum(parts.values()), _money(parts))


def _parts_of_a_text(by_sms: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """How many parts a text by SMS had on average, by country; of all of them under ""."""
    texts: dict[str, int] = defaultdict(int)
    units: dict[str, int] = defaultdict(int)
    for row in by_sms:
        for country in (row["location__country"], ""):
            texts[country] += row["texts"]
            units[country] += row["units"] or 0
    found = {country: units[country] / count for country, count in texts.items() if count}
    return {"": 1.0} | found


def _money(parts: Mapping[str, int]) -> tuple[tuple[str, Decimal], ...]:
    prices = {one.country: one for one in TextPrice.objects.filter(country__in=parts)}
    # A sum that leaves a country out would look like less than it was.
    if len(prices) < len(parts):
        return ()
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for country, count in parts.items():
        sums[prices[country].currency] += prices[country].price * count
    return tuple(sorted(sums.items()))
