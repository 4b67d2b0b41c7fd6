"""Serve the site: `python -m config.serve --port 8000`.

Waitress with threads and limits; a proxy in front may say who the visitor is and that they came by
https.
"""

import argparse
import signal
import sys
import threading

from django.conf import settings
from django.urls import reverse

from config.launcher.listening import Limits, make_server
from config.proxy import BehindProxy
from config.safety.pooler import refuse_a_shared_session
from config.upload_pass import holds_pass
from config.wsgi import application
from reminders.domain.common import database_clock
from reminders.domain.operations import alerts
from reminders.domain.sending.calls import counted


def main() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(description="Serve the site.")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--threads", type=int, default=8)
    options = parser.parse_args()
    # SystemExit ends waitress's loop as Ctrl-C does, so that it closes what it has open.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    refuse_a_shared_session()
    database_clock.watch("web site")
    counted.watch()
    threading.Thread(
        target=alerts.watch, args=(threading.Event(),), name="alerts", daemon=True
    ).start()
    server = make_server(
        BehindProxy(application, trusted=settings.TRUSTED_PROXY),
        host=options.host,
        port=options.port,
        threads=options.threads,
        limits=Limits(
            upload=settings.MAX_REQUEST_BYTES, trusted=settings.TRUSTED_PROXY, may_upload=may_upload
        ),
    )
    server.run()


def may_upload(path: str, cookies: str) -> bool:
    """Whether a request may be as large as a diary: to the import, by somebody who opened its
    page.
    """
    return path.startswith(reverse("imports")) and holds_pass(cookies)


if __name__ == "__main__":
    main()
