"""One order of reasons why no text reaches somebody, of a patient or of who is texted instead."""

from typing import Any

import pytest

from reminders.domain.planning.reach import why_not_reached
from reminders.models import Contact

REACHED = {"phone": "+447700900123", "channel": "sms", "wrong_number": ""}


def somebody(**values: Any) -> Contact:
    return Contact(**(REACHED | values))


@pytest.mark.parametrize(
    ("texted", "patient", "opted_out", "reason"),
    [
        ({}, {}, False, ""),
        ({}, {"phone": ""}, False, ""),
        ({"channel": "voice"}, {}, False, ""),
        ({"phone": ""}, {}, False, "no_phone"),
        ({"phone": "+449098790123"}, {}, False, "no_phone"),
        ({"wrong_number": "+447700900123"}, {}, False, "wrong_number"),
        ({"wrong_number": "+447700900124"}, {}, False, ""),
        ({}, {}, True, "opted_out"),
        ({"channel": "none"}, {}, False, "no_channel"),
        ({}, {"channel": "none"}, False, "no_channel"),
        ({"channel": "none", "phone": ""}, {}, True, "no_channel"),
        ({"phone": ""}, {}, True, "no_phone"),
        ({"wrong_number": "+447700900123"}, {}, True, "wrong_number"),
    ],
)
def test_the_first_reason_is_told(
    texted: dict[str, Any], patient: dict[str, Any], opted_out: bool, reason: str
) -> None:
    found = why_not_reached(somebody(**texted), patient=somebody(**patient), opted_out=opted_out)
    assert found == reason
