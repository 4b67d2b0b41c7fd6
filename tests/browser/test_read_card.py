"""A card that was left to a person: how it looks, what one click does, and teaching from it."""

import os

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from reminders.domain.replies.review import teach
from reminders.models import Appointment, InboxItem, Message, TaughtReply
from tests.browser.scenes import work
from tests.browser.test_worklists import LOOKS
from tests.factories import make_message
from tests.views.worklists.work import make_card

ALL_LOOKS = LOOKS | {
    "wide and dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "narrow and light": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}
OURS = "Hi Ann, please confirm your appointment at Harbour Dental tomorrow at 10:00. Reply Y or N."


def read_card(text: str = "Righty ho boss", unknown: tuple[str, ...] = ()) -> InboxItem:
    """A card of a coming visit, whose reply answers a text of ours."""
    work.ordinary()
    coming = Appointment.objects.filter(starts_at__gt=timezone.now(), status="booked")
    one = coming.exclude(contact__phone="").order_by("pk").first()
    assert one is not None
    card = make_card(one, text)
    card.reply.message = make_message(
        appointment=one, contact=one.contact, location=one.location, phone=one.contact.phone,
        text=OURS, state="delivered", scheduled_at=timezone.now(),
    )  # fmt: skip
    card.reply.intent = "unclear"
    card.reply.reading = {
        "language": "en", "asks": "yes_no", "unknown": list(unknown), "also": [],
    }  # fmt: skip
    card.reply.save()
    return card


def picture(page, name: str) -> None:
    """For the eye, where somebody asks for pictures."""
    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("look", ALL_LOOKS)
def test_card_and_taught_replies_are_accessible_and_fit(open_page, accessible, look):
    card = read_card("Righty ho boss, if the Bus runs", unknown=("if", "the", "Bus", "runs"))
    assert card.appointment is not None
    taught = make_card(card.appointment, "Righty ho boss")
    TaughtReply.objects.create(
        language="en", words="righty ho boss", meaning="yes", taught_at=timezone.now()
    )
    assert teach.may_teach(taught) == "righty ho boss"
    troubles = []
    for name, address in {
        "card": f"/inbox/{card.pk}/",
        "teach": f"/inbox/{taught.pk}/",
        "taught": "/set-up/taught-replies/",
        "figures": "/statistics/",
    }.items():
        page = open_page(address, **ALL_LOOKS[look])
        for summary in page.locator("main summary").all():
            summary.press("Enter")
        troubles += [f"{name}: {trouble}" for trouble in accessible(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            troubles.append(f"{name}: wider than the screen")
        picture(page, f"{name}-{look.replace(' ', '-')}")
        page.context.close()

    assert troubles == []


def test_one_key_confirms_and_answers(open_page):
    card = read_card()
    page = open_page(f"/inbox/{card.pk}/", role="receptionist")

    page.get_by_role("button", name="Confirm and answer").first.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("The answer is going out.")).to_be_visible()
    assert card.appointment is not None
    card.appointment.refresh_from_db()
    assert card.appointment.status == "confirmed"
    assert Message.objects.filter(answers=card.reply, kind="answer").count() == 1


def test_a_manager_teaches_and_settles_what_waits(open_page):
    card = read_card()
    page = open_page(f"/inbox/{card.pk}/")

    page.get_by_text("Does this text always mean the same?").click()
    page.get_by_role("button", name="Always a yes").click()
    expect(page.get_by_role("heading", name="Taught replies")).to_be_visible()
    waiting = InboxItem.objects.get(pk=card.pk).done_at
    page.get_by_role("button", name="Confirm and answer").click()

    expect(page.get_by_text("is confirmed. The answer is going out.")).to_be_visible()
    assert (waiting, InboxItem.objects.get(pk=card.pk).outcome) == (None, "confirm")
