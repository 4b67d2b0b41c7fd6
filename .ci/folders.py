"""Try both commands where people put checkouts: closed to others, open, with a strict umask, in
any path.

As root it tries all of them, also as an ordinary user; otherwise those of an ordinary user. With
`--few` only the hardest for each. The packages are downloaded once, before. Tries what is
committed.
"""

import contextlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
USER = "nobody"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TESTS = "tests/test_tasks.py tests/config/test_version.py"
AT_ONCE = 2
# What another program's shell may have set, of all that leads a database client astray.
HOSTILE = {
    "PGPORT": "6543",
    "PGHOSTADDR": "192.0.2.1",
    "PGSERVICE": "elsewhere",
    "PGDATESTYLE": "German",
    "PGOPTIONS": "-c search_path=nowhere",
    "PGSSLMODE": "verify-full",
    "DJANGO_SETTINGS_MODULE": "another.settings",
    "PYTHONPATH": "/nowhere",
}


@dataclass(frozen=True)
class Case:
    """One place for a checkout, and how it is used there."""

    name: str
    as_root: bool
    mode: int = 0o755
    umask: str = "022"
    folder: str = "till-then"
    hostile: bool = False


CASES = [
    Case("root, in a folder closed to others", as_root=True, mode=0o700),
    Case("root, in an open folder with umask 077", as_root=True, umask="077"),
    Case("a user, in an open folder", as_root=False),
    Case(
        "a user, in a path with blanks and other letters and a hostile environment",
        as_root=False,
        folder="Für Ärzte und 診療所",
        hostile=True,
    ),
]


def main() -> None:
    """Try all cases; end with status 1 if one failed."""
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    root = os.geteuid() == 0
    for case in CASES:
        if case.as_root and not root:
            sys.stdout.write(f"skipped, as it needs root: {case.name}\n")
    with temporary_folder() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        wheels = download(folder / "wheels")
        tried = [CASES[0], CASES[-1]] if "--few" in sys.argv else CASES
        chosen = [case for case in tried if root or not case.as_root]
        outcomes = list(pool.map(lambda case: attempt(case, folder, wheels), chosen))
    passed = sum(outcomes)
    sys.stdout.write(
        f"{passed} passed, {len(outcomes) - passed} failed in {time.monotonic() - began:.0f} s\n"
    )
    sys.exit(passed != len(outcomes))


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder that all may enter; it goes away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="reminders-folders-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def download(wheels: Path) -> Path:
    """Download what the lock file lists, readable for all."""
    wheels.mkdir()
    python, venv = shutil.which("python3", path=search_path()), wheels.with_name("venv")
    if python is None:
        sys.exit(
            "python3 is missing for ordinary users; on Debian: apt-get install python3 python3-venv"
        )
    subprocess.run([python, "-m", "venv", venv], check=True)
    command = [
        venv / "bin/python",
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
    ]
    what = ["--no-deps", "--require-hashes", "-r", ROOT / "requirements-dev.lock", "-d", wheels]
    subprocess.run([*command, *what], check=True, stderr=subprocess.DEVNULL)
    for path in (wheels, *wheels.iterdir()):
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    return wheels


def search_path() -> str:
    """Return where programs are looked for: root's own Python is not for other users."""
    return SYSTEM_PATH if os.geteuid() == 0 else os.environ.get("PATH", SYSTEM_PATH)


def attempt(case: Case, folder: Path, wheels: Path) -> bool:
    """Try one case and print what came of it; tell whether all went well."""
    identity = pwd.getpwnam(USER) if os.geteuid() == 0 and not case.as_root else None
    place = Path(tempfile.mkdtemp(dir=folder))
    subprocess.run(
        [
            "git",
            "clone",
            "--quiet",
            "--bare",
            "--depth",
            "1",
            f"file://{ROOT}",
            place / "source.git",
        ],
        check=True,
    )
    place.chmod(case.mode)
    if identity:
        subprocess.run(["chown", "-R", f"{identity.pw_uid}:{identity.pw_gid}", place], check=True)
    command = ["--port", str(free_port()), "--umask", case.umask, f"--pytest-args={TESTS}"]
    with (ROOT / ".ci/both_commands.py").open(
        "rb"
    ) as script:  # a user may not be able to read it there
        ended = subprocess.run(
            ["python3", "-", place / "source.git", place / case.folder, *command],
            stdin=script,
            cwd=place,
            env=environment(place, wheels, case),
            capture_output=True,
            text=True,
            user=identity and identity.pw_uid,
            group=identity and identity.pw_gid,
            extra_groups=[] if identity else None,
        )
    sys.stdout.write(
        f"{'passed' if ended.returncode == 0 else 'FAILED'}: "
        f"{case.name}\n{ended.stdout}{ended.stderr}\n"
    )
    sys.stdout.flush()
    forget_moved_data(ended.stdout)
    return ended.returncode == 0


def environment(place: Path, wheels: Path, case: Case) -> dict[str, str]:
    """Return what the commands find set."""
    usual = {
        "PATH": search_path(),
        "HOME": str(place),
        "LC_ALL": "C.UTF-8",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }
    return {**usual, **(HOSTILE if case.hostile else {})}


def forget_moved_data(said: str) -> None:
    """Remove the data of a closed checkout, which lies outside of it."""
    for moved in re.findall(r"The database is in (/var/lib/reminders-[0-9a-f]{12})/postgres", said):
        shutil.rmtree(moved, ignore_errors=True)


def free_port() -> int:
    """Return a port that nobody listens on, and that leaves room for the sandbox's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    return port if port < 65000 else free_port()


if __name__ == "__main__":
    main()
