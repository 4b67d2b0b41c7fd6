"""`manage.py up` with its real processes: it starts, serves, stops, and says why when it cannot."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from tests.programs import (
    AS_NOBODY,
    NOBODY,
    Up,
    data_folder,
    free_port,
    run,
    running_in,
    wait_until,
)

pytestmark = pytest.mark.programs


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
        one.stop()


def test_up_serves_and_stops_cleanly_on_ctrl_c_and_keeps_its_data(
    up: Callable[..., Up], data_dir: Path
) -> None:
    for _ in range(2):
        running = up()
        running.wait_until_welcome()
        for path in ("/healthz", "/static/bootstrap/css/bootstrap.min.css"):
            assert httpx.get(running.url + path).status_code == HTTPStatus.OK

        assert running.interrupt() == 0, running.log
        assert running.log.rstrip().endswith("Everything is stopped.")
        assert "Traceback" not in running.log
        assert running_in(data_dir) == []


def test_without_demo_the_console_has_a_link_for_the_first_login_until_it_is_used(
    up: Callable[..., Up],
) -> None:
    running = up()
    running.wait_until_welcome()
    link = next(word for word in running.log.split() if "/first-login/" in word)
    with httpx.Client(follow_redirects=True) as browser:
        page = browser.get(link)
        token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        password = "correct horse battery"
        values = {"username": "ann", "password1": password, "password2": password}
        made = browser.post(
            link, data=values | {"csrfmiddlewaretoken": token}, headers={"Referer": link}
        )
    running.interrupt()

    again = up()
    again.wait_until_welcome()

    assert (made.status_code, made.url.path) == (HTTPStatus.OK, "/set-up/first-steps/")
    assert "/first-login/" not in again.log
    assert "Sign in with your own login" in again.log


def test_a_second_shell_uses_the_running_database(up: Callable[..., Up]) -> None:
    running = up()
    running.wait_until_welcome()

    shown = running.manage("showmigrations", "contenttypes")

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
    [("web", ["config.launcher.serve"]), ("broker", ["--unixsocket"]), ("database", ["-D"])],
)
def test_a_part_that_dies_stops_the_others_and_is_named(
    up: Callable[..., Up], data_dir: Path, name: str, words: list[str]
) -> None:
    running = up()
    running.wait_until_welcome()

    os.kill(running.pid_of(*words), signal.SIGKILL)

    assert running.process.wait(20) == 1
    ends = ("was ended by SIGKILL", "ended by itself")
    assert any(f"CommandError: {name} {how}. Its last lines:" in running.log for how in ends), (
        running.log
    )
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


def test_a_taken_port_is_answered_in_the_words_of_make_with_one_that_is_free(
    bare_environment: dict[str, str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with socket.create_server(("127.0.0.1", port + 10)):
            ended = run(
                ["manage.py", "up", "--port", str(port)], {**bare_environment, "MAKELEVEL": "1"}
            )

    assert ended.stderr.endswith(f" Choose another one: make run PORT={port + 20}\n")


def test_an_address_of_another_machine_is_no_matter_of_the_port(
    bare_environment: dict[str, str],
) -> None:
    ended = run(["manage.py", "up", "--host", "192.0.2.1"], bare_environment)

    assert (ended.returncode, ended.stderr) == (
        1,
        "CommandError: Port 8000 of 192.0.2.1 cannot be used (Cannot assign requested address). "
        "--host takes an address of this machine, such as 127.0.0.1 or 0.0.0.0.\n",
    )


def test_a_second_start_in_the_same_folder_is_told_that_the_first_one_runs(
    up: Callable[..., Up],
) -> None:
    running = up()
    running.wait_until_welcome()

    ended = running.manage("up", "--port", str(running.port))

    assert ended.returncode == 1
    assert ended.stderr.startswith("CommandError: Till Then is running already, with the data in ")
    assert ended.stderr.count("\n") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be two users")
def test_a_folder_first_started_by_another_user_is_named_in_one_line(
    bare_environment: dict[str, str], data_dir: Path
) -> None:
    (data_dir / "root").mkdir()

    ended = run(
        ["manage.py", "up", "--port", str(free_port())],
        {**bare_environment, "DATA_DIR": str(data_dir / "root")},
        prefix=AS_NOBODY,
    )

    assert (ended.returncode, ended.stderr) == (
        1,
        f"{data_dir}/root belongs to another user (uid 0, not {NOBODY}). Start as root, who "
        f"started here "
        "first, or set DATA_DIR to a folder of your own, such as DATA_DIR=$HOME/till-then.\n",
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
    ended = run(
        ["manage.py", "up", "--port", str(free_port())], {**bare_environment, variable: url}
    )

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
