"""The embedded PostgreSQL and broker, with real servers: crashes, leftovers, other users, awkward
places.
"""

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.launcher.embedded import broker, programs
from config.launcher.embedded.broker import Broker
from config.launcher.embedded.places import LONGEST_SOCKET_PATH, ServiceError, place_of, reaches
from config.launcher.embedded.postgres import Postgres, postgres_place
from config.launcher.embedded.processes import nobody
from config.launcher.embedded.sharing import owned_postgres, shared_postgres
from tests.programs import AS_NOBODY, NOBODY, ROOT, run, running_in, wait_until

pytestmark = pytest.mark.programs

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
in_open_folder = pytest.mark.skipif(
    not reaches(nobody(), ROOT), reason="an ordinary user may not enter this checkout"
)

OWNER = """
import sys, time
from pathlib import Path
from config.launcher.embedded.sharing import shared_postgres
with shared_postgres(Path(sys.argv[1])) as server:
    print(server.url, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def server(data_dir: Path) -> Iterator[Postgres]:
    """A running server with a table of one row."""
    with shared_postgres(data_dir) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        yield server


def ask(server: Postgres, question: str) -> object:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def owner_of(data_dir: Path, *, prefix: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
    """Start a program that owns a server, and wait until it runs."""
    command = [*prefix, sys.executable, "-c", OWNER, str(data_dir)]
    program = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout
    assert program.stdout.readline().startswith("postgres://")
    return program


def test_postgres_is_18_and_listens_on_a_private_socket_only(server: Postgres) -> None:
    assert str(ask(server, "SHOW server_version")).startswith("18.")
    assert ask(server, "SHOW listen_addresses") == ""
    assert (
        ask(server, "SELECT datcollate FROM pg_database WHERE datname = 'reminders'") == "C.UTF-8"
    )
    assert ask(server, "SHOW fsync") == "on"
    assert stat.S_IMODE(server.place.sockets.stat().st_mode) == 0o700


def test_postgres_keeps_its_data_between_runs(server: Postgres, data_dir: Path) -> None:
    server.stop()

    server.start()

    assert ask(server, "SELECT one FROM kept") == 1


def test_postgres_leaves_no_process_behind(data_dir: Path) -> None:
    with shared_postgres(data_dir):
        assert running_in(data_dir) != []

    assert running_in(data_dir) == []


def test_a_killed_owner_takes_postgres_along_and_the_next_start_finds_the_data(
    data_dir: Path,
) -> None:
    owner = owner_of(data_dir)
    with psycopg.connect(Postgres(postgres_place(data_dir)).url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")

    owner.kill()
    owner.wait()
    with shared_postgres(data_dir) as server:  # at once, while the old server is still leaving
        assert ask(server, "SELECT one FROM kept") == 1
    assert wait_until(lambda: running_in(data_dir) == [], seconds=5)


def test_a_killed_postgres_starts_again(server: Postgres, data_dir: Path) -> None:
    for pid in running_in(data_dir):
        os.kill(pid, signal.SIGKILL)
    server.stop()

    server.start()

    assert ask(server, "SELECT one FROM kept") == 1


def test_a_stale_pid_file_that_names_another_program_is_no_hindrance(server: Postgres) -> None:
    server.stop()
    leftover = f"{os.getpid()}\n{server.place.data}\n1\n5432\n{server.place.sockets}\n\n"
    (server.place.data / "postmaster.pid").write_text(leftover)
    (server.place.sockets / ".s.PGSQL.5432").touch()

    server.start()

    assert ask(server, "SELECT one FROM kept") == 1


def test_a_crash_while_the_data_folder_is_made_is_no_hindrance(data_dir: Path) -> None:
    with shared_postgres(data_dir) as server:
        place = server.place
    (place.data / "PG_VERSION").unlink()
    place.data.rename(place.home / "data.new")

    with shared_postgres(data_dir) as server:
        assert ask(server, "SELECT 1") == 1


def test_a_long_path_moves_the_sockets_not_the_data(data_dir: Path) -> None:
    var = data_dir / ("long-" * 30) / "var"

    with shared_postgres(var) as server:
        assert ask(server, "SELECT 1") == 1
        assert server.place.data.is_relative_to(var)
        assert len(str(server.place.sockets)) < LONGEST_SOCKET_PATH
        assert stat.S_IMODE(server.place.sockets.stat().st_mode) == 0o700
    broker = Broker(var)
    broker.start()
    broker.stop()
    assert (server.place.sockets.exists(), broker.place.sockets.exists()) == (False, False)


def test_programs_that_come_at_once_share_one_server_which_outlasts_its_owner_for_them(
    data_dir: Path,
) -> None:
    owner = owner_of(data_dir)
    with shared_postgres(data_dir) as server:
        assert not server.alive()  # not ours
        assert owner.stdin
        owner.stdin.write("\n")
        owner.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            owner.wait(0.5)
        assert ask(server, "SELECT 1") == 1

    assert owner.wait(10) == 0
    assert running_in(data_dir) == []


def test_first_starts_at_the_same_moment_make_one_server(data_dir: Path) -> None:
    answers: list[object] = []
    owners = []

    def use() -> None:
        owners.append(owner_of(data_dir))

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = [owner.communicate("\n", timeout=30)[1] for owner in owners]

    assert (len(answers), [owner.returncode for owner in owners]) == (3, [0, 0, 0])
    assert running_in(data_dir) == []


def test_a_running_application_refuses_a_second_one_at_once(data_dir: Path) -> None:
    with (
        owned_postgres(data_dir),
        pytest.raises(ServiceError, match="is running already"),
        owned_postgres(data_dir),
    ):
        pass


def test_a_platform_without_programs_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "PACKAGE", "a_package_that_is_not_there")
    monkeypatch.setattr(broker, "PACKAGE", "a_package_that_is_not_there")

    with pytest.raises(ServiceError, match="Set DATABASE_URL to a PostgreSQL server"):
        programs.programs_folder()
    with pytest.raises(ServiceError, match="Set CELERY_BROKER_URL to a Redis or RabbitMQ server"):
        broker.program_file()


@as_root
def test_root_runs_postgres_as_an_unprivileged_user(server: Postgres, data_dir: Path) -> None:
    postmaster = int((server.place.data / "postmaster.pid").read_text().split()[0])

    assert Path(f"/proc/{postmaster}").stat().st_uid == NOBODY
    assert server.place.data.stat().st_uid == NOBODY
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o755


@as_root
def test_root_keeps_the_data_elsewhere_when_the_checkout_is_closed_to_others(
    data_dir: Path,
) -> None:
    data_dir.chmod(0o700)
    place = postgres_place(data_dir)
    assert place.moved
    assert place.home.is_relative_to("/var/lib")
    try:
        owner = owner_of(data_dir)
        with shared_postgres(data_dir) as server:
            assert ask(server, "SELECT 1") == 1
        owner.communicate("\n", timeout=20)
        assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(place.home.parent, ignore_errors=True)


@as_root
@in_open_folder
def test_an_ordinary_user_runs_everything_as_himself(data_dir: Path) -> None:
    os.chown(data_dir, NOBODY, NOBODY)

    owner = owner_of(data_dir, prefix=AS_NOBODY)
    owner.communicate("\n", timeout=20)

    assert ((data_dir / "postgres" / "data").stat().st_uid, owner.returncode) == (NOBODY, 0)


@as_root
def test_a_data_folder_of_somebody_else_is_refused_with_what_to_do(data_dir: Path) -> None:
    (data_dir / "postgres").mkdir()
    os.chown(data_dir / "postgres", 12345, 12345)

    with (
        pytest.raises(
            ServiceError, match=r"belongs to another user \(uid 12345, not 65534\)\. Start as"
        ),
        shared_postgres(data_dir),
    ):
        pass


def test_a_management_command_brings_its_own_database(
    bare_environment: dict[str, str], data_dir: Path
) -> None:
    ended = run(["manage.py", "showmigrations", "contenttypes"], bare_environment)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "[ ] 0001_initial" in ended.stdout
    assert running_in(data_dir) == []


@pytest.fixture
def running_broker(data_dir: Path) -> Iterator[Broker]:
    """A running broker."""
    broker = Broker(data_dir)
    broker.start()
    yield broker
    broker.stop()


def test_the_broker_listens_on_a_private_socket_only(running_broker: Broker) -> None:
    with redis.Redis(unix_socket_path=str(running_broker.socket), decode_responses=True) as client:
        assert client.config_get("port") == {"port": "0"}
    assert stat.S_IMODE(running_broker.place.sockets.stat().st_mode) == 0o700


def test_the_broker_keeps_what_is_queued(running_broker: Broker) -> None:
    with redis.Redis(unix_socket_path=str(running_broker.socket)) as client:
        client.lpush("queue", "ring")
    running_broker.stop()

    running_broker.start()

    with redis.Redis(unix_socket_path=str(running_broker.socket)) as client:
        assert client.lrange("queue", 0, -1) == [b"ring"]


def test_the_broker_puts_a_damaged_file_aside(running_broker: Broker) -> None:
    with redis.Redis(unix_socket_path=str(running_broker.socket)) as client:
        client.lpush("queue", "ring")
    running_broker.stop()
    for file in (running_broker.place.data / "appendonlydir").glob("*.incr.aof"):
        file.write_bytes(b"*9\r\nnonsense" * 20)

    running_broker.start()

    assert running_broker.answers()
    assert (running_broker.place.home / "data.broken").is_dir()


def test_the_broker_is_started_once(running_broker: Broker, data_dir: Path) -> None:
    with pytest.raises(ServiceError, match="is running already"):
        Broker(data_dir).start()


def test_a_root_only_broker_stays_in_the_data_folder(data_dir: Path) -> None:
    assert place_of("broker", data_dir).home == data_dir / "broker"
