"""The product's version, not its framework's; and that the packages make a wheel of it."""

import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

from config.version import product_version
from tests.programs import ROOT, run


@pytest.mark.parametrize("asked", ["--version", "version"])
def test_the_version_is_the_products_whatever_the_settings(
    bare_environment: dict[str, str], asked: str
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    ended = run(["manage.py", asked], {**bare_environment, "TIME_ZONE": "Mars"})

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{project['version']}\n", "")


def test_settings_of_another_project_in_the_shell_are_not_ours(
    bare_environment: dict[str, str],
) -> None:
    ended = run(
        ["manage.py", "check"], {**bare_environment, "DJANGO_SETTINGS_MODULE": "another.settings"}
    )

    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_wheel_holds_the_packages_with_their_data_and_the_version(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)

    (wheel,) = tmp_path.iterdir()
    held = set(ZipFile(wheel).namelist())

    assert wheel.name.startswith(f"reminders-{product_version()}-")
    assert {name.split("/")[0] for name in held if "dist-info" not in name} == {
        "reminders",
        "config",
    }
    assert {
        "reminders/templates/base.html",
        "reminders/static/reminders/app.css",
        "reminders/domain/replies/reading/languages/en.toml",
        "reminders/handbook/docs/receptionist.md",
        "reminders/handbook/docs/trust/rights.md",
        "reminders/handbook/docs/screenshots/ordinary/day-sheet-1280-light.jpg",
    } <= held
