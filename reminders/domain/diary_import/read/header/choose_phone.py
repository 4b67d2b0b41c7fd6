"""Which phone is texted; staff's and relatives' never are, unless somebody says so.

The wrong person's phone is the worst that an import can do, so everything but a plain name with a
fitting content is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reminders.domain.diary_import.read.header.fields import PHONES
from reminders.domain.diary_import.read.header.names.vocabulary import LIKELY, SURE
from reminders.domain.diary_import.read.header.sheet import FEW, TELLING, Sheet

_NOT_PHONES = ("date", "time", "both", "email", "flag", "zone", "name")
_RELATIVES = ("guardian_phone", "kin_phone")
OTHERS_PHONES = (*_RELATIVES, "other_phone", "staff_phone", "location_phone", "fax", "pager")
"""Phones that are never offered as the patient's own."""
_WHICH_PHONE = "Which phone is texted?"
_DIAL_CODE = re.compile(r"(?:\+|00)[1-9]\d{0,2}")
_BOTH = "name_and_phone"
_NAMES = ("name", "first_name", "last_name")
_CONTACT, _PATIENT = "contact", "patient"
_MOST_INSIDE = 4
_MOSTLY_MOBILES = 0.8


def choose_phone(sheet: Sheet) -> None:
    """Place the phone that is texted and the next best one, or ask."""
    called = _called_phones(sheet)
    if "phone" in sheet.answered and _is_among_words(sheet, sheet.places["phone"]):
        sheet.places["phone_inside"] = sheet.places.pop("phone")
    if "phone" in sheet.places:
        _second_phone(sheet, called)
        return
    if "phone_inside" in sheet.places:
        sheet.choose_one("phone", called, _WHICH_PHONE, rival=lambda one, other: False)
        return
    filled = sheet.filled(called)
    if not filled:
        _ask_for_a_phone(sheet, blank=called)
        return
    best = called[0] if _rank(sheet, called[0]) == PHONES["mobile"] else _likeliest(sheet, filled)
    rivals = [each for each in filled if each != best and _is_rival(sheet, best, each)]
    rivals += _unknown_phones(sheet, best)
    rivals += [n for n in _phones_of_patients(sheet, best, filled) if n not in rivals]
    doubtful = _kind(sheet, best) == "work_phone" or _is_of_contact(sheet, best)
    if rivals or doubtful:
        choices = [(each, "phone", "") for each in [best, *rivals]]
        sheet.ask("phone", _WHICH_PHONE, choices, none=best if not rivals else None)
        return
    sheet.place("phone", best)
    _second_phone(sheet, [each for each in called if each != best])


def choose_dial_code(sheet: Sheet) -> None:
    """Place a column that holds nothing but "+61": what the phones beside it begin with."""
    if "phone" not in sheet.places or "dial_code" in sheet.places:
        return
    for place in sorted(sheet.free):
        values = sheet.profiles[place].values
        if values and all(map(_DIAL_CODE.fullmatch, values)):
            sheet.place("dial_code", place)
            return


def _unknown_phones(sheet: Sheet, best: int) -> list[int]:
    """Phones under any other name that may be the patient's own: mobiles where what is called the
    phone holds landlines, and one for each patient where it holds a few, as of the staff.
    """
    others = sheet.called(*PHONES, *OTHERS_PHONES)
    profile = sheet.profiles[best]
    landlines = bool(sheet.country) and profile.mobiles(sheet.country) <= 1 - _MOSTLY_MOBILES
    few = profile.filled >= TELLING and profile.distinct <= FEW * profile.filled
    if not landlines and not few:
        return []
    return [
        n for n in sorted(sheet.free)
        if n not in others and sheet.profiles[n].mostly("phone")
        and ((landlines and _mobiles(sheet, n)) or (few and _tells_more(sheet, n, best)))
    ]  # fmt: skip


