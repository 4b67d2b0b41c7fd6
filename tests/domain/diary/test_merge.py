"""Two entries become one person, and two again with everything as it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import serializers
from django.db import connection
from django.db.models import Model

from reminders.domain.common.audit import SYSTEM, Actor, record
from reminders.domain.common.etags import ChangedMeanwhileError, etag
from reminders.domain.common.locks import AdvisoryLock
from reminders.domain.diary.merge import HELD, MergeError, merge_contacts
from reminders.domain.diary.split import split_contacts
from reminders.domain.planning.plan import plan_appointments
from reminders.models import (
    Appointment,
    AuditEntry,
    Contact,
    ContactMerge,
    InboxItem,
    Message,
    Reminder,
    Reply,
)
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
STAFF = Actor.staff(None)
A, B, C = make.phone(901), make.phone(902), make.phone(903)
WRITES = {"updated_at", "changed_at", "version"}
"""Columns that move with every change, also with one that is taken back."""


def merge(kept: Contact, other: Contact, **seen: Any) -> ContactMerge:
    return merge_contacts(kept.pk, other.pk, seen=seen.get("seen", {}), by=STAFF, now=NOON)


def split(done: ContactMerge) -> Contact:
    return split_contacts(done.pk, by=STAFF, now=NOON)


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables that name a contact, without the lines that tell of the merge."""
    tables: dict[str, list[dict[str, Any]]] = {}
    models: list[type[Model]] = [Contact, Reminder, ContactMerge, *HELD.values()]
    for model in models:
        rows = model._default_manager.order_by("pk")
        rows = rows.exclude(kind__in=("merged", "split")) if model is AuditEntry else rows
        rows = rows.filter(split_at=None) if model is ContactMerge else rows
        written = serializers.serialize("python", rows)
        for row in written:
            row["fields"] = {k: v for k, v in row["fields"].items() if k not in WRITES}
        tables[model.__name__] = written
    return tables


def full(contact: Contact, **visit: Any) -> Appointment:
    """Something of this person in every table."""
    appointment = make.make_appointment(contact=contact, **visit)
    make.make_appointment(contact=contact, day=(NOON - timedelta(days=40)).date())
    make.make_message(
        contact=contact, appointment=appointment, phone=contact.phone or C, state="delivered"
    )
    reply = Reply.objects.create(
        provider_id=f"r{contact.pk}", contact=contact, phone=contact.phone or C, text="Yes",
        received_at=NOON, stored_at=NOON, applied_at=NOON,
    )  # fmt: skip
    InboxItem.objects.create(
        kind="unclear", reply=reply, contact=contact, appointment=appointment,
        phone=contact.phone or C, opened_at=NOON,
    )  # fmt: skip
    record("contact_created", by=SYSTEM, now=NOON, contact_id=contact.pk)
    make.make_offer(appointment)
    plan_appointments([appointment.pk], now=NOON)
    return appointment


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"phone": A}, {"phone": A, "first_name": "Anna"}),
        ({"phone": ""}, {"phone": B, "external_id": "7", "diary": "x", "language": "de"}),
        ({"phone": A, "external_id": "3"}, {"phone": B, "external_id": "7", "notes": "Stairs"}),
        ({"phone": A, "notes": "Late"}, {"phone": A, "channel": "none", "notes": "Ring twice"}),
        ({"phone": A, "first_name": "", "last_name": ""}, {"phone": A, "wrong_number": A}),
    ],
)
def test_what_is_merged_and_split_is_as_before(one: dict[str, Any], two: dict[str, Any]) -> None:
    make.make_confirmation_rule()
    kept, other = make.make_contact(**one), make.make_contact(**two)
    full(kept)
    full(other)
    before = everything()

    done = merge(kept, other)
    for model in HELD.values():
        assert set(
            model._default_manager.exclude(contact=None).values_list("contact", flat=True)
        ) == {kept.pk}
    assert list(Contact.objects.values_list("pk", flat=True)) == [kept.pk]
    back = split(done)

    assert back.pk == other.pk
    after = everything()
    for table, rows in before.items():
        if table == "Reminder":
            assert planned(after[table]) == planned(rows)
        else:
            assert after[table] == rows


