"""The one page of questions: what a file leaves open, in words, with the likeliest answer ready."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from reminders.domain.diary_import.asking.answering import answer_questions, ask_again
from reminders.domain.diary_import.asking.stored import (
    answer_from,
    questions_of_import,
    sign_of,
)
from reminders.domain.diary_import.asking.words import answer_words, reason_words
from reminders.domain.diary_import.problems import ImportRefused
from reminders.domain.diary_import.questions import About, Choice, Question
from reminders.domain.diary_import.uploads import MEANWHILE, OPEN, has_file
from reminders.models import Import
from reminders.views.shared.asked import read_number, read_text
from reminders.views.shared.pages import StaffRequest, say, staff_action, staff_form

MOST_RADIOS = 8
"""Choices beyond which a list to choose from is shorter than one button for each."""
EXAMPLES = 5
_IN_ROWS = re.compile(r" \((\d[\d,]* rows?)\)$")
"""How a question about a value ends that tells how often it stands in the file."""
ALONE = (About.CHECK,)
"""Nothing is chosen beforehand where "go on" must not say yes to what nobody has read."""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as the page shows it; `picked` is the place of the choice that is ready."""

    n: int
    question: Question
    picked: int | None
    unanswered: bool = False

    @property
    def field(self) -> str:
        """The name of its form field."""
        return f"question-{self.n}"

    @property
    def as_list(self) -> bool:
        """Whether its choices are a list to choose from."""
        return len(self.question.choices) > MOST_RADIOS

    @property
    def choices(self) -> list[tuple[int, Choice, bool]]:
        """Each choice with its place, and whether it is the one that is ready."""
        return [(n, one, n == self.picked) for n, one in enumerate(self.question.choices)]

    @property
    def examples(self) -> tuple[str, ...]:
        """So many of the examples as help."""
        return self.question.examples[:EXAMPLES]

    @property
    def beside(self) -> list[str]:
        """What stands beside a value: in how many rows it is, and examples that say more than
        it.
        """
        rows = _IN_ROWS.search(self.question.words)
        told = [rows[1]] if rows else []
        return told + [example for example in self.examples if example != self.value][:2]

    @property
    def value(self) -> str:
        """The value that is asked about, where one is."""
        return self.question.likeliest.answer.value


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that stand together: the values of one column, or a question alone."""

    words: str
    asked: list[AskedQuestion]

    @property
    def of_values(self) -> bool:
        """Whether they are the values of one column."""
        return len(self.asked) > 1


def their_imports(request: StaffRequest) -> QuerySet[Import]:
    """The imports a user may see: those of sites they may not see name patients they may not
    see.
    """
    rows = Import.objects.select_related("location", "created_by")
    return rows.filter(created_by=request.user) if request.scope.restricted else rows


@staff_form
def show(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask everything that is open about a file, and take the answers."""
    row = get_object_or_404(their_imports(request), pk=pk)
    questions = questions_of_import(row)
    if request.method == "POST" and read_text(request.POST.get("sign")) != sign_of(questions):
        say(request, MEANWHILE, tone="warning")
        return redirect("import", row.pk)
    if not questions or not has_file(row):
        # `show` would lead back here: a file that waits without a question is for the columns.
        return redirect("import_columns" if row.state == Import.State.UPLOADED else "import", pk)
    picks = _picks(request, questions)
    problem = ""
    if request.method == "POST" and None not in picks:
        problem = _answer(request, row, questions, picks)
        if not problem:
            return redirect("import", row.pk)
    asked = [
        AskedQuestion(n, one, picks[n], request.method == "POST" and picks[n] is None)
        for n, one in enumerate(questions)
    ]
    context = {
        "row": row,
        "groups": list(_groups(asked)),
        "asked": asked,
        "left": [one for one in asked if one.unanswered],
        "sign": sign_of(questions),
        "problem": problem,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "import/questions.html", context, status=status)


def _picks(request: StaffRequest, questions: Sequence[Question]) -> list[int | None]:
    """The place of what is chosen for each question; before anything is sent, of the likeliest."""
    if request.method != "POST":
        return [None if _is_alone(one) else 0 for one in questions]
    chosen = [
        read_number(request.POST.get(f"question-{n}"), digits=4) for n in range(len(questions))
    ]
    return [
        place if place is not None and place < len(one.choices) else None
        for place, one in zip(chosen, questions, strict=True)
    ]


def _is_alone(question: Question) -> bool:
    """Whether nothing may be chosen beforehand: a yes to the whole file, or to texting a parent."""
    return question.about in ALONE or question.likeliest.answer.meaning == "guardian_phone"


def _answer(
    request: StaffRequest, row: Import, questions: Sequence[Question], picks: Sequence[int | None]
) -> str:
    """Take the answers; what keeps them from being taken, in words."""
    chosen = {one.name: place or 0 for one, place in zip(questions, picks, strict=True)}
    try:
        answer_questions(row, chosen, sign=sign_of(questions), user_id=request.user.pk)
    except ImportRefused as refused:
        return refused.problems[0].in_words()
    return ""


def _groups(asked: Sequence[AskedQuestion]) -> Iterator[Group]:
    """Values of one column together, but only where the very same is asked of each of them."""

    def together(one: AskedQuestion) -> tuple[str, str, int]:
        if one.question.about is not About.MEANING or not one.value:
            return "", "", one.n
        return one.question.column, _without_value(one), -1

    for (_, words, _), group in groupby(asked, together):
        yield Group(words, list(group))


def _without_value(one: AskedQuestion) -> str:
    words = _IN_ROWS.sub("", one.question.words)
    # Long values are cut short in the words; in how long a piece is not this page's to know.
    shown = next((n for n in range(len(one.value), 0, -1) if f"“{one.value[:n]}”" in words), 0)
    return words.replace(f"“{one.value[:shown]}”", "“…”") if shown else words


@staff_action
def again(request: StaffRequest, pk: int) -> HttpResponse:
    """Take one answer back: the file is read without it, and asks again."""
    row = get_object_or_404(their_imports(request), pk=pk)
    place = read_number(request.POST.get("answer"), digits=4)
    if row.state not in OPEN or not has_file(row) or place is None or place >= len(row.answers):
        say(request, MEANWHILE, tone="warning")
        return redirect("import", row.pk)
    if row.answers[place][:4] != request.POST.getlist("is"):
        say(request, MEANWHILE, tone="warning")
        return redirect("import", row.pk)
    try:
        ask_again(row, place)
    except ImportRefused as refused:
        say(request, refused.problems[0].in_words(), tone="warning")
    return redirect("import", row.pk)


def reading_of(row: Import) -> dict[str, Any]:
    """How a file was read: the answers that hold for it, and what of it was not taken."""
    counts = row.counts
    aside = counts.get("set_aside") or [name for name, to in row.mapping.items() if not to]
    return {
        "answered": [_answered(n, stored) for n, stored in enumerate(row.answers)],
        "set_aside": aside,
        "left_out": [
            (reason_words(code), count)
            for code, count in sorted(counts.get("left_out", {}).items(), key=lambda one: -one[1])
        ],
        "mistakes": counts.get("errors", 0) if row.state != Import.State.REFUSED else 0,
        "may_change": row.state in OPEN and has_file(row),
    }


def _answered(n: int, stored: list[str]) -> dict[str, Any]:
    asked, chosen = (stored[4], stored[5]) if len(stored) > 5 else ("", "")
    about, meaning = answer_words(answer_from(stored))
    return {
        "n": n,
        "is": stored[:4],
        "asked": asked or about,
        "chosen": chosen or meaning,
        "taught": not asked,
    }
