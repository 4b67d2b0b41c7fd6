"""What was answered for one file, remembered for the next ones like it.

An answer holds for files with the very same columns, of the same diary, at the location for which
it was given. In a file with other columns it is only offered ready, because a column of that name
may be something else there. That something strange about a whole file is right holds for the next
ones only where it was said so. What concerns one file alone (its mistakes, its location) is never
remembered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from reminders.domain.diary_import.questions import (
    ALL_SHEETS,
    ALWAYS,
    About,
    Answer,
    Choice,
    Question,
    folded_header,
    folded_value,
)
from reminders.models import TaughtAnswer

OF_COLUMNS = frozenset({About.COLUMN, About.MEANING})
_OF_TIMES = {About.DATES, About.TIME_ZONE}
TAUGHT = OF_COLUMNS | _OF_TIMES | {About.SHEET, About.ENCODING}
_LONGEST = {"header": 200, "value": 200, "meaning": 100, "shown": 400}
"""Characters, as the columns of the table have them."""
MOST_COLUMNS = 2_000
"""Characters of the columns' names that are kept to be shown."""
_KEPT = ("diary", "location_id", "layout", "about", "header", "value")
_SAID = ("meaning", "shown", "columns", "taught_by_id")


@dataclass(frozen=True, slots=True)
class Circle:
    """For whom something is taught: a diary, and a location or, with None, all of them.

    `may_teach` is False for somebody who looks after some locations with a file of none of them:
    what they say must not hold for others.
    """

    diary: str = ""
    location_id: int | None = None
    may_teach: bool = True


def circle_of(diary: str, location_id: int | None, only: frozenset[int] | None) -> Circle:
    """The circle of a file; `only` are the locations of whoever brings it, None for all."""
    if only is None:
        return Circle(diary, location_id)
    # Whoever looks after one location can only speak of that one, whatever the file names.
    place = next(iter(only)) if len(only) == 1 else location_id
    return Circle(diary, place, may_teach=place in only)


def layout_of(header: Iterable[str]) -> str:
    """What tells the files of one program from others': their columns' names, in any order."""
    return _digest(sorted({folded_header(cell) for cell in header if cell.strip()}))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _plain_layout(header: Iterable[str]) -> str:
    """The same for a file whose encoding is asked for: only signs that every encoding shares."""
    cells = ("".join(char for char in cell if " " <= char <= "~") for cell in header)
    return _digest(sorted({folded_header(cell) for cell in cells if cell.strip()}))


def names_of_sheets(question: Question) -> str:
    """What tells a workbook before one of its sheets is chosen: the names of all of them."""
    return _digest(sorted({choice.answer.meaning for choice in question.choices} - {ALL_SHEETS}))


def kept_answer(question: Question, answer: Answer) -> Answer:
    """The answer with what is needed to recognise its question in another file."""
    sheets = answer.about is About.SHEET
    return replace(answer, value=names_of_sheets(question)) if sheets else answer


def remember(
    answers: Iterable[Answer],
    *,
    header: Sequence[str],
    circle: Circle,
    now: datetime,
    user_id: int | None,
) -> int:
    """Keep the answers of a file that was imported; return how many.

    Those of another circle are never touched, so that nobody changes what holds elsewhere.
    """
    kept = 0
    for answer in answers if circle.may_teach else ():
        agreed = answer.about is About.CHECK and answer.value == ALWAYS
        if not (agreed or answer.about in TAUGHT) or _too_long(answer):
            continue
        of_column = answer.about in OF_COLUMNS
        of_signs = answer.about is About.ENCODING
        blank = answer.about is About.MEANING and not answer.value
        shown = f"{answer.header}: {answer.value}" if answer.value or blank else answer.header
        key: dict[str, Any] = {  # Any: a location's id, or None for all of them
            "diary": circle.diary,
            "location_id": circle.location_id,
            "layout": _plain_layout(header) if of_signs else layout_of(header),
            "about": str(answer.about),
            "header": folded_header(answer.header) if of_column else "",
            "value": answer.meaning if agreed else folded_value(answer.value),
        }
        said = {
            "meaning": answer.meaning,
            "shown": shown if of_column else "",
            "columns": ", ".join(cell for cell in header if cell)[:MOST_COLUMNS],
            "taught_at": now,
            "taught_by_id": user_id,
        }
        # The last one counts: who answers otherwise today means the next file, too.
        TaughtAnswer.objects.update_or_create(**key, defaults=said)
        kept += 1
    return kept


