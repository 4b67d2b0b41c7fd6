"""The table of statuses and codes: a known one is read, an unknown one is seen."""

import pytest

from reminders.provider import (
    State,
    Verdict,
    has_no_news,
    never_came,
    read_status,
    waits_there,
)
from reminders.provider.statuses import CODES, STATUSES

DOCUMENTED_STATUSES = {
    *(
        "undefined",
        "queued",
        "processing",
        "processed",
        "failed",
        "scheduled",
        "cancelled",
        "delivered",
    ),
    *("expired", "enroute", "held", "submitted", "rejected", "read"),
}
DOCUMENTED_CODES = {
    *(
        101,
        102,
        151,
        200,
        210,
        211,
        212,
        213,
        220,
        221,
        301,
        302,
        303,
        304,
        305,
        320,
        330,
        331,
        332,
        333,
    ),
    *(400, 401, 402, 403, 405, 410, 411, 412, 413, 414),
}


def test_the_table_holds_what_the_provider_documents():
    assert set(STATUSES) == DOCUMENTED_STATUSES
    assert set(CODES) == DOCUMENTED_CODES


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        ("queued", None, Verdict(State.ACCEPTED, "With the provider")),
        ("SCHEDULED", None, Verdict(State.ACCEPTED, "With the provider, to be sent at its time")),
        (" Delivered ", 221, Verdict(State.DELIVERED, "Delivered to the phone")),
        ("read", None, Verdict(State.DELIVERED, "Delivered and read")),
        ("failed", 411, Verdict(State.FAILED, "The number does not exist", number_is_bad=True)),
        ("rejected", 411, Verdict(State.REJECTED, "The number does not exist", number_is_bad=True)),
        (
            "failed",
            413,
            Verdict(State.FAILED, "The number can't receive texts", number_is_bad=True),
        ),
        (
            "rejected",
            302,
            Verdict(State.REJECTED, "The number is blocked: its owner may have opted out"),
        ),
        ("expired", 320, Verdict(State.EXPIRED, "Expired before it was sent")),
        ("cancelled", 405, Verdict(State.CANCELLED, "Cancelled by the provider")),
        ("failed", 405, Verdict(State.CANCELLED, "Cancelled by the provider")),
        (
            "submitted",
            102,
            Verdict(State.SUBMITTED, "Being sent by another carrier after the first one failed"),
        ),
        ("enroute", 151, Verdict(State.HELD, "Held back by the provider for screening")),
        ("enroute", 220, Verdict(State.ENROUTE, "On its way")),
        ("delivered", 411, Verdict(State.DELIVERED, "Delivered")),
        (
            "undefined",
            None,
            Verdict(State.ACCEPTED, "With the provider, which says nothing more yet"),
        ),
        ("undefined", 414, Verdict(State.FAILED, "The phone could not be reached")),
        ("", 220, Verdict(State.DELIVERED, "Delivered")),
        ("teleported", 411, Verdict(State.FAILED, "The number does not exist", number_is_bad=True)),
        (
            "teleported",
            None,
            Verdict(
                State.FAILED, "The provider reported status 'teleported', which is not known here"
            ),
        ),
        (
            "teleported",
            999,
            Verdict(
                State.FAILED,
                "The provider reported status 'teleported' with code 999, which is not known here",
            ),
        ),
        (
            "",
            999,
            Verdict(
                State.FAILED,
                "The provider reported no status with code 999, which is not known here",
            ),
        ),
        ("delivered", 299, Verdict(State.DELIVERED, "Delivered (code 299 is not known here)")),
        (
            "failed",
            499,
            Verdict(State.FAILED, "Could not be delivered (code 499 is not known here)"),
        ),
    ],
)
def test_a_status_and_its_code_are_read(status, code, verdict):
    assert read_status(status, code) == verdict


def test_only_an_end_is_final():
    assert {status for status in STATUSES if read_status(status, None).final} == {
        *("delivered", "read", "failed", "rejected", "expired", "cancelled")
    }


def test_words_fit_where_staff_read_them():
    longest = read_status("x" * 1000, 32767)

    assert all(
        len(verdict.words) <= 120 for verdict in (*STATUSES.values(), *CODES.values(), longest)
    )


@pytest.mark.parametrize(
    ("status", "no_news", "waits", "never"),
    [
        ("", True, True, False),
        ("undefined", True, True, False),
        ("Scheduled", True, True, False),
        ("processing", True, True, False),
        ("processed", True, True, False),
        ("held", False, True, False),
        ("enroute", False, False, False),
        ("submitted", False, False, False),
        ("delivered", False, False, False),
        ("cancelled", False, False, True),
        (" EXPIRED ", False, False, True),
        ("vanished", False, False, False),  # not known: neither waiting nor surely lost
    ],
)
def test_what_a_status_says_of_where_a_text_is(status, no_news, waits, never):
    assert (has_no_news(status), waits_there(status), never_came(status)) == (
        no_news,
        waits,
        never,
    )


def test_what_waits_at_the_provider_is_not_called_gone_out():
    waiting = {status for status in STATUSES if waits_there(status)}

    assert {STATUSES[status].state for status in waiting} == {State.ACCEPTED, State.HELD}
