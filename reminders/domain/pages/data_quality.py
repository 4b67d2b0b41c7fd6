"""Contacts whose number keeps texts from arriving: none, unreadable, a landline, wrong, or shared
by many.

Lists are read a page at a time through indexes, counts end at a limit, so that the size of the
table does not matter. Where a list goes on is named by a contact's id, never by a name or number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.db.models.lookups import IsNull

from reminders.domain.phones.parsing import PROBLEM_WORDS, PhoneProblem
from reminders.models import AgeRule, Appointment, Contact
from reminders.models.care.represented import born_after
from reminders.models.in_sql.lists import is_one_of

ROWS = 50
COUNTED_TO = 100
"""Counting stops here; more are "over 100": nobody works those off in a day, and the page waits for
them.
"""


class Flaw(StrEnum):
    """What is wrong with a number."""

    MISSING = "missing"
    INVALID = "invalid"
    LANDLINE = "landline"
    WRONG = "wrong"
    SHARED = "shared"
    MINOR = "minor"
    OF_AGE = "of_age"


_CONDITIONS = {
    Flaw.MISSING: Q(phone="", phone_as_given="", forgotten_at=None, responsible=None),
    Flaw.INVALID: Q(phone="") & ~Q(phone_as_given=""),
    Flaw.LANDLINE: (
        Q(phone_kind=Contact.PhoneKind.LANDLINE, channel=Contact.Channel.SMS) & ~Q(phone="")
    ),
    Flaw.WRONG: ~Q(wrong_number="") & Q(wrong_number=F("phone")),
}


@dataclass(frozen=True, slots=True)
class FlawSearch:
    """Whose contacts are looked at; `location_ids` None: everybody's, `coming`: only with a visit
    ahead.

    `unbooked` takes in those who are booked nowhere, and so may be anybody's.
    """

    location_ids: tuple[int, ...] | None
    coming: bool
    now: datetime
    unbooked: bool = True

    @property
    def ahead(self) -> QuerySet[Appointment]:
        """The coming visits at these locations."""
        return self._here.filter(starts_at__gt=self.now, status__in=Appointment.EXPECTED)

    @property
    def _here(self) -> QuerySet[Appointment]:
        visits = Appointment.objects.order_by()
        return (
            visits if self.location_ids is None else visits.filter(location__in=self.location_ids)
        )

    @property
    def people(self) -> QuerySet[Contact]:
        """The contacts that are looked at."""
        return self.of(Contact.objects.all())

    def of(self, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
        """Those of these contacts that are looked at."""
        if self.coming:
            return contacts.filter(_has(self.ahead))
        if self.location_ids is None:
            return contacts
        theirs = _has(self._here)
        if not self.unbooked:
            return contacts.filter(theirs)
        return contacts.filter(Q(theirs) | ~Q(_has(Appointment.objects.order_by())))


def _has(visits: QuerySet[Appointment]) -> IsNull:
    """The condition that a contact has one of these visits.

    The first one and not EXISTS: PostgreSQL would turn that into a join or a hash, for which it
    reads every visit there is. So it looks at the visits of few contacts, each through its index.
    """
    first = visits.filter(contact=OuterRef("pk")).values("pk")[:1]
    return IsNull(Subquery(first), False)


class Flawed(NamedTuple):
    """A contact whose number is no good, and their next visit (UTC)."""

    id: int
    name: str
    phone: str
    as_given: str
    problem: str
    appointment_id: int | None
    starts_at: datetime | None
    zone: str
    country: str

    @property
    def problem_words(self) -> str:
        """What is wrong and what to do, for staff."""
        return (
            PROBLEM_WORDS[PhoneProblem(self.problem)] if self.problem in set(PhoneProblem) else ""
        )


class Shared(NamedTuple):
    """A number that several contacts have; `people` are the first of them, by id and name."""

    phone: str
    shared_by: int
    people: tuple[tuple[int, str], ...]


def count_flaws(look: FlawSearch) -> dict[Flaw, int]:
    """How many of each, at most `COUNTED_TO`; shared ones are counted by number."""
    counts = {
        flaw: look.people.filter(condition).order_by()[:COUNTED_TO].count()
        for flaw, condition in _conditions(look).items()
    }
    return counts | {Flaw.SHARED: len(_numbers(look, at_least=2, limit=COUNTED_TO))}


def _conditions(look: FlawSearch) -> dict[Flaw, Q]:
    """What each flaw is, but for SHARED; that of age only where there is a rule by age."""
    found = _CONDITIONS | {Flaw.OF_AGE: _of_age(look)}
    years = AgeRule.objects.values_list("years", flat=True).first()
    return found if years is None else found | {Flaw.MINOR: _minor(look, years)}


def _minor(look: FlawSearch, years: int) -> Q:
    """Under age, on a number that is nobody else's, and nobody is known to be responsible."""
    others = Contact.objects.filter(phone=OuterRef("phone")).exclude(pk=OuterRef("pk"))
    child = Q(birth_date__gt=born_after(look.now.date(), years), responsible=None)
    return child & ~Q(phone="") & Q(~Exists(others))


def _of_age(look: FlawSearch) -> Q:
    """Texted themselves from a birthday on that has come, and without a number of their own."""
    grown = Q(responsible__isnull=False, responsible_until__lte=look.now.date())
    return grown & Q(phone="")


