"""Which columns name the patient; never those of staff and relatives.

The wrong person's name in a text is the worst that an import can do, so everything but a plain name
with a fitting content is asked about.
"""

from __future__ import annotations

from collections.abc import Sequence

from reminders.domain.diary_import.read.header.names.vocabulary import SURE
from reminders.domain.diary_import.read.header.sheet import FEW, TELLING, Sheet

_NAMES = ("name", "first_name", "last_name")
_NOT_NAMES = ("date", "time", "both", "phone", "email", "flag", "zone")
_WHOSE = "Whose names are these: which column names the patient?"
_MOSTLY_OF_ONE_WORD = 0.8


def choose_names(sheet: Sheet) -> None:
    """Place first, last, full and preferred name, or ask whose names a column holds."""
    sheet.choose_one(
        "preferred_name", sheet.called("preferred_name"), "Which of these is the preferred name?"
    )
    for kind in ("first_name", "last_name"):
        found = [n for n in sheet.called(kind, least=SURE) if _may_be_name(sheet, n)]
        sheet.choose_one(kind, found, f"Which of these is the patient's {kind.replace('_', ' ')}?")
    _choose_other_half(sheet)
    _choose_full_name(sheet)
    _settle_names(sheet)


def _choose_other_half(sheet: Sheet) -> None:
    """Beside a last name "Nombre" holds the first one, beside a first name "Nom" the last one,
    unless it holds both.
    """
    for has, lacks in (("last_name", "first_name"), ("first_name", "last_name")):
        if has not in sheet.places or lacks in sheet.places or "name" in sheet.places:
            continue
        for place in sheet.called(lacks, "name"):
            # a bare "Patient" beside a last name may be an animal
            plain = sheet.named[place].parts != {"patient"} or lacks == "last_name"
            if (
                plain
                and _varies(sheet, place)
                and _may_be_name(sheet, place)
                and not _holds(sheet, place, sheet.places[has])
            ):
                sheet.place(lacks, place)
                break


def _is_another_contact(sheet: Sheet, place: int) -> bool:
    """Whether a "Contact name" beside a first and a last name is that of somebody else."""
    first = sheet.places["first_name"]
    return "contact" in sheet.named[place].parts and not _holds(sheet, place, first)


def _varies(sheet: Sheet, place: int) -> bool:
    """Whether a column says as much as names do; a "Title" of visits says the same few things."""
    profile = sheet.profiles[place]
    return profile.filled < TELLING or profile.distinct * 4 > profile.filled


def _holds(sheet: Sheet, place: int, half: int) -> bool:
    """Whether the names of one column contain those of the other one."""
    pairs = zip(sheet.profiles[half].cells, sheet.profiles[place].cells, strict=True)
    rows = [(one.casefold(), whole.casefold()) for one, whole in pairs if one]
    return sum(one in whole for one, whole in rows) * 2 >= len(rows) > 0


def _may_be_name(sheet: Sheet, place: int) -> bool:
    return sheet.profiles[place].what not in (*_NOT_NAMES, "integer")


def _plain(sheet: Sheet, place: int) -> bool:
    """Whether a column is called a name without saying whose."""
    return "patient" not in sheet.named[place].parts


def _choose_full_name(sheet: Sheet) -> None:
    if "name" in sheet.places:
        return
    called = [n for n in sheet.called("name") if _may_be_name(sheet, n)]
    if {"first_name", "last_name"} <= sheet.places.keys():
        # "Title" and "Subject" may still be what the visit is for
        called = [n for n in called if sheet.strength(n, "name") == SURE]
        called = [n for n in called if not _is_another_contact(sheet, n)]
    sure = [n for n in called if sheet.strength(n, "name") == SURE]
    if sure:
        _choose_sure_name(sheet, sorted(sure, key=lambda n: (_plain(sheet, n), n)))
    elif not {"first_name", "last_name"} & sheet.places.keys():
        _ask_whose_names(sheet, called)


