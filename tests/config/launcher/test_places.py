"""Where the embedded services live: who reaches what, awkward paths, and whose folder it is."""

import os
import shutil
import stat
from pathlib import Path

import psycopg
import pytest
from kombu import Connection

from config.database import forget_client_variables
from config.environment import Environment
from config.launcher import local
from config.launcher.embedded import places, postgres
from config.launcher.embedded.broker import Broker
from config.launcher.embedded.places import ServiceError, make_data_folder, place_of, reaches
from config.launcher.embedded.postgres import postgres_place
from config.launcher.embedded.processes import nobody
from config.launcher.embedded.sharing import owned_postgres, runs_here, shared_postgres
from tests.programs import run

pytestmark = pytest.mark.programs

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
# The value is what other programs of a shell may have set; each leads libpq elsewhere or changes
# its answers.
HOSTILE = {
    "PGPORT": "6543",
    "PGHOST": "database.example",
    "PGHOSTADDR": "192.0.2.1",
    "PGUSER": "postgres",
    "PGDATABASE": "elsewhere",
    "PGPASSWORD": "secret",
    "PGPASSFILE": "/nowhere/pgpass",
    "PGSERVICE": "elsewhere",
    "PGSERVICEFILE": "/nowhere/services",
    "PGSYSCONFDIR": "/nowhere",
    "PGDATA": "/nowhere/data",
    "PGOPTIONS": "-c search_path=nowhere",
    "PGAPPNAME": "elsewhere",
    "PGSSLMODE": "verify-full",
    "PGSSLROOTCERT": "/nowhere/root.crt",
    "PGSSLNEGOTIATION": "direct",
    "PGGSSENCMODE": "require",
    "PGREQUIREAUTH": "scram-sha-256",
    "PGCHANNELBINDING": "require",
    "PGTARGETSESSIONATTRS": "standby",
    "PGCONNECT_TIMEOUT": "1",
    "PGCLIENTENCODING": "LATIN1",
    "PGDATESTYLE": "German, DMY",
    "PGTZ": "Asia/Tokyo",
    "PGGEQO": "off",
}  # fmt: skip
ASK = """
from django.conf import settings
from pathlib import Path
import os, django, json
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from config.launcher.embedded.sharing import shared_postgres
from django.db import connection
with shared_postgres(Path(settings.DATA_DIR)), connection.cursor() as cursor:
    cursor.execute(
        "SELECT current_user, '2026-03-04 05:06Z'::timestamptz, current_setting('search_path')"
    )
    print(*map(str, cursor.fetchone()), sep="|")
connection.close()
"""


def test_no_variable_of_a_database_client_leads_the_embedded_server_astray(
    bare_environment: dict[str, str],
) -> None:
    ended = run(["-c", ASK], {**bare_environment, **HOSTILE})

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == 'reminders|2026-03-04 05:06:00+00:00|"$user", public\n'


def test_a_server_that_refuses_us_is_told_soon_and_with_its_reason(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shared_postgres(data_dir):
        pass
    monkeypatch.setattr(postgres, "USER", "stranger")
    monkeypatch.setattr(postgres, "ANSWER_SECONDS", 0.2)

    with (
        pytest.raises(ServiceError, match=r'does not answer: .*role "stranger" does not exist'),
        shared_postgres(data_dir),
    ):
        pass


def test_a_given_database_keeps_what_gets_us_in_and_loses_what_changes_its_answers() -> None:
    environment = {**HOSTILE, "PATH": "/bin", "PGADMIN_SETUP": "of another program"}

    forget_client_variables(environment, embedded=False)

    lost = {"PGOPTIONS", "PGCLIENTENCODING", "PGDATESTYLE", "PGTZ", "PGGEQO"}
    assert set(environment) == {*HOSTILE, "PATH", "PGADMIN_SETUP"} - lost


AWKWARD = ["blanks and Größe", "診療所, Ärzte", 'it\'s "100%20"', "a#b?c=d&e@f:g $HOME \\"]


@pytest.mark.parametrize("name", AWKWARD)
def test_postgres_runs_in_an_awkward_path(data_dir: Path, name: str) -> None:
    var = data_dir / name / "var"

    with shared_postgres(var) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert server.place.data.is_relative_to(var)


@pytest.mark.parametrize("name", AWKWARD)
def test_celery_finds_the_broker_in_an_awkward_path(data_dir: Path, name: str) -> None:
    broker = Broker(data_dir / name / "var")
    broker.start()
    try:
        with Connection(local.broker_url(Environment({}), data_dir / name / "var")) as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
    finally:
        broker.stop()


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("blank s", True),
        ("Größe", True),
        ("a,b", False),
        ("line\nfeed", False),
        ("latin-\udce9", False),
        ("l" * 90, False),
    ],
)
def test_sockets_lie_where_clients_can_name_them(name: str, near: bool) -> None:
    var = Path("/srv") / name

    assert place_of("broker", var).sockets.is_relative_to(var) == near


def test_sockets_lie_in_the_first_folder_for_all_that_may_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(places, "SHORT_FOLDERS", (tmp_path / "not there", tmp_path))

    assert place_of("broker", Path("/srv") / ("l" * 90)).sockets.parent == tmp_path


@as_root
@pytest.mark.parametrize("umask", [0o022, 0o027, 0o077, 0o000])
def test_root_uses_an_open_folder_whatever_the_umask(data_dir: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with shared_postgres(data_dir / "new" / "var") as server:
            assert server.answers()
            assert not server.place.moved
    finally:
        os.umask(before)


@as_root
def test_a_moved_folder_is_passable_whatever_the_umask(data_dir: Path) -> None:
    data_dir.chmod(0o700)
    moved = postgres_place(data_dir).home.parent
    before = os.umask(0o077)
    try:
        moved.mkdir()  # as an earlier version left it
        with shared_postgres(data_dir) as server:
            assert server.answers()
        assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    finally:
        os.umask(before)
        shutil.rmtree(moved)


def test_a_folder_behind_a_link_is_as_closed_as_what_it_leads_to(data_dir: Path) -> None:
    closed = data_dir / "closed"
    (closed / "var").mkdir(parents=True)
    closed.chmod(0o700)
    (data_dir / "link").symlink_to(closed / "var")

    assert reaches(nobody(), data_dir)
    assert not reaches(nobody(), data_dir / "link" / "postgres")


@as_root
@pytest.mark.parametrize(
    ("owner", "starter"), [(12345, "the user with uid 12345"), (nobody().uid, "root"), (2, "bin")]
)  # fmt: skip
def test_a_folder_of_somebody_else_names_who_started_there(
    data_dir: Path, owner: int, starter: str
) -> None:
    (data_dir / "broker").mkdir()
    os.chown(data_dir / "broker", owner, owner)

    with pytest.raises(ServiceError) as refused:
        Broker(data_dir).start()

    assert str(refused.value) == (
        f"{data_dir}/broker belongs to another user (uid {owner}, not 0). Start as {starter}, who "
        f"started "
        "here first, or set DATA_DIR to a folder of your own, such as DATA_DIR=$HOME/till-then."
    )


def test_a_file_in_the_way_of_the_data_folder_is_named(data_dir: Path) -> None:
    (data_dir / "var").write_text("a file")

    with pytest.raises(
        ServiceError, match=r"/var cannot be used \(Not a directory\)\. Put that right, or"
    ):
        make_data_folder(data_dir / "var")


def test_an_application_that_runs_here_is_known(data_dir: Path) -> None:
    assert not runs_here(data_dir)

    with owned_postgres(data_dir):
        assert runs_here(data_dir)

    assert not runs_here(data_dir)
