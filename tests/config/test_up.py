"""`manage.py up` with its real processes: it starts, serves, stops, and says why when it cannot."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.config.conftest import ROOT, data_folder, run, running_in, wait_until

START_SECONDS = 90.0


class Up:
    """One `manage.py up`, whose log goes to a file."""

    def __init__(self, data_dir: Path, environment: dict[str, str], *arguments: str) -> None:
        self.port = free_port()
        self.data_dir = data_dir
        self._log = data_dir / "up.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port), *arguments],
                cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    @property
    def log(self) -> str:
        return self._log.read_text()

    def wait_until_welcome(self) -> None:
        said = lambda: "Ctrl-C stops everything" in self.log or self.process.poll() is not None  # noqa: E731  # short
        assert wait_until(said, seconds=START_SECONDS), self.log
        assert self.process.poll() is None, self.log

    def pid_of(self, *words: str) -> int:
        """The process of ours whose command line has all the words."""
        for pid in running_in(self.data_dir):
            command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            if set(words) <= set(command):
                return pid
        raise LookupError(words)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """One folder for all, as most starts are not the first one."""
    with data_folder() as folder:
        yield folder


@pytest.fixture
def up(data_dir: Path, bare_environment: dict[str, str]) -> Iterator[Callable[..., Up]]:
    """Start `manage.py up`; it is stopped at the end of the test."""
    started: list[Up] = []

    def start(*arguments: str, **environment: str) -> Up:
        started.append(Up(data_dir, {**bare_environment, **environment}, *arguments))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.terminate()
            one.process.wait(15)


def test_up_serves_and_stops_cleanly_on_ctrl_c_and_keeps_its_data(
    up: Callable[..., Up], data_dir: Path
) -> None:
    for _ in range(2):
        running = up()
        running.wait_until_welcome()
        with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/healthz") as answer:
            assert answer.status == HTTPStatus.OK
        with urllib.request.urlopen(
            f"http://127.0.0.1:{running.port}/static/bootstrap/css/bootstrap.min.css"
        ) as css:
            assert css.status == HTTPStatus.OK

        running.process.send_signal(signal.SIGINT)

        assert running.process.wait(15) == 0, running.log
        assert running.log.rstrip().endswith("Everything is stopped.")
        assert "Traceback" not in running.log
        assert running_in(data_dir) == []


def test_a_second_shell_uses_the_running_database(
    up: Callable[..., Up], bare_environment: dict[str, str]
) -> None:
    up().wait_until_welcome()

    shown = run(["manage.py", "showmigrations", "contenttypes"], bare_environment)

    assert "[X] 0001_initial" in shown.stdout


def test_kill_9_takes_every_part_along(up: Callable[..., Up], data_dir: Path) -> None:
    running = up("--workers", "2")
    running.wait_until_welcome()
    assert len(running_in(data_dir)) > 6

    running.process.kill()
    running.process.wait()

    assert wait_until(lambda: running_in(data_dir) == [], seconds=5)


@pytest.mark.parametrize(
    ("name", "words"),
    [("web", ["config.serve"]), ("broker", ["--unixsocket"]), ("database", ["-D"])],
)
def test_a_part_that_dies_stops_the_others_and_is_named(
    up: Callable[..., Up], data_dir: Path, name: str, words: list[str]
) -> None:
    running = up()
    running.wait_until_welcome()

    os.kill(running.pid_of(*words), signal.SIGKILL)

    assert running.process.wait(20) == 1
    ends = ("was ended by SIGKILL", "ended by itself")
    assert any(f"CommandError: {name} {how}. Its last lines:" in running.log for how in ends), running.log
    assert running_in(data_dir) == []


def test_a_taken_port_is_one_clear_line(bare_environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(["manage.py", "up", "--port", str(port)], bare_environment)

    assert (ended.returncode, ended.stderr) == (
        1,
        f"CommandError: Port {port} of 127.0.0.1 cannot be used (Address already in use). "
        f"Choose another one: --port {port + 10}\n",
    )


@pytest.mark.parametrize(
    ("variable", "url", "line"),
    [
        ("DATABASE_URL", "postgres://ann@127.0.0.1:9/x", "The database that DATABASE_URL names "),
        ("CELERY_BROKER_URL", "redis://:pw@127.0.0.1:9/0", "The broker redis://...@127.0.0.1:9/0 "),
        ("CELERY_BROKER_URL", "amqp://u:pw@127.0.0.1:9//", "The broker amqp://...@127.0.0.1:9// "),
    ],
)  # fmt: skip
def test_a_given_service_that_does_not_answer_is_named(
    bare_environment: dict[str, str], data_dir: Path, variable: str, url: str, line: str
) -> None:
    ended = run(["manage.py", "up", "--port", str(free_port())], {**bare_environment, variable: url})

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"CommandError: {line}does not answer: ")
    assert ended.stderr.count("\n") == 1
    assert "pw" not in ended.stderr
    assert running_in(data_dir) == []


@pytest.mark.parametrize(
    ("option", "value", "line"),
    [
        ("--port", "0", "--port takes a number from 1 to 65515; it is 0."),
        ("--workers", "0", "--workers takes a number from 1 to 64; it is 0."),
    ],
)
def test_a_wrong_option_is_one_clear_line(
    bare_environment: dict[str, str], option: str, value: str, line: str
) -> None:
    ended = run(["manage.py", "up", option, value], bare_environment)

    assert (ended.returncode, ended.stderr) == (1, f"CommandError: {line}\n")
