"""Starts the sandbox from the command line and stops it cleanly on Ctrl-C or SIGTERM."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from reminders.sandbox.application import KEY, SECRET, Sandbox

PORT = 8026


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m reminders.sandbox",
        description="An imitation of the Messages API, with a phone in the browser.",
    )
    add_arguments(made)
    return made


def add_arguments(made: argparse.ArgumentParser) -> None:
    """The arguments, for this and for `manage.py sandbox`."""
    made.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)"
    )
    made.add_argument(
        "--port", type=int, default=PORT, help=f"port, 0 for a free one (default: {PORT})"
    )
    made.add_argument("--unix-socket", type=Path, help="listen on this Unix socket as well")
    made.add_argument(
        "--state", type=Path, help="keep messages and replies in this file (default: memory only)"
    )
    made.add_argument(
        "--whatsapp-webhook", default="", help="where to push what happens on WhatsApp"
    )
    made.add_argument(
        "--pace", type=float, default=1.0, help="stretches delivery times; 0: at once (default: 1)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop; the exit code."""
    sandbox = Sandbox(
        key=os.environ.get("SANDBOX_KEY", KEY),
        secret=os.environ.get("SANDBOX_SECRET", SECRET),
        host=arguments.host,
        port=arguments.port,
        unix_socket=arguments.unix_socket,
        state=arguments.state,
        pace=arguments.pace,
    )
    sandbox.whatsapp.callbacks.url = arguments.whatsapp_webhook
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        sandbox.start()
    except (OSError, OverflowError) as error:
        sys.stderr.write(
            f"The sandbox cannot listen on {arguments.host}:{arguments.port}: {error}\n"
        )
        return 1
    sys.stdout.write(
        f"The phone: {sandbox.url}/  (API key {sandbox.key}, secret {sandbox.secret})\n"
    )
    # Whoever started us through a pipe waits for this line to learn the port.
    sys.stdout.flush()
    stop.wait()
    sandbox.stop()
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and serve."""
    return run(parser().parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
