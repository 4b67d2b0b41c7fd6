"""What monitoring reads: names, labels, values; and what it costs."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from reminders.domain.operations.metrics import exposition
from reminders.domain.operations.periodic_tasks import HEARTBEAT, note
from reminders.domain.operations.promise import keep_days
from reminders.domain.operations.sign_ins import note_failure
from reminders.models import CallCount, Import, InboxItem, Reply, TaskRun
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
Found = dict[tuple[str, ...], float]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    exposition._Known.until = 0.0
    yield
    exposition._Known.until = 0.0


def scraped() -> Found:
    """Every value by its name and the values of its labels."""
    text = exposition.exposition(now=NOON, broker=True).decode()
    return {
        (sample.name.removeprefix("reminders_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(found: Found, name: str) -> dict[str, float]:
    return {"/".join(key[1:]): value for key, value in found.items() if key[0] == name}


def test_an_empty_site_has_figures_too() -> None:
    found = scraped()

    assert found[("database_up",)] == found[("broker_up",)] == 1
    assert found[("heartbeat_age_seconds",)] == float("inf")
    assert found[("trouble", "beat")] == 1
    assert found[("trouble", "down")] == 0
    assert of(found, "texts_open") == {"queued": 0, "submitting": 0, "unknown": 0}
    assert of(found, "provider_calls_total") == {}


def test_texts_by_state_and_those_in_time() -> None:
    for late in (0, 59, 61, 600):
        at = NOON - 30 * MINUTE
        make.make_message(
            state="delivered", provider_id=f"m-{late}", scheduled_at=at,
            accepted_at=at + timedelta(seconds=late),
        )  # fmt: skip
    make.make_message(state="queued", scheduled_at=NOON - MINUTE, send_after=NOON)
    keep_days(now=NOON)
    make.make_message(state="unknown", unknown_since=NOON - 3 * MINUTE)

    found = scraped()

    assert of(found, "texts_last_hour") == {"delivered": 4}
    assert of(found, "texts_open") == {"queued": 1, "submitting": 0, "unknown": 1}
    assert found[("texts_due_today",)] == 4
    assert found[("texts_in_time_today",)] == 2
    assert found[("oldest_due_age_seconds",)] == 60
    assert found[("texts_unknown",)] == 1


def test_replies_cards_files_sign_ins_and_tasks() -> None:
    at = NOON - 11 * MINUTE
    for n, intent in enumerate(("yes", "yes", "")):
        Reply.objects.create(
            provider_id=f"r{n}", phone="+447700900001", text="Y", received_at=at, stored_at=at,
            applied_at=at if intent else None, intent=intent,
        )  # fmt: skip
    InboxItem.objects.create(kind="unclear", opened_at=NOON - 5 * MINUTE)
    Import.objects.create(filename="a.csv", created_at=NOON, state="applied")
    for _ in range(3):
        note_failure("ann", "203.0.113.9", now=NOON)
    note(HEARTBEAT, started=NOON)
    note("tidy", started=NOON, error="ValueError")
    TaskRun.objects.filter(pk=HEARTBEAT).update(succeeded_at=NOON - MINUTE)

    found = scraped()

    assert of(found, "replies_last_day") == {"yes": 2, "none": 1}
    assert found[("oldest_unread_reply_age_seconds",)] == 660
    assert (found[("inbox_cards",)], found[("inbox_oldest_age_seconds",)]) == (1, 300)
    assert of(found, "imports_last_day") == {"applied": 1}
    assert found[("sign_in_failures",)] == 3
    assert of(found, "task_failed") == {HEARTBEAT: 0, "tidy": 1}
    assert of(found, "task_last_success_age_seconds") == {HEARTBEAT: 60}


def test_how_large_each_large_table_is_by_rows_and_indexes() -> None:
    found = of(scraped(), "table_bytes")

    tables = {name.split("/")[1] for name in found}
    assert {"message", "reminder", "deliveryreport", "importrow", "auditentry"} <= tables
    assert set(found) == {f"{part}/{name}" for name in tables for part in ("rows", "indexes")}
    assert found["indexes/message"] > 0


def test_calls_are_a_histogram_and_a_counter() -> None:
    for outcome, within, count in (("ok", 0.1, 5), ("ok", 2.5, 2), ("error", float("inf"), 1)):
        CallCount.objects.create(
            call="send", outcome=outcome, within=within, count=count, seconds=count * 1.5
        )

    found = scraped()

    assert of(found, "provider_calls_total") == {"send/error": 1, "send/ok": 7}
    assert of(found, "provider_call_seconds_bucket") == {
        "send/0.1": 5, "send/0.25": 5, "send/0.5": 5, "send/1.0": 5, "send/2.5": 7,
        "send/5.0": 7, "send/10.0": 7, "send/+Inf": 8,
    }  # fmt: skip
    assert of(found, "provider_call_seconds_sum") == {"send": 12}


def test_it_names_nobody() -> None:
    make.make_appointment(contact=make.make_contact(first_name="Ann", phone="+447700900123"))

    text = exposition.exposition(now=NOON, broker=False).decode()

    assert "Ann" not in text
    assert "7700900" not in text


def test_a_second_look_within_seconds_costs_nothing_and_the_first_one_little() -> None:
    with CaptureQueriesContext(connection) as first:
        exposition.exposition(now=NOON, broker=True)
    with CaptureQueriesContext(connection) as second:
        exposition.exposition(now=NOON, broker=True)

    assert len(first) < 45
    assert len(second) == 0
