"""Make the virtual environment and install what a lock file lists, for `make setup` and what begins
with it.

Uses the bare Python of the machine. An environment of another Python, a half made one and one that
was moved are made again; where nothing can be written, a line says what to do instead.
"""

import argparse
import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
ELSEWHERE = (
    "set up in a folder of your own: VENV=$HOME/till-then/venv DATA_DIR=$HOME/till-then/data"
)
# Packages of another version's are not found, pip first of all.
VERSION = "import sys, pip; print(*sys.version_info[:2])"
Version = tuple[int, ...]


def main() -> None:
    """Set up what is not yet, or end with a line that says what to do."""
    parser = argparse.ArgumentParser(description="Set up the virtual environment.")
    parser.add_argument("--venv", default=".venv", help="its folder (default: %(default)s)")
    parser.add_argument("--dev", action="store_true", help="with what developing and testing need")
    parser.add_argument(
        "--this-python", action="store_true", help="make again one of another version"
    )
    options = parser.parse_args()
    venv, lock = HERE / options.venv, "dev" if options.dev else "run"
    wanted = sys.version_info[:2] if options.this_python else None
    if not is_ready(venv, lock, wanted=wanted):
        set_up(venv, lock, wanted=wanted)


def is_ready(venv: Path, lock: str, *, wanted: Version | None) -> bool:
    """Tell whether the environment runs and holds what the lock file lists now."""
    return _read(_mark(venv, lock)) == _expected(venv, lock) and is_sound(venv, wanted=wanted)


def is_sound(venv: Path, *, wanted: Version | None) -> bool:
    """Tell whether the environment works where it is, and is of the Python version `wanted`, if
    any.
    """
    if _was_moved(venv):
        return False
    try:
        found = subprocess.run(  # our own environment's Python
            [venv / "bin/python", "-c", VERSION], capture_output=True, check=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    return wanted is None or tuple(map(int, found.split())) == wanted


def set_up(venv: Path, lock: str, *, wanted: Version | None) -> None:
    """Bring the environment up to date; of several that want to at once, one does."""
    try:
        venv.parent.mkdir(parents=True, exist_ok=True)
        with _alone(venv.parent):
            if is_ready(venv, lock, wanted=wanted):
                return
            if not is_sound(venv, wanted=wanted):
                _make(venv)
            _install(venv, lock)
    except OSError as error:
        stop(refusal(Path(error.filename or venv), error))


def refusal(path: Path, error: OSError) -> str:
    """Return why the environment cannot be written, and what to do."""
    existing = next(step for step in (path, *path.parents) if os.path.lexists(step))
    owner = existing.lstat().st_uid
    if error.errno in {errno.EACCES, errno.EPERM} and owner != os.geteuid():
        who = _name_of(owner)
        return f"{existing} belongs to {who}: set up as {who}, or {ELSEWHERE}"
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"{existing} may not be written ({error.strerror}): {ELSEWHERE}"
    return f"{path}: {error.strerror}."


def stop(reason: str) -> NoReturn:
    """End with status 1 and `reason` on standard error."""
    sys.exit(reason)


def _make(venv: Path) -> None:
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            stop(
                "python3 cannot make virtual environments; on Debian or Ubuntu: apt-get install "
                "python3-venv"
            )
    _check_writable(venv.parent)
    _remove(venv)
    command: list[str | Path] = [_base_python(), "-m", "venv", venv]
    made = subprocess.run(command, capture_output=True, text=True)  # the Python that runs us
    if made.returncode != 0:
        _remove(venv)
        stop(f"{venv} could not be made:\n{made.stdout}{made.stderr}".rstrip())


def _remove(venv: Path) -> None:
    if venv.is_symlink():  # what it points to may be somebody else's
        venv.unlink()
    elif venv.is_dir() and any(venv.iterdir()):
        if not (venv / "pyvenv.cfg").exists():
            stop(
                f"{venv} is no virtual environment, so it is left alone. Choose another folder: "
                f"VENV=..."
            )
        sys.stdout.write(
            f"{venv} is of another Python, was moved or is incomplete: it is made again.\n"
        )
        shutil.rmtree(venv)


def _install(venv: Path, lock: str) -> None:
    _check_writable(venv)
    sys.stdout.write(f"Setting up (once): installing what {LOCKS[lock]} lists ...\n")
    sys.stdout.flush()
    quiet = ["--quiet", "--disable-pip-version-check"]
    command: list[str | Path] = [
        venv / "bin/python",
        "-m",
        "pip",
        "install",
        *quiet,
        "--require-hashes",
        "-r",
        HERE / LOCKS[lock],
    ]
    if subprocess.run(command).returncode != 0:  # pip, on our own lock file
        stop(
            "The packages could not be installed; the lines above say why. The next start tries "
            "again."
        )
    # Developing needs all that running does.
    for name in {"run", lock}:
        _mark(venv, name).write_text(_expected(venv, name), encoding="utf-8")


def _mark(venv: Path, lock: str) -> Path:
    return venv / f".ready-{lock}"


def _expected(venv: Path, lock: str) -> str:
    digest = hashlib.sha256((HERE / LOCKS[lock]).read_bytes()).hexdigest()
    return f"{digest}\n{os.fsencode(venv.resolve())!r}\n"


def _was_moved(venv: Path) -> bool:
    said = [text.splitlines() for text in (_read(_mark(venv, name)) for name in LOCKS) if text]
    return any(lines[1:] != [repr(os.fsencode(venv.resolve()))] for lines in said)


def _read(file: Path) -> str:
    with contextlib.suppress(OSError, ValueError):
        return file.read_text(encoding="utf-8")
    return ""


def _check_writable(folder: Path) -> None:
    """Ask the file system itself: it may be read-only or full whatever the permissions say."""
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        error.filename = str(folder)
        raise


def _base_python() -> str:
    """Return the Python of the machine, also when that of the environment runs us."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"the user with uid {uid}"


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    main()
