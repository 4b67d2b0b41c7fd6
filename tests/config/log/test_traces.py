"""Traces, as a collector receives them: who belongs to whom, and nothing of a person."""

import json
from collections.abc import Iterator
from contextvars import copy_context
from typing import Any

import pytest
from celery.states import FAILURE, SUCCESS
from django.test import Client
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from pytest_django import Settings

from config import celery, watching
from config.environment import Environment
from reminders import tracing
from reminders.domain.sending.client import messages_api
from reminders.domain.sending.send import send_due
from reminders.models import Contact, Message
from reminders.sandbox import Sandbox
from tests.collector import Collector, collecting
from tests.domain.sending.due import at_noon, planned

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def collector(settings: Settings) -> Iterator[Collector]:
    with collecting() as server:
        settings.TELEMETRY = server.url
        yield server
        tracing._made.cache_clear()


def spans_at(collector: Collector) -> list[Span]:
    """Everything so far, once the product has let go of it."""
    tracing._made(collector.url).span_processor.force_flush()
    return collector.spans()


def run(task: Any, **headers: str) -> None:  # Any: Celery's own
    """Run a task as a worker does, with what its message carried."""

    def work() -> None:
        task.push_request(id="t-1", **headers)
        celery.log_with_ids(task_id="t-1", task=task)
        state: str = SUCCESS
        try:
            task.run()
        except ValueError:
            state = FAILURE
        celery.end_span(state=state)
        task.pop_request()

    copy_context().run(work)


def values(span: Span) -> dict[str, object]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_without_a_collector_nothing_is_traced() -> None:
    with tracing.span("x", kind="server") as span:
        span.is_called("y", {})

        assert tracing.header() == ""
    assert tracing._tracer() is None


def test_a_page_is_a_span_by_the_pattern_of_its_address(collector: Collector) -> None:
    Client().get("/v/abcdefghijklmnopqrstuv/", {"q": "+447700900001"})
    Client().generic("+447700900001", "/sign-in/")

    first, second = spans_at(collector)

    assert first.name == "GET v/<path:rest>"
    assert first.kind == Span.SPAN_KIND_SERVER
    assert values(first).keys() == {
        "http.request.method", "http.route", "http.response.status_code", "reminders.request_id",
    }  # fmt: skip
    assert second.name.startswith("OTHER ")


def test_a_task_belongs_to_the_request_that_started_it(collector: Collector) -> None:
    headers: dict[str, str] = {}
    with tracing.span("GET page", kind="server"):
        celery.tell_which_request(headers=headers)
    run(celery.app.tasks["reminders.tasks.heartbeat"], **headers)

    page, task = sorted(spans_at(collector), key=lambda span: span.name)

    assert (page.name, task.name) == ("GET page", "reminders.tasks.heartbeat")
    assert (task.trace_id, task.parent_span_id) == (page.trace_id, page.span_id)
    assert values(task)["reminders.task_id"]


def test_a_call_to_the_provider_belongs_to_its_task_and_tells_how_it_ended(
    collector: Collector, sandbox: Sandbox, settings: Settings
) -> None:
    sandbox.order_fault("error_500_before", endpoint="replies", times=1)

    run(celery.app.tasks["reminders.tasks.replies"])

    spans = {span.name: span for span in spans_at(collector)}
    asked, task = spans["provider replies"], spans["reminders.tasks.replies"]
    assert asked.parent_span_id == task.span_id
    assert asked.kind == Span.SPAN_KIND_CLIENT
    assert (asked.status.code, asked.status.message) == (Status.STATUS_CODE_ERROR, "error")


def test_a_task_that_fails_says_only_that(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ValueError("Ann Lee, +447700900001")

    monkeypatch.setattr(celery.app.tasks["reminders.tasks.heartbeat"], "run", fail)
    run(celery.app.tasks["reminders.tasks.heartbeat"])

    [task] = spans_at(collector)
    assert (task.status.code, task.status.message) == (Status.STATUS_CODE_ERROR, "FAILURE")
    assert not task.events
    assert not any(b"447700900001" in body for body in collector.bodies)


def test_no_trace_tells_of_a_person(
    collector: Collector, sandbox: Sandbox, admin_client: Client
) -> None:
    """Texts go out, pages are searched and posted to, and all of it is looked through."""
    planned(2)
    person = Contact.objects.earliest("pk")
    with tracing.span("reminders.tasks.send", kind="consumer"):
        send_due(messages_api(), clock=at_noon)
    message = Message.objects.earliest("pk")
    pages = ("/", f"/contacts/{person.pk}/", f"/nowhere/{person.phone}/")
    for address in pages:
        admin_client.get(address, {"q": person.last_name, "phone": person.phone})
    admin_client.post(f"/contacts/{person.pk}/send/", {"text": "Bring your card"})

    spans = spans_at(collector)

    assert {span.name for span in spans} == {
        "reminders.tasks.send", "provider send", "GET ", "GET contacts/<id:pk>/", "GET none",
        "POST contacts/<id:pk>/send/",
    }  # fmt: skip
    sent = b"".join(collector.bodies)
    told = json.dumps([[span.name, values(span)] for span in spans])
    for secret in (person.phone, person.phone.lstrip("+"), person.last_name, "Bring your card",
                   message.text, "q=", str(message.pk)):  # fmt: skip
        assert secret.encode() not in sent
        assert secret not in told


def test_the_packages_that_it_takes_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "find_spec", lambda _name: None)
    env = Environment({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"})

    watching.telemetry(env)

    with pytest.raises(SystemExit, match=r"\[telemetry\]"):
        env.stop_if_unusable()
