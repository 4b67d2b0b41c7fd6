"""One throwaway PostgreSQL for the whole session, shared by its workers, unless DATABASE_URL names one."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

from config.embedded.places import Place, unprivileged_identity
from config.embedded.postgres import Postgres

SERVER = pytest.StashKey[Postgres]()
SOCKETS = "REMINDERS_TEST_SOCKETS"


def pytest_configure(config: pytest.Config) -> None:
    """Start the server before Django connects; xdist's workers find the socket in their environment."""
    database = settings.DATABASES["default"]
    database["OPTIONS"].pop("pool", None)
    if not settings.EMBEDDED_DATABASE:
        return
    if SOCKETS not in os.environ:
        config.stash[SERVER] = start_throwaway_postgres()
        os.environ[SOCKETS] = str(config.stash[SERVER].place.sockets)
    database["HOST"] = os.environ[SOCKETS]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that this session started and forget its data."""
    server = config.stash.get(SERVER, None)
    if server:
        server.stop()
        shutil.rmtree(server.place.home, ignore_errors=True)
        os.environ.pop(SOCKETS)


def start_throwaway_postgres() -> Postgres:
    """Start a server whose data nobody will miss."""
    home = Path(tempfile.mkdtemp(prefix="reminders-test-"))
    identity = unprivileged_identity()
    if identity:
        os.chown(home, identity.uid, identity.gid)
    server = Postgres(Place(home=home, sockets=home / "run", identity=identity, moved=False), throwaway=True)
    server.start()
    return server
