"""What staff see of the page behind a link, and how they put it into a wording."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from reminders.models import InboxItem, Message, VisitLink
from tests.views.patient.page import text_of, texted, visit_soon

pytestmark = pytest.mark.django_db
WORDING = "/set-up/wordings/edit/?purpose=reminder&language=en&channel=sms"
TEXT = "{first_name}, {location}: {date} {time}. {link}"


def test_the_conversation_says_how_long_ago_the_link_was_opened(sign_in):
    phone = texted(visit_soon())
    ago = timezone.now() - timedelta(minutes=3, seconds=5)
    VisitLink.objects.update(opened_at=ago, last_opened_at=ago)
    phone.press("yes")
    VisitLink.objects.update(opened_at=ago, last_opened_at=ago)
    contact = phone.visits[0].contact

    page = text_of(sign_in().get(f"/contacts/{contact.pk}/")).replace("\xa0", " ")

    assert "link opened, 3 minutes ago" in page
    assert "I'm coming" in page
    assert "on the page" in page


@pytest.mark.parametrize(
    "path", ["/contacts/{contact}/", "/appointments/{visit}/", "/inbox/{card}/"]
)
def test_staff_read_the_text_without_the_secret_of_its_link(sign_in, path):
    phone = texted(visit_soon())
    secret = phone.token
    Message.objects.update(text=f"See https://reminders.example/v/{secret} for more")
    phone.press("no")
    [visit] = phone.visits
    ids = {"contact": visit.contact_id, "visit": visit.pk, "card": InboxItem.objects.get().pk}

    page = sign_in().get(path.format(**ids)).content.decode()

    assert "/v/… for more" in page
    assert secret not in page


def test_the_card_says_that_it_was_said_on_the_page(sign_in):
    phone = texted(visit_soon())
    phone.press("other", wish="Friday")

    page = text_of(sign_in().get(f"/inbox/{InboxItem.objects.get().pk}/"))

    assert "The reply, on the page behind the link" in page
    assert "Another time: Friday" in page


def test_the_story_of_the_visit_tells_of_both(sign_in):
    phone = texted(visit_soon())
    phone.press("yes")

    page = sign_in().get(f"/appointments/{phone.visits[0].pk}/")

    titles = [moment.title for _, moment in page.context["moments"]]
    assert {"Link opened", "Answered on the page", "Confirmed"} <= {*titles}


def test_a_manager_puts_the_link_in_by_a_button_and_sees_its_length(sign_in, settings: Settings):
    settings.PUBLIC_URL = "https://reminders.example"
    manager = sign_in("manager")

    assert 'data-insert="{link}"' in manager.get(WORDING).content.decode()
    shown = manager.post(
        "/set-up/wordings/preview/" + WORDING.partition("edit/")[2], {"text": TEXT}
    )
    assert f"https://reminders.example/v/{'x' * 22}" in shown.content.decode()
    assert manager.post(WORDING, {"text": TEXT, "active": "yes"}).status_code == 302
    assert not VisitLink.objects.exists()


def test_without_a_public_address_it_is_refused_in_words(sign_in, settings: Settings):
    settings.PUBLIC_URL = settings.SANDBOX_PUSHES_TO = ""

    refused = sign_in("manager").post(WORDING, {"text": TEXT, "active": "yes"})

    assert refused.status_code == 422
    assert "PUBLIC_URL has to be set" in text_of(refused)


def test_answers_by_page_have_no_such_placeholder(sign_in):
    page = sign_in("manager").get(WORDING.replace("=reminder", "=confirmed"))

    assert 'data-insert="{link}"' not in page.content.decode()


def test_the_way_to_going_live_says_that_links_are_left_out(sign_in, settings: Settings):
    settings.PUBLIC_URL = "https://reminders.example"
    assert sign_in("manager").post(WORDING, {"text": TEXT, "active": "yes"}).status_code == 302
    settings.PUBLIC_URL = settings.SANDBOX_PUSHES_TO = ""

    page = sign_in("administrator").get("/set-up/connection/")

    assert "Links are left out of texts" in text_of(page)
