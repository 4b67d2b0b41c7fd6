"""The image: built from a bare Debian, run as its user on a file system that it cannot write.

`buildah` builds it without any service of containers; the base that the Containerfile asks for
comes from a registry of images, so debootstrap's Debian with a Python takes its place.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from config.launcher.embedded.places import ServicePaths
from config.launcher.embedded.postgres import Postgres
from config.launcher.embedded.processes import unprivileged_identity
from tests.programs import ROOT, free_port, wait_until

sys.path.insert(0, str(ROOT / ".ci"))
newcomer = import_module("newcomer")
"""Makes bare Debians."""

pytestmark = pytest.mark.deploy
BASE, IMAGE = "localhost/bare-debian", "localhost/till-then"
ENTER = """
mount --make-rprivate /
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
for folder in tmp backups
do mount -t tmpfs -o mode=1777 tmpfs "$1/$folder"
done
root=$1
shift
# Another user's, it would else outlive us.
set -- --pdeathsig=KILL --clear-groups --no-new-privs "$@"
exec chroot "$root" setpriv --reuid=10001 --regid=10001 "$@"
"""


class Image:
    """What was built, with its file system where it can be entered."""

    def __init__(self, root: Path, config: dict) -> None:
        self.root, self.config = root, config

    def command(self, environment: dict[str, str], *words: str) -> list[str]:
        """The command line of a program in it; the image's own without words."""
        given = [f"{name}={value}" for name, value in environment.items()]
        inside = ["env", "-i", f"--chdir={self.config['WorkingDir']}", *self.config["Env"], *given]
        enter = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-euc", ENTER]
        return [*enter, "sh", str(self.root), *inside, *(words or self.config["Cmd"])]

    def run(self, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(environment, *words), capture_output=True, text=True, timeout=600
        )


