"""The log as JSON: ids, and nothing of a person."""

import json
import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client

from config.celery import app, log_with_ids, tell_which_request
from config.environment import Environment
from config.log.lines import DiscreetJson, WithIds
from reminders import log_ids, tasks


def line(record: logging.LogRecord) -> dict[str, object]:
    WithIds().filter(record)
    return json.loads(DiscreetJson().format(record))


def record(words: str, *given: object, name: str = "x", **extra: object) -> logging.LogRecord:
    found = logging.LogRecord(name, logging.WARNING, "f", 1, words, given, None)
    found.__dict__.update(extra)
    return found


def test_a_line_is_one_object_with_the_ids_that_hold() -> None:
    with log_ids.about(request_id="r-1"), log_ids.about(messages=["m-1"]):
        found = line(record("It took %s", "long", seconds=1.5))

    assert str(found.pop("time")).endswith("+00:00")
    assert found == {
        "level": "WARNING",
        "logger": "x",
        "message": "It took long",
        "seconds": 1.5,
        "request_id": "r-1",
        "messages": ["m-1"],
    }
    assert "request_id" not in line(record("later"))


ROW = "null value\nDETAIL:  Failing row contains (Ann, +447700900001)."


def refuse() -> None:
    raise ValueError(ROW)


def failing() -> logging.LogRecord:
    try:
        refuse()
    except ValueError:
        info = sys.exc_info()
    found = record("It failed")
    found.exc_info = info
    return found


@pytest.mark.parametrize(
    ("made", "hidden"),
    [
        (failing, "Ann"),
        (lambda: record("%s", "/webhooks/messages/s3cr3t/"), "s3cr3t"),
        (lambda: record("redis://ann:pass@broker/0"), "ann:pass"),
        (lambda: record("x", request="<WSGIRequest: GET '/?q=Ann'>"), "Ann"),
        (lambda: record("x", params=("+447700900001",)), "+4477"),
        (lambda: record("%s", 'first\nsecond {"q": "\'"}'), "\n"),
    ],
)
def test_no_line_holds_a_person_or_a_secret(made: Callable, hidden: str) -> None:
    written = DiscreetJson().format(made())

    assert hidden not in written
    assert json.loads(written)["level"] == "WARNING"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("abcdef12-3456", True),
        ("short", False),
        ("a b", False),
        ("x" * 65, False),
        ('"},{"', False),
    ],
)
def test_a_request_has_an_id_which_a_proxy_may_give(client: Client, given: str, kept: bool) -> None:
    found = client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]

    assert (found == given) == kept
    assert 8 <= len(found) <= 64


def test_a_task_knows_the_request_that_it_was_started_for() -> None:
    headers: dict[str, object] = {}
    with log_ids.about(request_id="r-2"):
        tell_which_request(headers=headers)
    task = app.tasks[tasks.heartbeat.name]

    def work() -> log_ids.Ids:
        task.push_request(id="t-1", **headers)
        log_with_ids(task_id="t-1", task=task)
        return log_ids.current()

    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(work).result()
    assert found == {"task": "reminders.tasks.heartbeat", "task_id": "t-1", "request_id": "r-2"}


def test_a_thread_that_is_started_for_a_task_carries_its_ids() -> None:
    with ThreadPoolExecutor(1) as pool, log_ids.about(task_id="t-3"):
        assert pool.submit(log_ids.current).result() == {}
        assert pool.submit(log_ids.carried(log_ids.current)).result() == {"task_id": "t-3"}


def test_another_format_is_refused() -> None:
    env = Environment({"LOG_FORMAT": "xml"})
    env.choice("LOG_FORMAT", ("text", "json"), "text")

    assert env.problems == ["LOG_FORMAT takes one of text, json; it is 'xml'."]
