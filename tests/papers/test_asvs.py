"""The table of the ASVS names files and tests that are there, for every requirement."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "trust" / "asvs.md"
# How many requirements each chapter of ASVS 5.0.0 has at levels 1 and 2.
CHAPTERS = {
    1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13,
    14: 9, 15: 13, 16: 16, 17: 7,
}  # fmt: skip
LEVELS = {"1": 70, "2": 183}
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.M)
ROWS = [tuple(cell.strip() for cell in row) for row in ROW.findall(TABLE.read_text("utf-8"))]
ANSWERS = {"met", "not met", "operator", "n/a"}


def named(where: str) -> list[str]:
    paths = re.findall(r"`([\w./-]+(?:::\w+)?)`", where)
    return [path for path in paths if path.find("/") > 0 or path.endswith((".md", ".toml"))]


def is_there(path: str) -> bool:
    file, _, test = path.partition("::")
    if not (ROOT / file).exists():
        return False
    return not test or re.search(rf"def {test}\(", (ROOT / file).read_text("utf-8")) is not None


def test_every_requirement_has_one_row() -> None:
    ids = [row[0] for row in ROWS]

    assert [one for one, many in Counter(ids).items() if many > 1] == []
    assert Counter(int(one.split(".")[0]) for one in ids) == CHAPTERS
    assert Counter(row[1] for row in ROWS) == LEVELS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_says_where_and_by_which_test_or_why_not(row: tuple[str, ...]) -> None:
    _, _, asks, answer, where = row
    reason = re.sub(r"`[^`]*`[,.]?", "", where).strip()

    assert answer in ANSWERS
    assert len(asks) > 3
    assert [path for path in named(where) if not is_there(path)] == []
    if answer == "met":
        tests = [path for path in re.findall(r"`([^`]+)`", where) if path.startswith("tests/")]
        assert tests, "met names a test"
    else:
        assert len(reason) > 10, "what is not met says why"


def test_the_counts_on_top_are_those_of_the_rows() -> None:
    text = TABLE.read_text("utf-8")
    counted = Counter(row[3] for row in ROWS)
    told = {
        answer: int(re.findall(rf"^\| {words}[^|]*\| (\d+) \|$", text, re.M)[0])
        for answer, words in (
            ("met", "met"),
            ("not met", "not met"),
            ("operator", "the operator's"),
            ("n/a", "not applicable"),
        )
    }

    assert told == counted
