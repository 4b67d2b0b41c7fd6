"""Programs as a user starts them: with an environment of their own and a data folder that goes away."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
Manage = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder for one test."""
    with data_folder() as folder:
        yield folder


@contextlib.contextmanager
def data_folder() -> Iterator[Path]:
    """A folder that every user may enter, as a checkout's `var/` usually is; what runs in it is ended."""
    folder = Path(tempfile.mkdtemp(prefix="reminders-data-"))
    folder.chmod(0o755)
    yield folder
    for pid in running_in(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder)


@pytest.fixture
def bare_environment(data_dir: Path) -> dict[str, str]:
    """An environment without any setting but the data folder."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "DATA_DIR": str(data_dir)}


def run(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run Python with `arguments` in the checkout and return what it printed."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
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