def _too_long(answer: Answer) -> bool:
    """What does not fit is asked again: cut off, it might fit another value."""
    return (
        len(folded_header(answer.header)) > _LONGEST["header"]
        or len(folded_value(answer.value)) > _LONGEST["value"]
        or len(answer.meaning) > _LONGEST["meaning"]
        or len(answer.header) + len(answer.value) + 2 > _LONGEST["shown"]
    )


def taught_for(header: Sequence[str], circle: Circle) -> list[Answer]:
    """What holds for a file with this header, each under the file's own name of its column."""
    # From the right, so that of two columns called alike the first is the one that is meant.
    names = {folded_header(cell): cell for cell in reversed(header) if cell.strip()}
    about = OF_COLUMNS | _OF_TIMES | {About.CHECK}
    rows = _of(circle).filter(layout=layout_of(header), about__in=about)
    return [
        Answer(
            About(row.about),
            row.meaning,
            names.get(row.header, ""),
            ALWAYS if row.about == About.CHECK else row.value,
        )
        for row in rows
        if not row.header or row.header in names
    ]


def taught_encoding(header: Sequence[str], circle: Circle) -> Answer | None:
    """The encoding once said for a file whose columns read so, whatever they were read with."""
    row = _of(circle).filter(layout=_plain_layout(header), about=About.ENCODING).last()
    return Answer(About.ENCODING, row.meaning) if row else None


def taught_sheets(question: Question, circle: Circle) -> list[tuple[Answer, str]]:
    """The sheets once chosen of workbooks with the same sheets, each with the layout it had."""
    names = names_of_sheets(question)
    rows = _of(circle).filter(about=About.SHEET, value=names)
    return [(Answer(About.SHEET, row.meaning, value=names), row.layout) for row in rows]


def likeliest_first(questions: Iterable[Question], circle: Circle) -> list[Question]:
    """The questions, each with what was said for a file of other columns ready to be chosen."""
    questions = list(questions)
    wanted = {folded_header(c.answer.header) for one in questions for c in one.choices}
    rows = _of(circle).filter(header__in=wanted - {""}, about__in=OF_COLUMNS)
    said = {(row.about, row.header, row.value, row.meaning) for row in rows}
    return [_ready(question, said) for question in questions] if said else questions


def _ready(question: Question, said: set[tuple[str, str, str, str]]) -> Question:
    def as_before(choice: Choice) -> bool:
        answer = choice.answer
        header, value = folded_header(answer.header), folded_value(answer.value)
        return (str(answer.about), header, value, answer.meaning) in said

    ordered = sorted(question.choices, key=lambda choice: not as_before(choice))
    return replace(question, choices=tuple(ordered))


def _of(circle: Circle) -> QuerySet[TaughtAnswer]:
    """What holds in a circle; of two to the same thing, that of the location itself comes later."""
    here = Q(location=None)
    if circle.location_id is not None:
        here |= Q(location=circle.location_id)
    rows = TaughtAnswer.objects.filter(here, diary=circle.diary)
    return rows.order_by(F("location").asc(nulls_first=True), "pk")


def teach_otherwise(row: TaughtAnswer, meaning: str, *, now: datetime, user_id: int | None) -> None:
    """Give what was taught another meaning, for the files that come from now on."""
    said = {"meaning": meaning, "taught_at": now, "taught_by_id": user_id}
    TaughtAnswer.objects.filter(pk=row.pk).update(**said)


def forget(row: TaughtAnswer) -> dict[str, Any]:
    """Forget it; return what `taught_again` needs to take that back."""
    kept = {name: getattr(row, name) for name in (*_KEPT, *_SAID)}
    kept["taught_at"] = row.taught_at.isoformat()
    row.delete()
    return kept


def taught_again(kept: Mapping[str, Any]) -> bool:
    """Take forgetting back; False when the same was taught again meanwhile."""
    said = {name: kept[name] for name in _SAID}
    said["taught_at"] = datetime.fromisoformat(kept["taught_at"])
    key = {name: kept[name] for name in _KEPT}
    # Not over what was taught since: undo brings back what went, and takes nobody's word away.
    return TaughtAnswer.objects.get_or_create(**key, defaults=said)[1]
