"""Start the whole application on one machine.

Decides which parts there are and in which order they start; how they run together is
`config.launcher.supervisor`'s, and the embedded services are `config.launcher.embedded`'s.
"""

import contextlib
import importlib
import os
import signal
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import psycopg
from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone
from kombu import Connection

from config.environment import hide_password
from config.launcher.embedded.broker import Broker
from config.launcher.embedded.places import ServiceError, make_data_folder
from config.launcher.embedded.processes import end_with_parent
from config.launcher.embedded.sharing import owned_postgres, runs_here
from config.launcher.ports import LAST_PORT, free_port, listens, other_port, port_refusal
from config.launcher.static_files import collect_if_changed
from config.launcher.supervisor import Log, PartError, Supervisor
from config.ringing import queues
from reminders.domain.setup.beginning.first_login import make_token

READY_SECONDS = 60.0
WORKERS = {"worker": queues.URGENT, "slow": queues.BACKGROUND}
"""What may be slow gets a process of its own."""
# Under root Celery prints ten lines about pickle, which is not used here.
QUIET = ["-W", "ignore:You're running the worker with superuser privileges"]
CELERY = [sys.executable, *QUIET, "-m", "celery", "--quiet", "--app", "config"]


class Command(BaseCommand):
    """`manage.py up`."""

    help = (
        "Start everything on this machine: database, broker, sandbox, web site, worker and clock."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="fill an empty database with demo data"
        )
        parser.add_argument(
            "--host", default="127.0.0.1", help="address to listen on (default: %(default)s)"
        )
        parser.add_argument(
            "--port", type=int, default=8000, help="the web site's port (default: %(default)s)"
        )
        parser.add_argument(
            "--workers",
            type=int,
            default=1,
            help="worker processes of each kind (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's own signature
        check_options(options["host"], options["port"], options["workers"])
        stop_at_signals()
        # When `make` is killed nothing tells us: bound to it, all parts end with it.
        if "MAKELEVEL" in os.environ:
            end_with_parent(signal.SIGTERM, parent=os.getppid())()
        site = OneMachine(host=options["host"], port=options["port"], log=Log())
        try:
            with contextlib.ExitStack() as stack:
                site.start(stack, demo=options["demo"], workers=options["workers"])
                site.supervisor.run()
        except (ServiceError, PartError) as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            site.log.line("up", "Everything is stopped.")


class OneMachine:
    """The parts of the application and what they hand to each other."""

    def __init__(self, *, host: str, port: int, log: Log) -> None:
        self.host, self.port, self.sandbox_port, self.log = host, port, 0, log
        self.supervisor = Supervisor(log)
        self.environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.var = Path(settings.DATA_DIR)
        self.first_login = ""

    def start(self, stack: contextlib.ExitStack, *, demo: bool, workers: int) -> None:
        """Start everything in order; `stack` stops it in the opposite one. Raises what names the
        part.
        """
        make_data_folder(self.var)
        self.start_services(stack)
        # After the services, since the stack ends backwards: programs stop before the database.
        stack.callback(self.stop)
        phone = self.start_sandbox()
        self.prepare(demo=demo)  # while the sandbox gets ready
        if phone:
            self.supervisor.wait_for("The sandbox", self.sandbox_answers, seconds=READY_SECONDS)
        self.start_programs(workers)
        self.supervisor.wait_for("The web site", self.site_answers, seconds=READY_SECONDS)
        for line in welcome(self.address, phone, demo=demo, first_login=self.first_login):
            self.log.line("up", line)

    def stop(self) -> None:
        """Stop the programs; Ctrl-C once more kills them."""
        self.log.line("up", "Stopping ...")
        signal.signal(signal.SIGINT, lambda *_: self.supervisor.kill())
        self.supervisor.stop()

    def start_services(self, stack: contextlib.ExitStack) -> None:
        """Start the embedded database and broker, or see that those given by URL answer."""
        if settings.EMBEDDED_DATABASE:
            server = stack.enter_context(owned_postgres(self.var))
            self.supervisor.watch("database", server)
            moved = " (a place that an unprivileged user can reach)" if server.place.moved else ""
            self.log.line("up", f"The database is in {server.place.home}{moved}.")
        else:
            check_given_database()
        if settings.EMBEDDED_BROKER:
            broker = Broker(self.var)
            stack.callback(broker.stop)
            broker.start()
            self.supervisor.watch("broker", broker)
        else:
            check_given_broker()

    def start_sandbox(self) -> str:
        """Start the sandbox unless an API is given; return its phone's address, if any."""
        if settings.MESSAGES_API_GIVEN:
            return ""
        self.sandbox_port = free_port(self.port + 1)
        url = f"http://127.0.0.1:{self.sandbox_port}"
        command = [sys.executable, "-m", "reminders.sandbox", "--port", str(self.sandbox_port)]
        state = ["--state", str(self.var / "sandbox.sqlite3")]
        pushes = ["--whatsapp-webhook", f"{self.address_from_here}/webhooks/whatsapp/"]
        self.supervisor.start("sandbox", [*command, *state, *pushes], self.environment)
        self.environment["MESSAGES_API_URL"] = url
        if settings.WHATSAPP is None:
            self.environment |= whatsapp_of_sandbox(url)
        self.environment["SANDBOX_PUSHES_TO"] = self.address_from_here
        # A management command in a second shell finds the sandbox by this file.
        (self.var / "sandbox-url").write_text(url, encoding="ascii")
        return url

    def prepare(self, *, demo: bool) -> None:
        """Bring database and static files up to date and put the demo data in."""
        try:
            call_command("migrate", interactive=False, verbosity=0)
            if demo and "seed_demo" in get_commands():
                call_command("seed_demo")
            self.first_login = make_token(now=timezone.now())
        except DatabaseError as error:
            raise PartError(f"The database could not be brought up to date: {error}") from error
        finally:
            connection.close()
        try:
            collect_if_changed()
        except subprocess.CalledProcessError as error:
            raise PartError(
                f"Static files could not be collected:\n{error.stderr.decode()}"
            ) from error

    def start_programs(self, workers: int) -> None:
        """Start web site, workers and clock."""
        serve = [
            sys.executable,
            "-m",
            "config.launcher.serve",
            "--host",
            self.host,
            "--port",
            str(self.port),
        ]
        self.supervisor.start("web", serve, self.environment)
        for number in range(1, workers + 1):
            which = "" if workers == 1 else str(number)
            for name, queue in WORKERS.items():
                self.start_worker(f"{name}{which}", queue)
        # One beat only, and without a pid file: one left by a crash would keep it from starting.
        beat = [*CELERY, "beat", "--pidfile=", "--loglevel", settings.LOG_LEVEL]
        self.supervisor.start("beat", beat, self.environment)

    def start_worker(self, name: str, queue: str) -> None:
        """Start a worker that takes the rings of one queue."""
        quiet = ["--without-gossip", "--without-mingle", "--loglevel", settings.LOG_LEVEL]
        command = [*CELERY, "worker", "-n", f"{name}@%h", "--queues", queue, *quiet]
        self.supervisor.start(name, command, self.environment)

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the site."""
        host = (
            "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else self.host
        )  # shown
        return f"http://{host}:{self.port}/"

    @property
    def address_from_here(self) -> str:
        """Where a program on this machine finds the site."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # compared
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def sandbox_answers(self) -> bool:
        """Tell whether the sandbox answers."""
        return listens("127.0.0.1", self.sandbox_port)

    def site_answers(self) -> bool:
        """Tell whether the web site answers."""
        return listens("127.0.0.1" if self.host == "0.0.0.0" else self.host, self.port)  # compared


def whatsapp_of_sandbox(url: str) -> dict[str, str]:
    """The variables that lead WhatsApp to the sandbox, too."""
    return {
        "WHATSAPP_URL": url,
        "WHATSAPP_PROJECT_ID": "sandbox",
        "WHATSAPP_APP_ID": "01KSANDBOX",
        "WHATSAPP_KEY_ID": "sandbox-key",
        "WHATSAPP_KEY_SECRET": "sandbox-secret",
        "WHATSAPP_WEBHOOK_SECRET": "sandbox-whatsapp-secret",
    }


def check_options(host: str, port: int, workers: int) -> None:
    """Refuse what cannot work before anything is started."""
    if not 1 <= port <= LAST_PORT:
        raise CommandError(f"--port takes a number from 1 to {LAST_PORT}; it is {port}.")
    if not 1 <= workers <= 64:
        raise CommandError(f"--workers takes a number from 1 to 64; it is {workers}.")
    refusal = port_refusal(host, port)
    if refusal is None:
        return
    if settings.EMBEDDED_DATABASE and runs_here(Path(settings.DATA_DIR)):
        raise CommandError(
            f"Till Then is running already, with the data in {settings.DATA_DIR}. Stop it there "
            f"with Ctrl-C, "
            "or set DATA_DIR to another folder for a second one."
        )
    raise CommandError(other_port(host, port, refusal))


def check_given_database() -> None:
    """Raise `PartError` if the database of DATABASE_URL does not answer."""
    try:
        psycopg.connect(
            **connection.get_connection_params()
        ).close()  # not the pool, which keeps on trying
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise PartError(f"The database that DATABASE_URL names does not answer: {reason}") from None


def check_given_broker() -> None:
    """Raise `PartError` if the broker of CELERY_BROKER_URL does not answer."""
    url = settings.CELERY_BROKER_URL
    try:
        with Connection(
            url, connect_timeout=4, transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS
        ) as broker:
            broker.ensure_connection(max_retries=1, timeout=4)
    except Exception as error:  # the transports raise many kinds
        raise PartError(f"The broker {hide_password(url)} does not answer: {error}") from None


def welcome(address: str, phone: str, *, demo: bool, first_login: str) -> list[str]:
    """Return the box that greets a newcomer, line by line; `first_login` is the token of its link,
    if any.
    """
    lines = [f"Appointment reminders are running at {address}"]
    lines += [f"The phone in the browser is at       {phone}/"] if phone else []
    lines += (
        [f"Log in as {name} with {password}" for name, password in demo_logins()] if demo else []
    )
    lines += ways_in(address, first_login) if first_login or not demo else []
    lines += ["Ctrl-C stops everything; the data is kept."]
    width = max(map(len, lines))
    edge = f"+{'-' * (width + 2)}+"
    return [edge, *(f"| {line:<{width}} |" for line in lines), edge]


def ways_in(address: str, first_login: str) -> list[str]:
    """How to get a login where there is no demo."""
    if first_login:
        link = f"{address.rstrip('/')}{reverse('make_first_login', args=[first_login])}"
        return ["Make your login, once and within 24 hours, at", f"  {link}"]
    return [
        "Sign in with your own login. An administrator adds users;",
        "a forgotten password: manage.py changepassword NAME",
    ]


def demo_logins() -> list[tuple[str, str]]:
    """Return the demo's user names and passwords, as `seed_demo` lists them in LOGINS."""
    app = get_commands().get("seed_demo")
    module = (
        importlib.import_module(f"{app}.management.commands.seed_demo")
        if isinstance(app, str)
        else None
    )
    return list(getattr(module, "LOGINS", ()))


def stop_at_signals() -> None:
    """Let a request to end, or the end of the terminal, stop everything as Ctrl-C does."""
    for name in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(name) is not signal.SIG_IGN:  # `nohup` asks to outlive the terminal
            signal.signal(name, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
