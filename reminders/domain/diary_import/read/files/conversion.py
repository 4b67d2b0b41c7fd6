"""Starts the converter for what is no text table, and chooses the sheet among those it leaves.

The converter is a program of its own; see its package. A sheet is chosen when it is the only one
that may be a diary; else it is asked about.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from reminders.domain.diary_import.problems import refuse
from reminders.domain.diary_import.questions import (
    ALL_SHEETS,
    About,
    Answer,
    Answers,
    Choice,
    Question,
    QuestionsOpen,
)
from reminders.domain.diary_import.read.files.converter.output import SECONDS, Described
from reminders.domain.diary_import.read.files.encodings import UTF_8, Encoding, detect_encoding
from reminders.domain.diary_import.read.files.header_row import fields_in, find_header
from reminders.domain.diary_import.read.files.records import copy_as_utf_8
from reminders.domain.diary_import.read.files.sources import (
    HTML,
    ICS,
    WORKBOOK,
    Source,
    copy_to,
    printable,
)
from reminders.domain.diary_import.read.header.folding import squashed

_START = (
    "import sys; sys.path.append(sys.argv.pop(1)); "
    "from converter.program import main; sys.exit(main(sys.argv[1:]))"
)


_SEVERAL = 2


@dataclass
class Converted:
    """A table as CSV in UTF-8: where it is, which sheet it was, and what people should know."""

    path: Path
    encoding: Encoding
    kind: str
    sheet: str = ""
    warnings: list[str] = field(default_factory=list)
    struck: frozenset[int] = frozenset()


def convert(
    source: Source,
    folder: Path,
    *,
    answers: Answers,
    mapping: Mapping[str, str],
    country: str,
    today: date,
) -> Converted:
    """Convert the file in a process of its own; raise ImportRefused with what it says.

    Raises QuestionsOpen where several sheets may be the diary.
    """
    kind = source.kind()
    original, encoding = folder / "original", UTF_8
    if kind in (HTML, ICS):
        encoding = _encoding_of(source, answers, country)
        copy_as_utf_8(source, encoding, original)
    else:
        copy_to(source, original)
    tables, warnings = _run(kind, original, [today.isoformat()] if kind == ICS else [])
    chosen = _chosen(tables, answers.sheet, mapping, folder)
    if chosen.refused:
        raise refuse(chosen.refused)
    return Converted(
        folder / chosen.file,
        # What no encoding explains is a U+FFFD now; the reader of the rows has to look for it.
        replace(UTF_8, words=encoding.words, damaged=encoding.damaged, nul=encoding.nul),
        ICS if kind == ICS else WORKBOOK,
        "" if kind == ICS else chosen.name,
        [*filter(None, [encoding.told]), *warnings, *chosen.warnings, *_left_aside(tables, chosen)],
        frozenset(chosen.struck),
    )


def _encoding_of(source: Source, answers: Answers, country: str) -> Encoding:
    """A page's own word for its encoding counts where its bytes are no UTF-8: programs often name
    another one than they write.
    """
    charset = source.named_charset() if not answers.encoding else ""
    try:
        found = detect_encoding(source, answers=answers, country=country)
        if not charset or found.codec.startswith("utf"):
            return found
    except QuestionsOpen:
        if not charset:
            raise
    return detect_encoding(source, answers=Answers(encoding=charset))


def _run(kind: str, original: Path, more: Sequence[str]) -> tuple[list[Described], list[str]]:
    folder = original.parent
    program = [sys.executable, "-I", "-c", _START, str(Path(__file__).parent)]
    command = [*program, kind, str(original), str(folder), *more]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise refuse(
            "Reading the workbook takes too long. Save it as CSV and import that file."
        ) from None
    if done.returncode == 1 and done.stderr and b"Traceback" not in done.stderr:
        raise refuse(done.stderr.decode(errors="replace").splitlines()[-1][:400])
    if done.returncode:
        raise refuse(
            "The file can't be read or needs too much memory. Save it as CSV and import that file."
        )
    described = json.loads((folder / "tables.json").read_text("utf-8"))
    return [Described(**table) for table in described["tables"]], described["warnings"]


def alike(tables: Sequence[Described]) -> list[Described]:
    """The sheets that name the same columns as the longest one, as a sheet for each doctor does."""
    headers = {table.name: _header(table) for table in tables if _may_be(table)}
    first = max(tables, key=lambda table: (len(headers.get(table.name, ())) > 1, table.rows))
    same = headers.get(first.name)
    return [table for table in tables if same and headers.get(table.name) == same]


def _header(table: Described) -> tuple[str, ...]:
    header = find_header(list(enumerate(table.top, start=1)), {})
    return tuple(squashed(name) for name in header[1]) if header else ()


def _joined(tables: Sequence[Described], folder: Path) -> Described:
    """These sheets one below the other: the header of each but the first is passed over as such."""
    if len(tables) < _SEVERAL:
        raise refuse("No two sheets of this workbook name the same columns.")
    whole = folder / "joined.csv"
    struck: list[int] = []
    rows = 0
    with whole.open("wb") as out:
        for table in tables:
            struck += [rows + number for number in table.struck]
            with (folder / table.file).open("rb") as part:
                shutil.copyfileobj(part, out)
            with (folder / table.file).open(encoding="utf-8", newline="") as part:
                rows += sum(1 for _ in csv.reader(part))
    names = ", ".join(f"“{table.name[:40]}”" for table in tables[:10])
    told = f"Read are the sheets {names}, one below the other; rows are counted through them."
    warnings = [words for table in tables for words in table.warnings]
    return replace(
        tables[0], file=whole.name, name=ALL_SHEETS, rows=rows, struck=struck,
        warnings=[told, *dict.fromkeys(warnings)],
    )  # fmt: skip


def _chosen(
    tables: Sequence[Described], wanted: str, mapping: Mapping[str, str], folder: Path
) -> Described:
    if wanted == ALL_SHEETS:
        return _joined(alike(tables), folder)
    if wanted:
        return _named(tables, wanted)
    if len(tables) == 1:
        return tables[0]
    ranked = sorted(tables, key=lambda table: (_fields(table, mapping), table.rows), reverse=True)
    first, second = ranked[:2]
    # A legend or a list of prices beside the diary names no columns of one, and is shorter.
    if _fields(first, mapping) >= 2 > _fields(second, mapping) and first.rows > second.rows:
        return first
    raise QuestionsOpen([_question([table for table in ranked if _may_be(table)] or ranked)])


def _named(tables: Sequence[Described], wanted: str) -> Described:
    for table in tables:
        if table.name.strip().casefold() == wanted.strip().casefold():
            return table
    names = ", ".join(f"“{table.name[:40]}”" for table in tables[:10])
    raise refuse(f"There is no visible sheet “{wanted[:40]}” with rows in it. There is {names}.")


def _may_be(table: Described) -> bool:
    return table.rows > 1


def _fields(table: Described, mapping: Mapping[str, str]) -> int:
    header = find_header(list(enumerate(table.top, start=1)), mapping)
    return fields_in(header[1], mapping) if header and _may_be(table) else 0


def _question(tables: Sequence[Described]) -> Question:
    choices = []
    for table in tables[:20]:
        header = find_header(list(enumerate(table.top, start=1)), {})
        names = printable(", ".join(filter(None, header[1][:6]))) if header else ""
        words = f"“{printable(table.name[:60])}”: {_rows(table)}"
        choices.append(Choice(Answer(About.SHEET, table.name), words, names))
    if len(same := alike(tables)) >= _SEVERAL:
        names = printable(", ".join(f"“{table.name[:40]}”" for table in same[:10]))
        words = f"All {len(same)} with the same columns, one below the other"
        choices.append(Choice(Answer(About.SHEET, ALL_SHEETS), words, names))
    examples = tuple(f"{choice.words} ({choice.example})" for choice in choices[:3])
    words = "The workbook has several sheets with rows. Which one is the diary?"
    return Question(About.SHEET, "sheet", words, tuple(choices), examples)


def _rows(table: Described) -> str:
    return "1 row" if table.rows == 1 else f"{table.rows:,} rows"


def _left_aside(tables: Sequence[Described], chosen: Described) -> list[str]:
    names = [f"“{table.name[:40]}” ({_rows(table)})" for table in tables if table is not chosen]
    if not names:
        return []
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return [f"Read is the sheet “{chosen.name[:40]}”. Left aside: {', '.join(names[:5])}{more}."]