def _phones_of_patients(sheet: Sheet, best: int, filled: Sequence[int]) -> list[int]:
    """Where the best is called a contact's: those that are called the patient's, and where the
    contact is a person apart, all others.
    """
    if _CONTACT not in sheet.named[best].parts or _PATIENT in sheet.named[best].parts:
        return []
    apart = _is_of_contact(sheet, best)
    others = [n for n in filled if n != best and not sheet.same(best, n)]
    return [
        n for n in others
        if _PATIENT in sheet.named[n].parts or (apart and not _is_of_contact(sheet, n))
    ]  # fmt: skip


def _is_of_contact(sheet: Sheet, place: int) -> bool:
    """Whether a phone is that of a contact whom the table names beside the patient: "contact
    mobile" where there is a "contact name".
    """
    parts = sheet.named[place].parts
    return _CONTACT in parts and _PATIENT not in parts and _names_contact(sheet)


def _names_contact(sheet: Sheet) -> bool:
    named = [n for n in range(len(sheet.named)) if sheet.profiles[n].filled]
    names = [n for n in named if sheet.strength(n, *_NAMES) == SURE]
    contacts = {n for n in names if _CONTACT in sheet.named[n].parts}
    return bool(contacts) and any(n not in contacts for n in names)


def _tells_more(sheet: Sheet, place: int, best: int) -> bool:
    """Whether a column holds at least twice as many different values as another one."""
    return sheet.profiles[place].distinct >= 2 * sheet.profiles[best].distinct


def _likeliest(sheet: Sheet, filled: Sequence[int]) -> int:
    """The best named of the phones, but mobiles under "Phone 2" before landlines under
    "Phone 1".
    """
    best = filled[0]
    if sheet.country and sheet.profiles[best].mobiles(sheet.country) <= 1 - _MOSTLY_MOBILES:
        return next((each for each in filled if _mobiles(sheet, each)), best)
    return best


def _kind(sheet: Sheet, place: int) -> str:
    kinds = [kind for kind in PHONES if sheet.strength(place, kind) >= LIKELY]
    return max(kinds, key=lambda kind: (sheet.strength(place, kind), PHONES[kind]), default="")


def _rank(sheet: Sheet, place: int) -> int:
    return PHONES.get(_kind(sheet, place), 0)


def _called_phones(sheet: Sheet) -> list[int]:
    """Columns called a phone of the patient's, the preferred one first."""
    found = [n for n in sheet.called(*PHONES) if _may_be_phone(sheet, n)]
    return sorted(
        found,
        key=lambda n: (
            -_rank(sheet, n),
            _rank(sheet, n) < PHONES["mobile"] and not _mobiles(sheet, n),
            sheet.named[n].rank,
            n,
        ),
    )


def _mobiles(sheet: Sheet, place: int) -> bool:
    """Whether a column holds this country's mobiles, whatever it is called."""
    return bool(sheet.country) and sheet.profiles[place].mobiles(sheet.country) >= _MOSTLY_MOBILES


def _may_be_phone(sheet: Sheet, place: int) -> bool:
    profile = sheet.profiles[place]
    if sheet.strength(place, *PHONES) < SURE:  # "Contact" is a phone only where it holds phones
        return profile.mostly("phone")
    if not profile.any("digits"):  # "SMS" with words in it says who may be texted
        return not profile.values
    return profile.what not in _NOT_PHONES or profile.any("phone")


def _is_rival(sheet: Sheet, best: int, other: int) -> bool:
    """Whether another phone is as good: of the same kind, or at home against at work, and never the
    same number.
    """
    one, two = _kind(sheet, best), _kind(sheet, other)
    unclear = {one, two} == {"home_phone", "work_phone"}
    numbered = one == two and sheet.named[best].rank != sheet.named[other].rank
    numbered = numbered or _mobiles(sheet, best) > _mobiles(sheet, other)
    return ((one == two and not numbered) or unclear) and not sheet.same(best, other)


def _second_phone(sheet: Sheet, called: Sequence[int]) -> None:
    filled = [n for n in sheet.filled(called) if not _is_of_contact(sheet, n)]
    if filled and "second_phone" not in sheet.places:
        mobiles = [
            n for n in filled if sheet.country and sheet.profiles[n].mobiles(sheet.country) > 0
        ]
        sheet.place("second_phone", (mobiles or filled)[0])
    sheet.aside(called)


