"""The wording pages, and the connection page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reminders.models import Message, Wording
from tests.factories import (
    make_appointment,
    make_confirmation_rule,
    make_handed_over,
    make_location,
    make_message,
    make_user,
)
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db(transaction=True)

EDIT = "/set-up/wordings/edit/?purpose=confirmation&language=en&channel=sms"
TEXT = "Hello {first_name}, {location} on {date} at {time}. Reply Y or N."


def signed_in(role: str = "manager", **values) -> Client:
    client = Client()
    client.force_login(make_user(group=role, **values))
    return client


def test_the_list_shows_every_text_in_the_usual_language():
    make_location(language="fr")

    page = signed_in().get("/set-up/wordings/")

    assert page.context["language"] == "fr"
    assert "Bonjour {first_name}" in as_read(page)


def test_a_text_is_saved_and_marked_as_ones_own():
    client = signed_in()

    page = as_read(client.post(EDIT, {"text": TEXT, "active": "yes"}, follow=True))

    assert "Saved. It applies to every text from now on." in page
    assert "Yours" in page
    assert Wording.objects.get().text == TEXT


def test_what_must_be_mended_is_said_and_what_was_typed_stays():
    response = signed_in().post(EDIT, {"text": "Hi {frst_name}", "active": "yes"})

    page = as_read(response)
    assert response.status_code == 422
    assert "Did you mean {first_name}?" in page
    assert "Hi {frst_name}</textarea>" in page


def test_the_preview_reads_as_the_patient_reads_it():
    make_appointment(location=make_location(name="Harbour"))

    page = as_read(signed_in().post(EDIT.replace("edit", "preview"), {"text": TEXT}))

    assert "Hello Ann, Harbour on" in page or "For a made-up patient" in page
    assert "GSM-7" in page


UNFINISHED = (
    "{",
    "}",
    "{frst_name}",
    "{unknown} {date}",
    "[",
    "]",
    "[[ ]",
    "{first_name",
    "{}",
    "{{}",
    "",
    "\0",
)


@pytest.mark.parametrize("text", [*UNFINISHED, "{instructions}", "[{service}]", "x" * 20_000])
@pytest.mark.parametrize(
    "purpose", ["confirmation", "family_confirmation", "confirmed", "correction"]
)
def test_the_preview_bears_whatever_is_half_typed_while_texts_wait_at_the_provider(purpose, text):
    rule = make_confirmation_rule()
    appointment = make_appointment(day=timezone.now().date() + timedelta(days=9))
    due = timezone.now() + timedelta(days=8)
    waiting = make_message(
        appointment=appointment,
        contact=appointment.contact,
        location=appointment.location,
        scheduled_at=due,
        expires_at=due,
        check_after=due,
    )
    make_handed_over(appointment, rule, message=waiting)
    preview = f"/set-up/wordings/preview/?purpose={purpose}&language=en"

    answer = signed_in().post(preview, {"text": text})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hello {first_name}, {loca", "Hello Ann, {loca"),
        ("Hello {first_name}, {lokation}", "Hello Ann, {lokation}"),
        ("Hello {first_name}[ at", "Hello Ann[ at"),
        ("[{instructions}]", "nothing would be left to send"),
    ],
)
def test_the_preview_shows_what_is_half_typed_beside_what_is_wrong(text: str, shown: str):
    page = as_read(signed_in().post(EDIT.replace("edit", "preview"), {"text": text}))

    assert shown in page
    assert "Must be mended:" in page


@pytest.mark.parametrize("text", ["{", "{unknown}"])
def test_the_preview_says_what_is_wrong_with_a_placeholder(text):
    answer = signed_in().post(EDIT.replace("edit", "preview"), {"text": text})

    assert "is not a placeholder" in as_read(answer) or "is never closed" in as_read(answer)


def test_an_answer_is_switched_off():
    page = signed_in().post(
        "/set-up/wordings/answers/",
        {"purpose": "confirmed", "on": "no", "language": "en"},
        follow=True,
    )

    assert "This answer is not sent any more." in as_read(page)
    assert not Wording.objects.filter(purpose="confirmed", active=True).exists()


def test_ones_own_text_is_given_up():
    Wording.objects.create(purpose="confirmation", language="en", text=TEXT)

    signed_in().post(EDIT.replace("edit", "reset"))

    assert not Wording.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "purpose=nothing&language=en",
        "purpose=confirmation&language=xx",
        "purpose=confirmed&language=en&channel=voice",
        "purpose=confirmation&language=en&rule=999",
        "purpose=confirmation&language=en&rule=x",
        "purpose=confirmation&language=en&rule=" + "9" * 5_000,
    ],
)
def test_a_wording_that_cannot_be_is_not_found(query):
    assert signed_in().get(f"/set-up/wordings/edit/?{query}").status_code == 404


def test_a_manager_of_one_location_writes_words_for_its_rules_only():
    mine = make_location()
    own, general = make_confirmation_rule(location=mine), make_confirmation_rule()
    client = signed_in(locations=(mine,))

    statuses = [
        client.get(EDIT + suffix).status_code
        for suffix in (f"&rule={own.pk}", f"&rule={general.pk}", "")
    ]

    assert statuses == [200, 403, 403]


def test_the_connection_page_is_for_administrators():
    statuses = [
        signed_in(role).get("/set-up/connection/").status_code
        for role in ("receptionist", "manager", "administrator")
    ]

    assert statuses == [403, 403, 200]


def test_the_connection_page_shows_no_secret(settings):
    settings.MESSAGES_API_KEY, settings.MESSAGES_API_SECRET = "abcdefghijklmnop", "very-secret"

    page = as_read(signed_in("administrator").get("/set-up/connection/"))

    assert "abcd…op" in page
    assert "very-secret" not in page
    assert "abcdefghijklmnop" not in page


def test_refused_credentials_are_said(sandbox):
    sandbox.order_fault("401", times=1)

    page = as_read(signed_in("administrator").post("/set-up/connection/check/"))

    assert "The provider refuses our credentials." in page


def test_a_test_text_is_queued_and_watched():
    make_location(country="GB")

    page = signed_in("administrator").post("/set-up/connection/test/", {"phone": "07700 900123"})

    message = Message.objects.get()
    assert (message.kind, message.phone, message.state) == ("test", "+447700900123", "queued")
    assert f'hx-get="/set-up/connection/test/{message.pk}/"' in as_read(page)


def test_a_number_that_cannot_be_texted_is_refused_in_words():
    response = signed_in("administrator").post("/set-up/connection/test/", {"phone": "12"})

    assert response.status_code == 422
    assert "That is no number that can be texted." in as_read(response)


def test_other_messages_cannot_be_watched():
    make_location()
    client = signed_in("administrator")
    client.post("/set-up/connection/test/", {"phone": "+447700900123"})
    Message.objects.update(kind="staff")

    assert client.get(f"/set-up/connection/test/{Message.objects.get().pk}/").status_code == 404


def test_set_up_shows_the_release_of_the_time_zones():
    assert "Time zone rules: release 20" in as_read(signed_in().get("/set-up/"))
