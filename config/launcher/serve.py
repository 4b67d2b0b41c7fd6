"""Serve the site: `python -m config.serve --port 8000`.

Waitress with threads; a proxy in front may say that the visitor came by https.
"""

import argparse
import signal
import sys
import threading
from typing import Any

import waitress  # type: ignore[import-untyped]  # it has no types
from django.conf import settings

from config.wsgi import application
from reminders.domain.common import database_clock
from reminders.domain.operations import alerts


def main() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(description="Serve the site.")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--threads", type=int, default=8)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    database_clock.watch("web site")
    threading.Thread(target=alerts.watch, args=(threading.Event(),), name="alerts", daemon=True).start()
    waitress.serve(
        application,
        host=options.host,
        port=options.port,
        threads=options.threads,
        ident=None,
        max_request_body_size=settings.MAX_REQUEST_BYTES,
        **_proxy(),
    )


def _proxy() -> dict[str, Any]:  # Any: waitress's own options
    if settings.SECURE_PROXY_SSL_HEADER is None:
        return {}
    return {
        "trusted_proxy": settings.TRUSTED_PROXY,
        "trusted_proxy_headers": {"x-forwarded-proto", "x-forwarded-for"},
        "clear_untrusted_proxy_headers": True,
    }


if __name__ == "__main__":
    main()
