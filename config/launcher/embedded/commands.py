"""Run Django's management commands with a database, embedded unless one is given."""

import contextlib
from pathlib import Path

from django.conf import settings
from django.core.management import execute_from_command_line

from config.environment import stop
from config.launcher.embedded.places import ServiceError
from config.launcher.embedded.sharing import shared_postgres


def run(arguments: list[str], *, without_database: frozenset[str]) -> None:
    """Run the command that `arguments` name; an embedded service that cannot start ends it with one
    line.
    """
    command = arguments[1] if len(arguments) > 1 else "help"
    with contextlib.ExitStack() as services:
        asks_for_help = not {"-h", "--help"}.isdisjoint(arguments)
        if settings.EMBEDDED_DATABASE and command not in without_database and not asks_for_help:
            try:
                services.enter_context(shared_postgres(Path(settings.DATA_DIR)))
            except ServiceError as error:
                stop(str(error))
        execute_from_command_line(arguments)
