"""Rows that have more or fewer cells than the header, looked at together.

One row with a cell too many is a mistake of its own where the others are whole. Where every row is
shorter than the header, or every one longer, the header itself may have a separator too many or too
few, and every value after it stands below another name: then it is asked about.
"""

from __future__ import annotations

from reminders.domain.diary_import.problems import Problems, refuse
from reminders.domain.diary_import.questions import (
    About,
    Answer,
    Answers,
    Choice,
    Question,
    QuestionsOpen,
    always,
)
from reminders.domain.diary_import.read.cells.when.assumed import NOT, Assumed, answered_kinds
from reminders.domain.diary_import.read.files.sources import CSV
from reminders.domain.diary_import.read.files.tables import Table, ragged
from reminders.domain.diary_import.read.header.content import Profile
from reminders.domain.diary_import.read.header.shifted import Fit

_LEAST_WHOLE, _FEW_SHORT, _MOSTLY_FILLED = 5, 8, 0.95
"""From so many whole rows on, and with at most one short one to so many, a short row is damaged;
where the last column is often blank, programs leave its cell out.
"""
_EXACT_TO_MORE = 2
"""So many rows with a cell for each name, half of all at least, stand against one with more, which
is a mistake then.
"""
_REFUSED = (
    "The header does not name the values below it: it has a name too many, or one too few. Look "
    "for a separator inside a name that has no quotation marks around it, and correct the header."
)


def stop_if_shifted(table: Table, answers: Answers, country: str) -> None:
    """Raise QuestionsOpen where the header may not name the values below it and nobody has said
    that it does, ImportRefused where somebody said that it does not.

    Before the columns are chosen: what they are called is what is in doubt.
    """
    denied = NOT + Assumed.HEADER_FITS in answers.agreed
    if Assumed.HEADER_FITS in answered_kinds(answers.agreed) and not denied:
        return
    question = _question(table, country)
    if question and denied:
        raise refuse(_REFUSED, row=table.header_row)
    if question:
        raise QuestionsOpen([question])


def _question(table: Table, country: str) -> Question | None:
    if table.kind != CSV or table.dated or table.struck or not table.sample:
        return None
    lengths = [len(row) for row in table.sample]
    named = [n for n, cell in enumerate(table.header, 1) if cell]
    fewer = max(lengths) < max(named, default=0)
    if not fewer and min(lengths) <= len(table.header):
        return None
    places = range(min(len(table.header), max(lengths)))
    fit = Fit(table.header, [Profile(place, table.sample) for place in places], country)
    doubtful = fit.one_too_many() if fewer else fit.one_too_few()
    return _about(table, lengths, fit) if doubtful else None


def _about(table: Table, lengths: list[int], fit: Fit) -> Question:
    few, many = min(lengths), max(lengths)
    cells = f"{few:,}" if few == many else f"{few:,} to {many:,}"
    names = sum(1 for cell in table.header if cell)
    words = (
        f"The header has {names:,} names, but the rows have {cells} cells, so that names and "
        "values may not belong together. Do they, as they are shown here?"
    )
    shown = tuple(
        f"{name or '(no name)'}: {', '.join(profile.examples(1)) or '(blank)'}"[:60]
        for name, profile in zip(table.header, fit.profiles, strict=False)
    )
    no = Choice(Answer(About.CHECK, NOT + Assumed.HEADER_FITS), "No, the header is wrong")
    yes = Choice(Answer(About.CHECK, str(Assumed.HEADER_FITS)), "Yes, that is right")
    choices = (no, yes, always(yes, "Yes, so in all files like it"))
    name = f"check:{Assumed.HEADER_FITS}"
    return Question(About.CHECK, name, words, choices, shown, table.header_row)


class WidthSurvey:
    """Counts the cells of all rows, and keeps what is wrong with those that have too many."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._rows = self._whole = self._exact = self._last_filled = 0
        self._wide = Problems()

    def look(self, number: int, cells: list[str]) -> bool:
        """Note how many cells a row has; whether it has too many, and they say something."""
        has, width = len(cells), self._width
        self._rows += 1
        if has < width:
            return False
        self._whole += 1
        self._exact += has == width
        self._last_filled += bool(cells[width - 1])
        wide = has > width and any(map(str.strip, cells[width:]))
        if wide:
            self._wide.add(ragged(has, width), row=number, column="")
        return wide

    @property
    def are_whole(self) -> bool:
        """Whether rows have a cell for each column, and something in the last one, so that one with
        fewer has lost a separator or its end, and its values stand below other names.
        """
        short = self._rows - self._whole
        enough = self._whole >= _LEAST_WHOLE and short * _FEW_SHORT <= self._whole
        return enough and self._last_filled >= _MOSTLY_FILLED * self._whole

    @property
    def have_exact(self) -> bool:
        """Whether a row has a cell for each name and no more, so that one with more may be wrong by
        itself.
        """
        return bool(self._exact)

    def stop_if_too_wide(self) -> None:
        """Refuse the file where rows have more cells than the header, and the others do not tell
        that it is these rows which are wrong.
        """
        most = self._exact * _EXACT_TO_MORE >= self._rows
        if not most or self._exact < _EXACT_TO_MORE * self._wide.rows:
            self._wide.stop_if_any(rows=self._rows)
