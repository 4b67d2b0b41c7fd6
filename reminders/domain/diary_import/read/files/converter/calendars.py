"""Calendars (iCalendar, .ics): each coming event and each of its repetitions as a row.

Events from yesterday to a year ahead, since a calendar holds all its past and repeats for ever.
Times come with the offset of their zone; a time without a zone stays without, and a zone that is
not known is named in a column of its own.
"""

from __future__ import annotations

import hashlib
import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .output import NotReadError, Output

AHEAD, BACK = timedelta(days=366), timedelta(days=1)
MOST_REPETITIONS = 2_000
MINUTES_BETWEEN = AHEAD // timedelta(minutes=1) // MOST_REPETITIONS
"""What repeats at shorter intervals repeats more often than that within the year."""
TOO_OFTEN = (
    "The event “{}” repeats more than 2,000 times in a "
    "year: that is no appointment. Take it out of the calendar and export again."
)
LONGEST_ID = 100
HEADER = (
    *("UID", "Summary", "Start", "End", "All day", "Time zone", "Status", "Location"),
    *("Description", "Organizer", "Attendee", "Attendee phone", "Attendee e-mail", "Created"),
)
DAMAGED = "The calendar is damaged or cut off. Export it again, or export it as CSV."
_BEGIN = re.compile(r"^BEGIN:VEVENT\s*$", re.MULTILINE | re.IGNORECASE)
_QUOTED = re.compile(
    r"^([A-Z-]+)((?:;[^:\r\n]*)?;(?:ENCODING=)?QUOTED-PRINTABLE[^:\r\n]*):"
    r"((?:[^\r\n]*=\r?\n)*[^\r\n]*)",
    re.MULTILINE | re.IGNORECASE,
)
_CHARSET = re.compile(r"CHARSET=([\w-]+)", re.IGNORECASE)
_DECISIVE = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS"}
"""What must be readable: the reader drops a property that is not, and so a date taken out returns.
"""
_RESOURCES = {"ROOM", "RESOURCE"}
Component = Any  # of icalendar: a dictionary of properties, each with a class of its own


@dataclass
class Window:
    """The days whose events are read, and how many lie outside of them."""

    start: date
    end: date
    earlier: int = 0
    later: int = 0

    def holds(self, moment: date | datetime) -> bool:
        """Whether the day is inside; counts it where it is not."""
        day = moment.date() if isinstance(moment, datetime) else moment
        self.earlier += day < self.start
        self.later += day > self.end
        return self.start <= day <= self.end


@dataclass
class Events:
    """A calendar's events by their UID: those that stand alone, and the series."""

    zone: tzinfo | None = None
    cancelled: bool = False
    single: list[Component] = field(default_factory=list)
    series: dict[str, list[Component]] = field(default_factory=dict)


def convert(path: Path, output: Output, today: str) -> None:
    """Write one table of all coming events."""
    window = Window(date.fromisoformat(today) - BACK, date.fromisoformat(today) + AHEAD)
    text = _without_quoted(path.read_text(encoding="utf-8"))
    with output.table("Calendar") as table:
        table.write(HEADER)
        for row in sorted(_rows(text, window), key=lambda row: (row[2], row[0])):
            table.write(row)
    told = (
        f"Of the calendar the events from {window.start} to {window.end} are read, repeated ones "
        "with each date."
    )
    if window.earlier or window.later:
        told += f" Left out: {window.earlier:,} earlier and {window.later:,} later."
    output.warnings.append(told)


def _without_quoted(text: str) -> str:
    """The text with what vCalendar 1.0 wrote in signs of mail, as "Ren=C3=A9e", written plainly."""
    return _QUOTED.sub(_plain, text) if "QUOTED-PRINTABLE" in text.upper() else text


def _plain(found: re.Match[str]) -> str:
    raw = quopri.decodestring(found[3].encode())
    charset = _CHARSET.search(found[0])
    for encoding in (charset[1] if charset else "utf-8", "cp1252", "latin-1"):
        try:
            value = raw.decode(encoding)
            break
        except (UnicodeDecodeError, LookupError):
            continue
    for sign, written in (
        ("\\", "\\\\"),
        ("\r\n", "\\n"),
        ("\n", "\\n"),
        (",", "\\,"),
        (";", "\\;"),
    ):
        value = value.replace(sign, written)
    return f"{found[1]}:{value}"


