"""Where the embedded services keep their data and sockets.

The same answer comes out in every process of one checkout, so that a second shell finds the running
services. Nothing is created here except by `make_data_folder` and `make_private`.
"""

import contextlib
import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.launcher.embedded.processes import Identity, nobody, unprivileged_identity

# The kernel's limit is 107 bytes on Linux and 103 on macOS, with the file's name.
LONGEST_SOCKET_PATH = 100
# For sockets whose path would be too long; what we make there is private: see make_private.
SHORT_FOLDERS = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108  # as above
OWN_FOLDER = "set DATA_DIR to a folder of your own, such as DATA_DIR=$HOME/till-then"
SOCKET_NAME_ROOM = len("/.s.PGSQL.5432")


# What a folder needs for others to get through it, to what is theirs within.
PASSABLE = stat.S_IXGRP | stat.S_IXOTH


class ServiceError(Exception):
    """An embedded service cannot run; the text says why and what to do."""


@dataclass(frozen=True)
class ServicePaths:
    """The folders of one service, the user it runs as, and whether it had to move out of the
    checkout.
    """

    home: Path
    sockets: Path
    identity: Identity | None
    moved: bool

    @property
    def data(self) -> Path:
        return self.home / "data"


def place_of(service: str, var: Path, *, drops_root: bool = False) -> ServicePaths:
    """Return where `service` of the data folder `var` lives; if it drops root, where it gets
    without.
    """
    identity = unprivileged_identity() if drops_root else None
    inside, outside = var / service, Path("/var/lib") / f"reminders-{_key(var)}" / service
    moved = identity is not None and (outside.exists() or not reaches(identity, var))
    home = outside if moved else inside
    return ServicePaths(home=home, sockets=_socket_folder(home), identity=identity, moved=moved)


def make_data_folder(var: Path) -> None:
    """Create the data folder `var` if it is missing. Raises `ServiceError` where we cannot write in
    it.
    """
    try:
        _make_passable(var, unprivileged_identity())
        tempfile.TemporaryFile(
            dir=var
        ).close()  # asks the file system, too: it may be full or read-only
    except OSError as error:
        raise ServiceError(unusable(var, error)) from None


def unusable(path: Path, error: OSError) -> str:
    """Return why something in the data folder cannot be used, and what to do."""
    existing = next(step for step in (path, *path.parents) if os.path.lexists(step))
    owner, uid = existing.lstat().st_uid, os.geteuid()
    if isinstance(error, PermissionError) and owner != uid:
        return foreign(existing, owner=owner, uid=uid)
    return f"{path} cannot be used ({error.strerror}). Put that right, or {OWN_FOLDER}."


def foreign(path: Path, *, owner: int, uid: int) -> str:
    """Return whose `path` is, where `uid` would need it, and what to do."""
    who = _name_of(owner)
    return (
        f"{path} belongs to another user (uid {owner}, not {uid}). Start as {who}, who started "
        f"here first, "
        f"or {OWN_FOLDER}."
    )


def make_home(place: ServicePaths) -> None:
    """Create the folders of a service for its user alone. Raises `ServiceError`."""
    if place.moved:
        _make_passable(place.home.parent, place.identity)
        place.home.parent.chmod(place.home.parent.stat().st_mode | PASSABLE)
    make_private(place.home, place.identity)
    make_private(place.sockets, place.identity)


def forget_sockets(place: ServicePaths) -> None:
    """Remove the folder of the sockets if it lies among those of others and nothing is in it."""
    if not place.sockets.is_relative_to(place.home):
        with contextlib.suppress(OSError):
            place.sockets.rmdir()


def make_private(folder: Path, identity: Identity | None) -> None:
    """Create `folder` for its one user alone, or refuse a folder that belongs to somebody else."""
    uid = identity.uid if identity else os.geteuid()
    try:
        _make_passable(folder.parent, identity)
        folder.mkdir(mode=0o700)
        if identity:
            os.chown(folder, identity.uid, identity.gid)
    except FileExistsError:
        # Not followed: in /tmp a link of somebody else's would lead our data to them.
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == uid:
            folder.chmod(0o700)
            return
        if not stat.S_ISDIR(found.st_mode):
            raise ServiceError(f"{folder} is in the way: it is no folder. Remove it.") from None
        raise ServiceError(foreign(folder, owner=found.st_uid, uid=uid)) from None
    except OSError as error:
        raise ServiceError(unusable(folder, error)) from None


def reaches(identity: Identity, path: Path) -> bool:
    """Tell whether the permission bits of `path` and of all folders above let that user through."""
    real = path.resolve()
    return all(_may_pass(identity, step) for step in {path, *path.parents, real, *real.parents})


def _may_pass(identity: Identity, folder: Path) -> bool:
    try:
        found = folder.stat()
    # What is not there yet is made by us, and passable.
    except FileNotFoundError:
        return True
    if found.st_uid == identity.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == identity.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _make_passable(folder: Path, identity: Identity | None) -> None:
    """Create `folder` and those above it; where the service drops root, whatever root's umask
    is.
    """
    for missing in reversed([step for step in (folder, *folder.parents) if not step.exists()]):
        missing.mkdir(exist_ok=True)
        if identity:
            missing.chmod(missing.stat().st_mode | PASSABLE)


def _socket_folder(home: Path) -> Path:
    near = home / "run"
    if _fits_libpq(near):
        return near
    usable = (folder for folder in SHORT_FOLDERS if os.access(folder, os.W_OK | os.X_OK))
    return next(usable, SHORT_FOLDERS[0]) / f"reminders-{os.geteuid()}-{_key(home)}"


def _fits_libpq(folder: Path) -> bool:
    """Tell whether clients can name a socket here: a comma ends a host's name, bytes must be
    UTF-8.
    """
    text = str(folder)
    short = len(os.fsencode(folder)) + SOCKET_NAME_ROOM <= LONGEST_SOCKET_PATH
    return short and text.isprintable() and "," not in text


def _name_of(uid: int) -> str:
    """Return the name of the user who starts what runs as `uid`: root's server runs as nobody."""
    if uid == nobody().uid:
        return "root"
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"the user with uid {uid}"


def _key(path: Path) -> str:
    # Of the whole path: two checkouts of one user must not meet in /tmp.
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