def _ask_for_a_phone(sheet: Sheet, *, blank: Sequence[int]) -> None:
    """Phones under a name that nobody knows, or under somebody else's: never taken unasked.

    Columns of the patient's own that are blank in the sample may be filled further down.
    """
    unknown = [
        n
        for n in sorted(sheet.free)
        if sheet.tells_nothing(n) and sheet.profiles[n].mostly("phone")
    ]
    relatives = [
        n for kind in _RELATIVES for n in sheet.called(kind) if sheet.profiles[n].mostly("phone")
    ]
    inside = [] if unknown or relatives else _inside(sheet)
    if "guardian_phone" in sheet.answered:  # somebody said that it is a parent who is texted
        place = sheet.places.pop("guardian_phone")
        sheet.places["phone"] = blank[0] if blank else place
        sheet.places["guardian_phone"] = place
    elif relatives:
        _ask_whether_relatives(sheet, unknown, relatives, blank)
    elif unknown:
        words = "Is this the patient's phone?" if len(unknown) == 1 else _WHICH_PHONE
        sheet.ask("phone", words, [(n, "phone", "") for n in [*unknown, *blank]], none=unknown[0])
    elif inside:
        _ask_where_inside(sheet, inside, blank)
    elif blank:
        sheet.place("phone", blank[0])
        _second_phone(sheet, blank[1:])


def _is_among_words(sheet: Sheet, place: int) -> bool:
    """Whether a column that somebody called the phone holds texts with numbers in them."""
    profile = sheet.profiles[place]
    called = sheet.strength(place, *PHONES) == SURE
    return not called and not profile.mostly("phone") and profile.any("phone inside")


def _inside(sheet: Sheet) -> list[int]:
    """Columns of words among which phone numbers stand, such as a calendar's description."""
    others = sheet.called(*OTHERS_PHONES, "external_id", "email", "staff_email")
    held = {n: sheet.profiles[n].share("phone inside") for n in sheet.free if n not in others}
    found = [n for n in held if held[n] and sheet.profiles[n].what in ("", "name", "phone")]
    return sorted(found, key=lambda n: (-held[n], n))[:_MOST_INSIDE]


def _ask_where_inside(sheet: Sheet, inside: Sequence[int], blank: Sequence[int]) -> None:
    named = sheet.called("name", "first_name", "last_name")
    only_name = named[0] if len(named) == 1 else None
    choices = [
        (n, _BOTH, f"“{sheet.label(n)}”: the patient’s name and phone in one")
        if n == only_name
        else (n, "phone", f"“{sheet.label(n)}”: the number among its words")
        for n in inside
    ]
    choices += [(n, "phone", "") for n in blank]
    sheet.ask("phone", "Where is the patient’s phone?", choices, none=inside[0])
    if inside[0] != only_name and only_name is not None:
        sheet.free.add(only_name)


def _ask_whether_relatives(
    sheet: Sheet, found: Sequence[int], relatives: Sequence[int], blank: Sequence[int]
) -> None:
    """Whether a parent or next of kin is texted: a choice of its own, and never that it is the
    patient's phone.
    """
    own = [(n, "phone", f"“{sheet.label(n)}” is the patient’s own phone") for n in found]
    theirs = [
        (n, "guardian_phone", f"Text the parent, guardian or next of kin: “{sheet.label(n)}”")
        for n in relatives
    ]
    lacks = (
        "The patients’ own phone is blank." if blank else "No column is the patient’s own phone."
    )
    sheet.ask(
        "phone",
        f"{lacks} Whom may texts go to?",
        [*own, *theirs],
        none=relatives[0],
        keep_first=bool(blank) and not own,
        none_words="Nobody but the patients themselves",
    )
    if blank:
        sheet.place("phone", blank[0])
        _second_phone(sheet, blank[1:])
