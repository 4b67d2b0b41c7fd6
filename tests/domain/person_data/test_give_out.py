"""The export of one person: everything, for people and for programs."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.person_data.collect import TITLES, _cells
from reminders.domain.person_data.give_out import FORMS, give_out
from reminders.models import AuditEntry, Contact, Message
from tests import factories as make
from tests.domain.retention.somebody import PHONE, SIGNS, Somebody, make_somebody

pytestmark = pytest.mark.django_db
VISIT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def somebody() -> Somebody:
    """With something in every part."""
    return make_somebody(
        at=VISIT, location=make.make_location(), rule=make.make_confirmation_rule()
    )


@pytest.mark.parametrize("form", FORMS)
def test_everything_that_is_held_stands_in_it(somebody: Somebody, form: str) -> None:
    written = give_out(somebody.contact, form=form, by=SYSTEM, now=VISIT)

    assert [sign for sign in SIGNS if sign not in written] == []


def test_its_parts_are_those_that_people_read(somebody: Somebody) -> None:
    parts = json.loads(give_out(somebody.contact, form="json", by=SYSTEM, now=VISIT))

    assert parts.keys() == {"exported_at", *TITLES}
    empty = {name for name in TITLES if not parts[name]}
    never = {"responsible", "links", "whatsapp", "emails", "recalls", "legal_holds", "erasures"}
    assert empty == never


def test_what_somebody_wrote_is_no_markup() -> None:
    contact = make.make_contact(first_name="<script>alert(1)</script>", notes="<b>x</b>")

    written = give_out(contact, form="html", by=SYSTEM, now=VISIT)

    assert "<script" not in written
    assert "<b>" not in written


def test_nothing_of_somebody_else_on_the_number_stands_in_it(somebody: Somebody) -> None:
    other = make.make_contact(first_name="Otherly", phone=PHONE, notes="secret")
    make.make_message(contact=other, phone=PHONE, text="For Otherly only")
    Message.objects.create(**unnamed_text())

    written = give_out(somebody.contact, form="json", by=SYSTEM, now=VISIT)

    assert [word for word in ("Otherly", "secret", "nobody knows") if word in written] == []


def unnamed_text() -> dict[str, object]:
    return {
        "kind": "answer",
        "phone": PHONE,
        "text": "nobody knows whose",
        "state": "delivered",
        "scheduled_at": VISIT,
        "expires_at": VISIT,
        "send_after": VISIT,
        "created_at": VISIT,
    }


def test_the_history_notes_that_it_was_given_out_and_not_what(somebody: Somebody) -> None:
    give_out(somebody.contact, form="json", by=SYSTEM, now=VISIT)

    line = AuditEntry.objects.get(kind="person_exported")
    assert (line.contact_id, line.details) == (somebody.contact.pk, {"as": "json"})


def test_somebody_of_whom_nothing_else_is_held_has_an_export(somebody: Somebody) -> None:
    new = Contact.objects.create(first_name="Ann")

    assert "Nothing." in give_out(new, form="html", by=SYSTEM, now=VISIT)


def test_no_cell_of_a_file_is_left_out_whatever_its_columns_are_called() -> None:
    found = _cells(["name", "", "name"], ["Ann Lee", "note", "Mother", "beyond"])

    assert list(found.values()) == ["Ann Lee", "note", "Mother", "beyond"]
    assert list(found) == ["name", "(column 2)", "name (column 3)", "(column 4)"]
