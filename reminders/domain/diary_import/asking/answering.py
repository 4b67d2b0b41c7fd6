"""What somebody says on the page of questions, and that it is asked again.

A page that is no longer the newest answers nothing: its questions may be about another reading of
the file. The file is read before its row is locked, because a workbook takes a while.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from reminders.domain.diary_import.asking.stored import (
    answer_from,
    is_agreement,
    key_of,
    questions_of_import,
    sign_of,
    stored_answer,
)
from reminders.domain.diary_import.problems import refuse
from reminders.domain.diary_import.questions import About, Answer, Choice, Question
from reminders.domain.diary_import.taught import kept_answer
from reminders.domain.diary_import.uploads import (
    MEANWHILE,
    ask_or_check,
    lock_open,
    look,
    only_locations,
    open_import,
)
from reminders.models import Import, Location

_TAKEN_OVER = (
    "answers",
    "mapping",
    "mapping_name",
    "date_format",
    "location",
    "diary",
    "created_by_id",
)


def answer_questions(
    row: Import, picks: Mapping[str, int], *, sign: str, user_id: int | None
) -> None:
    """Take one choice for each open question, by its place, and have the file read with them.

    Raises ImportRefused when the questions are others by now (`sign`), or when the file can't be
    read so.
    """
    questions = questions_of_import(row)
    if sign_of(questions) != sign:
        raise refuse(MEANWHILE)
    # Whoever answers for a file that came in by itself is the one who brings it in, and teaches.
    row.created_by_id = row.created_by_id or user_id
    _take(row, [(one, one.choices[picks[one.name]]) for one in questions])
    _read_again(row, sign)


def say_known(row: Import, answers: Sequence[Answer]) -> None:
    """Take it that names of the file are others' of the diary, and have the file read so."""
    for answer in answers:
        asked = f"Who or what is “{answer.value}”?"
        row.answers = [
            *(one for one in row.answers if key_of(answer_from(one)) != key_of(answer)),
            stored_answer(answer, asked=asked, chosen=answer.meaning),
        ]
    _read_again(row, "")


def ask_again(row: Import, place: int) -> bool:
    """Take one answer back, and read the file without it; False when there is no such answer.

    Columns are then chosen again, all of them: the doubt was between several.
    """
    if not 0 <= place < len(row.answers):
        return False
    answer = answer_from(row.answers[place])
    row.answers = [one for n, one in enumerate(row.answers) if n != place]
    _forget_agreements(row, [answer])
    if answer.about in (About.COLUMN, About.SHEET, About.ENCODING):
        row.mapping = {}
    if answer.about is About.DATES:
        row.date_format = ""
    if answer.about is About.LOCATION:
        row.location = None
    _read_again(row, "")
    return True


def _take(row: Import, chosen: Sequence[tuple[Question, Choice]]) -> None:
    for question, choice in chosen:
        answer = kept_answer(question, choice.answer)
        row.answers = [
            *(one for one in row.answers if not _replaced(answer_from(one), answer)),
            stored_answer(answer, asked=question.words, chosen=choice.words),
        ]
        if answer.about is About.LOCATION:
            row.location = _location(row, answer.meaning)
        if answer.about is About.DATES:
            row.date_format = answer.meaning

    _forget_agreements(row, [choice.answer for _, choice in chosen])


def _forget_agreements(row: Import, changed: Iterable[Answer]) -> None:
    """Whoever agreed that all visits are past spoke of the dates as they were read then."""
    if any(one.about not in (About.CHECK, About.ERRORS) for one in changed):
        row.answers = [one for one in row.answers if not is_agreement(answer_from(one))]


def _replaced(old: Answer, new: Answer) -> bool:
    """Whether the new answer takes the old one's place: two columns can't be the same thing."""
    same_field = old.about is new.about is About.COLUMN and old.meaning == new.meaning != ""
    return same_field or key_of(old) == key_of(new)


def _location(row: Import, name: str) -> Location:
    """A location by the name that was offered; never one that the user may not see."""
    sites, only = Location.objects.filter(active=True, name=name), only_locations(row)
    found = sites.first() if only is None else sites.filter(pk__in=only).first()
    if found is None:
        raise refuse(f"There is no location “{name[:60]}” any more. Load the page again.")
    return found


def _read_again(row: Import, sign: str) -> None:
    with open_import(row) as source:
        head = look(row, source)
    with transaction.atomic():
        locked = lock_open(row)
        # Once more, under the lock: a colleague may have answered while the file was read.
        if sign and sign_of(questions_of_import(locked)) != sign:
            raise refuse(MEANWHILE)
        for name in _TAKEN_OVER:
            setattr(locked, name, getattr(row, name))
        ask_or_check(locked, head)
