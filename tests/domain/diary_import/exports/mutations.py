"""The corpus once more, changed as other software would have written it.

Columns get names that strangers gave to the same thing elsewhere in the corpus, in any language;
they change places; some go; dates are written in another style. What is right changes along.
"""

from __future__ import annotations

import csv
import io
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reminders.domain.diary_import.read.cells.when.time_zones import zone_in_header
from tests.domain.diary_import.exports.expectations import Expected, outcomes

MAY_GO = {"": "", "notes": "", "room": "", "service": "service", "practitioner": "practitioner"}
"""Kinds of columns without which a file still tells of the same visits, with what is then not told.
"""
STYLES = {
    "%Y-%m-%d": "ymd",
    "%d.%m.%Y": "dmy",
    "%d/%m/%Y": "dmy",
    "%m/%d/%Y": "mdy",
    "%d %B %Y": "dmy",
    "%B %d, %Y": "mdy",
    "%d-%b-%y": "dmy",
    "%a %d %b %Y": "dmy",
    "%Y%m%d": "ymd",
}


@dataclass
class Sheet:
    """A text file taken apart: what stands above the header, the header, and the rows."""

    above: list[list[str]]
    header: list[str]
    rows: list[list[str]]

    def as_bytes(self) -> bytes:
        """The file, in UTF-8 and with commas."""
        text = io.StringIO()
        csv.writer(text).writerows([*self.above, self.header, *self.rows])
        return text.getvalue().encode()


def sheet_of(expected: Expected) -> Sheet | None:
    """The file as a sheet; None where it is no plain text, or its names stand twice."""
    if expected.path.suffix not in (".csv", ".txt", ".tsv") or expected.kind == "refused":
        return None
    separator = {"tab": "\t"}.get(
        expected.facts.get("separator", ","), expected.facts.get("separator", ",")
    )
    try:
        text = expected.path.read_bytes().decode(expected.facts.get("encoding", "utf-8"))
        records = list(
            csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=separator)
        )
    except (UnicodeDecodeError, LookupError, TypeError, csv.Error):
        return None
    names = set(expected.facts["columns"])
    for number, cells in enumerate(records[:10]):
        stripped = [cell.strip() for cell in cells]
        if names <= set(stripped) and len(set(stripped)) == len(stripped):
            return Sheet(records[:number], stripped, records[number + 1 :])
    return None


def names_by_kind(files: Sequence[Expected]) -> dict[str, list[str]]:
    """What the corpus calls each kind of column."""
    found: dict[str, set[str]] = defaultdict(set)
    for expected in files:
        calendar = expected.path.suffix == ".ics"  # its properties are no names of columns
        for name, kind in expected.facts["columns"].items():
            if kind and name and not calendar and not zone_in_header(name):
                found[kind].add(name)
    return {kind: sorted(names) for kind, names in found.items()}


def mutants(
    files: Sequence[Expected], *, seed: int, number: int
) -> Iterator[tuple[bytes, Expected]]:
    """So many changed files, each with what is right of it."""
    dice = random.Random(seed)
    known = names_by_kind(files)
    # Where nobody can be texted as the file stands, a change of it proves nothing.
    told = outcomes()
    readable = [expected for expected in files if told[expected.path.name][0] == "in"]
    # “Start (UTC)” under another name no longer says what it says.
    readable = [each for each in readable if not any(map(zone_in_header, each.facts["columns"]))]
    sheets = [(expected, sheet) for expected in readable if (sheet := sheet_of(expected))]
    for _ in range(number):
        expected, sheet = dice.choice(sheets)
        facts, changed = deepcopy(expected.facts), deepcopy(sheet)
        for change in dice.sample([_rename, _reorder, _drop, _restyle], dice.randint(1, 3)):
            change(changed, facts, dice, known)
        yield changed.as_bytes(), Expected(Path(f"{expected.path.stem}.csv"), facts)


def _rename(
    sheet: Sheet, facts: dict[str, Any], dice: random.Random, known: dict[str, list[str]]
) -> None:
    for place, name in enumerate(sheet.header):
        kind = facts["columns"].get(name, "")
        free = [other for other in known.get(kind, []) if other not in sheet.header]
        if kind and free and dice.random() < 0.4:
            new = dice.choice(free)
            sheet.header[place] = new
            facts["columns"][new] = facts["columns"].pop(name)
            facts["statuses"] = {
                (f"{new}{key[len(name) :]}" if key.startswith(f"{name}:") else key): meaning
                for key, meaning in facts["statuses"].items()
            }


def _reorder(
    sheet: Sheet, facts: dict[str, Any], dice: random.Random, known: dict[str, list[str]]
) -> None:
    places = list(range(len(sheet.header)))
    dice.shuffle(places)
    sheet.header = [sheet.header[place] for place in places]
    sheet.rows = [
        [cells[place] for place in places] if len(cells) == len(places) else cells
        for cells in sheet.rows
    ]


def _drop(
    sheet: Sheet, facts: dict[str, Any], dice: random.Random, known: dict[str, list[str]]
) -> None:
    told = {key.rsplit(":", 1)[0] for key in facts["statuses"]}
    may_go = [
        name
        for name in sheet.header
        if facts["columns"].get(name, "?") in MAY_GO and name not in told
    ]
    for name in dice.sample(may_go, min(len(may_go), dice.randint(1, 3))):
        kind = facts["columns"].pop(name)
        place = sheet.header.index(name)
        del sheet.header[place]
        sheet.rows = [cells[:place] + cells[place + 1 :] for cells in sheet.rows]
        for row in facts["rows"]:
            row.pop(MAY_GO[kind], None)


def _restyle(
    sheet: Sheet, facts: dict[str, Any], dice: random.Random, known: dict[str, list[str]]
) -> None:
    """Write the date column's days in another style; only where every row's day is known."""
    place = next(
        (n for n, name in enumerate(sheet.header) if facts["columns"].get(name) == "date"), None
    )
    first = len(sheet.above) + 2
    starts = {row["row"]: row["starts_at_local"] for row in facts["rows"]}
    filled = [n for n, cells in enumerate(sheet.rows) if any(map(str.strip, cells))]
    if place is None or not filled or any(n + first not in starts for n in filled):
        return
    style = dice.choice(list(STYLES))
    for n in filled:
        sheet.rows[n][place] = datetime.fromisoformat(starts[n + first]).strftime(style)
    facts["questions"] = [{"about": "dates", "answers": {"dates": STYLES[style]}}]
