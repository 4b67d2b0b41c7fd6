"""What the preview says was understood, in a real browser: wide, on a phone, light and dark."""

import os
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from reminders.domain.diary_import import work_off_imports
from reminders.domain.diary_import.uploads import upload
from reminders.models import Import
from tests import factories as make
from tests.domain.diary_import.importing import csv_of, sydney

NOW = datetime(2027, 2, 26, 9, 0, tzinfo=UTC)
HEADER = "id,name,preferred name,phone,date,time,status,practitioner,service"
FEW = ['1,"Lee, Ann",Annie,0491 570 006,"Mar 3, 2027",9:30a,Booked,Dr Patell,Check-up']
LONG = "Dr Maximiliana-Konstantina von und zu Hohenlohe-Waldenburg-Schillingsfürst"
NARROW = {"width": 390, "height": 844}


def many() -> list[str]:
    """Rows of many kinds: long names, no phone, cancelled, right to left, several practitioners."""
    rows = [
        f"{n},P{n}a Lee{n},,+44 7700 9001{n:02},2027-03-0{1 + n % 5},1{n % 9}:1{n % 6},Booked,"
        f"Dr {n % 12}x Who,"
        for n in range(40)
    ]
    return [
        f'50,"{LONG[3:]}",,0491 570 006,2027-03-04,10:00,Confirmed,{LONG},Long treatment',
        *rows,
        "60,Ed Roe,,12,2027-03-04,10:00,Booked,Dr Who,",
        "61,Cy Orr,,0491 570 157 or 0491 570 158,2027-03-04,11:00,Cancelled,Dr Who,",
        "62,دانا لي,,0491 570 159,2027-03-05,11:00,Booked,Dr Who,",
    ]


def checked(rows: list[str]) -> Import:
    content = csv_of(*rows, header=HEADER)
    row = upload([content], name="diary of the week.csv", location=None, now=NOW)
    work_off_imports(now=NOW)
    row.refresh_from_db()
    assert row.state == "ready", row.problems
    return row


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("window", [{"width": 1280, "height": 800}, NARROW])
def test_few_and_many_rows_fit_and_are_accessible(open_page, accessible, window, theme):
    sydney()
    make.make_practitioner(name="Dr Patel")
    for name, rows in (("few", FEW), ("many", many())):
        path = f"/import/{checked(rows).pk}/"
        page = open_page(path, viewport=window, color_scheme=theme)
        expect(page.get_by_role("heading", name="What was understood")).to_be_visible()
        for closed in page.locator(".new-names details").all():
            closed.locator("summary").click()
        if folder := os.environ.get("SHOTS"):
            file = f"{folder}/reading-{name}-{window['width']}-{theme}.png"
            page.screenshot(path=file, full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert accessible(page) == []


def test_a_new_name_is_said_to_be_a_known_one(open_page):
    sydney()
    make.make_practitioner(name="Dr Patel")
    row = checked(FEW)
    page = open_page(f"/import/{row.pk}/")
    expect(page.get_by_text("Or is it Dr Patel?")).to_be_visible()
    assert page.get_by_label("Dr Patell is").input_value() == ""

    page.get_by_label("Dr Patell is").select_option("Dr Patel")
    page.get_by_role("button", name="Take the chosen as known").click()
    page.wait_for_load_state()
    work_off_imports(now=NOW)
    page.goto(page.url)

    expect(page.get_by_text("New practitioners")).to_have_count(0)
    expect(page.get_by_text("Sydney, Dr Patel, Check-up")).to_be_visible()
