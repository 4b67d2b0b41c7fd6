"""The answers that the command takes: `--column`, `--meaning`, `--time-zone` and their like.

A column's name and a value may hold any sign, so where they part is decided by the file's header.
Whatever does not fit the file is refused in words, never ignored. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from reminders.domain.diary_import.checks.numbers import Check
from reminders.domain.diary_import.options import LEAVE_PAST
from reminders.domain.diary_import.problems import ImportRefused, refuse
from reminders.domain.diary_import.questions import SET_ASIDE, About, Answer, folded_header
from reminders.domain.diary_import.read.cells.when.assumed import answered_kinds
from reminders.domain.diary_import.read.header.fields import COLUMN_WORDS

KEEP_ASIDE = "aside"
"""What may be written for a column that is only kept; nothing after the sign says the same."""


@dataclass(frozen=True)
class GivenAnswers:
    """The options as they were written; `of_file` are those that need no header to be read."""

    columns: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    of_file: tuple[Answer, ...] = ()

    def for_header(self, header: Sequence[str]) -> list[Answer]:
        """All answers, each with the file's own name of its column. Raises ImportRefused."""
        columns = [_column(text, header) for text in self.columns]
        meanings = [_meaning(text, header) for text in self.meanings]
        return [*_at_most_one(columns), *_at_most_one(meanings), *self.of_file]


def given_answers(
    *,
    columns: Iterable[str] = (),
    meanings: Iterable[str] = (),
    time_zone: str = "",
    sheet: str = "",
    encoding: str = "",
    errors: str = "",
    agree: Iterable[str] = (),
) -> GivenAnswers:
    """Take the options; raise ImportRefused for one that says nothing that can be understood."""
    plain = {
        About.TIME_ZONE: _zone(time_zone),
        About.SHEET: sheet.strip(),
        # Which there are, and some that are no codec's name, is for the reading of files to say.
        About.ENCODING: encoding.strip(),
        About.ERRORS: errors,
    }
    of_file = [Answer(about, meaning) for about, meaning in plain.items() if meaning]
    of_file += [_agreement(code.strip()) for code in agree if code.strip()]
    columns, meanings = tuple(columns), tuple(meanings)
    for text in columns:
        if "=" not in text:
            raise refuse(f'--column takes "HEADER=field", which “{text[:80]}” is not.')
    for text in meanings:
        if "=" not in text or ":" not in text.rpartition("=")[0]:
            raise refuse(f'--meaning takes "HEADER:value=meaning", which “{text[:80]}” is not.')
    return GivenAnswers(columns, meanings, tuple(of_file))


def _agreement(code: str) -> Answer:
    known = [*map(str, Check), LEAVE_PAST]
    if code not in known and not answered_kinds([code]):
        raise refuse(f"--agree takes {', '.join(known)}; “{code[:40]}” is none of them.")
    return Answer(About.CHECK, code)


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name.strip()).key if name.strip() else ""
    except (KeyError, ValueError, OSError):  # none such, or a name that leads out of their folder
        raise refuse(
            f"There is no time zone “{name[:60]}”. Write it like Europe/London.",
            hint="Correct --time-zone.",
        ) from None


def _column(text: str, header: Sequence[str]) -> Answer:
    # Names of columns may hold "=", fields never do: so the last sign parts them.
    name, _, meaning = text.rpartition("=")
    meaning = meaning.strip()
    if meaning == KEEP_ASIDE:
        meaning = SET_ASIDE
    if meaning and meaning not in COLUMN_WORDS:
        raise refuse(
            f"“{meaning[:40]}” in --column is nothing that a column can mean. There is "
            f"{', '.join(COLUMN_WORDS)}; and “{KEEP_ASIDE}” for what is only kept."
        )
    found = _named(name, header)
    if found is None:
        raise _no_column(name, "--column", header)
    return Answer(About.COLUMN, meaning, found)


def _meaning(text: str, header: Sequence[str]) -> Answer:
    left, _, meaning = text.rpartition("=")
    if not meaning.strip():
        raise refuse(f"--meaning “{text[:80]}” says nothing after the last “=”.")
    readings = [
        (found, left[at + 1 :].strip())
        for at, sign in enumerate(left)
        if sign == ":" and (found := _named(left[:at], header)) is not None
    ]
    if not readings:
        raise _no_column(left.partition(":")[0], "--meaning", header)
    if len(readings) > 1:
        # Both columns "A" and "A:B" exist: which one was meant is not ours to guess.
        names = " or ".join(f"“{name}”" for name, _ in readings)
        raise refuse(
            f"--meaning “{text[:80]}” may be about the column {names}. Rename one of them."
        )
    name, value = readings[0]
    return Answer(About.MEANING, meaning.strip(), name, value)


def _named(name: str, header: Sequence[str]) -> str | None:
    """The file's own name of a column; one without a name is called by its number, "column 3"."""
    wanted = folded_header(name)
    labels = (cell or f"column {n}" for n, cell in enumerate(header, start=1))
    return next((label for label in labels if folded_header(label) == wanted), None)


def _no_column(name: str, option: str, header: Sequence[str]) -> ImportRefused:
    shown = ", ".join(f"“{cell[:40]}”" for cell in header[:25] if cell)
    return refuse(
        f"{option} names a column “{name[:60]}”, which the file does not have. "
        f"The columns are called {shown}."
    )


def _at_most_one(answers: Sequence[Answer]) -> Iterator[Answer]:
    seen: dict[tuple[str, str], str] = {}
    for answer in answers:
        key = folded_header(answer.header), folded_header(answer.value)
        if seen.setdefault(key, answer.meaning) != answer.meaning:
            about = f"{answer.header}:{answer.value}" if answer.value else answer.header
            raise refuse(f"Two options give “{about[:80]}” two meanings. Leave one out.")
        yield answer
