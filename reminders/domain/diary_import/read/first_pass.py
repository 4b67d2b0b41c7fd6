"""A first look over all rows, before anything is staged: whatever concerns the file as a whole.

Counts the rows, finds how dates are written, which locations are named, which values of a status or
of a yes and no nobody knows, and which cells hold characters that no encoding explains. Cheap, so
that fundamental problems and all questions are told without reading on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reminders.domain.diary_import.problems import Problems, refuse
from reminders.domain.diary_import.questions import Answers, Question, QuestionsOpen
from reminders.domain.diary_import.read.assumptions import AssumptionSurvey
from reminders.domain.diary_import.read.cells.dates import DateReader, DatesOpen
from reminders.domain.diary_import.read.files.encodings import REPLACED
from reminders.domain.diary_import.read.files.tables import ZERO_BYTE, Table
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.neighbours import NeighbourSurvey
from reminders.domain.diary_import.read.rows.asides import AsideSurvey
from reminders.domain.diary_import.read.rows.value_survey import ValueSurvey
from reminders.domain.diary_import.read.widths import WidthSurvey

MAX_LOCATIONS = 1_000


@dataclass
class Survey:
    """What the file holds as a whole: rows, the locations it names with the first row of each, and
    what only a person can say.
    """

    rows: int = 0
    locations: dict[str, int] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    are_whole: bool = False
    have_exact: bool = False


def survey(
    table: Table, columns: Columns, dates: DateReader, answers: Answers | None = None
) -> Survey:
    """Look over all rows; settle the order of the dates in `dates`. Raises ImportRefused.

    What values mean is asked together with the order of the dates, where both are in doubt.
    """
    found, values = Survey(), ValueSurvey(columns, answers or Answers())
    asides = AsideSurvey(columns, answers or Answers())
    unsaid = _assumptions(columns, dates, answers or Answers())
    lookers = [each.look for each in (values, asides) if each.columns]
    lookers += [unsaid.look] if unsaid is not None else []
    neighbours = NeighbourSurvey(columns, answers or Answers())
    lookers.append(neighbours.look)
    problems = Problems()
    widths = WidthSurvey(len(table.header))
    suspicious = table.encoding.suspicious
    when = columns.places.get("date", columns.places.get("starts_at"))
    where = columns.places.get("location")
    for number, cells in table.rows():
        found.rows += 1
        wide = widths.look(number, cells)
        if suspicious:
            _look_for(suspicious, cells, number, table, problems)
        if wide:
            continue  # its values stand below other names: nobody is to be asked what they mean
        if when is not None and not dates.decided and when < len(cells):
            dates.observe(cells[when].strip(), row=number)
        if where is not None and where < len(cells):
            _note_location(found, cells[where], number, columns)
        for look in lookers:
            look(number, cells)
    if not found.rows:
        raise refuse("The file has a header but no appointments. Export it again, with rows.")
    problems.stop_if_any(rows=found.rows)
    widths.stop_if_too_wide()
    found.are_whole, found.have_exact = widths.are_whole, widths.have_exact
    found.questions = [*values.questions(), *asides.questions()]
    found.questions += unsaid.questions() if unsaid is not None else []
    found.questions += neighbours.questions()
    if when is not None:
        _decide(dates, columns, found)
    return found


def _assumptions(columns: Columns, dates: DateReader, answers: Answers) -> AssumptionSurvey | None:
    if dates.today is None:
        return None
    return AssumptionSurvey(columns, answers, country=dates.country, today=dates.today)


def _decide(dates: DateReader, columns: Columns, found: Survey) -> None:
    try:
        dates.decide(column=columns.name_of("date", "starts_at"))
    except DatesOpen as unclear:
        if not found.questions:
            raise
        raise QuestionsOpen([*unclear.questions, *found.questions], rows=found.rows) from None


def _note_location(found: Survey, cell: str, number: int, columns: Columns) -> None:
    name = " ".join(cell.split())
    if name and name not in found.locations and name != columns.name_of("location"):
        found.locations[name] = number
        if len(found.locations) > MAX_LOCATIONS:
            column = columns.name_of("location")
            raise refuse(
                f"The column has more than {MAX_LOCATIONS:,} values: is it really the location?",
                column=column,
            )


def _look_for(
    suspicious: str, cells: list[str], number: int, table: Table, problems: Problems
) -> None:
    for place, cell in enumerate(cells):
        for char in suspicious:
            if char in cell:
                words = _NOT_DECODED if char == REPLACED else ZERO_BYTE
                problems.add(
                    words.format(table.encoding.words), row=number, column=table.column(place)
                )
                break


_NOT_DECODED = (
    "A character can't be read as {}. Save the file as “CSV UTF-8” in the spreadsheet and import "
    "that file."
)
