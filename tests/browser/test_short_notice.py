"""The short-notice list and the card of a free time: how they look, and one click through."""

from datetime import date, time, timedelta

from django.utils import timezone
from playwright.sync_api import expect

from reminders.domain.diary.appointments import set_status
from reminders.domain.sooner.ring import work_off_slots
from reminders.models import Appointment, InboxItem
from tests import factories as make
from tests.browser.test_worklists import LOOKS
from tests.faults.support.world import STAFF


def listed(people: int) -> InboxItem:
    """A time became free, and so many would take it."""
    place = make.make_location(name="Harbour Dental", opens="00:00", closes="00:00")
    doctor, service = make.make_practitioner(name="Dr Bianca Moreau"), make.make_service()
    today: date = timezone.now().date()

    def visit(name: str, days: int) -> Appointment:
        return make.make_appointment(
            day=today + timedelta(days=days), at=time(9, 30), location=place, duration=30,
            contact=make.make_contact(first_name=name), practitioner=doctor, service=service,
            changed_at=timezone.now() - timedelta(days=9),
        )  # fmt: skip

    for number in range(people):
        make.make_wish(
            visit(f"Patient {number}", 10 + number), priority=1 + number % 3,
            note="Works next door, mornings are best" if number % 3 == 0 else "",
            practitioner=doctor if number % 2 else None, time_from=time(8), time_to=time(12),
        )  # fmt: skip
    set_status([visit("Ann", 3).pk], Appointment.Status.DECLINED, by=STAFF, now=timezone.now())
    work_off_slots(clock=timezone.now)
    return InboxItem.objects.get(kind="free_slot")


def test_the_list_and_the_card_are_accessible_fit_and_offer(open_page, accessible):
    card = listed(4)
    for look in LOOKS.values():
        for address in ("/short-notice/", f"/inbox/{card.pk}/"):
            page = open_page(address, **look)
            expect(page.get_by_text("Patient 3").first).to_be_visible()
            assert accessible(page) == []
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")

    page = open_page(f"/inbox/{card.pk}/")
    page.get_by_role("button", name="Offer by text, one after another").click()

    expect(page.get_by_text("The time is being offered")).to_be_visible()
    card.refresh_from_db()
    assert card.outcome == "slot_offered"
