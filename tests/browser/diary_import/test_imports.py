"""The evening's import in a real browser: from upload to outcome, questions, problems, taking
back.
"""

import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from reminders.domain.diary_import import work_off_imports
from reminders.models import Appointment, Location, Message, Reminder
from tests import factories as make
from tests.domain.diary_import.importing import HEADER, csv_of, sydney

DAY = (timezone.now() + timedelta(days=9)).date()
ANN = f"1,Ann Lee,0491 570 006,{DAY},10:00"
BOB = f"2,Bob Ray,0491 570 156,{DAY},11:30"


@pytest.fixture
def upload(open_page, tmp_path: Path):
    """Upload these bytes on the import page and let the background work."""

    def upload_it(content: bytes, *, page: Page | None = None, name: str = "diary.csv") -> Page:
        page = page or open_page("/import/")
        file = tmp_path / name
        file.write_bytes(content)
        page.goto(re.sub(r"(://[^/]+).*", r"\1/import/", page.url))
        page.get_by_label("Drop the file here, or choose it").set_input_files(file)
        page.get_by_role("button", name="Upload and check").click()
        page.wait_for_load_state()
        work_off_imports(now=timezone.now())
        return page

    return upload_it


def go(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.locator(".import-progress")).to_contain_text("Waiting its turn")
    work_off_imports(now=timezone.now())
    expect(page.get_by_text("Imported", exact=True)).to_be_visible()


def test_from_upload_to_outcome_and_back(upload, accessible):
    sydney()
    page = upload(csv_of(ANN, BOB))
    expect(page.get_by_role("button", name="Import 2 appointments")).to_be_visible()
    assert accessible(page) == []

    go(page, "Import 2 appointments")
    assert accessible(page) == []
    assert Appointment.objects.count() == 2

    page.get_by_role("link", name="Take back").click()
    expect(page.get_by_text("2 new appointments vanish")).to_be_visible()
    assert accessible(page) == []
    page.get_by_role("button", name="Take 2 back").click()
    expect(page.locator(".import-progress")).to_contain_text("Being taken back")
    work_off_imports(now=timezone.now())
    expect(page.get_by_text("Everything was taken back.")).to_be_visible()
    assert not Appointment.objects.exists()


def test_tomorrows_file_shows_old_beside_new_and_what_is_gone(upload, accessible):
    sydney()
    page = upload(csv_of(ANN, BOB))
    go(page, "Import 2 appointments")

    upload(csv_of(ANN.replace("10:00", "12:15")), page=page)

    expect(page.get_by_role("heading", name="1 of 2 coming appointments are gone")).to_be_visible()
    expect(page.locator(".change")).to_have_text("Time: 10:00 → 12:15")
    page.get_by_role("navigation", name="Appointments that are gone").get_by_text(
        "Cancel them"
    ).click()
    page.get_by_label("Yes, the file is complete").check()
    assert accessible(page) == []
    go(page, "Import 1 appointment, cancel 1 that is gone")
    assert sorted(Appointment.objects.values_list("status", flat=True)) == ["booked", "cancelled"]


def test_columns_set_by_hand(upload, accessible):
    sydney()
    content = csv_of(f"1,Q,0491 570 006,{DAY},10:00", header="id,who is it,phone,date,time")
    page = upload(content)
    page.get_by_role("link", name="Set all columns by hand").click()
    assert accessible(page) == []

    page.get_by_label("who is it").select_option("Name")
    page.get_by_role("button", name="Check the file").click()
    work_off_imports(now=timezone.now())
    go(page, "Import 1 appointment")

    upload(content, page=page)
    expect(page.get_by_text("Nothing new.")).to_be_visible()


