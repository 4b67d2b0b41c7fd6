"""Links of texts: when there is one, how it is kept, and when it ends."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from pytest_django import Settings

from reminders.domain.links import addresses
from reminders.domain.links.keep import NewLink, adopt_link, keep_links, link_for
from reminders.domain.person_data.collect import everything
from reminders.domain.retention.texts import blank_texts
from reminders.domain.sending.second_numbers import try_second_numbers
from reminders.domain.wording import compile_wording
from reminders.models import VisitLink
from tests import factories as make
from tests.factories import NOON

WITH = compile_wording("{location}: {date} {time}. More: {link}")
WITHOUT = compile_wording("{location}: {date} {time}.")


def test_secrets_are_long_and_plain_letters():
    made = {addresses.new_token() for _ in range(1000)}

    assert len(made) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9]{22}", one) for one in made)
    # 62^22 is more than 2^128.
    assert 62**addresses.LENGTH > 2**128


@pytest.mark.parametrize(
    ("public", "here", "is_here", "site"),
    [
        ("https://r.example/", "", False, "https://r.example"),
        ("https://r.example", "", True, "https://r.example"),
        # A real phone never gets a link that anybody on the way may read.
        ("http://r.example", "", False, ""),
        ("", "http://127.0.0.1:8000", True, "http://127.0.0.1:8000"),
        ("", "", False, ""),
        ("", "", True, ""),
    ],
)
def test_where_patients_reach_the_site(settings: Settings, public, here, is_here, site):
    settings.PUBLIC_URL, settings.SANDBOX_PUSHES_TO = public, here
    settings.PROVIDER_IS_HERE = is_here

    assert addresses.site() == site
    assert (link_for(WITH, "en") is None) == (site == "")
    assert link_for(WITHOUT, "en") is None


def test_an_example_is_as_long_as_a_link(settings: Settings):
    settings.PUBLIC_URL = "https://r.example"

    assert len(addresses.example()) == len(link_for(WITH, "en").address)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("See https://r.example/v/abcdefghijklmnopqrstuv", "abcdefghijklmnopqrstuv"),
        ("https://r.example/v/abcdefghijklmnopqrstuv. Bye", "abcdefghijklmnopqrstuv"),
        ("https://r.example/v/abcdefghijklmnopqrstuvw", ""),
        ("https://r.example/v/short", ""),
        ("", ""),
    ],
)
def test_the_secret_in_a_text(text, secret):
    assert addresses.secret_in(text) == secret
    assert ("x" * 22 in addresses.without_secret(text)) == bool(secret)


@pytest.mark.django_db
def test_the_link_goes_on_with_the_copy_to_the_second_number():
    contact = make.make_contact(second_phone=make.phone())
    visit = make.make_appointment(contact=contact)
    message = make.make_message(
        appointment=visit, contact=contact, location=visit.location, phone=contact.phone,
        state="failed", status_code=402, expires_at=NOON + timedelta(hours=3),
    )  # fmt: skip
    make.make_handed_over(visit, make.make_confirmation_rule(), message=message, state="failed")
    keep_links([(message.pk, NewLink("a" * 22, "en"))], now=NOON)

    assert try_second_numbers([message.pk], now=NOON) == 1

    assert VisitLink.objects.get().message.phone == contact.second_phone


@pytest.mark.django_db
def test_a_link_is_given_out_with_the_person_and_goes_with_its_text():
    visit = make.make_appointment()
    message = make.make_message(appointment=visit, contact=visit.contact, phone=visit.contact.phone)
    keep_links([(message.pk, NewLink("a" * 22, "de"))], now=NOON)

    [given] = everything(visit.contact)["links"]
    assert (given["message_id"], given["language"]) == (str(message.pk), "de")
    assert "digest" not in given
    blank_texts([message.pk])
    assert not VisitLink.objects.exists()


@pytest.mark.django_db
def test_a_text_that_is_found_again_brings_its_link_back():
    message = make.make_message()
    for _ in range(2):
        adopt_link(message.pk, f"Hi https://r.example/v/{'b' * 22}", "en", now=NOON)

    assert VisitLink.objects.get().digest == addresses.digest_of("b" * 22)
