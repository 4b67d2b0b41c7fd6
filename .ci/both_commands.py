"""Do what a newcomer does: clone, `make run` until /readyz answers 200, Ctrl-C, `make test`.

Runs on a bare Python, as the user and in the environment that a caller chose, and tells the
seconds.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE = 600.0
STOP_SECONDS = 30.0


def main() -> None:
    """Do it, or end with what went wrong and the end of the log."""
    parser = argparse.ArgumentParser(description="Try make run and make test in a fresh clone.")
    parser.add_argument("source", help="the repository to clone")
    parser.add_argument("folder", type=Path, help="where to clone it to")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--umask", type=lambda text: int(text, 8), default=0o022, help="after cloning"
    )
    parser.add_argument("--no-tests", action="store_true", help="only make run")
    parser.add_argument("--pytest-args", default="", help="which tests; all by default")
    options = parser.parse_args()
    began = time.monotonic()
    subprocess.run(["git", "clone", "--quiet", options.source, options.folder], check=True)
    os.umask(options.umask)
    tell(f"{run_until_ready(options.folder, options.port) - began:.1f} s from clone to /readyz")
    if not options.no_tests:
        make_test(options.folder, options.pytest_args)


def run_until_ready(folder: Path, port: int) -> float:
    """Start `make run`, wait for /readyz, press Ctrl-C; return the moment that it was ready."""
    log = folder.with_name(f"{folder.name}.log")
    # Begun in the background this program ignores the signal, and so would what it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with log.open("wb") as output:
        command = ["make", "run", f"PORT={port}"]
        running = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        ready = wait_until_ready(running, port, log)
        os.killpg(running.pid, signal.SIGINT)
        running.wait(STOP_SECONDS)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
    if "Everything is stopped." not in log.read_text(errors="replace") or left_running(folder):
        fail(f"Ctrl-C left something running: {left_running(folder)}", log)
    tell(
        next(
            line
            for line in log.read_text(errors="replace").splitlines()
            if "The database is in" in line
        )
    )
    return ready


def wait_until_ready(running: "subprocess.Popen[bytes]", port: int, log: Path) -> float:
    """Return the moment when /readyz first answered 200."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if running.poll() is not None:
            fail("make run ended by itself", log)
        if is_ready(port):
            return time.monotonic()
        time.sleep(0.1)
    fail(f"/readyz did not answer 200 within {PATIENCE:g} s", log)
    raise AssertionError


def is_ready(port: int) -> bool:
    """Tell whether the application says that all its parts are there."""
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


def left_running(folder: Path) -> list[str]:
    """Return the commands of programs of this clone that still run."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes()
            if os.fsencode(folder / ".venv") in command:
                found.append(command.replace(b"\0", b" ").decode(errors="replace"))
    return found


def make_test(folder: Path, arguments: str) -> None:
    """Run the tests, or end with the end of what they printed."""
    began, log = time.monotonic(), folder.with_name(f"{folder.name}.test.log")
    with log.open("wb") as output:
        command = [
            "make",
            "test",
            *([f"PYTEST_ARGS={arguments}", "WORKERS=0"] if arguments else []),
        ]
        ended = subprocess.run(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    if ended.returncode != 0:
        fail(f"make test ended with status {ended.returncode}", log)
    outcome = log.read_text(errors="replace").splitlines()[-1].strip("= ")
    tell(f"make test in {time.monotonic() - began:.0f} s: {outcome}")


def tell(text: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def fail(reason: str, log: Path) -> None:
    """End with the reason and the end of the log."""
    lines = log.read_text(errors="replace").splitlines()[-60:]
    sys.exit("\n".join([f"FAILED: {reason}. The last lines of {log}:", *lines]))


if __name__ == "__main__":
    main()
