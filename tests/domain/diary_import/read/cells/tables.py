"""Reads the tables of cells beside the tests: one row of a CSV file is one test."""

import csv
from pathlib import Path

import pytest


def rows(name: str) -> list[object]:
    """Parameters for `pytest.mark.parametrize("row", ...)`: a dict for each row of <name>.csv."""
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [pytest.param(row, id=row["text"] or "blank") for row in csv.DictReader(file)]
