"""Which columns tell the status, the consent, where, with whom and for what; and what nobody knows.

A column that may change what a row means (yes and no, cancelled, may not be texted) is placed or
asked about, whatever it is called.
"""

from __future__ import annotations

from collections.abc import Sequence

from reminders.domain.diary_import.read.cells.flags import read_flag
from reminders.domain.diary_import.read.header.choose_unknown import FLAGS, choose_unknown
from reminders.domain.diary_import.read.header.fields import KEPT
from reminders.domain.diary_import.read.header.looks import is_word
from reminders.domain.diary_import.read.header.names.vocabulary import ASKED, SURE
from reminders.domain.diary_import.read.header.sheet import Sheet, words_of

_NOT_WORDS = ("date", "time", "both", "phone", "email", "zone")
_UNRIVALLED = ("service", "language", "notes", *KEPT)
"""Of several of these the first by name is taken: the others are kept, and nobody is texted
wrongly.
"""
_TOLD = {"status", "cancelled", "cancelled_at", "cancelled_by", "deleted", "active"}
_MOST_STATUSES = 12
"""More different values than these, each of two words, are names of people."""


def choose_rest(sheet: Sheet) -> None:
    """Place or ask about everything that is left."""
    _cancelled(sheet)
    _status(sheet)
    _cancelled_by_who_or_why(sheet)
    _consent(sheet)
    for kind in ("location", "practitioner"):
        found = [n for n in sheet.called(kind) if sheet.profiles[n].what not in _NOT_WORDS]
        if kind == "location":
            found = [n for n in found if not _numbers_rooms(sheet, n)]
        sheet.choose_one(kind, found, f"Which of these is the {words_of(kind)}?")
    _practitioner_by_another_name(sheet)
    for kind in _UNRIVALLED:
        found = [n for n in sheet.called(kind) if sheet.profiles[n].what not in _NOT_WORDS]
        # "Title" is what a visit is called in calendars, and "Ms" in a practice's list.
        if kind == "service":
            found = [n for n in found if not _holds_titles(sheet.profiles[n].cells)]
            found = [n for n in found if not _repeats_the_name(sheet, n)]
            found = [n for n in found if not _numbers_each(sheet, n)]
            # "Event type: Single" tells how many come, not what for.
            found = [n for n in found if sheet.profiles[n].share("party") < 1]
        sheet.choose_one(kind, found, "", rival=lambda one, other: False)
    for kind in ("guardian_name", "guardian_phone"):
        sheet.choose_one(kind, sheet.called(kind), "", rival=lambda one, other: False)
    choose_unknown(sheet)
    sheet.aside(set(sheet.free))


def _numbers_rooms(sheet: Sheet, place: int) -> bool:
    """Whether a place such as the Polish "Gabinet", a practice or a room, is only a number: then
    it is the room.
    """
    numbered = sheet.profiles[place].what == "integer"
    if numbered and "room" not in sheet.places:
        sheet.place("room", place)
    return numbered


def _repeats_the_name(sheet: Sheet, place: int) -> bool:
    """Whether a calendar's title only says once more who comes."""
    if "name" not in sheet.places:
        return False
    names = sheet.profiles[sheet.places["name"]].cells
    pairs = zip(sheet.profiles[place].cells, names, strict=True)
    told = [one.casefold() == name.casefold() for one, name in pairs if one and name]
    return sum(told) * 2 > len(told)


def _numbers_each(sheet: Sheet, place: int) -> bool:
    """Whether a "Visit" holds a code of its own for each row: what it is for repeats."""
    profile = sheet.profiles[place]
    return profile.filled > 2 and profile.distinct == profile.filled and profile.mostly("id")


