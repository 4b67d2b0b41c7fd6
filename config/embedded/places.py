"""Where the embedded services keep their data and sockets.

The same answer comes out in every process of one checkout, so that a second shell finds the running services.
Nothing is created here except by `make_private`.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from config.embedded.processes import Identity, unprivileged_identity

# The kernel's limit is 107 bytes on Linux and 103 on macOS, with the file's name.
LONGEST_SOCKET_PATH = 100
SOCKET_NAME_ROOM = len("/.s.PGSQL.5432")


class ServiceError(Exception):
    """An embedded service cannot run; the text says why and what to do."""


@dataclass(frozen=True)
class Place:
    """The folders of one service, the user it runs as, and whether it had to move out of the checkout."""

    home: Path
    sockets: Path
    identity: Identity | None
    moved: bool

    @property
    def data(self) -> Path:
        return self.home / "data"


def place_of(service: str, var: Path, *, drops_root: bool = False) -> Place:
    """Return where `service` of the data folder `var` lives; if it drops root, where it gets without."""
    identity = unprivileged_identity() if drops_root else None
    inside, outside = var / service, Path("/var/lib") / f"reminders-{_key(var)}" / service
    moved = identity is not None and (outside.exists() or not reaches(identity, var))
    home = outside if moved else inside
    return Place(home=home, sockets=_socket_folder(home), identity=identity, moved=moved)


def make_private(folder: Path, identity: Identity | None) -> None:
    """Create `folder` for its one user alone, or refuse a folder that belongs to somebody else."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    uid = identity.uid if identity else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
        if identity:
            os.chown(folder, identity.uid, identity.gid)
    except FileExistsError:
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == uid:
            folder.chmod(0o700)
            return
        raise ServiceError(
            f"{folder} belongs to another user (uid {found.st_uid}, not {uid}). Start as the user who "
            "started it first, or set DATA_DIR to a folder of your own."
        ) from None


def reaches(identity: Identity, path: Path) -> bool:
    """Tell whether the permission bits of `path` and of all folders above let that user through."""
    return all(_may_pass(identity, step) for step in (path, *path.parents))


def _may_pass(identity: Identity, folder: Path) -> bool:
    try:
        found = folder.stat()
    except FileNotFoundError:
        return True
    if found.st_uid == identity.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == identity.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _socket_folder(home: Path) -> Path:
    near = home / "run"
    if len(os.fsencode(near)) + SOCKET_NAME_ROOM <= LONGEST_SOCKET_PATH:
        return near
    return Path("/tmp") / f"reminders-{os.geteuid()}-{_key(home)}"  # noqa: S108  # private: see make_private


def _key(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
