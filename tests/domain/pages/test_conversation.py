"""A contact's texts in their order."""

from datetime import date, timedelta

import pytest

from reminders.domain.common.access import scope_of
from reminders.domain.pages.conversation import opt_out_in_force, ready_lines, thread, visits
from reminders.models import CannedReply, Reply, Suppression
from tests.factories import (
    NOON,
    make_appointment,
    make_contact,
    make_location,
    make_message,
    make_user,
    phone,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def make_reply(number, *, at=NOON, text="Yes", **values):
    return Reply.objects.create(
        provider_id=f"reply-{at.timestamp()}-{text}",
        phone=number,
        text=text,
        received_at=at,
        stored_at=at,
        **values,
    )


def texts(contact, **options):
    options = {"scope": None} | options
    return [
        (one.outgoing, one.text)
        for one in thread(contact_id=contact.pk, phone=contact.phone, **options)
    ]


def test_texts_both_ways_stand_in_their_order_once_each():
    contact = make_contact()
    make_message(
        contact=contact, phone=contact.phone, text="Coming?", scheduled_at=NOON, created_at=NOON
    )
    make_reply(contact.phone, at=NOON + MINUTE, contact=contact)
    make_message(
        contact=contact,
        phone=contact.phone,
        text="Thanks",
        kind="answer",
        scheduled_at=NOON + 2 * MINUTE,
        created_at=NOON + 2 * MINUTE,
    )

    assert texts(contact) == [(True, "Coming?"), (False, "Yes"), (True, "Thanks")]


def test_texts_to_an_earlier_number_and_to_the_family_are_there():
    shared = phone()
    mum, kid = make_contact(phone=shared), make_contact(first_name="Kid", phone=shared)
    make_message(contact=mum, text="Old number", created_at=NOON, scheduled_at=NOON)
    make_message(
        contact=kid,
        phone=shared,
        text="Kid's",
        created_at=NOON + MINUTE,
        scheduled_at=NOON + MINUTE,
    )

    found = thread(contact_id=mum.pk, phone=shared, scope=None)

    assert [(one.text, one.other_name) for one in found] == [
        ("Old number", ""),
        ("Kid's", "Kid Lee"),
    ]


def test_people_without_a_number_share_no_texts():
    make_reply("", text="From nowhere")

    assert texts(make_contact(phone="")) == []


def test_texts_of_other_locations_are_left_out():
    mine, other, contact = make_location(), make_location(), make_contact()
    for place, text in ((mine, "Mine"), (other, "Other"), (None, "Nobody's")):
        make_message(contact=contact, location=place, text=text)

    scope = scope_of(make_user(group="receptionist", locations=(mine,)))
    assert {text for _, text in texts(contact, scope=scope)} == {"Mine", "Nobody's"}


def test_earlier_texts_follow_page_by_page():
    contact = make_contact()
    for index in range(5):
        at = NOON + index * MINUTE
        make_message(
            contact=contact, phone=contact.phone, text=str(index), created_at=at, scheduled_at=at
        )

    latest = thread(contact_id=contact.pk, phone=contact.phone, scope=None, limit=2)
    earlier = texts(contact, before=min(one.made_at for one in latest))

    assert [one.text for one in latest] == ["3", "4"]
    assert earlier == [(True, "0"), (True, "1"), (True, "2")]


@pytest.mark.parametrize(
    ("state", "words", "expected"),
    [
        ("delivered", "", "Delivered"),
        ("failed", "The number does not exist", "Not delivered: The number does not exist"),
        ("cancelled", "", "Withdrawn, not sent"),
        ("submitted", "", "With the carrier"),
    ],
)
def test_a_state_is_said_in_plain_words(state, words, expected):
    contact = make_contact()
    make_message(contact=contact, state=state, words=words)

    [bubble] = thread(contact_id=contact.pk, phone=contact.phone, scope=None)

    assert bubble.state_words(NOON) == expected


def test_a_text_held_for_later_is_planned_until_then():
    contact = make_contact()
    make_message(contact=contact, scheduled_at=NOON + MINUTE)
    [bubble] = thread(contact_id=contact.pk, phone=contact.phone, scope=None)

    words = [bubble.state_words(at) for at in (NOON, NOON + MINUTE)]
    assert words == ["Planned", "With the provider"]


def test_who_wrote_a_text_is_named():
    contact, user = make_contact(), make_user("ann", first_name="Ann", last_name="Fox")
    make_message(contact=contact, kind="staff", created_by=user)

    [bubble] = thread(contact_id=contact.pk, phone=contact.phone, scope=None)

    assert bubble.kind_words == "Ann Fox"


def test_coming_visits_stand_before_past_ones_family_included():
    shared = phone()
    mum, kid = make_contact(phone=shared), make_contact(phone=shared)
    place = make_location()
    past = make_appointment(contact=mum, location=place, day=date(2026, 2, 20))
    later = make_appointment(contact=mum, location=place, day=date(2026, 3, 9))
    soon = make_appointment(contact=kid, location=place, day=date(2026, 3, 3))
    make_appointment(contact=kid, day=date(2026, 3, 3))

    found = visits(mum, location_ids=[place.pk], now=NOON)

    assert [row.id for row in found] == [soon.pk, later.pk, past.pk]


def test_ready_lines_are_filled_in_or_left_out():
    CannedReply.objects.all().delete()
    CannedReply.objects.create(title="Call", text="Hello {first_name}, call {phone}.", position=1)
    CannedReply.objects.create(title="See you", text="See you {date} {time}.", position=2)
    CannedReply.objects.create(title="Broken", text="Hello {nobody}", position=3)
    appointment = make_appointment()

    with_visit = ready_lines(appointment.contact, appointment, None)
    without = ready_lines(None, None, None)

    assert with_visit[0] == ("Call", "Hello Ann, call 020 7946 0000.")
    assert [title for title, _ in with_visit] == ["Call", "See you"]
    assert [title for title, _ in without] == ["Call"]


def test_the_opt_out_in_force_is_told():
    contact = make_contact()
    before = opt_out_in_force(contact.phone)
    made = Suppression.objects.create(
        phone=contact.phone, reason="patient", words="STOP", since=NOON
    )

    assert (before, opt_out_in_force(contact.phone), opt_out_in_force("")) == (None, made, None)
