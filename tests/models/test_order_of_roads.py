"""A rule's list of roads: both orders are taken, odd lists are refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from reminders.models.roads.columns import check_roads


@pytest.mark.parametrize(
    "odd",
    [
        [["sms", 15]],
        [["whatsapp"]],
        [["whatsapp", 4]],
        [["whatsapp", 361]],
        [["email", 1441]],
        [["email", 60], ["email", 60]],
        [["pigeon", 60]],
        "whatsapp",
        [["whatsapp", "soon"]],
    ],
)
def test_odd_lists_are_refused(odd: Any) -> None:
    with pytest.raises(ValidationError):
        check_roads(odd)


def test_both_orders_are_taken() -> None:
    check_roads([["whatsapp", 15], ["email", 1440]])
    check_roads([["email", 30], ["whatsapp", 360]])
    check_roads([])
