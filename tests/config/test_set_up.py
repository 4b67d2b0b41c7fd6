"""`make setup`: an environment that does not work any more is made again, and a hint is one that
helps.
"""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import set_up
from tests.programs import AS_NOBODY, ROOT

pytestmark = pytest.mark.programs

LOCK = "requirements.lock"
ANEW = "it is made again."
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be two users")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout that needs no packages, set up."""
    folder = tmp_path_factory.mktemp("checkout with blanks")
    for name in ("Makefile", "set_up.py"):
        shutil.copy(ROOT / name, folder)
    (folder / LOCK).write_text("")
    make(folder)
    return folder


@pytest.fixture
def checkout(made: Path) -> Path:
    """The same, whatever another test did to it."""
    (made / LOCK).write_text("")
    make(made)
    return made


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `make setup` there, also where the tests are run by a `make` with arguments of its
    own.
    """
    ours = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))
    }
    return subprocess.run(
        ["make", "setup", *arguments], cwd=folder, env=ours, capture_output=True, text=True
    )


def forget_packages(venv: Path) -> None:
    """As after an upgrade of the system's Python: it looks for packages in a folder of its own
    version.
    """
    (library,) = (venv / "lib").glob("python*")
    library.rename(library.with_name("python3.10"))


def lose_python(venv: Path) -> None:
    for name in (venv / "bin").glob("python*"):
        name.unlink()
        name.symlink_to("/nowhere/python3")


def stop_half_way(venv: Path) -> None:
    for pip in venv.glob("lib/python*/site-packages/pip"):
        shutil.rmtree(pip)
    (venv / ".ready-run").unlink()


def pretend_it_was_moved(venv: Path) -> None:
    mark = venv / ".ready-run"
    mark.write_text(mark.read_text().replace("checkout", "elsewhere"))


@pytest.mark.parametrize(
    "spoil", [forget_packages, lose_python, stop_half_way, pretend_it_was_moved]
)
def test_an_environment_that_does_not_work_is_made_anew(
    checkout: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(checkout / ".venv")

    ended = make(checkout)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ANEW in ended.stdout
    assert subprocess.run([checkout / ".venv/bin/python", "-c", "import pip"]).returncode == 0


def test_a_second_time_does_nothing(checkout: Path) -> None:
    ended = make(checkout)

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_another_lock_file_is_installed_into_the_same_environment(checkout: Path) -> None:
    (checkout / LOCK).write_text("# changed\n")

    first, second = make(checkout), make(checkout)

    assert ("installing what requirements.lock lists" in first.stdout, ANEW in first.stdout) == (
        True,
        False,
    )
    assert second.stdout == ""


def test_the_same_python_named_is_no_reason_to_begin_anew(checkout: Path) -> None:
    ended = make(checkout, "PYTHON=python3")

    assert (ended.returncode, ended.stdout) == (0, "")


def test_another_version_of_python_named_is(checkout: Path) -> None:
    assert set_up.is_sound(checkout / ".venv", wanted=sys.version_info[:2])
    assert not set_up.is_sound(checkout / ".venv", wanted=(3, 99))


def test_a_python_that_is_not_there_is_named(checkout: Path) -> None:
    ended = make(checkout, "PYTHON=python3.99")

    assert ended.stderr.startswith(
        "python3.99 is missing; on Debian or Ubuntu: apt-get install python3 "
    )


def test_the_environment_can_be_elsewhere(checkout: Path, tmp_path: Path) -> None:
    ended = make(checkout, f"VENV={tmp_path}/of my own")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "of my own/bin/python").exists()


def test_a_folder_that_is_no_environment_is_left_alone(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "diary.csv").write_text("kept")

    ended = make(checkout, f"VENV={tmp_path}")

    assert ended.returncode != 0
    assert ended.stderr.startswith(f"{tmp_path} is no virtual environment, so it is left alone.")
    assert [path.name for path in tmp_path.iterdir()] == ["diary.csv"]


def test_a_link_to_an_environment_is_removed_and_not_what_it_leads_to(
    checkout: Path, tmp_path: Path
) -> None:
    (tmp_path / "venv").symlink_to(checkout / ".venv")
    (tmp_path / "no-venv").symlink_to(checkout)

    for name in ("venv", "no-venv"):
        assert make(checkout, f"VENV={tmp_path}/{name}").returncode == 0

    assert (checkout / ".venv/bin/python").exists()
    assert (checkout / LOCK).exists()


@as_root
def test_a_checkout_of_another_user_says_whose_it_is_and_what_to_set(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    for folder in (checkout, *checkout.parents[:3]):
        folder.chmod(0o755)

    ended = subprocess.run(
        [*AS_NOBODY, sys.executable, "set_up.py"], cwd=checkout, capture_output=True, text=True
    )

    assert (ended.returncode, ended.stderr) == (
        1,
        f"{checkout} belongs to root: set up as root, or set up in a folder of your own: "
        "VENV=$HOME/till-then/venv DATA_DIR=$HOME/till-then/data\n",
    )


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (
            errno.EROFS,
            "{} may not be written (Read-only file system): set up in a folder of your own: ",
        ),
        (
            errno.EACCES,
            "{} may not be written (Permission denied): set up in a folder of your own: ",
        ),
        (errno.ENOSPC, "{}/.venv: No space left on device."),
    ],
)
def test_a_place_that_cannot_be_written_is_named_with_what_to_do(
    tmp_path: Path, number: int, line: str
) -> None:
    said = set_up.refusal(tmp_path / ".venv", OSError(number, os.strerror(number)))

    assert said.startswith(line.format(tmp_path))
