"""Whether the provider answers: found out by whoever asks it, and by a probe where nobody does."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from reminders.domain.common import database_clock
from reminders.domain.common.troubles import current
from reminders.domain.sending.calls import answering, counted
from reminders.domain.sending.client import messages_api
from reminders.models import CallCount, CallHealth, ProviderState
from reminders.provider import Exchange, MessagesApi, MessagesApiError
from reminders.provider.exchanges import Outcome
from reminders.sandbox import Sandbox
from tests.factories import NOON

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The calls of this test alone, at NOON."""
    monkeypatch.setattr(database_clock, "now", lambda: NOON)
    counted._Seen.sums.clear()
    counted._Seen.lately.clear()
    counted._Seen.clock_off = None
    yield
    messages_api.cache_clear()


def calls(*given: tuple[str, Outcome], at: datetime = NOON, times: int = 1) -> None:
    for call, outcome in given * times:
        counted.note(Exchange(call, outcome, 0.3))
    counted.write_down(now=at)


def probed(*, at: datetime) -> None:
    """One ring, which finds out whatever the sandbox does."""
    with pytest.MonkeyPatch.context() as patched, contextlib.suppress(MessagesApiError):
        patched.setattr(database_clock, "now", lambda: at)
        answering.probe(messages_api(), clock=lambda: at)


def code(at: datetime = NOON) -> str:
    found = answering.failing(now=at)
    return found.code if found else ""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ""),
        ([("replies", "ok")], ""),
        ([("replies", "unreached")], ""),
        ([("replies", "unreached"), ("reports", "unreached")], "down"),
        ([("replies", "no_answer")] * 3, "down"),
        ([("replies", "error")] * 3, "down"),
        ([("replies", "error"), ("replies", "ok")] * 3, ""),
        ([("replies", "credentials")], ""),
        ([("replies", "credentials"), ("reports", "credentials")], "credentials"),
        ([("replies", "credentials")] * 2 + [("replies", "refused")], ""),
        ([("replies", "slow_down")] * 9, ""),
        ([("send", "error")] * 2 + [("replies", "ok")], "down"),
        ([("send", "error"), ("replies", "ok")], ""),
        ([("send", "error")] * 2 + [("send", "ok"), ("replies", "ok")], ""),
        ([("account", "refused")] * 5, ""),
    ],
)
def test_several_failures_in_a_row_are_the_provider(given, expected: str) -> None:
    calls(*given)

    # Two processes that write at the same second: what was answered then was answered.
    CallHealth.objects.exclude(failures=0).update(failed_at=NOON + SECOND)

    assert code() in ("", "credentials")  # the rest may be a hiccup yet
    assert code(NOON + 11 * SECOND) == expected


def test_failures_of_several_processes_add_up() -> None:
    for _ in range(3):
        calls(("replies", "unreached"))

    assert CallHealth.objects.get().failures == 3
    assert code(NOON + 10 * SECOND) == "down"


def test_what_failed_long_ago_says_nothing_about_now() -> None:
    calls(("send", "error"), times=5)

    assert code(NOON + timedelta(minutes=11)) == ""


def test_calls_are_counted_by_how_they_ended_and_how_long_they_took() -> None:
    calls(("send", "ok"), ("send", "ok"), ("send", "error"))
    calls(("send", "ok"))

    rows = CallCount.objects.values_list("call", "outcome", "within", "count").order_by("outcome")
    assert list(rows) == [("send", "error", 0.5, 1), ("send", "ok", 0.5, 3)]


def test_a_call_as_slow_as_it_likes_has_its_place() -> None:
    counted.note(Exchange("send", "ok", 500.0))
    counted.write_down(now=NOON)

    assert CallCount.objects.get().within == float("inf")


@pytest.mark.parametrize(("off", "told"), [(60, []), (-60, []), (600, ["10 minutes behind"]),
                                           (-600, ["10 minutes ahead"])])  # fmt: skip
def test_a_clock_far_from_the_providers_is_told_of(off: int, told: list[str]) -> None:
    counted.note(Exchange("send", "ok", 0.0, NOON + timedelta(seconds=off)))
    counted.write_down(now=NOON)

    words = [trouble.words for trouble in current(now=NOON)]
    assert words == [f"the database: {each}, by the provider's clock" for each in told]


def fault(kind: str) -> Callable[[Sandbox], None]:
    return lambda sandbox: sandbox.order_fault(kind, "*", times=None)


@pytest.mark.parametrize(
    ("breaks", "expected"),
    [
        (lambda sandbox: None, ""),
        (lambda sandbox: sandbox.refuse_connections(), "down"),
        (fault("503"), "down"),
        (fault("error_500_before"), "down"),
        (fault("reset_after_receiving"), "down"),
        (fault("401"), "credentials"),
        (fault("429"), ""),
    ],
)
def test_the_probe_finds_out_what_is_wrong_while_nothing_is_due(
    sandbox: Sandbox, breaks, expected: str
) -> None:
    breaks(sandbox)
    # As the ring does, every ten seconds for a minute and a half.
    for nth in range(9):
        probed(at=NOON + nth * 10 * SECOND)
    sandbox.accept_connections()

    assert code(NOON + 90 * SECOND) == expected


def test_nobody_probes_a_provider_that_was_asked_a_moment_ago(api: MessagesApi) -> None:
    calls(("replies", "ok"))

    assert answering.probe(api, clock=lambda: NOON + 10 * SECOND) == 0
    assert answering.probe(api, clock=lambda: NOON + 20 * SECOND) == 1


def test_after_a_failure_the_next_round_asks_at_once(api: MessagesApi) -> None:
    calls(("replies", "ok"), ("replies", "no_answer"), ("reports", "no_answer"))
    CallHealth.objects.filter(call="reports").update(failed_at=NOON + SECOND)

    assert answering.probe(api, clock=lambda: NOON + 5 * SECOND) == 1


def test_of_several_workers_one_probes(api: MessagesApi) -> None:
    asked = [answering.probe(api, clock=lambda: NOON) for _ in range(3)]

    assert asked == [1, 0, 0]


def test_the_longer_it_fails_the_less_often_it_is_probed() -> None:
    calls(("status", "unreached"), times=3)
    waits = []
    for minutes in (0, 1, 5):
        at = NOON + timedelta(minutes=minutes)
        ProviderState.objects.update(probe_at=None)
        CallHealth.objects.update(failed_at=at - 16 * SECOND)
        assert answering._is_due(now=at)
        next_one = ProviderState.objects.get().probe_at or at
        waits.append((next_one - at).total_seconds())

    assert [20 <= waits[0] <= 26, 30 <= waits[1] <= 39, 60 <= waits[2] <= 78] == [True] * 3


def test_the_wire_tells_what_each_call_came_to(sandbox: Sandbox) -> None:
    api = messages_api()
    api.replies()
    sandbox.order_fault("401", "reports")
    with pytest.raises(MessagesApiError):
        api.delivery_reports()

    off = counted.clock_off()
    assert off is not None
    assert abs(NOON - datetime.now(UTC) - off) < timedelta(seconds=3)
    assert counted.write_down(now=NOON) == 2
    rows = CallCount.objects.values_list("call", "outcome").order_by("call")
    assert list(rows) == [("replies", "ok"), ("reports", "credentials")]
