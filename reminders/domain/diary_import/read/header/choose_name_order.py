"""Which part of the names in one column is the first name: by the column's name, by the names, or asked.

Texts greet by it, so a wrong guess greets a whole practice by family names. The rows of a sample vote;
where people often write the family name first, a column that says nothing is asked about, and
elsewhere only one that speaks for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from reminders.domain.diary_import.read.cells.given_names import NameOrder, name_words, order_of
from reminders.domain.diary_import.read.cells.names import read_name, shows_its_order
from reminders.domain.diary_import.read.header.names.naming import main_language, parts_in_order
from reminders.domain.diary_import.read.header.sheet import Sheet

FAMILY_FIRST, GIVEN_FIRST = NameOrder.FAMILY_FIRST, NameOrder.GIVEN_FIRST
_ALWAYS = ({"hu"}, {"HU"})
"""Languages and countries in which names are written with the family name first."""
_OFTEN = (
    {"cs", "sk", "pl", "ru", "uk"},
    {"CZ", "SK", "PL", "RU", "UA", "BY", "RS", "HR", "SI", "RO", "BG"},
)
"""And those in which lists of people often are."""
_SURE = 3
"""So many names have to tell the same before a column is read otherwise than names are spoken."""
_AGAINST = 4
"""So many for each one that tells the contrary."""
_SHOWN = 3


def choose_name_order(sheet: Sheet) -> None:
    """Note in `places` that family names come first, or ask."""
    places = sheet.places
    if "name" not in places or "first_name" in places or places.keys() & set(NameOrder):
        return
    place = places["name"]
    cells = list(dict.fromkeys(sheet.profiles[place].cells))
    written = ((cell, name_words(cell)) for cell in cells)
    open_ones = {cell: words for cell, words in written if words and not shows_its_order(words)}
    votes = [order_of(words) for words in open_ones.values()]
    family, given = votes.count(FAMILY_FIRST), votes.count(GIVEN_FIRST)
    order = _order(sheet, place, family=family, given=given, names=len(open_ones))
    if order is None:
        _ask(sheet, place, list(open_ones), family_likely=family >= given)
    elif order is FAMILY_FIRST:
        places[FAMILY_FIRST] = place


def _order(sheet: Sheet, place: int, *, family: int, given: int, names: int) -> NameOrder | None:
    """The order of a column, None where only a person can say."""
    said = _said(sheet, place)
    if said is not None:
        against = given if said is FAMILY_FIRST else family
        return None if against >= _SURE and against * 2 > family + given else said
    if not names or _beyond(given, family):
        return GIVEN_FIRST
    habit = _is_habit(sheet, *_ALWAYS)
    if _beyond(family, given) and (habit or family >= _SURE):
        return FAMILY_FIRST
    often = _is_habit(sheet, *_OFTEN) and (family > 0 or names >= _SURE)
    in_doubt = habit or often or (family > 1 and family * 2 > given)
    return None if in_doubt else GIVEN_FIRST


def _beyond(many: int, few: int) -> bool:
    return many > 0 and many >= few * _AGAINST


def _is_habit(sheet: Sheet, languages: set[str], countries: set[str]) -> bool:
    return sheet.country in countries or main_language(sheet.header) in languages


def _said(sheet: Sheet, place: int) -> NameOrder | None:
    """The order that the column's own name tells: "Nazwisko i imię", "Surname, first name"."""
    parts = [part for part in parts_in_order(sheet.header, place) if part in _PARTS]
    if "given" not in parts or len(set(parts)) < 2:
        return None
    return GIVEN_FIRST if parts[0] == "given" else FAMILY_FIRST


_PARTS = frozenset({"given", "family", "name"})


def _ask(sheet: Sheet, place: int, names: Sequence[str], *, family_likely: bool) -> None:
    example = names[0]
    greeted = {
        order: read_name(example, family_first=order is FAMILY_FIRST).first or "nobody"
        for order in NameOrder
    }
    choices = [
        (place, order, f"{_WORDS[order]}: “{example}” is greeted as {greeted[order]}")
        for order in sorted(NameOrder, key=lambda one: (one is FAMILY_FIRST) != family_likely)
    ]
    words = f"Which part of the names in “{sheet.label(place)}” is the first name?"
    sheet.ask("name_order", words, choices)


_WORDS = {
    FAMILY_FIRST: "The last, behind the family name",
    GIVEN_FIRST: "The first, before the family name",
}
