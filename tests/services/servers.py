"""Redis and RabbitMQ for one test session: servers of our own, on ports and in folders of their
own.

They run as whoever runs the tests, root or not, beside any server that the machine has already.
"""

import os
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import redis

from config.launcher.embedded import processes
from config.ringing import queues
from tests.programs import free_port, wait_until

START_SECONDS = 60.0
RABBIT = Path("/usr/lib/rabbitmq/bin")
"""Debian's wrappers in /usr/sbin run as root or rabbitmq only; these are the programs themselves.
"""


class Server(Protocol):
    """A broker that a test may stop, empty, fill up and hold."""

    name: str
    url: str

    def start(self) -> None:
        """Start and wait until it takes connections."""

    def stop(self) -> None:
        """End it at once; what it has written stays."""

    def lose_everything(self) -> None:
        """Forget what is queued."""

    def fill_up(self) -> None:
        """Take nothing more."""

    def make_room(self) -> None:
        """Take things again."""

    def hold(self) -> None:
        """Take connections and never answer."""

    def let_go(self) -> None:
        """Answer again."""


class RedisServer:
    """`redis-server`, which refuses to write when it is full."""

    name = "redis"

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            "redis-server",
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--dir",
            str(self.folder),
            "--save",
            "",
            "--appendonly",
            "yes",
            "--maxmemory-policy",
            "noeviction",
            "--loglevel",
            "warning",
        ]
        self._process = _start(command, self.folder)
        _wait_for_port(self.port, self.folder)

    def stop(self) -> None:
        self._process = _end(self._process)

    def lose_everything(self) -> None:
        with self._client() as client:
            client.flushall()

    def fill_up(self) -> None:
        with self._client() as client:
            client.config_set("maxmemory", "1")

    def make_room(self) -> None:
        with self._client() as client:
            client.config_set("maxmemory", "0")

    def hold(self) -> None:
        _signal(self._process, signal.SIGSTOP)

    def let_go(self) -> None:
        _signal(self._process, signal.SIGCONT)

    def _client(self) -> "redis.Redis":
        return redis.Redis(port=self.port, socket_timeout=5)


class RabbitServer:
    """`rabbitmq-server` with its name server, which blocks those that publish when it is full."""

    name = "rabbitmq"

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self._process: subprocess.Popen[bytes] | None = None
        self._names: subprocess.Popen[bytes] | None = None
        self._environment = _rabbit_environment(folder, port=self.port)

    def start(self) -> None:
        if self._names is None:
            self._names = _start(["epmd"], self.folder, self._environment)
        self._process = _start([RABBIT / "rabbitmq-server"], self.folder, self._environment)
        _wait_for_port(self.port, self.folder)

    def stop(self) -> None:
        self._process = _end(self._process)

    def close(self) -> None:
        """End the name server too."""
        self.stop()
        self._names = _end(self._names)

    def lose_everything(self) -> None:
        for queue in (queues.URGENT, queues.BACKGROUND):
            self._control("purge_queue", queue, check=False)  # there is none before the first ring

    def fill_up(self) -> None:
        self._control("set_vm_memory_high_watermark", "0")

    def make_room(self) -> None:
        self._control("set_vm_memory_high_watermark", "0.8")

    def hold(self) -> None:
        _signal(self._process, signal.SIGSTOP)

    def let_go(self) -> None:
        _signal(self._process, signal.SIGCONT)

    def _control(self, *arguments: str, check: bool = True) -> None:
        node = ["--node", self._environment["RABBITMQ_NODENAME"]]
        subprocess.run(
            [RABBIT / "rabbitmqctl", "--quiet", *node, *arguments],
            env=self._environment, check=check, capture_output=True, timeout=60,
        )  # fmt: skip


def _rabbit_environment(folder: Path, *, port: int) -> dict[str, str]:
    plugins = folder / "enabled_plugins"
    plugins.write_text("[].\n")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),  # the cookie lies there
        "LANG": "C.UTF-8",
        "ERL_EPMD_PORT": str(free_port()),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"test{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
        "RABBITMQ_CONFIG_FILE": str(folder / "none.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none-env.conf"),
    }


def _start(
    command: Sequence[str | Path], folder: Path, environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    with (folder / "server.log").open("ab") as log:
        return processes.start(command, output=log, environment=environment, folder=folder)


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None:
        processes.kill_group(process)
        process.wait()


def _signal(process: subprocess.Popen[bytes] | None, number: int) -> None:
    if process is None:
        raise RuntimeError("The server is not running")
    os.killpg(process.pid, number)


def _wait_for_port(port: int, folder: Path) -> None:
    def answers() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    if not wait_until(answers, seconds=START_SECONDS):
        said = (folder / "server.log").read_text(errors="replace")[-2000:]
        raise RuntimeError(f"The server did not start:\n{said}")
