"""Who may be there twice: found, settled by staff, and not proposed again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reminders.domain.common.audit import Actor
from reminders.domain.common.etags import etag
from reminders.domain.diary.likely_pairs import (
    keep_apart,
    keep_pairs,
    look_for_pairs,
    pairs_with_people,
    take_back,
)
from reminders.domain.diary.merge import merge_contacts
from reminders.domain.diary.split import split_contacts
from reminders.models import Contact, ContactMerge, LikelyPair
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
STAFF = Actor.staff(None)
A, B, C = make.phone(921), make.phone(922), make.phone(923)


def named(name: str, **values: Any) -> Contact:
    first, _, last = name.partition(" ")
    return make.make_contact(**{"first_name": first, "last_name": last, "phone": A} | values)


def proposed() -> list[tuple[str, str, str]]:
    """The pairs that wait for somebody, with why."""
    rows = LikelyPair.objects.filter(apart_at=None).order_by("one", "other")
    return [
        (str(Contact.objects.get(pk=row.one)), str(Contact.objects.get(pk=row.other)), row.reason)
        for row in rows
    ]


def merge(kept: Contact, other: Contact) -> ContactMerge:
    for one in (kept, other):
        one.refresh_from_db()
    seen = {one.pk: etag(one) for one in (kept, other)}
    return merge_contacts(kept.pk, other.pk, seen=seen, by=STAFF, now=NOON)


def test_a_family_on_one_phone_is_no_pair_and_one_of_them_twice_is() -> None:
    for name in ("Ann Lee", "Ben Lee", "Tim Lee", "Tom Lee", "Anne Lee"):
        named(name)
    named("Anne Lee", phone=B)

    assert look_for_pairs() == 1
    assert proposed() == [("Ann Lee", "Anne Lee", "spelling")]


def test_a_married_name_is_proposed_and_children_written_family_name_first_are_not() -> None:
    named("Ann Lee"), named("Ann Walker"), named("Ben Walker")
    for name in ("Nagy Anna", "Nagy Béla", "Nagy Csilla"):
        named(name, phone=B)

    look_for_pairs()

    assert proposed() == [("Ann Lee", "Ann Walker", "family_name")]


def test_one_name_and_patient_number_in_two_diaries_with_two_phones() -> None:
    named("Ann Lee", external_id="7", diary="x")
    named("Lee Ann", external_id="7", diary="y", phone=B)
    named("Ben Lee", external_id="7", diary="z", phone=C)

    look_for_pairs()

    assert proposed() == [("Ann Lee", "Lee Ann", "number")]


def test_one_name_and_date_of_birth_with_two_phones() -> None:
    born = {"Ann Lee": "1980-04-03", "Ann  Lee": "1980-04-03", "Ben Lee": "1980-04-03"}
    for phone, (name, day) in zip((A, B, C), born.items(), strict=True):
        contact = named(" ".join(name.split()), phone=phone)
        make.make_appointment(contact=contact, extra={"DOB": day})
        make.make_appointment(contact=contact, extra={"DOB": day, "Fee": "80"}, day=NOON.date())
    other_day = named("Ann Lee", phone=make.phone(924))
    make.make_appointment(contact=other_day, extra={"DOB": "1981-04-03"})

    look_for_pairs(["Date of birth", "DOB"])

    assert proposed() == [("Ann Lee", "Ann Lee", "born")]
    assert look_for_pairs(["DOB"]) == 0


def test_more_people_on_one_number_than_any_family_has_are_compared_with_nobody() -> None:
    for _ in range(41):
        named("Ann Lee")

    assert look_for_pairs() == 0


def test_what_no_longer_holds_goes_and_what_stays_keeps_its_place() -> None:
    one, _, _ = named("Ann Lee"), named("Anne Lee"), named("Anne Lee", phone=B)
    named("Anne  Lee", phone=B, last_name="Lee")
    look_for_pairs()
    before = {row.pk for row in LikelyPair.objects.all()}
    Contact.objects.filter(pk=one.pk).update(phone=C)

    assert look_for_pairs() == 0
    assert {row.pk for row in LikelyPair.objects.all()} < before


def test_two_people_are_not_proposed_again_until_it_is_taken_back() -> None:
    one, other = named("Ann Lee"), named("Anne Lee")
    look_for_pairs()
    pair = keep_apart(other.pk, one.pk, by=STAFF, now=NOON)

    assert (look_for_pairs(), proposed()) == (0, [])
    pair.refresh_from_db()
    take_back(pair)
    assert proposed() == [("Ann Lee", "Anne Lee", "spelling")]


def test_two_who_no_longer_look_alike_are_forgotten_when_it_is_taken_back() -> None:
    one, other = named("Ann Lee"), named("Anne Lee")
    pair = keep_apart(one.pk, other.pk, by=STAFF, now=NOON)
    Contact.objects.filter(pk=one.pk).update(first_name="Zoe")

    take_back(pair)

    assert LikelyPair.objects.count() == 0


def test_who_was_kept_apart_from_somebody_stays_so_under_the_entry_they_became_part_of() -> None:
    ann, anne, third = named("Ann Lee"), named("Anne Lee"), named("Ann Lee", external_id="7")
    keep_apart(anne.pk, third.pk, by=STAFF, now=NOON)
    merge(ann, anne)

    look_for_pairs()

    assert proposed() == []


def test_merged_they_are_no_pair_and_split_they_are_two_people() -> None:
    one, other = named("Ann Lee"), named("Anne Lee")
    look_for_pairs()
    done = merge(one, other)
    assert LikelyPair.objects.count() == 0

    split_contacts(done.pk, by=STAFF, now=NOON)
    look_for_pairs()

    assert proposed() == []
    assert LikelyPair.objects.exclude(apart_at=None).count() == 1


def test_what_staff_corrected_is_not_shown_before_the_next_look() -> None:
    one, _ = named("Ann Lee"), named("Anne Lee")
    look_for_pairs()
    shown = len(pairs_with_people(LikelyPair.objects.all()))
    Contact.objects.filter(pk=one.pk).update(first_name="Zoe")

    assert (shown, pairs_with_people(LikelyPair.objects.all())) == (1, [])


def test_the_entry_with_a_patient_number_is_the_one_to_keep() -> None:
    plain, numbered = named("Ann Lee"), named("Anne Lee", external_id="7")
    look_for_pairs()

    [found] = pairs_with_people(LikelyPair.objects.all())

    assert (found.keep, found.other) == (numbered, plain)


def test_nobody_is_looked_for_while_nobody_has_changed() -> None:
    named("Ann Lee"), named("Anne Lee")
    later = timezone.now() + timedelta(hours=2)

    assert keep_pairs([], last=later, today=NOON.date()) == 0
    assert keep_pairs([], last=timezone.now(), today=NOON.date()) == 1
    assert keep_pairs([], last=None, today=NOON.date()) == 0
