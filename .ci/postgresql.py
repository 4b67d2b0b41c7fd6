"""The tests on a PostgreSQL of another version: `make test-postgresql POSTGRESQL_BIN=.../bin`.

Starts a server of those programs in a folder that goes away, with the settings that its version
brings, and runs `make test`'s tests on it.
"""

import argparse
import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
DEBIANS = Path("/usr/lib/postgresql")
USER = "reminders"
# Nobody will miss what it holds.
IN_A_HURRY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
START_SECONDS = 60


def as_somebody() -> list[str]:
    """What comes before a program that root must not run."""
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]


@contextlib.contextmanager
def server(programs: Path) -> Iterator[str]:
    """A running server; yields its address as `DATABASE_URL` takes it."""
    home = Path(tempfile.mkdtemp(prefix="reminders-postgresql-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(home, "nobody")
    data, log = home / "data", home / "log"
    options = ["--auth=trust", f"--username={USER}", "--encoding=UTF8", "--locale=C.UTF-8"]
    run([*as_somebody(), programs / "initdb", "--no-sync", *options, "-D", data])
    settings = [part for each in IN_A_HURRY for part in ("-c", each)]
    with log.open("wb") as output:
        running = subprocess.Popen(
            [*as_somebody(), programs / "postgres", "-D", data, "-k", home, "-h", "", *settings],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + START_SECONDS
        ready = [programs / "pg_isready", "--quiet", "-h", home]
        while subprocess.run(ready, check=False).returncode:
            if running.poll() is not None or time.monotonic() > until:
                sys.exit(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.1)
        run([programs / "createdb", "-h", home, "-U", USER, USER])
        yield f"postgres://{USER}@/{USER}?host={quote(str(home), safe='')}"
    finally:
        running.terminate()
        running.wait()
        shutil.rmtree(home, ignore_errors=True)


def run(command: list[str | Path]) -> None:
    """Run a program that must go well, in words only if it does not."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command}:\n{done.stdout}{done.stderr}")


def main() -> int:
    """Run pytest with what stands behind `--`."""
    made = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    made.add_argument("programs", type=Path, help="such as /usr/lib/postgresql/15/bin")
    made.add_argument("arguments", nargs="*", help="for pytest, behind --")
    given = made.parse_args()
    if not (given.programs / "initdb").exists():
        here = sorted(map(str, DEBIANS.glob("*/bin"))) or ["nothing in /usr/lib/postgresql"]
        sys.exit(f"POSTGRESQL_BIN names PostgreSQL's programs; here there is {', '.join(here)}.")
    version = subprocess.run(
        [given.programs / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    sys.stdout.write(version)
    sys.stdout.flush()
    with server(given.programs) as url:
        return subprocess.run(
            [sys.executable, "-m", "pytest", *given.arguments],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": url, "ONE_MACHINE": "true"},
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
