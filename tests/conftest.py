"""One throwaway PostgreSQL for the whole session, shared by its workers, unless DATABASE_URL names
one.
"""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from config.launcher.embedded.places import ServicePaths, reaches
from config.launcher.embedded.postgres import Postgres
from config.launcher.embedded.processes import Identity, unprivileged_identity
from tests import template_database

pytest_plugins = ["tests.fixtures"]

# Every change is tried with two hundred inputs, a risky one with twice as many.
hypothesis_settings.register_profile("few", max_examples=80)
hypothesis_settings.register_profile("quick", max_examples=200)
hypothesis_settings.register_profile("thorough", max_examples=400)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

DEEP = ("bench", "crawl", "faults", "flows", "domain/diary_import/test_no_file_crashes.py")
"""All that is in these takes minutes: whole stories, every death, every address, any file."""
ELSEWHERE = {
    "bench",
    "browser",
    "deploy",
    "dump",
    "faults",
    "hosts",
    "looks",
    "programs",
    "services",
}
"""Marks of what other commands run."""

SERVER = pytest.StashKey[Postgres]()
SOCKETS = "REMINDERS_TEST_SOCKETS"
PREFIX = "reminders-test-"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test-deep` runs, where whole folders are."""
    tests = Path(__file__).parent
    for item in items:
        where = item.path.relative_to(tests).as_posix()
        marks = {mark.name for mark in item.iter_markers()}
        if where.startswith(DEEP) and not marks & ELSEWHERE:
            item.add_marker("deep")


def pytest_configure(config: pytest.Config) -> None:
    """Start the server before Django connects; xdist's workers find the socket in their
    environment.
    """
    database = settings.DATABASES["default"]
    database["OPTIONS"].pop("pool", None)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Files collected for an earlier run must not decide what tests see; a live server finds them
    # itself.
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.STATIC_ROOT, settings.WHITENOISE_USE_FINDERS = None, False
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


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """On our own server each worker's database is a copy of a migrated one."""
    if settings.EMBEDDED_DATABASE:
        with django_db_blocker.unblock():
            name = template_database.provide(Path(os.environ[SOCKETS]))
        connection.settings_dict["TEST"]["TEMPLATE"] = name


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """The test database's address for programs that a test starts: their `DATABASE_URL`."""
    found = connection.settings_dict
    host = quote(str(found["HOST"]), safe="")
    return f"postgres://{found['USER']}:{quote(found['PASSWORD'])}@/{found['NAME']}?host={host}"


def start_throwaway_postgres() -> Postgres:
    """Start a server whose data nobody will miss."""
    forget_killed_sessions()
    identity = unprivileged_identity()
    home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=temporary_folder(identity)))
    if identity:
        os.chown(home, identity.uid, identity.gid)
    server = Postgres(
        ServicePaths(home=home, sockets=home / "run", identity=identity, moved=False),
        throwaway=True,
    )
    server.start()
    return server


def temporary_folder(identity: Identity | None) -> Path:
    """The usual one; where that is root's own, one that the server's user gets into."""
    usual = Path(tempfile.gettempdir())
    if identity is None or reaches(identity, usual):
        return usual
    # Nobody can have put there before what is going to lie there.
    return Path("/tmp")  # noqa: S108  # mkdtemp makes what lies there


def forget_killed_sessions() -> None:
    """Remove the data of sessions that could not do it themselves."""
    for home in temporary_folder(unprivileged_identity()).glob(f"{PREFIX}*"):
        with contextlib.suppress(ValueError, IndexError):
            pid = int(home.name.removeprefix(PREFIX).split("-")[0])
            if not is_running(pid):
                shutil.rmtree(home, ignore_errors=True)


def is_running(pid: int) -> bool:
    """Tell whether a process of that number exists, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
