"""One text for several appointments on one phone: a list of them, and what all have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from reminders.domain.wording.direction import COMMA
from reminders.domain.wording.templates import PLACEHOLDERS, Template, Values, WordingError, inset


def render_family(
    template: Template,
    people: Sequence[Values],
    *,
    together: Sequence[str] = (),
    numbers: Sequence[int] = (),
) -> str:
    """One text for several appointments on one phone and one day; at least one is needed.

    `{appointments}` becomes "1) Ann 10:00, 2) Ben 10:30". `{time}` is the first one's; any other
    placeholder is filled in where all agree and blank where they differ. `together` replaces the
    pieces "Ann 10:00", `numbers` the 1, 2, 3 before them.
    """
    if not people:
        raise WordingError("A family text needs at least one appointment.")
    # Cleaned before the marks are set, which cleaning would take out again.
    placed = inset if template.right_to_left else str
    pieces = list(map(placed, together)) or _who_and_when(people, placed)
    counted = numbers or range(1, len(pieces) + 1)
    comma = COMMA if template.right_to_left else ", "
    listed = comma.join(f"{number}) {piece}" for number, piece in zip(counted, pieces, strict=True))
    shared = {name: _agreed(getattr(person, name) for person in people) for name in PLACEHOLDERS}
    keys = {key for person in people for key in person.columns}
    columns = {key: _agreed(one.columns.get(key, "") for one in people) for key in keys}
    values = Values(**shared, columns=columns)
    return template.render(replace(values, time=people[0].time, appointments=listed))


def _who_and_when(people: Sequence[Values], placed: Callable[[str], str]) -> list[str]:
    firsts = [person.first_name or person.name for person in people]
    names = [
        # Two of a family with one first name: the full names tell them apart.
        first if firsts.count(first) == 1 else person.name or first
        for first, person in zip(firsts, people, strict=True)
    ]
    return [
        f"{placed(name)} {person.time}".strip() for name, person in zip(names, people, strict=True)
    ]


def _agreed(values: Iterable[str]) -> str:
    different = set(values)
    return different.pop() if len(different) == 1 else ""
