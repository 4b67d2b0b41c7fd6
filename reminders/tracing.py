"""Traces, where a collector is set: a span for each request, each task, each call to the provider.

Names and attributes are written here and nowhere else: the pattern of an address and never the
address, the name of a task, the kind of a call. Libraries that trace by themselves are left out:
they note what was searched for, whole statements and the words of errors.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.conf import settings

from config.version import product_version
from reminders import log_ids

CARRIED = "traceparent"
"""The header by which a task belongs to the request that started it, as W3C has it."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
A_SEND_TAKES = 3
"""Seconds that the collector gets: a stop must not wait for one that is away."""

Attributes = dict[str, str | int]


class Span:
    """One span; does nothing where nobody traces."""

    def __init__(self, inner: Any = None) -> None:  # Any: the library's, which may be missing
        self._inner = inner

    def is_called(self, name: str, attributes: Attributes) -> None:
        """Name it once that is known, and say more of it."""
        if self._inner is not None:
            self._inner.update_name(name)
            self._inner.set_attributes(attributes)

    def failed(self, how: str) -> None:
        """It went wrong in this way: a word of ours, never the words of an error."""
        if self._inner is not None:
            from opentelemetry.trace import Status, StatusCode

            self._inner.set_status(Status(StatusCode.ERROR, how))


@contextmanager
def span(name: str, *, kind: str, parent: str = "", **attributes: str | int) -> Iterator[Span]:
    """A span around what follows: a `server`'s, or a `consumer`'s with its `parent`'s header."""
    tracer = _tracer()
    if tracer is None:
        yield Span()
        return
    from opentelemetry.trace import SpanKind

    with tracer.start_as_current_span(
        name,
        context=_context(parent),
        kind=SpanKind[kind.upper()],
        attributes=attributes | _ids(),
        # Both would write down the words of the error, which may be a patient's.
        record_exception=False,
        set_status_on_exception=False,
    ) as inner:
        found = Span(inner)
        try:
            yield found
        except BaseException as error:
            found.failed(type(error).__name__)
            raise


def past(name: str, *, seconds: float, failed: str = "", **attributes: str | int) -> None:
    """A span of a call that has just ended and took so long."""
    tracer = _tracer()
    if tracer is None:
        return
    from opentelemetry.trace import SpanKind

    ended = time.time_ns()
    inner = tracer.start_span(
        name,
        kind=SpanKind.CLIENT,
        attributes=attributes | _ids(),
        start_time=ended - int(seconds * 1e9),
    )
    if failed:
        Span(inner).failed(failed)
    inner.end(ended)


def header() -> str:
    """What a task has to carry to belong to the span that is open here; blank without one."""
    if _tracer() is None:
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get(CARRIED, "")


def _context(parent: str) -> Any:
    if not parent:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({CARRIED: parent})


def _ids() -> Attributes:
    """The ids of the log that hold here, and how many texts it is about."""
    found = log_ids.current()
    ids: Attributes = {
        f"reminders.{name}": found[name] for name in ("request_id", "task_id") if name in found
    }
    return ids | ({"reminders.texts": len(found["messages"])} if "messages" in found else {})


_making = threading.Lock()


def _tracer() -> Any:
    """The library's tracer; None where nobody traces."""
    if not settings.TELEMETRY:
        return None
    with _making:
        return _made(settings.TELEMETRY)


@cache
def _made(collector: str) -> Any:
    # Only here: the packages are an extra, see pyproject.toml. Not set as everybody's: a library
    # that finds it would add spans of its own.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    about = {"service.version": product_version()}
    if "OTEL_SERVICE_NAME" not in os.environ:
        about["service.name"] = "reminders"
    provider = TracerProvider(resource=Resource.create(about))
    exporter = OTLPSpanExporter(endpoint=f"{collector}/v1/traces", timeout=A_SEND_TAKES)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider.get_tracer("reminders")
