"""What a change of many visits would do, before anybody says go. Writes and locks nothing.

The same choice and the same words as when it is carried out, on copies of the visits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from reminders.domain.common.etags import digest
from reminders.domain.whole_day.left_out import sort_out
from reminders.domain.whole_day.letters import Desk, Letter, write_letters
from reminders.domain.whole_day.moving import at_new_time
from reminders.domain.whole_day.stand_in import would_be_planned
from reminders.domain.whole_day.wish import Kind, Wish
from reminders.models import Appointment, BulkChange, Message, Reminder, TextPrice

EXAMPLES = 3


@dataclass(frozen=True)
class Outlook:
    """What would happen. `withdrawn` texts are with the provider, `dropped` ones only planned."""

    chosen: int
    going: list[Appointment]
    left_out: list[tuple[Appointment, str]]
    letters: list[Letter]
    to_call: list[tuple[Appointment, str]]
    withdrawn: int
    dropped: int
    replaced: int
    costs: list[tuple[Decimal, str]]
    """What the texts cost, by currency, where the price of a part is known for all of them."""

    @property
    def parts(self) -> int:
        """What the provider charges for."""
        return sum(letter.segments for letter in self.letters)

    @property
    def examples(self) -> list[Letter]:
        """Some texts, different ones first."""
        seen: dict[object, Letter] = {}
        for letter in self.letters:
            seen.setdefault((letter.contact.language, len(letter.visits) > 1), letter)
        return [*seen.values(), *(one for one in self.letters if one not in seen.values())][
            :EXAMPLES
        ]

    @property
    def later(self) -> datetime | None:
        """When the last texts leave, where texting hours make some wait."""
        first = min((letter.leaves_at for letter in self.letters), default=None)
        last = max((letter.leaves_at for letter in self.letters), default=None)
        return last if first != last else None

    @property
    def why_left_out(self) -> list[tuple[str, int]]:
        """Reasons with how many visits each is for."""
        return Counter(words for _, words in self.left_out).most_common()

    @property
    def token(self) -> str:
        """Changes with what would happen, so that nobody says go to something else."""
        texts = [(letter.contact.pk, letter.text) for letter in self.letters]
        lists = [(visit.pk, why) for visit, why in (*self.left_out, *self.to_call)]
        return digest((texts, lists, [visit.pk for visit in self.going]))


def look_ahead(change: BulkChange, wish: Wish, *, now: datetime) -> Outlook:
    """What this would do to the visits that were chosen."""
    rows = list(
        change.rows.select_related(
            "appointment__contact__responsible",
            "appointment__location",
            "appointment__practitioner",
            "appointment__service",
        ).order_by("appointment__starts_at", "pk")
    )
    going, left_out = sort_out(rows, wish, now=now)
    visits = [row.appointment for row in going]
    was_at = {visit.pk: visit.starts_at for visit in visits}
    send_at = now + settings.BULK_UNDO_FOR
    withdrawn, dropped = _taken_back(visits, wish, now=now)
    planned: dict[int, list[int]] = {}
    if wish.kind == Kind.MOVE:
        at_new_time(visits, wish)
        planned = would_be_planned(visits, wish, send_at=send_at, now=now)
    joint = set(planned) if wish.kind == Kind.MOVE else {visit.pk for visit in visits}
    desk = Desk.for_visits(visits, wish, send_at=send_at, was_at=was_at)
    found = write_letters(visits, desk, joint=joint)
    by_id = {visit.pk: visit for visit in visits}
    return Outlook(
        chosen=len(rows),
        going=visits,
        left_out=[(row.appointment, left_out[row.pk]) for row in rows if row.pk in left_out],
        letters=found.letters,
        to_call=[(by_id[pk], why) for pk, why in found.to_call.items()],
        withdrawn=withdrawn,
        dropped=dropped,
        replaced=_replaced(planned, found.letters),
        costs=_costs(found.letters),
    )


def _costs(letters: Sequence[Letter]) -> list[tuple[Decimal, str]]:
    prices = {one.country: one for one in TextPrice.objects.all()}
    countries = [letter.visits[0].location.country for letter in letters]
    # A sum that leaves some out would be taken for all of it.
    if any(country not in prices for country in countries):
        return []
    found: dict[str, Decimal] = {}
    for letter, country in zip(letters, countries, strict=True):
        price = prices[country]
        cost = letter.segments * price.price
        found[price.currency] = found.get(price.currency, Decimal()) + cost
    return [(cost, currency) for currency, cost in sorted(found.items())]


def _taken_back(visits: Sequence[Appointment], wish: Wish, *, now: datetime) -> tuple[int, int]:
    if wish.kind not in (Kind.MOVE, Kind.CANCEL):
        return 0, 0
    of_these = Reminder.objects.filter(appointment__in=[visit.pk for visit in visits])
    handed_over = of_these.filter(state__in=Reminder.HANDED_OVER).values("message")
    held = Message.objects.withdrawable(now=now).filter(pk__in=handed_over).count()
    return held, of_these.filter(state=Reminder.State.PLANNED).count()


def _replaced(planned: dict[int, list[int]], letters: Sequence[Letter]) -> int:
    told = {visit.pk for letter in letters for visit in letter.visits}
    return sum(len(ids) for pk, ids in planned.items() if pk in told)