def test_a_file_dropped_anywhere_on_the_page_is_taken(open_page):
    sydney()
    page = open_page("/import/")
    carried = page.evaluate_handle(
        """([name, text]) => {
            const carried = new DataTransfer();
            carried.items.add(new File([text], name, { type: "text/csv" }));
            return carried;
        }""",
        ["evening.csv", csv_of(ANN).decode()],
    )
    heading = page.get_by_role("heading", name="So far")
    heading.dispatch_event("dragenter", {"dataTransfer": carried})
    expect(page.locator(".drop")).to_have_class(re.compile("is-over"))

    heading.dispatch_event("drop", {"dataTransfer": carried})

    assert (
        page.get_by_label("Drop the file here").evaluate("field => field.files[0].name")
        == "evening.csv"
    )
    expect(page.get_by_role("button", name="Upload and check")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/import/\d+/"))
    work_off_imports(now=timezone.now())
    expect(page.get_by_role("button", name="Import 1 appointment")).to_be_visible()


def test_the_button_says_what_is_withdrawn_and_what_goes_out_at_once(upload):
    Location.objects.filter(pk=sydney().pk).update(opens="00:00", closes="23:59")
    rule = make.make_confirmation_rule()
    page = upload(csv_of(ANN, BOB))
    go(page, "Import 2 appointments")
    ann = Appointment.objects.get(external_id="1")
    Reminder.objects.filter(appointment=ann).delete()
    make.make_handed_over(ann, rule)
    Message.objects.update(scheduled_at=timezone.now() + timedelta(hours=1))
    here = timezone.now().astimezone(ZoneInfo("Australia/Sydney"))
    # Within the day that is asked about at once, and not at night, which would be questioned.
    soon = next(
        at for hours in range(20, 4, -1) if 8 <= (at := here + timedelta(hours=hours)).hour < 20
    )
    cy = f"3,Cy Orr,0491 570 157,{soon:%Y-%m-%d},{soon:%H:%M}"

    upload(csv_of(ANN.replace("10:00", "12:15"), BOB, cy), page=page)

    button = "Import 2 appointments, withdraw 1 message, send 1 at once"
    expect(page.locator(".btn-go")).to_have_text(button)
    go(page, button)
    expect(page.get_by_text("1 message withdrawn. 1 sent at once.")).to_be_visible()


def test_which_location_is_asked_and_answered(upload, accessible):
    sydney()
    sydney("Perth")
    page = upload(csv_of(ANN))
    expect(page.get_by_text("which one is this file of?")).to_be_visible()
    assert accessible(page) == []

    page.get_by_label("Perth").check()
    page.get_by_role("button", name="Go on").click()
    work_off_imports(now=timezone.now())

    go(page, "Import 1 appointment")
    assert Appointment.objects.get().location.name == "Perth"


def test_wrong_cells_carry_their_reason(upload, accessible):
    sydney()

    page = upload(csv_of("2,Bob Ray,0491 570 156,2026-02-30,25:00"))

    expect(page.locator(".wrong").first).to_contain_text("there is no such day in the calendar")
    expect(page.locator(".wrong").last).to_contain_text("a day has the hours 0 to 23")
    expect(page.get_by_role("alert")).to_contain_text("2 things have to be corrected first")
    assert accessible(page) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.4", "This is a PDF document, not a table."),
        (b"", "The file is empty."),
        (csv_of(), "The file has a header but no appointments."),
        (f"{ANN}\n{BOB}\n".encode(), "There is no header row"),
        (
            csv_of(ANN, header="id,name,nr,date,time").replace(b"0491", b"x"),
            "There is no phone column.",
        ),
        (csv_of(f"{ANN},Bondi", header=f"{HEADER},site"), "There is no location “Bondi”."),
    ],
)
def test_each_fundamental_problem_is_told(upload, content, words):
    sydney()

    page = upload(content)

    expect(page.get_by_text(re.compile(re.escape(words))).first).to_be_visible()


def test_on_a_phone_nothing_is_cut_off(upload, open_page, accessible):
    sydney()
    page = open_page("/import/", viewport={"width": 390, "height": 844})

    upload(csv_of(ANN, BOB), page=page)

    expect(page.get_by_role("button", name="Import 2 appointments")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert accessible(page) == []

    upload(csv_of(f"2,Bob Ray,0491 570 156,{DAY},25:00"), page=page)

    reason = page.locator(".wrong .reason")
    expect(reason).to_contain_text("a day has the hours 0 to 23")
    box = reason.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert accessible(page) == []
