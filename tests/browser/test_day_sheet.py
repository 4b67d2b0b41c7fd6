"""Stories of a morning at the day sheet, in a real browser."""

import re
from datetime import UTC, datetime, time, timedelta

from playwright.sync_api import Page, expect

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.models import Appointment, Message, Reminder
from tests.browser.scenes.days import Diary, ordinary_day
from tests.factories import make_handed_over


def tomorrow() -> Diary:
    return Diary(day=(datetime.now(UTC) + timedelta(days=1)).date())


def row(page: Page, appointment: Appointment):
    return page.locator(f"#row-{appointment.pk}")


def status(appointment: Appointment) -> str:
    return str(Appointment.objects.values_list("status", flat=True).get(pk=appointment.pk))


def confirm(*appointments: Appointment) -> None:
    """As somebody else does."""
    ids = [each.pk for each in appointments]
    set_status(ids, Appointment.Status.CONFIRMED, by=SYSTEM, now=datetime.now(UTC))


def test_a_confirmation_by_telephone_and_its_undo(open_page):
    diary = tomorrow()
    ann = diary.book(name="Ann Lee")
    page = open_page(f"/?date={diary.day}", role="receptionist")

    row(page, ann).get_by_role("button", name="Confirm").click()
    expect(row(page, ann)).to_contain_text("Confirmed")
    expect(page.locator("#filters")).to_contain_text("1 Confirmed")
    confirmed = status(ann)
    page.get_by_role("button", name="Undo").click()
    expect(row(page, ann)).to_contain_text("Nothing sent")

    assert (confirmed, status(ann)) == ("confirmed", "booked")


def test_what_others_do_appears_without_taking_the_focus(open_page):
    diary = tomorrow()
    ann, ben = diary.book(name="Ann Lee"), diary.book(name="Ben Young")
    page = open_page(f"/?date={diary.day}")
    link = row(page, ann).get_by_role("link", name="Ann Lee")
    link.focus()

    confirm(ann, ben)
    page.evaluate("document.body.dispatchEvent(new Event('changed'))")

    expect(row(page, ben)).to_contain_text("Confirmed")
    expect(row(page, ann)).to_contain_text("Confirmed")
    expect(row(page, ann).get_by_role("link", name="Ann Lee")).to_be_focused()


def test_a_double_click_counts_once(open_page):
    diary = tomorrow()
    ann = diary.book(name="Ann Lee")
    page = open_page(f"/?date={diary.day}", role="receptionist")
    posts: list[str] = []
    page.on(
        "request", lambda request: posts.append(request.url) if request.method == "POST" else None
    )

    row(page, ann).get_by_role("button", name="Confirm").dblclick()
    expect(row(page, ann)).to_contain_text("Confirmed")

    assert (len(posts), status(ann)) == (1, "confirmed")


def test_a_filter_stays_through_live_looks(open_page):
    diary = tomorrow()
    ann, ben = diary.book(name="Ann Lee"), diary.book(name="Ben Young")
    Appointment.objects.filter(pk=ann.pk).update(status="confirmed")
    page = open_page(f"/?date={diary.day}&state=confirmed")
    # Nothing, or only the token once the minute has turned or something has happened elsewhere.
    brought_rows: list[bool] = []

    def answered(response) -> None:
        if "/rows/" in response.url:
            brought_rows.append(response.status == 200 and "data-list" in response.text())

    page.on("response", answered)

    with page.expect_response(re.compile("/rows/")):
        page.evaluate("document.body.dispatchEvent(new Event('changed'))")
    change_appointment(
        ben, {"notes": "Asked for the ground floor"}, by=SYSTEM, now=datetime.now(UTC)
    )
    with page.expect_response(re.compile("/rows/")):
        page.evaluate("document.body.dispatchEvent(new Event('changed'))")

    expect(page.locator("#rows .who")).to_have_text(["Ann Lee"])
    assert brought_rows == [False, False]


def test_new_and_moved_appointments_find_their_place(open_page):
    diary = tomorrow()
    ann, ben = (
        diary.book(at=time(9, 0), name="Ann Lee"),
        diary.book(at=time(10, 0), name="Ben Young"),
    )
    page = open_page(f"/?date={diary.day}")

    diary.book(at=time(9, 30), name="Maya Novak")
    change_appointment(ann, {"local_time": time(11, 0)}, by=SYSTEM, now=datetime.now(UTC))
    page.evaluate("document.body.dispatchEvent(new Event('changed'))")

    expect(page.locator("#rows .who")).to_have_text(["Maya Novak", "Ben Young", "Ann Lee"])
    assert ben.pk