def planned(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What is to go out, whatever the rows are called."""
    kept = ("appointment", "rule", "state", "due_at", "phone", "reason")
    found = [tuple(row["fields"].get(name) for name in kept) for row in rows]
    return sorted((one for one in found if one[2] == "planned"), key=str)


def test_the_kept_person_takes_what_they_lack_and_the_stricter_word() -> None:
    kept = make.make_contact(phone="", notes="Late")
    other = make.make_contact(
        first_name="Anna", phone=B, external_id="7", channel="none", notes="Ring twice"
    )

    merge(kept, other)

    kept.refresh_from_db()
    assert (kept.name, kept.phone, kept.external_id) == ("Ann Lee", B, "7")
    assert (kept.channel, kept.notes) == ("none", "Late\nRing twice")


def test_a_text_to_the_other_number_is_withdrawn_and_planned_for_the_kept_one() -> None:
    rule = make.make_confirmation_rule()
    kept, other = make.make_contact(phone=A), make.make_contact(phone=B)
    visit = make.make_appointment(contact=other)
    handed = make.make_handed_over(visit, rule, due_at=NOON + timedelta(hours=22))

    merge(kept, other)

    visit.refresh_from_db()
    assert (visit.contact_id, visit.version) == (kept.pk, 2)
    assert handed.message is not None
    assert Message.objects.get(pk=handed.message.pk).cancel_requested_at is not None
    assert Reminder.objects.get(appointment=visit, version=2).phone == A


def test_a_text_that_says_the_same_to_the_same_number_stays() -> None:
    rule = make.make_confirmation_rule()
    kept, other = make.make_contact(phone=A, last_name="Lee"), make.make_contact(phone=A)
    visit = make.make_appointment(contact=other)
    handed = make.make_handed_over(visit, rule, due_at=NOON + timedelta(hours=22))

    merge(kept, other)

    visit.refresh_from_db()
    assert visit.version == 1
    assert handed.message is not None
    assert Message.objects.get(pk=handed.message.pk).cancel_requested_at is None


def test_a_split_leaves_the_texts_of_the_kept_person_and_renews_those_of_the_other() -> None:
    rule = make.make_confirmation_rule()
    kept, other = make.make_contact(phone=A), make.make_contact(phone=B)
    own, moved = make.make_appointment(contact=kept), make.make_appointment(contact=other)
    done = merge(kept, other)
    moved.refresh_from_db()
    Reminder.objects.all().delete()
    at = NOON + timedelta(hours=22)
    texts = [make.make_handed_over(visit, rule, due_at=at).message for visit in (own, moved)]
    staff = make.make_message(kind="staff", contact=kept, phone=A, scheduled_at=at)

    split(done)

    asked = Message.objects.exclude(cancel_requested_at=None).values_list("pk", flat=True)
    assert texts[1] is not None
    assert list(asked) == [texts[1].pk]
    assert Message.objects.get(pk=staff.pk).contact_id == kept.pk
    assert Reminder.objects.get(appointment=moved, version=3).phone == B


def test_both_show_in_the_history() -> None:
    kept, other = make.make_contact(phone=A), make.make_contact(phone=A, first_name="Anna")
    visit = make.make_appointment(contact=other)

    done = merge(kept, other)
    split(done)

    assert list(visit.events.order_by("pk").values_list("kind", flat=True)) == ["merged", "split"]
    lines = kept.events.order_by("pk").values_list("kind", "details")
    assert list(lines) == [
        ("merged", {"name": ["Anna Lee", "Ann Lee"], "merge": done.pk}),
        ("split", {"name": ["Ann Lee", "Anna Lee"], "merge": done.pk}),
    ]


def test_a_chain_is_split_from_its_end() -> None:
    one, two, three = (make.make_contact(phone=A, first_name=name) for name in ("A", "B", "C"))
    for contact in (one, two, three):
        full(contact)
    before = everything()
    inner = merge(two, one)
    between = everything()
    outer = merge(three, two)

    with pytest.raises(MergeError, match="Split “B Lee” first"):
        split(inner)
    split(outer)
    assert everything() == between
    split(inner)

    assert everything() == before


def test_what_came_since_stays_with_the_kept_person() -> None:
    kept, other = make.make_contact(phone=A), make.make_contact(phone=A)
    done = merge(kept, other)
    later = make.make_appointment(contact=kept)

    split(done)

    later.refresh_from_db()
    assert later.contact_id == kept.pk


def test_a_number_that_somebody_else_got_meanwhile_stops_the_split() -> None:
    kept, other = make.make_contact(external_id="3"), make.make_contact(external_id="7")
    done = merge(kept, other)
    make.make_contact(external_id="7", first_name="Bob")

    with pytest.raises(MergeError, match="Bob Lee has the patient number 7 by now"):
        split(done)

    assert not Contact.objects.filter(pk=other.pk).exists()


def test_what_happens_twice_or_too_late_is_refused() -> None:
    kept, other = make.make_contact(), make.make_contact()
    with pytest.raises(MergeError, match="the same entry already"):
        merge(kept, kept)
    with pytest.raises(ChangedMeanwhileError):
        merge(kept, other, seen={other.pk: (other.updated_at - timedelta(seconds=1)).isoformat()})
    done = merge(kept, other, seen={other.pk: etag(other), kept.pk: etag(kept)})
    with pytest.raises(MergeError, match="no longer there"):
        merge(kept, other)
    split(done)
    with pytest.raises(MergeError, match="two people again already"):
        split(done)


def test_while_a_diary_comes_in_nobody_is_merged() -> None:
    place = make.make_location()
    kept, other = make.make_contact(), make.make_contact()
    importing = connection.copy()
    try:
        with importing.cursor() as cursor:
            lock = [AdvisoryLock.IMPORTED_LOCATION.value, place.pk]
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", lock)
        with pytest.raises(MergeError, match="being imported just now"):
            merge(kept, other)
    finally:
        importing.close()
    assert Contact.objects.count() == 2