def _holds_titles(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(is_word("person_titles", cell) for cell in filled)


def _cancelled(sheet: Sheet) -> None:
    """A flag, a date or words of a cancellation: what the column holds decides which of the
    three.
    """
    called = sheet.called("cancelled", "cancelled_at")
    dates = [n for n in called if _holds_days(sheet, n)]
    dates += [
        n for n in called if not sheet.profiles[n].filled and sheet.strength(n, "cancelled_at")
    ]
    words = [n for n in called if n not in dates]
    if len(dates) > 1 and not sheet.called("deleted"):
        first, second = sorted(dates, key=lambda n: not sheet.profiles[n].filled)[:2]
        sheet.place("cancelled_at", first)  # "Cancelled at" and "Deleted at" count side by side
        sheet.place("deleted", second)
    sheet.choose_one("cancelled_at", dates, "Which of these tells when the visit was cancelled?")
    sheet.choose_one("cancelled", words, "Which of these tells that a visit is cancelled?")
    for kind in ("deleted", "active"):
        found = [n for n in sheet.called(kind) if sheet.profiles[n].form == ""]
        statuses = [n for n in found if _holds_statuses(sheet, n)]
        sheet.choose_one("status", statuses, "Which of these is the status of the visit?")
        found = [n for n in found if n not in statuses]
        if kind == "active" and found and _often_no(sheet, found[0]):
            asked = f"“{sheet.label(found[0])}” says no of many visits. Are those cancelled?"
            sheet.ask_one(found[0], asked, [(kind, "Yes, whatever is not active is cancelled")])
            continue
        sheet.choose_one(kind, found, f"Which of these is “{words_of(kind)}”?")


def _often_no(sheet: Sheet, place: int) -> bool:
    """Whether a third of the visits are not "active": then it may say something else of them."""
    said = [read_flag(cell) for cell in sheet.profiles[place].cells]
    return said.count(False) * 3 >= len(said) - said.count(None) > 0


def _holds_statuses(sheet: Sheet, place: int) -> bool:
    """Whether a column called "Active" says more than yes and no: booked, confirmed, cancelled."""
    profile = sheet.profiles[place]
    return not profile.is_flags and profile.mostly("status")


def _holds_days(sheet: Sheet, place: int) -> bool:
    """Whether the column holds dates; 00/00/0000 is none, and stands where nothing was
    cancelled.
    """
    form = sheet.profiles[place].form
    return form in ("date", "both") or (form == "" and sheet.profiles[place].any("date"))


def _cancelled_by_who_or_why(sheet: Sheet) -> None:
    """Where nothing else tells of cancellations, who cancelled, why or to when it was moved
    does.
    """
    offered = {c.answer.meaning for question in sheet.questions for c in question.choices}
    if _TOLD & (sheet.places.keys() | offered):
        return
    for place in sheet.called("cancelled_by", "reason", "moved"):
        filled, moved = sheet.profiles[place].filled, sheet.strength(place, "moved") >= SURE
        if not filled and not moved:
            sheet.place("cancelled_by", place)
            return
        if filled > 0 and not (moved and filled == len(sheet.profiles[place].cells)):
            words = f"Is a visit cancelled where something stands in “{sheet.label(place)}”?"
            first = moved and "finish" not in sheet.named[place].parts
            sheet.ask_one(place, words, [("cancelled_by", "Yes, it is")], keep_first=first)
            return


def _status(sheet: Sheet) -> None:
    sure = [n for n in sheet.called("status", least=SURE) if _may_be_status(sheet, n)]
    likely = [n for n in sheet.called("status") if n not in sure and _may_be_status(sheet, n)]
    # "Confirmed" with words is a status; with yes and no it is one only where no other tells
    words = [n for n in likely if not sheet.profiles[n].is_flags]
    flags = [n for n in likely if "arrived" not in sheet.named[n].parts]
    sheet.choose_one("status", sure or words or flags, "Which of these is the status of the visit?")
    sheet.aside(sheet.called("status"))


def _may_be_status(sheet: Sheet, place: int) -> bool:
    profile = sheet.profiles[place]
    return profile.what not in _NOT_WORDS and (
        profile.what != "name" or profile.distinct <= _MOST_STATUSES
    )


def _consent(sheet: Sheet) -> None:
    for kind in ("may_text", "no_texts", "channel", "deceased"):
        found = [n for n in sheet.called(kind, least=SURE) if sheet.profiles[n].what != "phone"]
        if kind == "active" and found and _often_no(sheet, found[0]):
            asked = f"“{sheet.label(found[0])}” says no of many visits. Are those cancelled?"
            sheet.ask_one(found[0], asked, [(kind, "Yes, whatever is not active is cancelled")])
            continue
        sheet.choose_one(kind, found, f"Which of these is “{words_of(kind)}”?")
    for place in sheet.called("may_text", "no_texts", least=ASKED):
        profile = sheet.profiles[place]
        # One odd value among them, as of a row that lost a cell, does not make it another column.
        if profile.is_flags or profile.any("consent") or profile.mostly("flag"):
            words = f"What does “{sheet.label(place)}” say?"
            said = bool(sheet.named[place].parts & {"texts", "consent", "stop"})
            sheet.ask_one(place, words, FLAGS, keep_first=not said)


def _practitioner_by_another_name(sheet: Sheet) -> None:
    """A calendar or a resource is somebody's, or a room: asked where nobody else is named."""
    if "practitioner" in sheet.places:
        return
    for place in sheet.called("practitioner", least=ASKED):
        if sheet.profiles[place].mostly("titled"):  # a calendar of “Dr. Rosen” is hers
            sheet.place("practitioner", place)
            return
        if sheet.profiles[place].filled and sheet.profiles[place].what not in _NOT_WORDS:
            words = f"Are these in “{sheet.label(place)}” the people whom patients come to see?"
            kinds = [
                ("practitioner", "Yes: they may be named in texts"),
                ("room", "They are rooms"),
            ]
            sheet.ask_one(place, words, kinds)
            return
