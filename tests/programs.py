"""Programs as a user starts them: with an environment of their own and a data folder that goes
away.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 90.0
NOBODY = 65534
# Reading everything lets him use an interpreter that lies in root's home.
AS_NOBODY = (
    "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
    "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search",
)  # fmt: skip


@contextlib.contextmanager
def data_folder() -> Iterator[Path]:
    """A folder that every user may enter, as a checkout's `var/` usually is; what runs in it is
    ended.
    """
    folder = Path(tempfile.mkdtemp(prefix="reminders-data-"))
    folder.chmod(0o755)
    yield folder
    for pid in running_in(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder)


def bare_environment_in(folder: Path) -> dict[str, str]:
    """An environment without any setting but the data folder."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "DATA_DIR": str(folder),
    }


def run(
    arguments: list[str],
    environment: dict[str, str],
    *,
    given: str | None = None,
    prefix: tuple[str, ...] = (),
    seconds: float = 60,
) -> subprocess.CompletedProcess[str]:
    """Run Python with `arguments` in the checkout, `given` on its standard input; return what it
    printed.
    """
    return subprocess.run(
        [*prefix, sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=seconds,
    )


def running_in(folder: Path) -> list[int]:
    """The processes whose command line or environment names `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in said and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Tell whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def hear_ctrl_c() -> None:
    """Undo what a shell does to programs in its background: they and their children ignore
    Ctrl-C.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Up:
    """One `manage.py up`, whose log goes to a file."""

    def __init__(self, data_dir: Path, environment: dict[str, str], *arguments: str) -> None:
        self.port = free_port()
        self.data_dir = data_dir
        self.environment = environment
        self._log = data_dir / "up.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port), *arguments],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=hear_ctrl_c,
            )

    @property
    def url(self) -> str:
        """The web site's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_url(self) -> str:
        """The sandbox's address, once it runs."""
        return (self.data_dir / "sandbox-url").read_text()

    @property
    def log(self) -> str:
        """Everything that its programs said."""
        return self._log.read_text()

    def wait_until_welcome(self) -> None:
        """Wait until a user is told the address."""

        def said() -> bool:
            return "Ctrl-C stops everything" in self.log or self.process.poll() is not None

        assert wait_until(said, seconds=START_SECONDS), self.log
        assert self.process.poll() is None, self.log

    def manage(self, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a management command in a second shell."""
        return run(["manage.py", *arguments], self.environment, given=given)

    def pid_of(self, *words: str) -> int:
        """The process of ours whose command line has all the words."""
        for pid in running_in(self.data_dir):
            command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            if set(words) <= set(command):
                return pid
        raise LookupError(words)

    def interrupt(self) -> int:
        """Press Ctrl-C and return the status that it ends with."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(15)

    def stop(self) -> None:
        """End it if it still runs."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(15)
