"""Which columns tell when the visit is: of several dates and times the visit's own, or a question.

A date of booking, of birth or of printing that is taken for the visit texts somebody on the wrong
day, so a rival is set aside only where it plainly lies before the visit or says the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from reminders.domain.diary_import.read.header.moments import (
    are_earlier,
    is_long_ago,
    lie_apart,
    lies_before,
    same_days,
    same_times,
)
from reminders.domain.diary_import.read.header.names.vocabulary import ASKED, LIKELY, SURE
from reminders.domain.diary_import.read.header.sheet import Sheet

_WHEN = ("starts_at", "date", "time")
_SESSION = ("time", "starts_at", "date", "service", "ends_at", "duration")
"""What a column is called that holds a half of the day: "時段", "Session", "Turno"."""
_FIELD = {"both": "starts_at", "date": "date", "time": "time"}
_NEVER_WHEN = ("flag", "email", "name", "zone", "half")
_WHICH_DATE = "Which of these dates is the visit?"
_WHICH_TIME = "At which of these times does the visit start?"
_MAYBE = (
    *("booked_on", "changed_on", "next_visit", "arrived_on"),
    *("end_date", "confirmed", "printed_on"),
)
"""Known dates that are offered for the visit only where the file has no other."""


def choose_when(sheet: Sheet) -> None:
    """Place date, time, start and end, or ask."""
    if "starts_at" not in sheet.places and "date" not in sheet.places:
        _choose_start(sheet)
    _choose_time(sheet)
    _choose_parts(sheet)
    _choose_end(sheet)
    _see_other_dates(sheet)


def _level(sheet: Sheet, place: int) -> int:
    """How surely a name tells of the visit: 4 "Appointment date", 3 "Date", 2 "Booking date"."""
    much = sheet.strength(place, *_WHEN)
    if much == SURE and sheet.named[place].parts & {"visit", "begin"}:
        return 4
    return much


def _form(sheet: Sheet, place: int) -> str:
    """The field that the content makes of a column called a date, a time or a start; a blank
    column, and one that nobody can read, keep what their name says: the rows tell.
    """
    profile = sheet.profiles[place]
    if profile.form:
        return _FIELD[profile.form]
    if profile.what not in _NEVER_WHEN and sheet.strength(place, *_WHEN) == SURE:
        much = sheet.named[place].kinds
        return next((kind for kind in _WHEN if kind in much), "")
    return ""


def _choose_start(sheet: Sheet) -> None:
    called = sheet.called(*_WHEN)
    forms = {place: _form(sheet, place) for place in called}
    days = [place for place in called if forms[place] in ("date", "starts_at")]
    days = [n for n in days if not (forms[n] == "starts_at" and _is_time_with_day(sheet, n, forms))]
    filled = sheet.filled(days) or days
    # a weekday alone tells no day where there is a date as well
    filled = [n for n in filled if sheet.profiles[n].mostly("digits")] or filled
    told = [n for n in filled if sheet.profiles[n].any("digits") or not sheet.profiles[n].filled]
    if not filled or (not told and _unnamed_dates(sheet)):  # weekdays alone, beside dates
        _ask_for_a_date(sheet)
        return
    filled.sort(key=lambda place: (-_level(sheet, place), forms[place] != "starts_at", place))
    best = _most_telling(sheet, filled, forms)
    rivals = [place for place in filled if place != best and _is_rival(sheet, best, place)]
    rivals += _unknown_rivals(sheet, best)
    if rivals:
        kinds = {place: forms.get(place) or _FIELD[sheet.profiles[place].form] for place in rivals}
        kinds[best] = forms[best]
        likeliest = sorted([best, *rivals], key=lambda n: _earlier_ones(sheet, n, [best, *rivals]))
        sheet.ask("when", _WHICH_DATE, [(n, kinds[n], "") for n in likeliest])
    else:
        # where somebody named the time of day, a whole start gives the day alone
        sheet.place("date" if "time" in sheet.answered else forms[best], best)
    sheet.aside(place for place in days if place != best)


def _earlier_ones(sheet: Sheet, place: int, among: Sequence[int]) -> int:
    """Minus how many of the others lie before a date: a visit comes after its booking."""
    cells = sheet.profiles[place].cells
    return -sum(lies_before(sheet.profiles[n].cells, cells) for n in among if n != place)


def _is_time_with_day(sheet: Sheet, place: int, forms: dict[str, str] | dict[int, str]) -> bool:
    """Whether a column called a time carries a day that is not the visit's, beside a date."""
    if sheet.strength(place, "time") < SURE or not any(f == "date" for f in forms.values()):
        return False
    return sheet.profiles[place].share("time") >= 0.6


