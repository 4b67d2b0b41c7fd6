"""The day's work in Chromium: calls, cards, conversations; and how every page of it looks and
reads.
"""

import re

import pytest
from playwright.sync_api import expect

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.staff_actions import mark
from reminders.models import Appointment, InboxItem, Message, StaffSession
from tests.browser.scenes import work
from tests.factories import make_user

PAGES = ("/calls/", "/inbox/", "/not-sent/", "/forecast/", "/data-quality/?who=all", "/statistics/")
LOOKS = {
    "wide and light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "narrow and dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}


def addresses() -> list[str]:
    """Every page of the work lists, with a card and a conversation where there are any."""
    card, visit = (
        InboxItem.objects.order_by("pk").first(),
        Appointment.objects.order_by("pk").first(),
    )
    return [
        *PAGES,
        *([f"/inbox/{card.pk}/"] if card else []),
        *([f"/contacts/{visit.contact_id}/"] if visit else []),
    ]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("scene", ["nothing", "ordinary", "far_too_much"])
def test_every_page_is_accessible_and_fits(open_page, accessible, scene, look):
    getattr(work, scene)()
    troubles = []
    for address in addresses():
        page = open_page(address, **LOOKS[look])
        troubles += [f"{address}: {trouble}" for trouble in accessible(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            troubles.append(f"{address}: wider than the screen")
        page.context.close()

    assert troubles == []


def test_a_patient_confirms_on_the_phone_and_it_is_taken_back(open_page):
    diary = work.tomorrow()
    one = diary.book(name="Ann Lee")
    diary.ask(one)
    page = open_page("/calls/")
    expect(page.get_by_role("heading", name="Asked, no answer")).to_be_visible()

    page.get_by_role("button", name="Confirmed by Ann Lee").click()
    expect(page.get_by_text("Ann Lee confirmed on the phone.")).to_be_visible()
    expect(page.get_by_text("Everybody has answered")).to_be_visible()
    confirmed = Appointment.objects.get(pk=one.pk).status
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Confirmed by Ann Lee")).to_be_visible()

    assert (confirmed, Appointment.objects.get(pk=one.pk).status) == ("confirmed", "booked")


def test_a_voicemail_stays_on_the_list_as_tried(open_page):
    work.tomorrow().book(name="Ann Lee")
    page = open_page("/calls/")

    page.get_by_role("button", name="Left voicemail (Ann Lee)").click()

    expect(page.locator(".tried")).to_contain_text("Left voicemail (Robin Reed)")
    expect(page.get_by_role("link", name="1 Called before")).to_be_visible()


def test_an_unclear_reply_is_matched_with_one_click(open_page):
    diary = work.tomorrow()
    one, other = diary.book(name="Ann Lee"), diary.book(name="Ben Kim")
    for appointment in (one, other):
        diary.ask(appointment)
        diary.answer(appointment, "Tuesday is fine I guess", card="unclear")
    page = open_page("/inbox/")
    expect(page).to_have_title(re.compile(r"^\(2\) Inbox"))

    page.get_by_role("button", name=re.compile(r"^Confirm .*Ann Lee")).first.click()

    expect(page.get_by_text("Ann Lee is confirmed.")).to_be_visible()
    expect(page.get_by_role("heading", name="Ben Kim")).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(1\) Inbox"))
    assert Appointment.objects.get(pk=one.pk).status == "confirmed"


def test_a_reply_is_answered_with_a_ready_made_line(open_page):
    diary = work.tomorrow()
    one = diary.book(name="Ann Lee")
    diary.answer(one, "who is this?", card="unclear")
    page = open_page("/inbox/")

    page.get_by_role("button", name="Ready lines").click()
    page.get_by_role("button", name=re.compile("^Noted")).click()
    expect(page.locator("#text")).to_have_value("Thank you Ann, noted. Harbour Dental")
    expect(page.locator("#text-size")).to_contain_text("1 part")
    page.get_by_role("button", name="Send and close").click()

    expect(page.get_by_text("All done")).to_be_visible()
    texts = Message.objects.filter(kind="staff").values_list("text", flat=True)
    assert list(texts) == ["Thank you Ann, noted. Harbour Dental"]


def test_of_two_people_on_one_card_the_second_is_told_and_keeps_what_was_typed(open_page):
    diary = work.tomorrow()
    one = diary.book(name="Ann Lee")
    diary.answer(one, "Maybe", card="unclear")
    card = InboxItem.objects.get()
    maria = make_user(group="receptionist", first_name="Maria", last_name="Fox")
    first, second = open_page(f"/inbox/{card.pk}/", user=maria), open_page(f"/inbox/{card.pk}/")
    second.fill("#text", "See you then")

    first.get_by_role("button", name=re.compile(r"^Confirm .*Ann Lee")).first.click()
    expect(first.get_by_text("Ann Lee is confirmed.")).to_be_visible()
    second.get_by_role("button", name="Send and close").click()

    expect(second.locator("#card-notice")).to_contain_text("Maria Fox closed this meanwhile")
    expect(second.locator("#text")).to_have_value("See you then")
    assert Message.objects.filter(kind="staff").count() == 0


def test_a_new_card_appears_by_itself_and_the_focus_stays(open_page):
    diary = work.tomorrow()
    diary.answer(diary.book(name="Ann Lee"), "Maybe", card="unclear")
    page = open_page("/inbox/")
    page.locator("#text").press_sequentially("Dear ")

    diary.answer(diary.book(name="Ben Kim"), "Who is this?", card="unclear")
    expect(page.locator(".inbox-item").nth(1)).to_contain_text("Ben Kim")
    page.keyboard.type("Ann")

    expect(page.locator("#text")).to_have_value("Dear Ann")
    expect(page).to_have_title(re.compile(r"^\(2\) "))


def test_a_session_that_ends_while_typing_loses_nothing(open_page):
    diary = work.tomorrow()
    contact = diary.book(name="Ann Lee").contact
    user = make_user("robin", group="receptionist")
    page = open_page(f"/contacts/{contact.pk}/", user=user)
    page.fill("#text", "Please bring your card.")
    StaffSession.objects.all().delete()

    page.get_by_role("button", name="Send", exact=True).click()
    dialog = page.get_by_role("dialog", name="You were signed out")
    expect(dialog).to_be_visible()
    kept = page.locator("#text").input_value()
    page.reload()
    page.fill("#id_username", "robin")
    page.fill("#id_password", "a long password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#text")).to_have_value("Please bring your card.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".say-out")).to_contain_text("Please bring your card.")

    assert kept == "Please bring your card."
    expect(page.locator("#text")).to_have_value("")
    page.reload()
    expect(page.locator("#text")).to_have_value("")
    assert Message.objects.filter(kind="staff").count() == 1


def test_a_card_that_somebody_else_settles_goes_once_the_focus_leaves_it(open_page):
    diary = work.tomorrow()
    ann, ben = diary.book(name="Ann Lee"), diary.book(name="Ben Kim")
    page = open_page("/calls/")
    page.get_by_role("button", name="Confirmed by Ann Lee").focus()

    mark(ann.pk, Appointment.Status.CONFIRMED, seen="booked", by=SYSTEM, now=diary.now)
    look_again(page)
    expect(page.locator("#call-filters")).to_contain_text("1 To call")
    expect(page.get_by_role("button", name="Confirmed by Ann Lee")).to_be_focused()
    page.get_by_role("button", name="Confirmed by Ben Kim").focus()
    look_again(page)

    expect(page.locator(".call")).to_have_count(1)
    expect(page.get_by_role("button", name="Confirmed by Ben Kim")).to_be_focused()
    assert Appointment.objects.get(pk=ben.pk).status == "booked"


def test_after_an_answer_the_focus_stands_on_the_next_card_but_on_none_of_its_buttons(open_page):
    diary = work.tomorrow()
    diary.book(name="Ann Lee"), diary.book(name="Ben Kim")
    page = open_page("/calls/")

    page.get_by_role("button", name="Confirmed by Ann Lee").press("Enter")
    expect(page.locator(".call")).to_have_count(1)
    expect(page.locator(".call")).to_be_focused()
    page.keyboard.press("Enter")

    assert list(Appointment.objects.order_by("pk").values_list("status", flat=True)) == [
        "confirmed",
        "booked",
    ]


def test_a_live_look_leaves_clean_addresses_in_the_filters(open_page):
    diary = work.tomorrow()
    diary.book(name="Ann Lee")
    page = open_page("/calls/")

    diary.book(name="Ben Kim")
    look_again(page)
    expect(page.locator(".call")).to_have_count(2)

    addresses = page.locator("#call-filters a").evaluate_all(
        "links => links.map(link => link.search)"
    )
    assert addresses == [
        "",
        *(f"?show={name}" for name in ("unreached", "asked", "new", "tried", "coming")),
    ]


def look_again(page) -> None:
    """A live look now, not in a few seconds."""
    page.evaluate("document.body.dispatchEvent(new Event('changed'))")