def _rows(text: str, window: Window) -> Iterator[list[str]]:
    for calendar in _calendars(text):
        events = _sorted_out(calendar)
        for event in events.single:
            yield from _single(event, events, window)
        for uid, parts in events.series.items():
            yield from _repeated(uid, parts, calendar, events, window)


def _calendars(text: str) -> list[Component]:
    from icalendar import Calendar

    try:
        found = Calendar.from_ical(text, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise NotReadError(DAMAGED) from error
    calendars = [component for component in found if component.name == "VCALENDAR"]
    # The reader leaves out what has no end, as in a file that was cut off.
    read = sum(len(calendar.walk("VEVENT")) for calendar in calendars)
    if not calendars or read != len(_BEGIN.findall(text)):
        raise NotReadError(DAMAGED)
    return calendars


def _sorted_out(calendar: Component) -> Events:
    events = Events(cancelled=_text(calendar.get("METHOD")).upper() == "CANCEL")
    try:
        name = _text(calendar.get("X-WR-TIMEZONE"))
        events.zone = ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        events.zone = None
    by_uid: dict[str, list[Component]] = {}
    for number, event in enumerate(calendar.walk("VEVENT")):
        by_uid.setdefault(_text(event.get("UID")) or f" {number}", []).append(event)
    for uid, parts in by_uid.items():
        if any(key in part for part in parts for key in ("RRULE", "RDATE", "RECURRENCE-ID")):
            events.series[uid] = parts
        else:
            # Of an event that stands there twice the later version holds.
            events.single.append(max(parts, key=_version))
    return events


def _version(event: Component) -> tuple[int, str]:
    try:
        sequence = int(event.get("SEQUENCE", 0))
    except (TypeError, ValueError):
        sequence = 0
    return sequence, _stamp(event, "LAST-MODIFIED") or _stamp(event, "DTSTAMP")


def _stamp(event: Component, name: str) -> str:
    moment = _part(event.get(name), "dt", None)
    return moment.isoformat() if isinstance(moment, date) else ""


def _single(event: Component, events: Events, window: Window) -> Iterator[list[str]]:
    start = _moment(event, "DTSTART")
    broken = start is None or _is_broken(event)
    if broken or (start is not None and window.holds(start)):
        yield _row(event, _text(event.get("UID")), events, event, unreadable=broken)


def _is_broken(event: Component) -> bool:
    return any(name in _DECISIVE for name, _ in event.errors)


def _repeated(
    uid: str, parts: list[Component], calendar: Component, events: Events, window: Window
) -> Iterator[list[str]]:
    """The repetitions of a series inside of the window, exceptions in the place of what they
    replace.
    """
    import recurring_ical_events
    from icalendar import Calendar

    alone = Calendar()
    for part in [*calendar.walk("VTIMEZONE"), *parts]:
        alone.add_component(part)
    first = min(parts, key=lambda part: "RECURRENCE-ID" in part)
    found: list[Component] = []
    if any(map(_is_broken, parts)):
        yield _row(first, uid.strip(), events, first, unreadable=True)
        return
    if _is_measureless(first):
        raise NotReadError(TOO_OFTEN.format(_text(first.get("SUMMARY"))[:60]))
    try:
        for event in recurring_ical_events.of(alone).after(window.start):
            start = _moment(event, "DTSTART")
            if start is None or _day(start) > window.end or len(found) > MOST_REPETITIONS:
                break
            if window.holds(start):
                found.append(event)
    except Exception:  # of a rule that can't be expanded, whatever is wrong with it
        # A row without a start is told of by its number, and the other events are read.
        yield _row(first, uid.strip(), events, first, unreadable=True)
        return
    if len(found) > MOST_REPETITIONS:
        raise NotReadError(TOO_OFTEN.format(_text(first.get("SUMMARY"))[:60]))
    for event in found:
        yield _row(event, _with_date(uid, event), events, first)


def _is_measureless(event: Component) -> bool:
    """Whether the rule alone says so, at seconds or minutes without an end: making its first
    thousands would take long.
    """
    rule = event.get("RRULE")
    rules = rule if isinstance(rule, list) else [rule]
    return any(
        rule is not None
        and str(rule.get("FREQ", [""])[0]).upper() in {"SECONDLY", "MINUTELY"}
        and set(rule) <= {"FREQ", "INTERVAL", "WKST"}
        and rule.get("INTERVAL", [1])[0] < MINUTES_BETWEEN
        for rule in rules
    )


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _with_date(uid: str, event: Component) -> str:
    """The id of a repetition: that of the series and the date that the rule gives it, moved
    or not.
    """
    given = _moment(event, "RECURRENCE-ID") or _moment(event, "DTSTART")
    if isinstance(given, datetime) and given.tzinfo:
        given = given.astimezone(ZoneInfo("UTC"))
        return f"{uid.strip()}/{given:%Y%m%dT%H%M%SZ}"
    return f"{uid.strip()}/{given:%Y%m%dT%H%M%S}" if given else uid.strip()


def _row(
    event: Component, uid: str, events: Events, master: Component, *, unreadable: bool = False
) -> list[str]:
    start, end = _moment(event, "DTSTART"), _moment(event, "DTEND")
    length = _part(event.get("DURATION"), "dt", None)
    if end is None and start is not None and isinstance(length, timedelta):
        end = start + length
    all_day = start is not None and not isinstance(start, datetime)
    status = "CANCELLED" if events.cancelled else _text(event.get("STATUS")).upper()
    guests = [guest for guest in _listed(event.get("ATTENDEE")) if _is_person(guest, event)]
    if guests and status != "CANCELLED" and all(map(_has_declined, guests)):
        status = "DECLINED"
    return [
        _short(uid),
        _text(event.get("SUMMARY")),
        "" if unreadable else _iso(start, events.zone),
        "" if unreadable else _iso(end, events.zone),
        "TRUE" if all_day else "FALSE",
        _unknown_zone(start, master, events.zone),
        status,
        _text(event.get("LOCATION")),
        _text(event.get("DESCRIPTION"))[:2_000],
        _called(event.get("ORGANIZER")),
        "; ".join(filter(None, map(_called, guests))),
        "; ".join(_address(guest, "tel:") for guest in guests if _address(guest, "tel:")),
        "; ".join(_address(guest, "mailto:") for guest in guests if _address(guest, "mailto:")),
        _iso(_moment(event, "CREATED"), None),
    ]


def _moment(event: Component, name: str) -> date | datetime | None:
    value = event.get(name)
    value = value[0] if isinstance(value, list) and value else value
    moment = _part(value, "dt", None)
    return moment if isinstance(moment, date) else None


def _part(value: object, name: str, default: Any) -> Any:
    """An attribute of a property; the default where the property could not be read."""
    try:
        return getattr(value, name, default)
    except ValueError:
        return default


def _iso(moment: date | datetime | None, zone: tzinfo | None) -> str:
    if isinstance(moment, datetime) and moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    return moment.isoformat() if moment else ""


def _unknown_zone(start: date | datetime | None, master: Component, zone: tzinfo | None) -> str:
    """The name of a zone that nobody knows, for the one who reads the column "Time zone"."""
    if not isinstance(start, datetime) or start.tzinfo is not None or zone is not None:
        return ""
    property_ = master.get("DTSTART")
    return str(_part(property_, "params", {}).get("TZID", ""))


def _is_person(guest: object, event: Component) -> bool:
    kind = str(_part(guest, "params", {}).get("CUTYPE", "")).upper()
    return kind not in _RESOURCES and str(guest).lower() != str(event.get("ORGANIZER")).lower()


def _has_declined(guest: object) -> bool:
    return str(_part(guest, "params", {}).get("PARTSTAT", "")).upper() == "DECLINED"


def _listed(value: object) -> Iterable[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _called(person: object) -> str:
    if person is None:
        return ""
    return str(_part(person, "params", {}).get("CN", "")).strip('"')


def _address(person: object, kind: str) -> str:
    written = str(person)
    return written[len(kind) :] if written.lower().startswith(kind) else ""


def _text(value: object) -> str:
    value = value[0] if isinstance(value, list) and value else value
    return "" if value is None else str(value).strip()


def _short(uid: str) -> str:
    """An id that fits: of a long one the end, which holds the date, and a digest of the whole."""
    if len(uid) <= LONGEST_ID:
        return uid
    return f"{hashlib.sha256(uid.encode()).hexdigest()[:32]}{uid[-40:]}"
