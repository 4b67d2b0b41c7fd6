"""The log as JSON, one object a line, for whoever collects logs; and the ids that lines carry."""

from __future__ import annotations

import logging
import time
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from config.log.discretion import discreet
from reminders import log_ids


class WithIds(logging.Filter):
    """Adds the ids that hold where a line is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: nothing is left out."""
        for name, value in log_ids.current().items():
            # What the line itself says goes first.
            record.__dict__.setdefault(name, value)
        return True


class DiscreetJson(JsonFormatter):
    """As discreet as the plain log, in every text of the object."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
            timestamp="time",
            json_ensure_ascii=False,
        )

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line. That somebody asked under a wrong name needs no traceback."""
        if record.name == "django.security.DisallowedHost":
            record = logging.makeLogRecord(record.__dict__ | {"exc_info": None, "exc_text": None})
        # Django and others add what is no text, such as the request, with all that it holds.
        kept = {key: value for key, value in record.__dict__.items() if key not in NOT_KEPT}
        return super().format(logging.makeLogRecord(kept))

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Every text of it, before line breaks are escaped: database errors are cut by lines."""
        return {
            key: discreet(value) if isinstance(value, str) else value
            for key, value in log_data.items()
        }


NOT_KEPT = frozenset({"request", "server_time", "sql", "params", "data", "context"})
