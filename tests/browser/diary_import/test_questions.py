"""The page of questions in a real browser: by keyboard, on a phone, with one, many and no
questions.
"""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from reminders.domain.diary_import import work_off_imports
from reminders.domain.diary_import.questions import About, Answer, Choice, Question
from reminders.models import Appointment, Import, ImportPart, TaughtAnswer
from tests.domain.diary_import.importing import csv_of, sydney

YEAR = (timezone.now() + timedelta(days=400)).year
HEADER = "id,who is it,phone,date,time,fee"
CONTENT = csv_of(f"1,Q,0491 570 006,03/04/{YEAR},10:00,20", header=HEADER)
STATUSES = {
    "booked": "the visit is booked",
    "cancelled": "the visit is cancelled",
    "arrived": "the patient came",
    "no_show": "the patient did not come",
    "leave_out": "leave these rows out",
}
NARROW = {"width": 390, "height": 844}


def of_columns() -> list[Question]:
    """Which phone, which date, whose names, and what a check asks."""
    phones = tuple(
        Choice(Answer(About.COLUMN, "phone", name), f"“{name}”", example)
        for name, example in (
            ("Mobile (H)", "0491 570 006, 0491 570 110"),
            ("Contact No", "02 5550 4321"),
        )
    )
    dates = (
        Choice(Answer(About.DATES, "dmy"), "the day", "Wed 3 March 2027, 09:30"),
        Choice(Answer(About.DATES, "mdy"), "the month", "Sat 3 April 2027, 09:30"),
    )
    check = (Choice(Answer(About.CHECK, "past"), "Yes, these visits are over"),)
    return [
        Question(
            About.COLUMN, "phone", "Which of these phones is texted?", phones,
            ("Ellen Marsh | 0491 570 006 | 02 5550 4321", "James Okoro | 0491 570 110 |"), 2,
        ),
        Question(
            About.DATES,
            "dates",
            "“03/04/2027”: what comes first?",
            dates,
            ("03/04/2027",),
            3,
            "Date",
        ),
        Question(
            About.CHECK, "past", "287 of 298 visits lie in the past. Is this the right file?", check
        ),
    ]  # fmt: skip


def of_values(count: int) -> list[Question]:
    """What so many words of one column mean."""
    words = ["Broken", "DNA", "Waitlisted – rang, no answer, left a message with the neighbour"]
    return [
        Question(
            About.MEANING, f"status:{n}",
            f"What does “{words[n % 3]} {n}” mean in the column “Appt Status”? ({n + 2} rows)",
            tuple(
                Choice(Answer(About.MEANING, to, "Appt Status", f"{words[n % 3]} {n}"), shown)
                for to, shown in STATUSES.items()
            ),
            (f"{words[n % 3]} {n}",), None, "Appt Status",
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.fixture
def waiting():
    """A file that waits with these questions."""

    def wait(*questions: Question) -> Import:
        row = Import.objects.create(
            filename="diary of the week.csv",
            created_at=timezone.now(),
            problems=[one.as_stored() for one in questions],
        )
        ImportPart.objects.create(of=row, position=0, data=CONTENT)
        return row

    return wait


def test_questions_are_answered_by_keyboard_alone_and_taught(open_page, accessible, tmp_path):
    sydney()
    page = open_page("/import/")
    file = tmp_path / "diary.csv"
    file.write_bytes(CONTENT)
    page.get_by_label("Drop the file here, or choose it").set_input_files(file)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("group", name="Which column holds the name?")).to_be_visible()
    page.get_by_label("“who is it”").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/import/*/")
    work_off_imports(now=timezone.now())

    first = page.get_by_label(f"3 April {YEAR}")
    expect(first).to_be_checked()
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Go on")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/import/*/")
    work_off_imports(now=timezone.now())

    expect(page.get_by_role("heading", name="How this file was read")).to_be_visible()
    expect(page.get_by_text(f"4 March {YEAR}").first).to_be_visible()
    assert accessible(page) == []
    page.get_by_role("button", name="Import 1 appointment").click()
    expect(page.locator(".import-progress")).to_be_visible()
    work_off_imports(now=timezone.now())
    expect(page.get_by_text("Imported", exact=True)).to_be_visible()
    assert (Appointment.objects.count(), TaughtAnswer.objects.count()) == (1, 2)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("window", [{"width": 1280, "height": 800}, NARROW])
def test_one_and_many_questions_fit_and_are_accessible(
    open_page, accessible, waiting, window, theme
):
    one, many = waiting(of_columns()[0]), waiting(*of_columns(), *of_values(37))

    for row in (one, many):
        page = open_page(f"/import/{row.pk}/", viewport=window, color_scheme=theme)
        expect(page.get_by_role("button", name="Go on")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert accessible(page) == []


def test_what_is_left_out_is_named_and_reached_by_a_link(open_page, accessible, waiting):
    page = open_page(f"/import/{waiting(*of_columns(), *of_values(4)).pk}/")
    page.get_by_label("“Contact No”").check()

    page.get_by_role("button", name="Go on").click()

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Choose an answer for one more question")
    expect(page.get_by_label("“Contact No”")).to_be_checked()
    assert accessible(page) == []
    alert.get_by_role("link").click()
    expect(page.get_by_role("group", name="287 of 298 visits")).to_be_focused()


def test_what_was_taught_is_changed_forgotten_and_brought_back(open_page, accessible):
    plain = {"layout": "x", "columns": "Name, Status, Mobile (H)", "taught_at": timezone.now()}
    TaughtAnswer.objects.create(
        about="meaning", header="status", value="broken", meaning="cancelled",
        shown="Status: Broken", **plain,
    )  # fmt: skip
    page = open_page("/set-up/taught-answers/")
    assert accessible(page) == []

    page.get_by_label("Status: Broken").select_option("Did not come")
    expect(page.get_by_text("Remembered: Did not come.")).to_be_visible()
    assert TaughtAnswer.objects.get().meaning == "no_show"

    page.get_by_role("button", name="Forget Status: Broken").click()
    expect(page.get_by_text("Nothing is taught yet")).to_be_visible()
    assert accessible(page) == []
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Status: Broken")).to_have_value("no_show")


def test_the_example_is_explained_in_its_language_and_comes_as_a_file(open_page, accessible):
    sydney()
    page = open_page("/import/example/", viewport=NARROW)
    for name in ("Deutsch", "العربية"):
        page.get_by_role("link", name=name).click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert accessible(page) == []

    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "example-ar.csv"