def _most_telling(sheet: Sheet, days: Sequence[int], forms: dict[int, str]) -> int:
    """The best named day; of two that agree the one that tells the time as well."""
    best = days[0]
    cells = sheet.profiles[best].cells
    for place in days[1:]:
        tells_more = forms[best] == "date" and forms[place] == "starts_at"
        if tells_more and same_days(cells, sheet.profiles[place].cells):
            return place
    return best


def _is_rival(sheet: Sheet, best: int, other: int) -> bool:
    one, two = sheet.profiles[best].cells, sheet.profiles[other].cells
    if sheet.same(best, other) or same_days(one, two):
        return False
    # the less plainly named of two is a date of booking, if no row says otherwise
    return not (_level(sheet, other) < _level(sheet, best) and lies_before(two, one))


def _unknown_rivals(sheet: Sheet, best: int) -> list[int]:
    """Dates under names that nobody knows, after a date that is only called "Date"."""
    if _level(sheet, best) > SURE or sheet.profiles[best].form == "":
        return []
    found = []
    for place in _unnamed_dates(sheet):
        cells = sheet.profiles[place].cells
        if lies_before(sheet.profiles[best].cells, cells) and place != best:
            found.append(place)
    return found


def _unnamed_dates(sheet: Sheet) -> list[int]:
    """Free columns of dates whose name tells nothing, birth dates left out."""
    return [
        place
        for place in sorted(sheet.free)
        if sheet.strength(place, *_WHEN) <= ASKED
        and (not sheet.named[place].kinds or sheet.strength(place, *_WHEN))
        and sheet.profiles[place].form in ("date", "both")
        and not is_long_ago(sheet.profiles[place].cells, today=sheet.today)
    ]


def _ask_for_a_date(sheet: Sheet) -> None:
    found = _unnamed_dates(sheet)
    if not found:
        found = [
            place
            for place in sheet.called(*_MAYBE, least=ASKED)
            if sheet.profiles[place].form in ("date", "both")
        ]
    kinds = {n: _FIELD[sheet.profiles[n].form] for n in found}
    if not found:  # a name that tells, and a content that nobody can read
        found = [n for n in sheet.called(*_WHEN) if sheet.profiles[n].what not in _NEVER_WHEN]
        days = [n for n in found if sheet.profiles[n].mostly("unsaid day")]
        found = days or [n for n in found if sheet.profiles[n].mostly("digits")][:4]
        kinds = {n: "starts_at" if sheet.profiles[n].mostly("clock") else "date" for n in found}
    if found:
        choices = [(n, kinds[n], "") for n in found]
        words = _WHICH_DATE if len(found) > 1 else "Is this date the visit?"
        sheet.ask("when", words, choices, none=found[0] if len(found) == 1 else None)