def _choose_sure_name(sheet: Sheet, sure: Sequence[int]) -> None:
    """Take the plainly named column, unless another one names many more people."""
    whose = not _plain(sheet, sure[0])
    if owners := _owners(sheet, sure[0]):
        sheet.ask("name", _WHOSE, [(n, "name", "") for n in dict.fromkeys([*owners, *sure])])
        return
    if whose:
        sheet.choose_one("name", sure, _WHOSE, rival=lambda one, other: not _plain(sheet, other))
        return
    best = sure[0]
    people = max(sheet.profiles[best].distinct, 1)
    rivals = [
        n for n in sorted(sheet.free)
        if n not in sure and not sheet.named[n].kinds and sheet.profiles[n].mostly("name")
        and sheet.profiles[n].distinct >= 4 and people <= FEW * sheet.profiles[n].distinct
    ]  # fmt: skip
    if rivals:
        sheet.ask("name", _WHOSE, [(n, "name", "") for n in [*rivals, best]])
    else:
        sheet.choose_one("name", sure, _WHOSE)


def _owners(sheet: Sheet, patients: int) -> list[int]:
    """Columns that may name who comes: a vet's "Patient" is an animal of one name."""
    profile = sheet.profiles[patients]
    if profile.mostly("name"):
        return []
    # Beside a column without anything in it, as a calendar's guests, the title may say more.
    looks = "name" if profile.filled else "letters"
    others = [n for n in sorted(sheet.free) if n != patients and sheet.profiles[n].mostly(looks)]
    owners = [n for n in sheet.called("name") if n in others]
    if profile.filled >= TELLING and _of_one_word(sheet, patients):
        # Under a word that nobody knows, too, unless it names a few people only, such as the staff.
        least = FEW * profile.distinct
        owners += [
            n for n in others
            if not sheet.named[n].kinds and sheet.profiles[n].distinct > least
            and not _of_one_word(sheet, n)
        ]  # fmt: skip
    return owners


def _of_one_word(sheet: Sheet, place: int) -> bool:
    values = sheet.profiles[place].values
    return sum(" " not in value for value in values) > len(values) * _MOSTLY_OF_ONE_WORD


def _ask_whose_names(sheet: Sheet, called: Sequence[int]) -> None:
    """Names under a word that may mean somebody else, or under none that is known."""
    found = [n for n in called if sheet.profiles[n].mostly("name")]
    owners = [n for n in found if "patient" in sheet.named[n].parts]
    if len(owners) == 1 and any("animal" in each.parts for each in sheet.named):
        sheet.place("name", owners[0])  # beside a pet the owner is who comes
        return
    found += [
        n for n in sorted(sheet.free)
        if n not in found and sheet.tells_nothing(n) and sheet.profiles[n].mostly("name")
        and not sheet.strength(n, "practitioner")
    ]  # fmt: skip
    found.sort(key=lambda n: (-sheet.strength(n, "name"), -sheet.profiles[n].distinct, n))
    if not found:  # "Owner (Animal)" with more in it than a name
        found = [n for n in called if sheet.profiles[n].mostly("letters")]
    if found:
        words = _WHOSE if len(found) > 1 else "Are these the patients' names?"
        choices = [(n, "name", "") for n in found[:6]]
        sheet.ask("name", words, choices, none=found[0] if len(found) == 1 else None)


def _settle_names(sheet: Sheet) -> None:
    """A first name alone that has several words is the whole name, and beside a whole name half of
    one tells nothing more.
    """
    places = sheet.places
    halves = {"first_name", "last_name"} & places.keys() - sheet.answered
    if "name" in places and len(halves) == 1:
        del places[halves.pop()]
    alone = {"first_name", "last_name", "name"} & places.keys() == {"first_name"} - sheet.answered
    if alone and sheet.profiles[places["first_name"]].mostly("name"):
        places["name"] = places.pop("first_name")