class Buildah:
    """Buildah, with its images where the next run finds them; the rest goes away with a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str | Path) -> str:
        kept = newcomer.KEPT / "containers"
        done = subprocess.run(
            ["buildah", "--root", kept, "--runroot", self.folder / "run", *words],
            env=os.environ
            | {
                "STORAGE_DRIVER": "vfs",
                "BUILDAH_ISOLATION": "chroot",
                "TMPDIR": str(self.folder),
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        assert done.returncode == 0, words
        return done.stdout.strip()


def made_base(buildah: Buildah) -> list[str]:
    """Make the image that ours is built on; the folders that its pip reads from, as volumes."""
    with_pip = buildah.folder / "base"
    debian = newcomer.made_debian("trixie")
    subprocess.run(["cp", "-a", "--reflink=auto", debian, with_pip], check=True)
    newcomer.hand_on_pips_configuration(with_pip)
    container = buildah("from", "--name", f"base-{os.getpid()}", "scratch")
    buildah("copy", "--quiet", container, with_pip, "/")
    buildah("commit", "--quiet", container, BASE)
    buildah("rm", container)
    places = (with_pip / "folders-of-pip").read_text().split()
    return [f"--volume={place}:{place}:ro" for place in places]


def checked_out(folder: Path) -> Path:
    """What is committed, and nothing else that lies about."""
    checkout = folder / "checkout"
    checkout.mkdir()
    archive = subprocess.run(
        ["git", "archive", "HEAD"], cwd=ROOT, check=True, stdout=subprocess.PIPE
    ).stdout
    subprocess.run(["tar", "-x", "-C", checkout], input=archive, check=True)
    return checkout


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    for program in ("buildah", "debootstrap", "redis-server"):
        if os.geteuid() != 0 or shutil.which(program) is None:
            pytest.skip(f"needs root and {program}; on Debian: apt-get install {program}")
    folder = Path(tempfile.mkdtemp(prefix="reminders-image-"))
    buildah = Buildah(folder)
    volumes, checkout = made_base(buildah), checked_out(folder)
    buildah(
        *(
            "build",
            "--quiet",
            "--format=docker",
            "--network=host",
            f"--build-arg=BASE={BASE}",
            f"--tag={IMAGE}",
        ),
        *volumes,
        *("--file", checkout / "deploy/containers/Containerfile", checkout),
    )
    container = buildah("from", "--name", f"run-{os.getpid()}", IMAGE)
    root = Path(buildah("mount", container))
    config = json.loads(buildah("inspect", "--type", "image", IMAGE))["OCIv1"]["config"]
    yield Image(root, config)
    buildah("umount", container)
    buildah("rm", container)
    buildah("rmi", "--force", IMAGE, BASE)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def environment(image: Image) -> Iterator[dict[str, str]]:
    """A database and a broker on this machine, and the settings that lead there."""
    home = Path(tempfile.mkdtemp(prefix="reminders-image-database-"))
    identity = unprivileged_identity()
    assert identity
    os.chown(home, identity.uid, identity.gid)
    place = ServicePaths(home=home, sockets=home / "run", identity=identity, moved=False)
    database, port, broker = Postgres(place, throwaway=True), free_port(), free_port()
    database._settings |= {"listen_addresses": "127.0.0.1", "port": str(port)}
    # Its own look at whether it answers goes by the usual number of its socket.
    os.environ["PGPORT"] = str(port)
    try:
        database.start()
    finally:
        del os.environ["PGPORT"]
    redis = subprocess.Popen(
        ["redis-server", "--port", str(broker), "--bind", "127.0.0.1", "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    yield {
        "DATABASE_URL": f"postgres://reminders@127.0.0.1:{port}/reminders",
        "CELERY_BROKER_URL": f"redis://127.0.0.1:{broker}/0",
        "SECRET_KEY": "a-key-for-a-database-that-goes-away-" + "0123456789" * 2,
        "ALLOWED_HOSTS": "reminders.example",
        "PUBLIC_URL": "https://reminders.example",
        "BACKUP_FOLDER": "/backups",
    }
    redis.terminate()
    redis.wait(10)
    database.stop()
    shutil.rmtree(home, ignore_errors=True)


def test_it_is_ready_as_its_user_on_a_file_system_that_it_cannot_write(
    image: Image, environment: dict[str, str]
) -> None:
    prepared = image.run(environment, "python", "manage.py", "upgrade")
    assert prepared.returncode == 0, prepared.stderr
    kept = image.run(environment, "python", "manage.py", "backup", "/backups")
    assert "written and read back" in kept.stdout, kept.stderr
    port = free_port()
    celery = ("celery", "--quiet", "-A", "config")
    programs = [
        # The image's own command, on a port that is free here.
        (*image.config["Cmd"][:-1], str(port)),
        (*celery, "worker", "--loglevel", "INFO", "-n", "texts@%h"),
        (*celery, "beat", "--loglevel", "INFO"),
    ]
    running = [subprocess.Popen(image.command(environment, *words)) for words in programs]
    try:
        assert wait_until(lambda: _ready(port), seconds=180), _answer(port)
    finally:
        for process in running:
            process.send_signal(signal.SIGKILL)
            process.wait(10)


def test_it_holds_no_key_no_tests_and_no_server_and_runs_without_rights(image: Image) -> None:
    top = image.root / "opt/till-then"
    began = time.monotonic()
    who = image.run({}, "id", "--user").stdout.strip()
    wrote = image.run({}, "touch", "/opt/till-then/mark").stderr
    size = sum(
        file.lstat().st_size for file in top.rglob("*") if file.is_file() and not file.is_symlink()
    )

    assert (image.config["User"], who) == ("10001:10001", "10001")
    assert "Read-only file system" in wrote
    assert sorted(entry.name for entry in (top / "var").iterdir()) == ["static"]
    assert not (top / "tests").exists()
    assert [*top.rglob("pginstall*/bin/postgres"), *top.rglob("valkey-server")] == []
    sys.stderr.write(f"beside its base: {size / 1e6:.0f} MB ({time.monotonic() - began:.1f} s)\n")


def _answer(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()
    except OSError as error:
        return repr(error)


def _ready(port: int) -> bool:
    return '"ready": true' in _answer(port)
