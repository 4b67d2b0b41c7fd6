"""Who may be one person under two entries: looked for in the background, settled by staff.

Nobody is made one here. The pairs are looked for again whenever contacts have changed, all of them,
so
that what no longer holds goes by itself. What staff said, that two are two, stays for good: also
when
other files come in, and when one of the two was merged into a third.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import combinations, groupby
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from reminders.domain.common.audit import Actor
from reminders.domain.diary.alike import Person, Reason, name_key, two_in_a_diary, why_on_one_phone
from reminders.domain.diary.birth_dates import keep_birth_dates
from reminders.models import Appointment, Contact, ContactMerge, LikelyPair

Ids = tuple[int, int]
_COLUMNS = ("pk", "first_name", "last_name", "preferred_name", "external_id", "diary")
_MOST_ON_A_PHONE = 40
"""More people than this on one number share a mistake, which the data-quality page tells of."""
_A_FAMILY = 8
"""Among more people than this, an equal first name says nothing."""
_LONGEST_IMPORT = timedelta(hours=1)
_AT_ONCE = 2_000


def keep_pairs(birth_columns: Collection[str], *, last: datetime | None, today: date) -> int:
    """What the task does: look for pairs unless nobody has changed since; return how many are new.

    Patients get the date of birth that their diary keeps before. `last` is when it last went well,
    `today` UTC's. `birth_columns` are the names under which diaries keep a date
    of birth.
    """
    # An import's rows bear the time at which it began, and are seen when it ends.
    news = Contact.objects.filter(updated_at__gte=last - _LONGEST_IMPORT) if last else None
    if news is not None and not news.exists():
        return 0
    keep_birth_dates(birth_columns, today=today)
    return look_for_pairs(birth_columns)


def look_for_pairs(birth_columns: Collection[str] = ()) -> int:
    """Compare everybody; write the difference to what is proposed; return how many are new."""
    found: dict[Ids, Reason] = {}
    for pair, reason in _everywhere(birth_columns):
        found.setdefault(pair, reason)
    for pair in _said_to_be_two():
        found.pop(pair, None)
    proposed = LikelyPair.objects.filter(apart_at=None)
    there = {(one, other): (pk, reason) for pk, one, other, reason in _rows(proposed)}
    stale = [pk for pair, (pk, reason) in there.items() if found.get(pair) != reason]
    new = [pair for pair in found if there.get(pair, (0, ""))[1] != found[pair]]
    with transaction.atomic():
        for start in range(0, len(stale), _AT_ONCE):
            # Still by its condition: what staff said of a pair since it was read is never deleted.
            proposed.filter(pk__in=stale[start : start + _AT_ONCE]).delete()
        # Without conflicts: staff may have said of a pair just now that they are two.
        LikelyPair.objects.bulk_create(
            [LikelyPair(one=one, other=other, reason=found[one, other]) for one, other in new],
            batch_size=_AT_ONCE,
            ignore_conflicts=True,
        )
    return len(new)


def _rows(pairs: QuerySet[LikelyPair]) -> Iterator[tuple[int, int, int, str]]:
    return pairs.values_list("pk", "one", "other", "reason").iterator()


def _everywhere(birth_columns: Collection[str]) -> Iterator[tuple[Ids, Reason]]:
    yield from _on_one_phone()
    yield from _with_one_number()
    yield from _born_on_one_day(birth_columns)


def _on_one_phone() -> Iterator[tuple[Ids, Reason]]:
    reachable = Contact.objects.exclude(phone="")
    shared = reachable.values("phone").annotate(people=Count("pk"))
    shared = shared.filter(people__gt=1, people__lte=_MOST_ON_A_PHONE)
    rows = reachable.filter(phone__in=shared.values("phone")).order_by("phone", "pk")
    for people in _groups(rows, "phone"):
        both = combinations(people, 2)
        found = {(a.id, b.id): why for a, b in both if (why := why_on_one_phone(a, b))}
        # Several such pairs are brothers and sisters, written with the family name first.
        renamed = [pair for pair, why in found.items() if why is Reason.FAMILY_NAME]
        if len(renamed) > 1 or len(people) > _A_FAMILY:
            found = {pair: why for pair, why in found.items() if pair not in renamed}
        yield from found.items()


def _with_one_number() -> Iterator[tuple[Ids, Reason]]:
    """People of two diaries: within one, a patient number is there once."""
    numbered = Contact.objects.exclude(external_id="")
    twice = numbered.values("external_id").annotate(people=Count("pk")).filter(people__gt=1)
    rows = numbered.filter(external_id__in=twice.values("external_id"))
    for people in _groups(rows.order_by("external_id", "pk"), "external_id"):
        yield from _of_one_name(people, Reason.NUMBER)


def _born_on_one_day(columns: Collection[str]) -> Iterator[tuple[Ids, Reason]]:
    """By what diaries keep with a visit: the product itself asks nobody for a date of birth."""
    if not columns:
        return
    born = Coalesce(*(KeyTextTransform(name, "extra") for name in (*columns, "")))
    visits = Appointment.objects.filter(extra__has_any_keys=list(columns)).annotate(born=born)
    rows = visits.exclude(born="").order_by("born", "contact_id").distinct("born", "contact_id")
    named = rows.values_list("born", *(f"contact__{name}" for name in _COLUMNS))
    for _, group in groupby(named.iterator(), key=lambda row: row[0]):
        yield from _of_one_name([Person(*row[1:]) for row in group], Reason.BORN)


def _groups(rows: QuerySet[Contact], by: str) -> Iterator[list[Person]]:
    read = rows.values_list(by, *_COLUMNS).iterator(chunk_size=_AT_ONCE)
    for _, group in groupby(read, key=lambda row: row[0]):
        yield [Person(*row[1:]) for row in group]


def _of_one_name(people: Iterable[Person], reason: Reason) -> Iterator[tuple[Ids, Reason]]:
    alike: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        alike[name_key(person)].append(person)
    for name, group in alike.items():
        for one, other in combinations(group, 2) if name else ():
            if not two_in_a_diary(one, other):
                yield ordered(one.id, other.id), reason


def _said_to_be_two() -> Iterator[Ids]:
    """All that staff kept apart; whoever was merged since is kept apart under the other's
    id, too.
    """
    merged = dict(ContactMerge.objects.filter(split_at=None).values_list("person", "kept"))
    said = LikelyPair.objects.exclude(apart_at=None).values_list("one", "other")
    for one, other in said.iterator():
        yield one, other
        kept = merged.get(one, one), merged.get(other, other)
        if kept[0] != kept[1]:
            yield ordered(*kept)


def ordered(one: int, other: int) -> Ids:
    """The ids of two people, as a pair has them."""
    return (one, other) if one < other else (other, one)


def keep_apart(one: int, other: int, *, by: Actor, now: datetime) -> LikelyPair:
    """Remember that these two are two people; whoever said so first stays named."""
    low, high = ordered(one, other)
    said = {"apart_at": now, "apart_by_id": by.user_id}
    pair, _ = LikelyPair.objects.get_or_create(
        one=low, other=high, defaults={"reason": Reason.SAID} | said
    )
    LikelyPair.objects.filter(pk=pair.pk, apart_at=None).update(**said)
    return pair


def take_back(pair: LikelyPair) -> None:
    """Forget that these two are two people: they are proposed again, if they look alike."""
    people = Contact.objects.in_bulk([pair.one, pair.other])
    reason = _why(pair, people)
    rows = LikelyPair.objects.filter(pk=pair.pk)
    if reason is None:
        rows.delete()
    else:
        rows.update(apart_at=None, apart_by=None, reason=reason)


def forget_pair(one: int, other: int) -> None:
    """They were made one: what was said or thought of the two is settled."""
    low, high = ordered(one, other)
    LikelyPair.objects.filter(one=low, other=high).delete()


class Pair(NamedTuple):
    """Two entries beside each other; `keep` is the one that a merge would rather keep."""

    pair: LikelyPair
    keep: Contact
    other: Contact


def seen_pairs(contacts: QuerySet[Contact]) -> QuerySet[LikelyPair]:
    """The pairs of whom a user sees both; `contacts` are those whom they see."""
    both = (Exists(contacts.filter(pk=OuterRef(name))) for name in ("one", "other"))
    return LikelyPair.objects.filter(*both)


def with_visits(pairs: QuerySet[LikelyPair], visits: QuerySet[Appointment]) -> QuerySet[LikelyPair]:
    """Those of whom one or the other has one of these visits."""
    one, other = (Exists(visits.filter(contact=OuterRef(name))) for name in ("one", "other"))
    return pairs.filter(Q(one) | Q(other))


def pairs_with_people(pairs: Iterable[LikelyPair]) -> list[Pair]:
    """The pairs with their people, as they are now: without those that no longer look alike."""
    pairs = list(pairs)
    ids = {pk for pair in pairs for pk in (pair.one, pair.other)}
    people = Contact.objects.in_bulk(ids)
    return [
        Pair(pair, *sorted((people[pair.one], people[pair.other]), key=_kept_rather))
        for pair in pairs
        if (pair.apart_at and people.keys() >= {pair.one, pair.other}) or _why(pair, people)
    ]


def _kept_rather(contact: Contact) -> tuple[bool, bool, int]:
    return (not contact.external_id, not contact.phone, contact.pk)


def _why(pair: LikelyPair, people: Mapping[int, Contact]) -> Reason | None:
    """Why they may be one as they stand now, None if nothing speaks for it any more."""
    one, other = people.get(pair.one), people.get(pair.other)
    if one is None or other is None:
        return None
    mine, theirs = _person(one), _person(other)
    if one.phone and one.phone == other.phone:
        return why_on_one_phone(mine, theirs)
    if two_in_a_diary(mine, theirs) or name_key(mine) != name_key(theirs):
        return None
    if one.external_id and one.external_id == other.external_id:
        return Reason.NUMBER
    return Reason.BORN if pair.reason == Reason.BORN else None


def _person(contact: Contact) -> Person:
    return Person(*(getattr(contact, name) for name in _COLUMNS))
