"""Patients: finding, adding and changing them."""

from datetime import date, timedelta

import pytest

from reminders.domain.common.audit import Actor
from reminders.domain.diary.contacts import change_contact
from reminders.models import AuditEntry, Contact, Suppression
from tests.factories import NOON, make_appointment, make_contact, make_location, make_user
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db


def form(**values: object) -> dict[str, object]:
    return {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "phone": "07700 900123",
        "channel": "sms",
    } | values


def names(response) -> list[str]:
    return [contact.name for contact, _ in response.context["people"]]


def test_adding_a_patient_reads_the_number_in_any_writing(sign_in):
    make_location(country="GB")

    sign_in().post("/contacts/new/", form(phone="(07700) 900-123"))

    contact = Contact.objects.get()
    assert (contact.phone, contact.phone_kind, contact.phone_as_given) == (
        "+447700900123",
        "mobile",
        "(07700) 900-123",
    )
    assert AuditEntry.objects.get().kind == "contact_created"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"first_name": "", "last_name": ""}, "Give at least one name."),
        ({"phone": "0770O 900123"}, "letters"),
        ({"phone": "1"}, "Digits are missing"),
        ({"first_name": "x" * 151}, "at most 150 characters"),
        ({"channel": "pigeon"}, "Select a valid choice"),
        ({"first_name": "a\x00b"}, "Null characters are not allowed"),
    ],
)
def test_bad_input_says_what_to_do(sign_in, values, words):
    make_location()

    response = sign_in().post("/contacts/new/", form(**values))

    assert (response.status_code, Contact.objects.count()) == (422, 0)
    assert words in response.content.decode()


def test_a_patient_number_belongs_to_one_patient(sign_in):
    make_contact(first_name="Charles", last_name="Babbage", external_id="P-1")

    response = sign_in().post("/contacts/new/", form(external_id="P-1"))

    page = response.content.decode()
    assert ("Another patient has this number already." in page, "Babbage" in page) == (True, False)


def test_a_patient_number_of_another_diary_and_a_word_for_none_are_no_clash(sign_in) -> None:
    make_contact(external_id="P-1", diary="North")
    sign_in().post("/contacts/new/", form(external_id="P-1", first_name="One"))
    for name in ("Two", "Three"):
        assert (
            sign_in().post("/contacts/new/", form(external_id="n/a", first_name=name)).status_code
            == 302
        )

    found = Contact.objects.filter(first_name__in=["One", "Two", "Three"]).order_by("pk")
    assert list(found.values_list("external_id", flat=True)) == ["P-1", "", ""]


def test_a_number_that_stays_keeps_its_writing(sign_in):
    contact = make_contact(phone="+447700900123", phone_as_given="(07700) 900-123")
    client = sign_in()
    seen = client.get(f"/contacts/{contact.pk}/edit/").context["seen"]

    client.post(
        f"/contacts/{contact.pk}/edit/",
        form(first_name=contact.first_name, last_name=contact.last_name, seen=seen),
    )

    contact.refresh_from_db()
    assert contact.phone_as_given == "(07700) 900-123"
    assert AuditEntry.objects.count() == 0


def test_the_second_of_two_editors_sees_what_the_first_changed(sign_in):
    contact = make_contact(first_name="Ada", last_name="Byron")
    client = sign_in()
    address = f"/contacts/{contact.pk}/edit/"
    seen = client.get(address).context["seen"]
    other = make_user(first_name="Robin", last_name="Reed")
    change_contact(
        contact,
        {"last_name": "King"},
        by=Actor.staff(other.pk),
        now=contact.updated_at + timedelta(minutes=1),
    )

    response = client.post(address, form(seen=seen))

    page = as_read(response)
    contact.refresh_from_db()
    assert (response.status_code, contact.last_name) == (409, "King")
    assert "Last name: <del>Byron</del> → <ins>King</ins>" in page


@pytest.mark.parametrize(
    "query", ["ada", "LOVE", "lovelace ada", "P-12", "07700 900123", "0123", "+447700900"]
)
def test_search_finds_by_any_name_number_or_id(sign_in, query):
    make_location(country="GB")
    make_contact(first_name="Ada", last_name="Lovelace", phone="+447700900123", external_id="P-12")
    make_contact(
        first_name="Charles", last_name="Babbage", phone="+12125550100", external_id="P-13"
    )

    assert names(sign_in().post("/contacts/", {"q": query})) == ["Ada Lovelace"]


@pytest.mark.parametrize(
    "query", ["zz", "'", "a & b | !", "\\", "%", "99999", ":*", "x" * 500, "ab'):*"]
)
def test_search_takes_anything_that_is_typed(sign_in, query):
    make_contact(phone="+12125550100")

    assert sign_in().post("/contacts/", {"q": query}).status_code == 200


def test_the_list_shows_who_opted_out_and_who_comes_next(sign_in):
    contact = make_contact()
    Suppression.objects.create(phone=contact.phone, reason="patient", since=NOON)
    appointment = make_appointment(contact=contact, day=date(2030, 5, 6))

    ((shown, following),) = sign_in().get("/contacts/").context["people"]

    assert (shown.opted_out, following) == (True, appointment)


def test_patients_of_other_locations_are_not_shown(sign_in):
    mine, other = make_location(), make_location()
    make_appointment(location=mine, contact=make_contact(first_name="Mine", last_name=""))
    make_appointment(location=other, contact=make_contact(first_name="Other", last_name=""))
    make_contact(first_name="New", last_name="")
    client = sign_in("receptionist", mine)

    assert names(client.get("/contacts/")) == ["Mine", "New"]
    assert names(client.post("/contacts/", {"q": "other"})) == []


def test_the_list_costs_the_same_for_one_row_and_for_many(sign_in, statements):
    client = sign_in()
    client.get("/contacts/")

    def cost(more: int) -> int:
        for _ in range(more):
            make_appointment()
        return statements(lambda: client.get("/contacts/"))

    costs = [cost(more) for more in (1, 2, 9)]

    assert len(set(costs)) == 1
    assert costs[0] <= 13


def test_a_wrong_number_is_said_in_the_details_and_may_be_right_after_all(sign_in):
    contact = make_contact()
    Contact.objects.update(wrong_number=contact.phone)
    client, address = sign_in(), f"/contacts/{contact.pk}/edit/"
    form = client.get(address).context["form"]
    seen = client.get(address).context["seen"]
    values = {name: form[name].value() or "" for name in form.fields if name != "number_is_right"}

    client.post(address, values | {"seen": seen})
    kept = Contact.objects.get().has_wrong_number
    seen = client.get(address).context["seen"]
    client.post(address, values | {"seen": seen, "number_is_right": "on"})

    assert (kept, Contact.objects.get().has_wrong_number) == (True, False)
    assert "number_is_right" not in client.get(address).context["form"].fields