def _choose_time(sheet: Sheet) -> None:
    if "time" in sheet.places:
        return
    called = sheet.called("time", "starts_at", "date")
    times = [place for place in called if _form(sheet, place) == "time"]
    if "date" in sheet.places:
        times += [n for n in called if n not in times and sheet.strength(n, "time") == SURE
                  and sheet.profiles[n].share("time") >= 0.6]  # fmt: skip
    if "starts_at" in sheet.places:
        _times_beside_a_start(sheet, times)
        return
    if times:
        best = max(_level(sheet, place) for place in times)
        rivals = _unknown_times(sheet, times[0]) if len(times) == 1 else []
        if rivals:
            sheet.ask("time", _WHICH_TIME, [(n, "time", "") for n in [*rivals, *times]])
            return
        sheet.choose_one(
            "time", times, _WHICH_TIME,
            rival=lambda one, other: _level(sheet, other) >= min(best, LIKELY),
        )  # fmt: skip
        return
    # a question about the day may be answered with a day alone: then the time is asked as well
    if not sheet.called("hour") and not _asked_for_starts(sheet):
        _ask_for_a_time(sheet)


def _unknown_times(sheet: Sheet, best: int) -> list[int]:
    """Times under unknown names, where the known one may be the end or the patient's clock."""
    patients = "patient" in sheet.named[best].parts
    cells = sheet.profiles[best].cells
    return [
        n
        for n in sorted(sheet.free)
        if n != best
        and not sheet.named[n].kinds
        and sheet.profiles[n].form == "time"
        and (patients or are_earlier(sheet.profiles[n].cells, cells))
    ]


def _asked_for_starts(sheet: Sheet) -> bool:
    offered = {choice.answer.meaning for each in sheet.questions for choice in each.choices}
    return "starts_at" in offered


def _times_beside_a_start(sheet: Sheet, times: Sequence[int]) -> None:
    """A time beside a whole start says the same, or somebody has to tell which one is right."""
    start = sheet.places["starts_at"]
    for place in times:
        agrees = same_times(sheet.profiles[place].cells, sheet.profiles[start].cells)
        weak = _level(sheet, place) < SURE or "starts_at" in sheet.answered
        if not agrees and not weak and sheet.profiles[place].filled:
            sheet.places.pop("starts_at")
            sheet.ask("when", _WHICH_TIME, [(start, "starts_at", ""), (place, "time", "")])
            break
    sheet.aside(times)


def _ask_for_a_time(sheet: Sheet) -> None:
    found = [
        place
        for place in sorted(sheet.free)
        if sheet.profiles[place].form == "time"
        and not sheet.strength(
            place, "ends_at", "duration", "arrived_on", least_known(sheet, place)
        )
    ]
    if not found:  # "9:00 to" without any other time
        found = [n for n in sheet.called("ends_at") if sheet.profiles[n].form == "time"]
    if found:
        words = _WHICH_TIME if len(found) > 1 else "Is this the time of the visit?"
        choices = [(n, "time", "") for n in found]
        sheet.ask("time", words, choices, none=found[0] if len(found) == 1 else None)


def least_known(sheet: Sheet, place: int) -> str:
    """A known kind of the column other than a time, "" when its name tells nothing."""
    return next((kind for kind in sheet.named[place].kinds if kind not in _WHEN), "")


def _choose_parts(sheet: Sheet) -> None:
    """Hour and minute of their own, AM or PM, a whole day, a length."""
    halves = [n for n in sheet.free if sheet.profiles[n].mostly("half")
              and (sheet.strength(n, "am_pm", *_SESSION) or not sheet.named[n].kinds)]  # fmt: skip
    for place in sorted(halves):
        if _names_the_half(sheet, place) and "am_pm" not in sheet.places:
            sheet.place("am_pm", place)
        elif "am_pm" not in sheet.places:
            words = f"Does “{sheet.label(place)}” say whether the time is AM or PM?"
            sheet.ask_one(place, words, [("am_pm", "Yes: AM or PM of the time")])
    if "time" not in sheet.places and "starts_at" not in sheet.places:
        _choose_hour(sheet)
    for kind in ("all_day", "duration", "time_zone"):
        found = [n for n in sheet.called(kind) if not _is_date(sheet, n)]
        sheet.choose_one(kind, found, f"Which of these is the {kind.replace('_', ' ')}?")
    _ask_about_zones(sheet)


