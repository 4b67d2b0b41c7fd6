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
# Secrets that stand in addresses: of pushes, of links that let somebody in, of a sign-in by another
# service.
_SECRETS = re.compile(
    r"(/webhooks/messages/|/sign-in/link/|/first-login/|/v/|/calendars/"
    r"|[?&](?:code|state|id_token|token)=)"
    r"[^/\s\"'&]+"
)
# Also where something stands before it that does not belong there, as in an address pasted badly.
_LINKS = re.compile(
    r"(/(?:v|calendars)/.{0,40}?)(?<![A-Za-z0-9])(?:[A-Za-z0-9]{22}){1,2}(?![A-Za-z0-9])"
)
_PASSWORDS = re.compile(r"(?<=://)[^/@\s\"']*@")
"""Name and password in the address of a server."""
SECRET_NAMES = re.compile(
    r"SECRET|KEY|PASS|TOKEN|SIGNATURE|COOKIE|AUTHORIZATION|CREDENTIAL|DSN|SESSION|_URL|HTTP_REFERER"
    r"|^API|^query_string$|^code$|^digest$|OPTIONS|PROVIDERS",
    re.IGNORECASE,
)
HIDDEN = "…"


def discreet(text: str) -> str:
    """The text without the details of database errors, and without the secrets in addresses."""
    text = _LINKS.sub(r"\1…", _ROWS.sub("(details left out)", text))
    return _PASSWORDS.sub("…@", _SECRETS.sub(r"\1…", text))


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
    # Values only: the keys are Sentry's. What is called a token is none of anybody's business.
    if isinstance(report, dict):
        return {
            key: HIDDEN if is_secret(key) else discreet_report(value, None)
            for key, value in report.items()
        }
    if isinstance(report, list):
        return [discreet_report(value, None) for value in report]
    return report


def is_secret(name: object) -> bool:
    """Whether what is called so holds a secret."""
    return isinstance(name, str) and SECRET_NAMES.search(name) is not None
