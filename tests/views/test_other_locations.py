"""A number that anybody can type opens nothing of another location: no names, texts, replies or
opt-outs.
"""

import json
from datetime import date

import pytest
from django.test import Client

from reminders.domain.common.audit import PATIENT, SYSTEM, Actor, record
from reminders.domain.consent.suppressions import opt_out
from reminders.models import (
    AuditEntry,
    Contact,
    DeliveryReport,
    InboxItem,
    Message,
    Reply,
    Suppression,
)
from tests.factories import (
    NOON,
    make_appointment,
    make_contact,
    make_location,
    make_message,
    make_user,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
NUMBER = "+447700900321"
LATER = date(2030, 5, 6)


@pytest.fixture
def sites():
    """Mine and another location, with a patient of the other one whose number is `NUMBER`."""
    mine, other = make_location(name="Mine"), make_location(name="Other")
    patient = make_contact(first_name="Foreigner", phone=NUMBER)
    make_appointment(location=other, contact=patient, day=LATER)
    return mine, other, patient


def make_reply(text, **values):
    given = {"provider_id": f"R-{text}", "phone": NUMBER, "received_at": NOON, "stored_at": NOON}
    return Reply.objects.create(text=text, **(given | values))


def type_number(client: Client) -> Contact:
    """A limited user's new contact with the other site's number."""
    client.post(
        "/contacts/new/",
        {"first_name": "Typed", "phone": "+44 7700 900321", "channel": "sms", "language": ""},
    )
    return Contact.objects.get(first_name="Typed")


def test_a_typed_number_shows_nothing_of_the_people_it_belongs_to(sites, sign_in):
    mine, other, patient = sites
    writer = make_user(group="receptionist", first_name="Colleague", locations=(other,))
    values = {"contact": patient, "phone": NUMBER}
    make_message(text="Theirs by rule", location=other, **values)
    make_message(text="Theirs by staff", kind="staff", created_by=writer, **values)
    of_rule = make_message(text="Asked there", location=other, phone=NUMBER)
    make_reply("Wrote of herself", contact=patient)
    make_reply("Answered without a name", message=of_rule)
    InboxItem.objects.create(
        kind="unmatched", phone=NUMBER, reply=make_reply("Whose"), opened_at=NOON
    )
    opt_out(
        NUMBER, reason=Suppression.Reason.PATIENT, words="STOP it, Foreigner", by=PATIENT, now=NOON
    )
    client = sign_in("receptionist", mine)

    page = client.get(f"/contacts/{type_number(client).pk}/")

    shown = page.content.decode()
    told = (
        "Foreigner",
        "Theirs",
        "Asked there",
        "Wrote",
        "Answered",
        "Whose",
        "Colleague",
        "STOP it",
    )
    assert [words for words in told if words in shown] == []
    assert (page.context["others"], page.context["bubbles"], page.context["cards"]) == ([], [], [])
    assert "No texts to this number" in shown


def test_ones_own_patient_keeps_everything_of_ones_own(sites, sign_in):
    mine, *_ = sites
    own = make_contact(first_name="Own", phone=NUMBER)
    make_appointment(location=mine, contact=own, day=LATER)
    kid = make_contact(first_name="Kid", phone=NUMBER)
    make_appointment(location=mine, contact=kid, day=LATER)
    text = make_message(text="Ours", location=mine, contact=own, phone=NUMBER)
    make_reply("To our text", message=text)
    card = InboxItem.objects.create(
        kind="unclear", phone=NUMBER, reply=make_reply("Unmatched"), location=mine, opened_at=NOON
    )

    page = sign_in("receptionist", mine).get(f"/contacts/{own.pk}/").context

    assert page["others"] == [kid]
    assert {one["bubble"].text for one in page["bubbles"]} == {"Ours", "To our text", "Unmatched"}
    assert page["cards"] == [card]


def test_a_patient_of_two_locations_is_read_at_each_as_far_as_it_goes(sites, sign_in):
    mine, other, patient = sites
    make_appointment(location=mine, contact=patient, day=LATER)
    for place in (mine, other):
        text = make_message(text=f"From {place}", location=place, contact=patient, phone=NUMBER)
        make_reply(f"To {place}", message=text, contact=patient)

    page = sign_in("receptionist", mine).get(f"/contacts/{patient.pk}/").context

    assert {one["bubble"].text for one in page["bubbles"]} == {"From Mine", "To Mine"}


def test_a_limited_users_text_belongs_to_their_location(sites, sign_in):
    mine, _, patient = sites
    make_appointment(location=mine, contact=patient, day=date(2020, 1, 6))

    sign_in("receptionist", mine).post(
        f"/contacts/{patient.pk}/send/", {"text": "Hi"}, headers=HTMX
    )

    assert Message.objects.get().location == mine


def test_the_inbox_shows_no_card_of_another_locations_patient(sites, sign_in):
    mine, _, patient = sites
    foreign = [
        InboxItem.objects.create(kind="unmatched", opened_at=NOON, **values)
        for values in (
            {"phone": NUMBER, "reply": make_reply("Known", contact=patient), "contact": patient},
            {"phone": NUMBER, "reply": make_reply("By number")},
            {"phone": NUMBER, "contact": patient},
        )
    ]
    stranger = InboxItem.objects.create(
        kind="unmatched", phone="+447700900999", opened_at=NOON,
        reply=make_reply("Who", phone="+447700900999"),
    )  # fmt: skip
    client = sign_in("receptionist", mine)

    inbox = client.get("/inbox/?token=old", headers=HTMX)
    statuses = {client.get(f"/inbox/{card.pk}/").status_code for card in foreign}
    closing = {
        client.post(f"/inbox/{card.pk}/done/", {"revision": "1"}).status_code for card in foreign
    }

    assert [item["card"] for item in inbox.context["items"]] == [stranger]
    assert json.loads(inbox.headers["HX-Trigger"])["inbox-count"] == {"value": 1}
    assert (statuses, closing) == ({404}, {404})
    assert '"value": 1' in client.get("/pulse/").headers["HX-Trigger"]
    assert '"value": 4' in sign_in().get("/pulse/").headers["HX-Trigger"]


def test_the_administration_keeps_to_the_same(sites, sign_in):
    mine, _, patient = sites
    text = make_message(kind="staff", contact=patient, phone=NUMBER)
    make_reply("By number")
    DeliveryReport.objects.create(provider_id="D", message=text, status="delivered", stored_at=NOON)
    InboxItem.objects.create(kind="unmatched", phone=NUMBER, opened_at=NOON)
    record("rule_changed", by=SYSTEM, now=NOON, details={"name": "Other's rule"})
    opt_out(NUMBER, reason=Suppression.Reason.PATIENT, words="STOP", by=PATIENT, now=NOON)
    client = sign_in("administrator", mine)
    type_number(client)
    AuditEntry.objects.filter(contact__first_name="Typed").delete()

    tables = ("message", "reply", "deliveryreport", "inboxitem", "suppression", "auditentry")
    shown = {
        name: client.get(f"/admin/reminders/{name}/").context["cl"].result_count for name in tables
    }

    assert shown == dict.fromkeys(tables, 0)


def test_a_person_added_at_another_location_is_not_shown_before_the_first_visit(sites, sign_in):
    mine, other, _ = sites
    there = make_user(group="receptionist", locations=(other,))
    both = make_user(group="receptionist", locations=(mine, other))
    added = {user: make_contact(first_name=f"By {user}") for user in (there, both, make_user())}
    for user, contact in added.items():
        record("contact_created", by=Actor.staff(user.pk), now=NOON, contact_id=contact.pk)
    texted = make_contact(first_name="Texted")
    make_message(contact=texted, phone=texted.phone, location=other)

    page = sign_in("receptionist", mine).get("/contacts/")

    shown = {contact for contact, _ in page.context["people"]}
    assert shown == {contact for user, contact in added.items() if user != there}


def test_the_data_quality_of_a_shared_number_counts_only_ones_own(sites, sign_in):
    mine, *_ = sites
    own = make_contact(first_name="Own", phone=NUMBER)
    make_appointment(location=mine, contact=own, day=LATER)
    client = sign_in("receptionist", mine)
    alone = client.get("/data-quality/?flaw=shared&who=all").context["shared"]
    kid = make_contact(first_name="Kid", phone=NUMBER)
    make_appointment(location=mine, contact=kid, day=LATER)

    [shared] = client.get("/data-quality/?flaw=shared&who=all").context["shared"]

    assert (alone, shared.shared_by) == ([], 2)
    assert {pk for pk, _ in shared.people} == {own.pk, kid.pk}


def test_the_next_visit_at_another_location_is_not_named(sites, sign_in):
    mine, other, _ = sites
    patient = make_contact(phone="")
    make_appointment(location=other, contact=patient, day=LATER)
    make_appointment(location=mine, contact=patient, day=date(2020, 1, 6))

    [row] = sign_in("receptionist", mine).get("/data-quality/?flaw=missing&who=all").context["rows"]

    assert (row.id, row.appointment_id) == (patient.pk, None)


def lift(client: Client, contact: Contact, words: str = "") -> bool:
    client.post(f"/contacts/{contact.pk}/consent/", {"to": "in", "words": words}, headers=HTMX)
    return not Suppression.objects.filter(phone=contact.phone, lifted_at=None).exists()


@pytest.mark.parametrize("reason", ["patient", "provider", "staff"])
def test_who_only_typed_the_number_lifts_no_opt_out(sites, sign_in, reason):
    mine, *_ = sites
    opt_out(NUMBER, reason=reason, words="STOP", by=PATIENT, now=NOON)
    client = sign_in("receptionist", mine)
    typed = type_number(client)
    make_appointment(location=mine, contact=typed, day=LATER)

    assert lift(client, typed, "She said yes") is False
    assert 'value="in"' not in client.get(f"/contacts/{typed.pk}/").content.decode()


def test_moving_ones_own_patient_to_the_number_lifts_no_opt_out(sites, sign_in):
    mine, _, patient = sites
    own = make_contact()
    make_appointment(location=mine, contact=own, day=LATER)
    reply = make_reply("STOP", contact=patient)
    opt_out(
        NUMBER,
        reason=Suppression.Reason.PATIENT,
        words="STOP",
        by=PATIENT,
        now=NOON,
        reply_id=reply.pk,
    )
    Contact.objects.filter(pk=own.pk).update(phone=NUMBER)
    own.refresh_from_db()

    assert lift(sign_in("receptionist", mine), own, "He said yes") is False


@pytest.mark.parametrize("reason", ["patient", "provider"])
def test_a_patients_stop_is_lifted_with_their_words_only(sites, sign_in, reason):
    _, other, patient = sites
    opt_out(NUMBER, reason=reason, words="STOP", by=PATIENT, now=NOON)
    client = sign_in("receptionist", other)

    silent = lift(client, patient)
    told = lift(client, patient, "Please text me again")

    [line] = AuditEntry.objects.filter(kind="opted_in")
    assert (silent, told) == (False, True)
    assert (line.contact, line.details, line.source) == (
        patient,
        {"words": "Please text me again"},
        "staff",
    )
    assert Suppression.objects.get().lifted_words == "Please text me again"


def test_who_sees_everything_states_the_patients_words_too(sites, sign_in):
    patient = sites[2]
    opt_out(NUMBER, reason=Suppression.Reason.PATIENT, words="STOP", by=PATIENT, now=NOON)
    client = sign_in("administrator")

    assert [lift(client, patient, words) for words in ("", "  ", "Start again")] == [
        False,
        False,
        True,
    ]


def test_what_staff_opted_out_is_lifted_without_words(sites, sign_in):
    _, other, patient = sites
    opt_out(NUMBER, reason=Suppression.Reason.STAFF, words="Rang us", by=SYSTEM, now=NOON)

    assert lift(sign_in("receptionist", other), patient) is True


def test_taking_a_lifting_back_makes_it_the_patients_stop_again(sites, sign_in):
    _, other, patient = sites
    opt_out(NUMBER, reason=Suppression.Reason.PATIENT, words="STOP", by=PATIENT, now=NOON)
    client = sign_in("receptionist", other)
    lift(client, patient, "Yes please")
    [note] = client.get(f"/contacts/{patient.pk}/").context["messages"]

    client.post(note.extra_tags.partition(" ")[2], headers=HTMX)

    again = Suppression.objects.get(lifted_at=None)
    assert (again.reason, again.words, lift(client, patient)) == ("patient", "STOP", False)