def _names_the_half(sheet: Sheet, place: int) -> bool:
    """Whether a column of halves of the day is called so, or a time beside the time itself."""
    beside = "time" in sheet.places and sheet.strength(place, "time") >= LIKELY
    return sheet.strength(place, "am_pm") >= SURE or beside


def _choose_hour(sheet: Sheet) -> None:
    hours = [n for n in sheet.called("hour") if sheet.profiles[n].what in ("", "integer", "flag")]
    sheet.choose_one("hour", hours, "Which of these is the hour?")
    if "hour" not in sheet.places or "minute" in sheet.places:
        return
    minutes = sheet.called("minute")
    called = sheet.called("duration") if not minutes else []
    if minutes:
        sheet.choose_one("minute", minutes, "Which of these are the minutes?")
    elif len(called) == 1 and {"0", "00"} & set(sheet.profiles[called[0]].values):
        sheet.place("minute", called[0])  # no visit lasts for no time
    elif len(called) == 1:
        words = f"What does “{sheet.label(called[0])}” say?"
        kinds = [("minute", "The minutes of the start"), ("duration", "How long the visit lasts")]
        sheet.ask_one(called[0], words, kinds)


def _is_date(sheet: Sheet, place: int) -> bool:
    return sheet.profiles[place].form in ("date", "both")


def _ask_about_zones(sheet: Sheet) -> None:
    """Zones under a patient's name, or under none: whose clock the times are of changes
    them all.
    """
    if "time_zone" in sheet.places:
        return
    for place in sorted(sheet.free):
        named = sheet.strength(place, "time_zone")
        if sheet.profiles[place].mostly("zone") and (named or not sheet.named[place].kinds):
            words = (
                f"“{sheet.label(place)}” names time zones. Are the times of the visits meant so?"
            )
            kinds = [("time_zone", "Yes: the times are of that zone")]
            sheet.ask_one(place, words, kinds, keep_first=named == ASKED)


def _choose_end(sheet: Sheet) -> None:
    called = sheet.called("ends_at", "end_date")
    ends = [n for n in called if _may_be_end(sheet, n)]
    whole = [n for n in ends if sheet.profiles[n].form == "both" and "starts_at" in sheet.places]
    sheet.choose_one("ends_at", whole or ends, "Which of these is the end of the visit?")
    _ask_about_series(sheet, called)
    sheet.aside(called)


def _ask_about_series(sheet: Sheet, called: Sequence[int]) -> None:
    """An end days after the start is that of a series: one visit of it would come in."""
    starts = sheet.places.get("starts_at", sheet.places.get("date"))
    if starts is None or "ends_at" in sheet.answered:
        return
    for place in (n for n in called if n in sheet.free and sheet.profiles[n].form == "date"):
        if lie_apart(sheet.profiles[starts].cells, sheet.profiles[place].cells):
            words = f"“{sheet.label(place)}” lies days after the start. Is each row one visit?"
            no = [(place, "ends_at", "No: that is when the visits end")]
            yes = "Yes: one visit, on the first day"
            sheet.ask(f"series:{sheet.label(place)[:60]}", words, no, none=place, none_words=yes)
            return


def _may_be_end(sheet: Sheet, place: int) -> bool:
    profile = sheet.profiles[place]
    if not sheet.strength(place, "ends_at"):  # "End date" tells the end where it holds a time, too
        return profile.form == "both"
    return profile.form in ("time", "both") or profile.what in ("", "integer", "phone")


def _see_other_dates(sheet: Sheet) -> None:
    """Dates under names that nobody knows are of no matter once the visit's own is known."""
    if {"starts_at", "date"} & sheet.places.keys() or sheet.questions:
        sheet.aside(_unnamed_dates(sheet))
