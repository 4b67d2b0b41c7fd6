"""Find people and appointments while somebody types: by name, by telephone number in any writing,
by date of birth, by id.

Names are folded (`models.folding`) and use PostgreSQL's own prefix search, numbers are found from
their end or their beginning, each through an index. However short the search, only so many rows are
ever looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Reverse
from django.utils import timezone
from phonenumbers import country_code_for_region

from reminders.domain.common.access import Scope
from reminders.domain.diary.birth_dates import birth_dates
from reminders.domain.phones.parsing import search_digits
from reminders.models import Appointment, Contact
from reminders.models.in_sql.folding import typed_words

CANDIDATES = 500
PEOPLE = 200
"""At most so many people are looked at for one search, and for one of their appointments."""
LEAST_DIGITS = 3
LEAST_LETTERS = 2
LONGEST = 100
_PHONE = re.compile(r"[\d\s()+./-]+")


@dataclass(frozen=True)
class SearchResult:
    """Ids in the order in which they are shown; `more` when a longer search would help."""

    ids: list[int]
    more: bool


def asks_something(query: str) -> bool:
    """Whether there is enough to search for."""
    return bool(_conditions(query.strip()[:LONGEST], countries=()))


def find_contacts(query: str, *, scope: Scope, limit: int = 50) -> SearchResult:
    """The people whose name begins like the words, whose number ends or begins so, or who have this
    id.
    """
    condition = _conditions(query.strip()[:LONGEST], countries=_countries(scope))
    if not condition:
        return SearchResult([], more=False)
    ids = _candidates(condition, scope=scope, most=CANDIDATES)
    rows = Contact.objects.filter(pk__in=ids).order_by("last_name", "first_name", "pk")
    shown = list(rows.values_list("pk", flat=True)[: limit + 1])
    return SearchResult(shown[:limit], more=len(shown) > limit or len(ids) == CANDIDATES)


def find_appointments(
    query: str, *, scope: Scope, location_ids: Sequence[int], today: date, limit: int = 50
) -> SearchResult:
    """Appointments with this diary id or of people found as above: the coming ones first, then the
    latest.
    """
    query = query.strip()[:LONGEST]
    condition = _conditions(query, countries=_countries(scope))
    people = _candidates(condition, scope=scope, most=PEOPLE) if condition else []
    of_people = Q(contact_id__in=people) | Q(pk__in=_with_diary_id(query))
    rows = Appointment.objects.filter(of_people, location_id__in=location_ids)
    coming = list(
        rows.filter(local_date__gte=today)
        .order_by("starts_at", "pk")
        .values_list("pk", flat=True)[: limit + 1]
    )
    # Read only for what is left: a long past must not be walked through for a full page.
    past = (
        rows.filter(local_date__lt=today).order_by("-starts_at", "pk").values_list("pk", flat=True)
    )
    ids = coming + list(past[: max(limit + 1 - len(coming), 0)])
    return SearchResult(ids[:limit], more=len(ids) > limit or len(people) == PEOPLE)


def _candidates(condition: Q, *, scope: Scope, most: int) -> list[int]:
    people = scope.contacts().alias(phone_end=Reverse("phone")).filter(condition)
    # Unordered: sorting would first find everybody who fits a short word, then cut.
    return list(people.order_by().values_list("pk", flat=True)[:most])


def _countries(scope: Scope) -> tuple[str, ...]:
    return tuple(dict.fromkeys(location.country for location in scope.locations))


def _conditions(query: str, *, countries: Sequence[str]) -> Q:
    """An empty condition when there is too little to go by."""
    if not query:
        return Q()
    days = birth_dates(query, today=timezone.now().date())
    born = Q(birth_date__in=set(days.values())) if days else Q()
    if _PHONE.fullmatch(query):
        return _by_phone(query, countries) | born
    words = typed_words(query)
    if sum(len(spellings[0]) for spellings in words) < LEAST_LETTERS:
        return Q()
    # Letters and digits only: the search is raw and would take operators from people.
    prefixes = " & ".join(f"({_prefixes(spellings)})" for spellings in words)
    by_name = Q(search=SearchQuery(prefixes, config="simple", search_type="raw"))
    return by_name | Q(external_id=query) & ~Q(external_id="")


def _prefixes(spellings: Sequence[str]) -> str:
    return " | ".join(f"'{one}':*" for one in spellings)


def _by_phone(query: str, countries: Sequence[str]) -> Q:
    if sum(map(str.isdigit, query)) < LEAST_DIGITS:
        return Q()
    condition = Q(external_id=query) & ~Q(external_id="")
    # The same digits are another number in another country: each of the user's is tried.
    for country in countries or ("",):
        digits = search_digits(query, country or None)
        # The end is turned round, because an index finds beginnings only.
        condition |= Q(phone_end__startswith=digits[::-1])
        condition |= _begins(f"+{digits}")
        if country:
            condition |= _begins(f"+{country_code_for_region(country)}{digits}")
    return condition


def _begins(prefix: str) -> Q:
    """A range instead of a pattern, which needs no special index. No number is longer than 15
    digits.
    """
    # Padded with nines to more than any number has: the last one that begins so.
    return Q(phone__gte=prefix, phone__lte=prefix.ljust(16, "9")) & ~Q(phone="")


def _with_diary_id(query: str) -> list[int]:
    """Appointments by the diary's own id; the index is entered once for each of the few diaries."""
    if not query:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_BY_DIARY_ID, {"id": query})
        return [row[0] for row in cursor.fetchall()]


# The index begins with the diary, and PostgreSQL before 18 cannot skip along it by itself.
_BY_DIARY_ID = """
WITH RECURSIVE diaries AS (
    (SELECT diary FROM reminders_appointment WHERE external_id <> '' ORDER BY diary LIMIT 1)
    UNION ALL
    SELECT (
        SELECT following.diary
        FROM reminders_appointment following
        WHERE following.external_id <> '' AND following.diary > diaries.diary
        ORDER BY following.diary
        LIMIT 1
    )
    FROM diaries
    WHERE diaries.diary IS NOT NULL
)
SELECT appointment.id
FROM diaries
JOIN reminders_appointment appointment
    ON appointment.diary = diaries.diary AND appointment.external_id = %(id)s
WHERE appointment.external_id <> ''
"""
