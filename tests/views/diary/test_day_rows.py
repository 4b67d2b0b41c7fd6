"""A line of the day sheet as markup: what it says, what it offers, and that nothing typed becomes
markup.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test.html import parse_html

from reminders.domain.pages.day_sheet import DayRow
from reminders.views.diary.day_rows import SheetLine

NOON = datetime(2020, 3, 2, 12, 0, tzinfo=UTC)
STARTS = NOON + timedelta(days=1)
ICON = '<svg class="icon " aria-hidden="true"><use href="/static/reminders/icons.svg#{}"/></svg>'
NAMED_ICON = (
    '<svg class="icon " role="img" aria-label="{}">'
    '<use href="/static/reminders/icons.svg#{}"/></svg>'
)
ANN = DayRow(
    id=7,
    location_id=1,
    location="Harbour",
    zone="Europe/London",
    country="GB",
    starts_at=STARTS,
    local_date=date(2020, 3, 3),
    local_time=time(12, 0),
    duration=30,
    status="booked",
    notes="",
    contact_id=3,
    name="Ann <b>Lee</b>",
    phone="+447700900123",
    represented=False,
    opted_out=False,
    wrong_number=False,
    practitioner_id=2,
    practitioner="Dr Ito",
    service="Check-up",
    out_id=None,
    out_kind="",
    out_rule="",
    out_text="",
    out_state="",
    out_words="",
    out_at=None,
    told=False,
    stale=False,
    next_at=STARTS - timedelta(hours=1),
    reason="",
    in_text="",
    in_at=None,
    card_kind="",
    card_id=None,
)
MAY = {"appointment_status": True, "appointment_correct": True}
"""What somebody at the desk may do from a row."""
TEXTED = {
    "out_kind": "reminder",
    "out_rule": "confirmation",
    "out_state": "delivered",
    "out_at": datetime(2020, 3, 1, 9, 0, tzinfo=UTC),
}


def line(**values: Any) -> SheetLine:
    return SheetLine(replace(ANN, **values), NOON)


def rendered(shown: SheetLine, *, part: str = "row") -> str:
    context = {"line": shown, "row": shown.row, "may": MAY}
    return render_to_string(f"day_sheet/{part}.html", context)


def test_a_line_that_waits_for_its_text():
    shown = line()

    assert parse_html(rendered(shown)) == parse_html(
        f'<tr id="row-7" data-row data-digest="{shown.digest}" class="day-row is-nothing">\n'
        '<td class="cell-time"><time datetime="2020-03-03T12:00:00+00:00">12:00</time>'
        '<span class="sub">30 min</span></td>\n'
        '<td class="cell-who"><a class="who" href="/appointments/7/">'
        "<bdi>Ann &lt;b&gt;Lee&lt;/b&gt;</bdi></a>"
        '<a class="sub tel" href="tel:+447700900123">07700 900123</a></td>\n'
        '<td class="cell-with"><bdi>Dr Ito</bdi>'
        '<span class="sub">Check-up</span></td>\n'
        f'<td class="cell-state"><span class="state state-nothing">{ICON.format("minus-circle")}'
        '<span>Nothing sent</span></span><span class="sub">Text goes out Tue 3'
        " Mar 2020 11:00</span></td>\n"
        '<td class="cell-texts"></td>\n'
        '<td class="cell-do no-print"><div class="row-do">'
        '<form hx-post="/appointments/7/status/" hx-swap="none">'
        '<input type="hidden" name="seen" value="booked">'
        '<button class="btn btn-soft btn-small do-confirmed" name="to" value="confirmed">'
        f"{ICON.format('check')}Confirm"
        '<span class="visually-hidden"> Ann &lt;b&gt;Lee&lt;/b&gt;</span></button>'
        '<button class="btn btn-soft btn-small do-declined" name="to" value="declined">'
        f"{ICON.format('x')}Decline"
        '<span class="visually-hidden"> Ann &lt;b&gt;Lee&lt;/b&gt;</span></button></form>'
        '<div class="dropdown"><button type="button" class="btn btn-icon" data-bs-toggle="dropdown"'
        ' aria-expanded="false" id="more-7" hx-get="/appointments/7/menu/"'
        ' hx-target="next .dropdown-menu"'
        f' hx-swap="innerHTML">{ICON.format("more")}'
        '<span class="visually-hidden">More for Ann &lt;b&gt;Lee&lt;/b&gt;</span></button>'
        '<div class="dropdown-menu dropdown-menu-end row-menu"><span class="px-3'
        ' soft">One moment …</span>'
        "</div></div></div></td>\n</tr>\n"
    )


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (
            TEXTED | {"told": True},
            f'<div class="text-line">{NAMED_ICON.format("We texted", "arrow-out")}<div>'
            '<span class="said">Asked</span>'
            '<span class="sub">Sun 1 Mar 2020 09:00 · Delivered</span></div></div>',
        ),
        (
            TEXTED
            | {"out_kind": "staff", "out_rule": "", "out_text": "<i>Hi</i>", "status": "confirmed"},
            f'<div class="text-line">{NAMED_ICON.format("We texted", "arrow-out")}<div>'
            '<span class="said said-long"><bdi>&lt;i&gt;Hi&lt;/i&gt;</bdi></span>'
            '<span class="sub">Sun 1 Mar 2020 09:00</span></div></div>',
        ),
        (
            {"in_text": "<script>", "in_at": datetime(2020, 3, 1, 9, 5, tzinfo=UTC)},
            f'<div class="text-line text-in">{NAMED_ICON.format("They answered", "arrow-in")}<div>'
            '<span class="said"><bdi>&lt;script&gt;</bdi></span>'
            '<span class="sub">Sun 1 Mar 2020 09:05</span></div></div>',
        ),
    ],
    ids=["asked", "a text by staff", "an answer"],
)
def test_the_last_text_each_way(values, texts):
    html = rendered(line(**values))

    cell = html.split('<td class="cell-texts">')[1].split("</td>")[0]
    assert parse_html(cell) == parse_html(texts)


SUB = '<span class="sub">{}</span>'
OUTDATED = f'<span class="sub stale">{ICON.format("warning")}An outdated text was already sent.'


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ({"status": "confirmed"}, ""),
        ({"card_kind": "unclear"}, SUB.format("Read this reply")),
        ({"reason": "held", "next_at": None}, SUB.format("Stopped by staff")),
        ({"phone": ""}, SUB.format("No usable phone number")),
        (
            TEXTED | {"out_state": "failed", "out_words": "No such <number>"},
            SUB.format("No such &lt;number&gt;"),
        ),
        (TEXTED | {"told": True}, SUB.format("No answer yet")),
        ({"status": "arrived", "stale": True, "phone": ""}, f"{OUTDATED}</span>"),
        (
            {"status": "confirmed", "stale": True},
            f'{OUTDATED}<button type="button" class="link-button no-print"'
            ' hx-post="/appointments/7/correct/"'
            ' hx-swap="none">Send a correction</button></span>',
        ),
        (
            {"status": "cancelled", "stale": True},
            f'{OUTDATED}<button type="button" class="link-button no-print"'
            ' hx-get="/appointments/7/text/?as=correction"'
            ' hx-target="#dialog-content" hx-swap="innerHTML">'
            "Correct it</button></span>",
        ),
    ],
)
def test_the_note_below_the_state(values, note):
    assert parse_html(rendered(line(**values), part="note")) == parse_html(note)


def test_a_cell_without_texts_is_quite_empty_so_that_it_takes_no_room_on_a_phone():
    assert '<td class="cell-texts"></td>' in rendered(line())
