"""A line of the day sheet: what is offered at this time of day, and its markup.

The markup is written here, not in a template: a hundred lines took a template 60 ms and take
this 17. `format_html` escapes whatever is put into it, as templates do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from zoneinfo import ZoneInfo

from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reminders.domain.day_sheet import FAILED, SETTLED, DayRow, DayState, digest
from reminders.models import Appointment, Message
from reminders.templatetags.pages import at_zone, badge, icon, inline, phone

ARRIVES_FROM = timedelta(minutes=60)
TOO_LATE_AFTER = timedelta(minutes=5)
LOOKS = {
    DayState.CHECK: "chat-question",
    DayState.UNREACHABLE: "call-off",
    DayState.DECLINED: "x-circle",
    DayState.NOTHING: "minus-circle",
    DayState.ASKED: "send",
    DayState.CONFIRMED: "check-circle",
    DayState.ARRIVED: "person-check",
    DayState.NO_SHOW: "person-x",
    DayState.CANCELLED: "ban",
}
"""The icon of each state; its colour carries the state's own name."""


@dataclass(frozen=True)
class Line:
    """A row as it is shown now, with the actions that make sense at this time of day."""

    row: DayRow
    now: datetime

    @property
    def icon(self) -> str:
        """The state's icon."""
        return LOOKS[self.row.state]

    @property
    def out_state_words(self) -> str:
        """What became of the last text, in plain words."""
        return str(Message.State(self.row.out_state).label) if self.row.out_state else ""

    @cached_property
    def buttons(self) -> list[tuple[str, str, str]]:
        """The likeliest actions: status, words and icon. The row's menu has them all."""
        row, state = self.row, self.row.state
        if state in SETTLED:
            return []
        until = row.starts_at - self.now
        offered = []
        if until <= ARRIVES_FROM:
            offered.append(("arrived", "Arrived", "person-check"))
            if until < -TOO_LATE_AFTER:
                offered.append(("no_show", "No-show", "person-x"))
            return offered
        if row.status == Appointment.Status.BOOKED:
            offered += [("confirmed", "Confirm", "check"), ("declined", "Decline", "x")]
        return offered

    @property
    def over(self) -> bool:
        """Whether the visit began a while ago."""
        return self.row.starts_at < self.now - timedelta(minutes=30)

    @cached_property
    def digest(self) -> str:
        """A short token that changes with anything shown of this line."""
        return digest((self.row.digest, self.buttons, self.over))

    @property
    def note(self) -> SafeString:
        """What else is to be said of the state, below it."""
        return format_html("{}{}", _outdated(self.row) if self.row.stale else "", _about_state(self.row))


_rendered: dict[tuple[str, bool, date], SafeString] = {}
MOST_RENDERED = 5_000
NOTHING = SafeString("")


def render_line(line: Line, *, several_places: bool) -> SafeString:
    """A line as a table row. It is made once for each change, as live looks show the same again and again.

    Its digest stands for all that it shows; the date, for words like “yesterday”.
    """
    key = (line.digest, several_places, line.now.astimezone(ZoneInfo(line.row.zone)).date())
    html = _rendered.get(key)
    if html is None:
        if len(_rendered) >= MOST_RENDERED:
            _rendered.clear()
        html = _rendered[key] = _row(line, several_places=several_places)
    return html


def _row(line: Line, *, several_places: bool) -> SafeString:
    row = line.row
    return format_html(
        '<tr id="row-{}" data-row data-digest="{}" class="day-row is-{}{}{}">\n{}\n{}\n{}\n'
        '<td class="cell-state">{}{}</td>\n<td class="cell-texts">{}{}</td>\n{}\n</tr>\n',
        row.id,
        line.digest,
        row.state,
        " is-over" if line.over else "",
        "" if line.buttons else " is-settled",
        _when(row),
        _who(row),
        _with(row, several_places=several_places),
        badge(row.state, line.icon, row.state.words),
        line.note,
        _text_out(line) if row.out_at else "",
        _text_in(row) if row.in_at else "",
        _actions(line),
    )


def _when(row: DayRow) -> SafeString:
    lasts = format_html('<span class="sub">{} min</span>', row.duration) if row.duration else ""
    return format_html(
        '<td class="cell-time"><time datetime="{}">{}</time>{}</td>',
        row.starts_at.isoformat(),
        f"{row.local_time:%H:%M}",
        lasts,
    )


