"""Which part of the names in one column is the first name: by the column's name, by the names, or
asked.

Texts greet by it, so a wrong guess greets a whole practice by family names. The rows of a sample
vote;
where people often write the family name first, a column that says nothing is asked about, and
elsewhere only one that speaks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reminders.domain.diary_import.questions import About, Answer, Choice, Question
from reminders.domain.diary_import.read.cells.given_names import NameOrder, name_words, order_of
from reminders.domain.diary_import.read.cells.names import read_name, shows_its_order
from reminders.domain.diary_import.read.header.names.naming import main_language, parts_in_order
from reminders.domain.diary_import.read.header.sheet import Sheet

FAMILY_FIRST, GIVEN_FIRST = NameOrder.FAMILY_FIRST, NameOrder.GIVEN_FIRST
_ALWAYS = ({"hu", "vi"}, {"HU", "VN"})
"""Languages and countries in which names are written with the family name first."""
_OFTEN = (
    {"cs", "sk", "pl", "ru", "uk", "hr", "ro", "bg"},
    {*"CZ SK PL RU UA BY RS HR BA ME SI RO MD BG".split()},
)
"""And those in which lists of people often are."""
_SURE, _MANY = 3, 5
"""So many different given names have to tell the same before a column is read otherwise than names
are
spoken: where lists often are so, and elsewhere.
"""
_HALF, _MOST = 0.5, 0.7
"""And such a share of all names."""
_AGAINST = 4
"""And so many for each one that tells the contrary."""
_SHOWN = 3
_SINGLE = 0.8
"""Such a share of a column's names has one word where it holds half of each name."""


def choose_name_order(sheet: Sheet) -> None:
    """Note in `places` that family names come first, or ask."""
    places = sheet.places
    if "first_name" in places or places.keys() & set(NameOrder):
        return
    halves = {"name", "last_name"} & places.keys()
    if halves and not halves & sheet.answered and _ask_which_half(sheet):
        return
    if "name" not in places:
        return
    place = places["name"]
    cells = list(dict.fromkeys(sheet.profiles[place].cells))
    written = ((cell, name_words(cell)) for cell in cells)
    open_ones = {cell: words for cell, words in written if words and not shows_its_order(words)}
    votes = [order_of(words) for words in open_ones.values()]
    family, given = votes.count(FAMILY_FIRST), votes.count(GIVEN_FIRST)
    told = zip(votes, open_ones.values(), strict=True)
    # A family named Lee, which is a given name as well, is one witness and not five.
    witnesses = len({words[-1] for order, words in told if order is FAMILY_FIRST})
    count = _Count(family, given, names=len(open_ones), witnesses=witnesses)
    order = _order(sheet, place, count)
    if order is None:
        _ask(sheet, place, list(open_ones), family_likely=family >= given)
    elif order is FAMILY_FIRST:
        places[FAMILY_FIRST] = place


def _ask_which_half(sheet: Sheet) -> bool:
    """Ask where names of one word stand beside other such words: "Name" and "Jméno"."""
    kind = "name" if "name" in sheet.places else "last_name"
    whole = sheet.places[kind]
    if not _is_single(sheet, whole):
        return False
    taken = set(sheet.places.values())
    others = [
        place
        for place in range(len(sheet.header))
        if place not in taken
        and (sheet.strength(place, "name", "first_name", "last_name") or _may_be(sheet, place))
        and sheet.named[place].parts != {"patient"}  # beside an owner it may be an animal
        and _is_single(sheet, place)
        and not sheet.same(place, whole)
    ]
    if not others:
        return False
    choices = [(place, "first_name", "") for place in others[:3]]
    if kind == "name":
        choices.append((whole, "first_name", ""))
    del sheet.places[kind]
    choices.append((whole, kind, f"None: “{sheet.label(whole)}” is all there is of the names"))
    sheet.ask("half", "Which of these columns holds the first names?", choices)
    return True


def _may_be(sheet: Sheet, place: int) -> bool:
    """Whether a column without a known name holds many words that are written as names are."""
    profile = sheet.profiles[place]
    cells = [cell for cell in profile.cells if cell]
    titled = sum(cell.istitle() and cell.isalpha() for cell in cells)
    return (
        place in sheet.free
        and profile.distinct >= _MANY - 1
        and profile.distinct * 2 >= len(cells)
        and titled >= _SINGLE * len(cells)
    )


def _is_single(sheet: Sheet, place: int) -> bool:
    """Whether nearly all cells of a column are one word each."""
    cells = [cell for cell in sheet.profiles[place].cells if cell]
    return len(cells) > 1 and sum(" " not in cell for cell in cells) >= _SINGLE * len(cells)


class _Count(NamedTuple):
    """How many names tell each order, of how many; `witnesses` are different given names at the
    end.
    """

    family: int
    given: int
    names: int
    witnesses: int


def _order(sheet: Sheet, place: int, count: _Count) -> NameOrder | None:
    """The order of a column, None where only a person can say."""
    family, given, names, witnesses = count
    said = _said(sheet, place)
    if said is not None:
        against = given if said is FAMILY_FIRST else family
        return None if against >= _SURE and against * 2 > family + given else said
    if not names or _beyond(given, family):
        return GIVEN_FIRST
    always, often = _is_habit(sheet, *_ALWAYS), _is_habit(sheet, *_OFTEN)
    # Elsewhere nearly all have to tell: in Kerala many families are called Thomas or George.
    share, least = (0.0, 1) if always else (_HALF, _SURE) if often else (_MOST, _MANY)
    if _beyond(family, given) and family >= names * share and witnesses >= least:
        return FAMILY_FIRST
    often = often and (family > 0 or names >= _SURE)
    in_doubt = always or often or (witnesses > 1 and family * 2 > given)
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
    label = sheet.label(place)
    choices = [
        Choice(Answer(About.COLUMN, order, label), _WORDS[order], _greetings(names, order))
        for order in sorted(NameOrder, key=lambda one: (one is FAMILY_FIRST) != family_likely)
    ]
    words = f"Which part of the names in “{label}” is the first name?"
    name = f"column:order of {label[:60]}"
    shown = tuple(name[:60] for name in names[:_SHOWN])
    sheet.questions.append(Question(About.COLUMN, name, words, tuple(choices), shown, column=label))


def _greetings(names: Sequence[str], order: NameOrder) -> str:
    """Whom texts would greet how: "Hello Jan", as nobody else reads a name."""
    read = (read_name(name, family_first=order is FAMILY_FIRST) for name in names)
    greeted = [f"Hello {name.first[:30]}" for name in read if name.first]
    return ", ".join(greeted[:_SHOWN])


_WORDS = {
    FAMILY_FIRST: "The last: the family name comes first",
    GIVEN_FIRST: "The first: the family name comes last",
}
