"""The machine that is installed on: every change goes through here, is told, and is not made with
`--dry-run`.
"""

import grp
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn


class Machine:
    """Changes files and runs programs; says each once, and only what is not so already."""

    def __init__(self, *, dry_run: bool) -> None:
        self.dry_run = dry_run

    def say(self, words: str) -> None:
        """One line for whoever watches."""
        sys.stdout.write(f"{words}\n")
        sys.stdout.flush()

    def told(self, words: str) -> bool:
        """Say what is done now, or would be; whether it is to be done."""
        self.say(f"  {'would ' if self.dry_run else ''}{words}")
        return not self.dry_run

    def folder(self, path: Path, *, mode: int, owner: str = "root", group: str = "root") -> None:
        """A folder with these rights, made or mended."""
        if self._is_so(path, mode, owner, group):
            return
        if self.told(f"make the folder {path} ({mode:o}, {owner}:{group})"):
            path.mkdir(mode=mode, parents=True, exist_ok=True)
            self._give(path, mode, owner, group)

    def file(
        self, path: Path, text: str, *, mode: int = 0o644, owner: str = "root", group: str = "root"
    ) -> bool:
        """A file with this text and these rights; whether anything changed."""
        same = _read(path) == text
        if same and self._is_so(path, mode, owner, group):
            return False
        if self.told(f"{'mend the rights of' if same else 'write'} {path} ({mode:o}, {owner})"):
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.new")
            # Nobody else's from the first byte on: it may hold a secret.
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as to:
                to.write(text)
            self._give(draft, mode, owner, group)
            draft.rename(path)
        return True

    def link(self, path: Path, to: Path) -> None:
        """A link, made or turned."""
        if path.is_symlink() and path.readlink() == to:
            return
        if self.told(f"link {path} to {to}"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.symlink_to(to)

    def run(self, words: str, command: Sequence[str | Path], *, given: str | None = None) -> None:
        """Run a program that may be run again; its failure ends the installation."""
        if not self.told(words):
            return
        done = subprocess.run(command, input=given, text=True)
        if done.returncode != 0:
            stop(
                f"That failed; the lines above say why. Then run the same command again: {_again()}"
            )

    def asks(self, command: Sequence[str | Path]) -> bool:
        """Whether a program that only looks says yes."""
        try:
            return subprocess.run(command, capture_output=True).returncode == 0
        except OSError:
            return False

    def has(self, program: str) -> bool:
        """Whether a program is installed, also where only root looks."""
        places = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
        return shutil.which(program, path=places) is not None

    def _is_so(self, path: Path, mode: int, owner: str, group: str) -> bool:
        try:
            found = path.stat()
            wanted = (mode, pwd.getpwnam(owner).pw_uid, grp.getgrnam(group).gr_gid)
        except (OSError, KeyError):
            return False
        return (found.st_mode & 0o7777, found.st_uid, found.st_gid) == wanted

    def _give(self, path: Path, mode: int, owner: str, group: str) -> None:
        shutil.chown(path, owner, group)
        path.chmod(mode)


def stop(reason: str) -> NoReturn:
    """End with status 1 and a line."""
    sys.exit(reason)


def _again() -> str:
    return " ".join(["deploy/install", *sys.argv[1:]])


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
