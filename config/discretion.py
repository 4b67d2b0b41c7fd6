"""Keep out of logs and error reports what is nobody's business there: patients' data and our
secrets.

PostgreSQL puts the failing row behind an error ("DETAIL: Failing row contains (...)"), and Django
logs the address of a refused request, which for the provider's pushes holds our secret.
"""

import logging
import re
import time
from copy import copy
from typing import Any

# From there to the end of that exception's message, however many lines the row has.
_ROWS = re.compile(
    r"^(?:DETAIL|CONTEXT|HINT|QUERY):.*?(?=\n\n(?:The above exception|During handling)|\Z)",
    re.DOTALL | re.MULTILINE,
)
_SECRETS = re.compile(r"(/webhooks/messages/)[^/\s\"']+")


def discreet(text: str) -> str:
    """The text without the details of database errors and without the webhook's secret."""
    return _SECRETS.sub(r"\1…", _ROWS.sub("(details left out)", text))


class Discreet(logging.Formatter):
    """A formatter whose lines and tracebacks are discreet, and whose times are in UTC."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """The record as text. That somebody asked under a wrong name needs no traceback."""
        if record.name == "django.security.DisallowedHost":
            record = copy(record)  # other handlers may want it
            record.exc_info = record.exc_text = None
        return discreet(super().format(record))


def discreet_report(report: Any, _hint: Any) -> Any:  # Any: Sentry's own types, nested as JSON is
    """An error report or a breadcrumb, discreet in every text that it holds."""
    if isinstance(report, str):
        return discreet(report)
    # Values only: the keys are Sentry's.
    if isinstance(report, dict):
        return {key: discreet_report(value, None) for key, value in report.items()}
    if isinstance(report, list):
        return [discreet_report(value, None) for value in report]
    return report
