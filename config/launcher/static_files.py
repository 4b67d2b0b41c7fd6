"""Collect static files when they have changed, so that a second start is quick."""

import hashlib
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

MARK = ".collected"


def collect_if_changed() -> bool:
    """Run `collectstatic` if a file is new, gone or newer than last time; tell whether it ran.

    It runs in a program of its own, whose settings choose the storage that names files by content.
    Raises `subprocess.CalledProcessError`.
    """
    root = Path(settings.STATIC_ROOT)
    mark, now = root / MARK, _fingerprint()
    if mark.exists() and mark.read_text() == now and (root / "staticfiles.json").exists():
        return False
    command = [
        sys.executable,
        "manage.py",
        "collectstatic",
        "--noinput",
        "--clear",
        "--verbosity",
        "0",
    ]
    subprocess.run(command, cwd=settings.BASE_DIR, check=True, capture_output=True)  # our own
    # Last: a run that was broken off is done again.
    mark.write_text(now)
    return True


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
