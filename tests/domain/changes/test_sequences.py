"""Clicks in every order: a patient hears of what stands in the end, once, and of nothing undone."""

from typing import Any

import pytest

from tests import factories as make
from tests.domain.changes.desk import desk

pytestmark = pytest.mark.django_db

WED, THU, FRI = "2026-03-04T10:00", "2026-03-05T10:00", "2026-03-06T15:30"
FAR = "2026-03-16T10:00"
# What is done at which minutes after Monday noon, with rules for booked, moved, cancelled and
# missed that wait ten minutes; then what leaves within a day.
CASES: dict[str, tuple[list[tuple[Any, ...]], list[str]]] = {
    "booked": ([(0, "book", FAR)], ["booked 16 10:00"]),
    "booked and corrected": (
        [(0, "book", FAR), (4, "move", FRI), (8, "move", THU)],
        ["booked 05 10:00"],
    ),
    "booked and cancelled at once": ([(0, "book", FAR), (5, "mark", "cancelled")], []),
    "booked, cancelled, reinstated": (
        [(0, "book", FAR), (5, "mark", "cancelled"), (8, "undo")],
        ["booked 16 10:00"],
    ),
    "booked and taken back": ([(0, "book", FAR), (5, "undo")], []),
    "booked, told, moved": (
        [(0, "book", FAR), (30, "move", FRI)],
        ["booked 16 10:00", "moved 06 15:30"],
    ),
    "moved": ([(-60, "book", FAR), (0, "move", FRI)], ["booked 16 10:00", "moved 06 15:30"]),
    "moved five times": (
        [
            (-60, "book", FAR),
            *((n * 2, "move", f"2026-03-{10 + n}T10:00") for n in range(5)),
        ],
        ["booked 16 10:00", "moved 14 10:00"],
    ),
    "moved and moved back": (
        [(-60, "book", FAR), (0, "move", FRI), (5, "move", FAR)],
        ["booked 16 10:00"],
    ),
    "moved and taken back": (
        [(-60, "book", FAR), (0, "move", FRI), (5, "undo")],
        ["booked 16 10:00"],
    ),
    "moved, told, moved back": (
        [(-60, "book", FAR), (0, "move", FRI), (60, "move", FAR)],
        ["booked 16 10:00", "moved 06 15:30", "moved 16 10:00"],
    ),
    "to and fro and to": (
        [(-60, "book", FAR), (0, "move", FRI), (60, "move", FAR), (120, "move", FRI)],
        ["booked 16 10:00", "moved 06 15:30", "moved 16 10:00", "moved 06 15:30"],
    ),
    "cancelled": (
        [(-60, "book", FAR), (0, "mark", "cancelled")],
        ["booked 16 10:00", "cancelled 16 10:00"],
    ),
    "cancelled and taken back": (
        [(-60, "book", FAR), (0, "mark", "cancelled"), (5, "undo")],
        ["booked 16 10:00"],
    ),
    "cancelled twice": (
        [(-60, "book", FAR), (0, "mark", "cancelled"), (3, "undo"), (6, "mark", "cancelled")],
        ["booked 16 10:00", "cancelled 16 10:00"],
    ),
    "cancelled, told, reinstated": (
        [(-60, "book", FAR), (0, "mark", "cancelled"), (60, "undo")],
        ["booked 16 10:00", "cancelled 16 10:00", "booked 16 10:00"],
    ),
    "moved, then cancelled: the time that they know": (
        [(-60, "book", FAR), (0, "move", FRI), (5, "mark", "cancelled")],
        ["booked 16 10:00", "cancelled 16 10:00"],
    ),
    "moved, cancelled, reinstated": (
        [(-60, "book", FAR), (0, "move", FRI), (3, "mark", "cancelled"), (6, "undo")],
        ["booked 16 10:00", "moved 06 15:30"],
    ),
    "declined by the patient, then taken out": (
        [(-60, "book", FAR), (0, "mark", "declined"), (5, "mark", "cancelled")],
        ["booked 16 10:00"],
    ),
    "declined while a move waits, and set back": (
        [(-60, "book", FAR), (0, "move", FRI), (3, "mark", "declined"), (6, "undo")],
        ["booked 16 10:00", "moved 06 15:30"],
    ),
    "moved after a yes": (
        [(-60, "book", FAR), (-30, "mark", "confirmed"), (0, "move", FRI)],
        ["booked 16 10:00", "moved 06 15:30"],
    ),
    "a yes tells nothing": (
        [(-60, "book", FAR), (0, "mark", "confirmed")],
        ["booked 16 10:00"],
    ),
    "switched off while it waits": (
        [(-60, "book", FAR), (0, "move", FRI), (5, "switch", "moved", "off")],
        ["booked 16 10:00"],
    ),
    "switched off and on while it waits": (
        [
            (-60, "book", FAR),
            (0, "move", FRI),
            (3, "switch", "moved", "off"),
            (6, "switch", "moved", "on"),
        ],
        ["booked 16 10:00"],
    ),
    "opted out while it waits": (
        [(-60, "book", FAR), (0, "move", FRI), (5, "opt_out")],
        ["booked 16 10:00"],
    ),
    "another number while it waits": (
        [(-60, "book", FAR), (0, "move", FRI), (5, "phone", "+447700900999")],
        ["booked 16 10:00", "moved 06 15:30"],
    ),
    "another number a month after": (
        [(-60, "book", FAR), (3000, "phone", "+447700900999")],
        ["booked 16 10:00"],
    ),
    "did not come": (
        [(-60, "book", "2026-03-02T13:00"), (65, "mark", "no_show")],
        ["booked 02 13:00", "missed 02 13:00"],
    ),
    "did not come, taken back": (
        [(-60, "book", "2026-03-02T13:00"), (65, "mark", "no_show"), (70, "undo")],
        ["booked 02 13:00"],
    ),
    "marked two days later": (
        [(-60, "book", "2026-03-02T13:00"), (3000, "mark", "no_show")],
        ["booked 02 13:00"],
    ),
    "did not come, given another time": (
        [(-60, "book", "2026-03-02T13:00"), (65, "mark", "no_show"), (70, "move", FRI)],
        ["booked 02 13:00", "moved 06 15:30"],
    ),
    "moved an hour before the old time": (
        [(-60, "book", "2026-03-02T13:00"), (15, "move", FRI)],
        ["booked 02 13:00", "moved 06 15:30"],
    ),
    "put in order after it was over": (
        [(-60, "book", "2026-03-02T13:00"), (120, "move", "2026-03-02T12:30")],
        ["booked 02 13:00"],
    ),
}


def rules(*kinds: str) -> None:
    for position, kind in enumerate(kinds, start=1):
        make.make_event_rule(kind, position=position)


@pytest.mark.parametrize("name", CASES)
def test_what_leaves(name: str) -> None:
    rules("booked", "moved", "cancelled", "missed")
    steps, sent = CASES[name]
    assert desk().run(*steps) == sent