def flawed(flaw: Flaw, look: FlawSearch, *, after: int = 0, limit: int = ROWS) -> list[Flawed]:
    """Contacts with this flaw (any but SHARED) by name, from behind the contact with the id
    `after`; two statements.
    """
    people = look.people.filter(_conditions(look)[flaw]).order_by("last_name", "first_name", "pk")
    if after:
        people = _behind(after, people)
    page = list(people[:limit])
    coming = look.ahead.filter(contact__in=page).order_by("contact_id", "starts_at")
    visits = coming.distinct("contact_id").select_related("location")
    next_visits = {visit.contact_id: visit for visit in visits}
    return [_flawed(contact, next_visits.get(contact.pk)) for contact in page]


def _behind(after: int, people: QuerySet[Contact]) -> QuerySet[Contact]:
    shown = Contact.objects.filter(pk=after).values_list("last_name", "first_name").first()
    # Deleted meanwhile: the list has no place any more where it could go on.
    if shown is None:
        return people.none()
    last, first = shown
    same_name = Q(first_name=first, pk__gt=after)
    later = Q(last_name__gt=last) | Q(last_name=last) & (Q(first_name__gt=first) | same_name)
    # The bound on the last name alone is where the index is entered.
    return people.filter(later, last_name__gte=last)


def _flawed(contact: Contact, visit: Appointment | None) -> Flawed:
    return Flawed(
        id=contact.pk,
        name=contact.name,
        phone=contact.phone,
        as_given=contact.phone_as_given,
        problem=contact.phone_problem,
        appointment_id=visit.pk if visit else None,
        starts_at=visit.starts_at if visit else None,
        zone=visit.location.zone if visit else "",
        country=visit.location.country if visit else "",
    )


def shared_numbers(
    look: FlawSearch, *, at_least: int = 2, after: int = 0, limit: int = ROWS, people: int = 8
) -> list[Shared]:
    """Numbers that `at_least` so many contacts have, each with the first `people` of them; a few
    statements.
    """
    # One person on a number is no sharing, whatever an address asks for.
    numbers = _numbers(look, at_least=max(2, at_least), limit=limit, after=after)
    # Named are also those without a visit ahead: who shares the number is what one wants to see.
    nth = Window(RowNumber(), partition_by="phone", order_by="pk")
    anybody = replace(look, coming=False).of(Contact.objects.filter(phone__in=numbers))
    first = anybody.annotate(nth=nth).filter(nth__lte=people).order_by("pk")
    names: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for contact in first:
        names[contact.phone].append((contact.pk, contact.name))
    return [Shared(phone, count, tuple(names[phone])) for phone, count in numbers.items()]


def _numbers(look: FlawSearch, *, at_least: int, limit: int, after: int = 0) -> dict[str, int]:
    """The first `limit` shared numbers, and how many of those looked at have each.

    Counts only who is looked at: that others are on a number is not for everybody.
    """
    with_number = Contact.objects.exclude(phone="")
    if after:
        with_number = with_number.filter(
            phone__gt=Contact.objects.filter(pk=after).values("phone")[:1]
        )
    if look.location_ids is None and not look.coming:
        return dict(_shared(with_number, at_least)[:limit])
    found: dict[str, int] = {}
    last, at_once = "", 2 * limit
    while len(found) < limit:
        # Group by group, in the order of the index: whether anybody of a number is looked at is
        # asked of the few shared ones, and not of everybody.
        shared = _shared(with_number.filter(phone__gt=last), at_least)[:at_once]
        phones = [phone for phone, _ in shared]
        if not phones:
            break
        # Twice as many each time: where few are looked at, the whole table is walked in few steps.
        last, at_once = phones[-1], 2 * at_once
        found |= _looked_at(look, phones, at_least)
    return dict(list(found.items())[:limit])


def _shared(contacts: QuerySet[Contact], at_least: int) -> Any:
    """Pairs of number and count; Any, because the types know nothing of what `values` counts."""
    by_number: Any = contacts.order_by("phone").values("phone")
    return (
        by_number.annotate(shared_by=Count("pk"))
        .filter(shared_by__gte=at_least)
        .values_list("phone", "shared_by")
    )


def _looked_at(look: FlawSearch, phones: Collection[str], at_least: int) -> dict[str, int]:
    """How many are counted on each of these numbers; with `coming`, where one of them has a visit
    ahead.
    """
    # That a phone is there is the condition of the index on them. As one list: hundreds of numbers
    # one by one take longer to send than to find.
    numbered = Contact.objects.filter(is_one_of("phone", phones)).exclude(phone="")
    on_them = replace(look, coming=False).of(numbered)
    if look.coming:
        on_them = on_them.annotate(ahead=_has(look.ahead))
        rows = list(on_them.values_list("pk", "phone", "ahead"))
    else:
        rows = [(pk, phone, True) for pk, phone in on_them.values_list("pk", "phone")]
    expected = {phone for _, phone, ahead in rows if ahead}
    counts = Counter(phone for _, phone, _ in rows)
    return {
        phone: counts[phone] for phone in phones if counts[phone] >= at_least and phone in expected
    }