def test_the_first_appointment_of_an_empty_day_appears_by_itself(open_page):
    diary = tomorrow()
    page = open_page(f"/?date={diary.day}")
    expect(page.get_by_text("No appointments on this day")).to_be_visible()

    diary.book(name="Ann Lee")
    page.evaluate("document.body.dispatchEvent(new Event('changed'))")

    expect(page.locator("#rows .who")).to_have_text(["Ann Lee"])
    Appointment.objects.all().delete()
    page.evaluate("document.body.dispatchEvent(new Event('changed'))")
    expect(page.get_by_text("No appointments on this day")).to_be_visible()


def test_the_keyboard_goes_through_the_days(open_page):
    diary = Diary()
    page = open_page("/")
    today = page.locator("h1").inner_text()

    page.keyboard.press("ArrowRight")
    expect(page.locator(".day-relative")).to_contain_text("Tomorrow")
    page.keyboard.press("t")
    expect(page.locator("h1")).to_have_text(today)
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".day-relative")).to_contain_text("Yesterday")
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page).to_have_url(re.compile("/contacts/$"))
    assert diary.place.pk


def test_a_planned_text_is_stopped_from_the_row(open_page):
    diary = tomorrow()
    # Late enough that no quiet hours lie before it, whatever the time is now.
    ann = diary.book(name="Ann Lee", at=time(14))
    reminder = Reminder.objects.create(
        appointment=ann,
        rule=diary.reminder,
        version=1,
        due_at=ann.starts_at - timedelta(hours=1),
        cutoff_at=ann.starts_at,
        location=diary.place,
        starts_at=ann.starts_at,
        local_date=ann.local_date,
        phone=ann.contact.phone,
        updated_at=diary.now,
    )
    page = open_page(f"/?date={diary.day}")

    row(page, ann).get_by_role("button", name="More for Ann Lee").click()
    page.get_by_role("button", name="Don't send").click()
    expect(row(page, ann)).to_contain_text("Stopped by staff")
    page.get_by_role("button", name="Undo").click()
    expect(row(page, ann)).to_contain_text("Text goes out")

    reminder.refresh_from_db()
    assert reminder.state == "planned"


def test_a_text_is_written_from_the_row(open_page):
    diary = tomorrow()
    ann = diary.book(name="Ann Lee")
    page = open_page(f"/?date={diary.day}")

    row(page, ann).get_by_role("button", name="More for Ann Lee").click()
    page.get_by_role("button", name="Write a text").click()
    expect(page.get_by_label("Your text")).to_be_focused()
    page.get_by_label("Your text").fill("Please bring your card. " * 8)
    # Filled at once, it may have been there before the page listened; whoever types goes on.
    page.get_by_label("Your text").press_sequentially("  ", delay=300)
    expect(page.locator("#text-size")).to_contain_text("2 parts")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Your text is on its way to Ann Lee.")).to_be_visible()

    assert Message.objects.get().text == ("Please bring your card. " * 8).strip()


def test_an_outdated_text_is_corrected_by_one_button(open_page):
    diary = tomorrow()
    ann = diary.book(name="Ann Lee")
    make_handed_over(ann, diary.rule, message=diary.ask(ann), version=7)
    change_appointment(ann, {"local_time": time(18, 0)}, by=SYSTEM, now=diary.now)
    page = open_page(f"/?date={diary.day}")

    row(page, ann).get_by_role("button", name="Send a correction").click()
    expect(row(page, ann)).not_to_contain_text("outdated")

    assert Message.objects.filter(kind="correction").count() == 1


def test_the_days_page_is_accessible(open_page, accessible):
    diary = ordinary_day()
    page = open_page("/")
    found = accessible(page)
    page.locator("[data-row]").first.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Write a text").wait_for()
    found += accessible(page, within=".row-menu.show")
    page.get_by_role("button", name="Write a text").click()
    page.get_by_label("Your text").wait_for()
    found += accessible(page)

    assert found == []
    assert diary.count == 18


def test_nothing_is_wider_than_a_phone(open_page):
    ordinary_day()
    page = open_page("/", viewport={"width": 390, "height": 844})

    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_caller_is_found_from_any_page_with_one_key(open_page):
    diary = tomorrow()
    diary.book(name="Ann Lee"), diary.book(name="Zuzanna Kowalska")
    page = open_page("/", role="receptionist")

    page.keyboard.press("/")
    expect(page.get_by_label("Name, number or date of birth")).to_be_focused()
    page.keyboard.type("kowal")

    expect(page.locator("#results .who")).to_have_text(["Zuzanna Kowalska"])