def _who(row: DayRow) -> SafeString:
    number = '<a class="sub tel" href="tel:{}">{}</a>' if row.phone else '<span class="sub">No number</span>'
    return format_html(
        '<td class="cell-who"><a class="who" href="{}"><bdi>{}</bdi></a>{}</td>',
        address("appointment", row.id),
        row.name or "(no name)",
        format_html(number, row.phone, phone(row.phone, row.country)),
    )


def _with(row: DayRow, *, several_places: bool) -> SafeString:
    place = f"{' · ' if row.service else ''}{row.location}" if several_places else ""
    return format_html(
        '<td class="cell-with"><bdi>{}</bdi><span class="sub">{}{}</span></td>',
        row.practitioner or "–",
        row.service,
        place,
    )


def _text_out(line: Line) -> SafeString:
    row = line.row
    if row.out_kind in (Message.Kind.STAFF, Message.Kind.CORRECTION):
        said = format_html(
            '<span class="said said-long"><bdi>{}</bdi></span>', truncatechars(row.out_text, 120)
        )
    else:
        said = format_html('<span class="said">{}</span>', row.out_title)
    unreachable, arrived = row.state == DayState.UNREACHABLE, row.out_state == Message.State.DELIVERED
    became = (not unreachable and not arrived) or row.state == DayState.ASKED
    return format_html(
        '<div class="text-line">{}<div>{}<span class="sub">{}{}</span></div></div>',
        icon("arrow-out", "", "We texted"),
        said,
        at_zone(row.out_at, row.zone),
        f" · {row.out_words or line.out_state_words}" if became else "",
    )


def _text_in(row: DayRow) -> SafeString:
    return format_html(
        '<div class="text-line text-in">{}<div><span class="said{}"><bdi>{}</bdi></span>'
        '<span class="sub">{}</span></div></div>',
        icon("arrow-in", "", "They answered"),
        " said-long" if len(row.in_text) > 30 else "",
        truncatechars(row.in_text, 160),
        at_zone(row.in_at, row.zone),
    )


def _actions(line: Line) -> SafeString:
    row = line.row
    buttons = format_html_join(
        "",
        '<button class="btn btn-soft btn-small do-{}" name="to" value="{}">{}{}'
        '<span class="visually-hidden"> {}</span></button>',
        ((to, to, icon(symbol), words, row.name) for to, words, symbol in line.buttons),
    )
    return format_html(
        '<td class="cell-do no-print"><div class="row-do"><form hx-post="{}" hx-swap="none">'
        '<input type="hidden" name="seen" value="{}">{}</form><div class="dropdown">'
        '<button type="button" class="btn btn-icon" data-bs-toggle="dropdown" aria-expanded="false"'
        ' id="more-{}" hx-get="{}" hx-target="next .dropdown-menu" hx-swap="innerHTML">{}'
        '<span class="visually-hidden">More for {}</span></button><div class="dropdown-menu dropdown-menu-end'
        ' row-menu"><span class="px-3 soft">One moment …</span></div></div></div></td>',
        address("appointment_status", row.id),
        row.status,
        buttons,
        row.id,
        address("appointment_menu", row.id),
        icon("more"),
        row.name,
    )


def _outdated(row: DayRow) -> SafeString:
    if not row.phone:
        button = NOTHING
    elif row.status == Appointment.Status.CANCELLED:
        button = format_html(
            '<button type="button" class="link-button no-print" hx-get="{}?as=correction"'
            ' hx-target="#dialog-content" hx-swap="innerHTML">Correct it</button>',
            address("appointment_text", row.id),
        )
    else:
        button = format_html(
            '<button type="button" class="link-button no-print" hx-post="{}" hx-swap="none">'
            "Send a correction</button>",
            address("appointment_correct", row.id),
        )
    return format_html(
        '<span class="sub stale">{}An outdated text was already sent.{}</span>', icon("warning"), button
    )


def _about_state(row: DayRow) -> SafeString:
    match row.state:
        case DayState.CHECK:
            words = row.card_words
        case DayState.UNREACHABLE:
            failed = row.out_state in FAILED and row.out_at
            words = row.out_words if failed else row.reason_words
        case DayState.NOTHING:
            due = f"Text goes out {inline(at_zone(row.next_at, row.zone))}"
            words = due if row.next_at else row.reason_words
        case DayState.ASKED:
            words = "No answer yet"
        case _:
            return NOTHING
    return format_html('<span class="sub">{}</span>', words)


def address(name: str, pk: int) -> str:
    """The address of a page about one thing; looking each up anew is slow where there are hundreds."""
    before, after = _around_id(name)
    return f"{before}{pk}{after}"


@cache
def _around_id(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[0]).rpartition("/0/")
    return f"{before}/", f"/{after}"
