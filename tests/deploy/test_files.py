"""The files that an installation copies, and what the documents say of them."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from config.version import product_version
from tests.programs import ROOT

DEPLOY = ROOT / "deploy"
HANDBOOK = ROOT / "docs/installing.md"
settings_in: Callable[[str], dict[str, str]] = runpy.run_path(str(DEPLOY / "reminders"))[
    "settings_in"
]
sys.path.insert(0, str(DEPLOY / "installer"))
installed = import_module("settings")
"""Of the installer, a program of its own beside the product."""

LINES = {
    "NAME=value": {"NAME": "value"},
    "  NAME = value  ": {"NAME": "value"},
    "# NAME=value": {},
    "; NAME=value": {},
    "": {},
    "NAME=": {"NAME": ""},
    "NAME=a # b": {"NAME": "a # b"},
    "NAME=a b; c": {"NAME": "a b; c"},
    'NAME="a b"': {"NAME": "a b"},
    "NAME='a \" b'": {"NAME": 'a " b'},
    "NAME=x=y&z": {"NAME": "x=y&z"},
    "NAME=1\nNAME=2": {"NAME": "2"},
}


@pytest.mark.parametrize("text", LINES)
def test_a_command_reads_the_settings_as_the_services_do(text: str) -> None:
    assert settings_in(text) == LINES[text]


def _known_names() -> set[str]:
    source = "".join(path.read_text() for path in sorted((ROOT / "config").rglob("*.py")))
    return set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source))


def _examples() -> dict[str, str]:
    shown = re.search(r"```ini\n(.*?MESSAGES_API_URL.*?)```", HANDBOOK.read_text(), re.DOTALL)
    assert shown
    by_hand = "\n".join(line.strip() for line in shown[1].splitlines())
    return {
        "by hand": by_hand,
        "containers": (DEPLOY / "containers/settings.example").read_text(),
    }


@pytest.mark.parametrize("way", ["by hand", "containers"])
def test_the_settings_of_a_document_are_settings_and_hold_no_comment(way: str) -> None:
    found = settings_in(_examples()[way])

    assert {name.removesuffix("_FILE") for name in found} <= _known_names() | {"DATABASE_URL"}
    assert [value for value in found.values() if re.search(r"[#\s]|^$", value)] == []


def test_every_setting_stands_in_the_handbook() -> None:
    text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    assert [name for name in sorted(_known_names()) if f"`{name}`" not in text] == []


def test_what_somebody_changed_in_the_settings_stays() -> None:
    known = "# ours\nTIME_ZONE=Europe/Paris\nLOG_LEVEL=DEBUG\n"
    wanted = {"TIME_ZONE": "UTC", "PUBLIC_URL": "https://a.example"}

    again = installed.merged(known, wanted, anew=set())
    said = installed.merged(known, wanted, anew={"TIME_ZONE"})

    assert again == f"{known}PUBLIC_URL=https://a.example\n"
    assert said == again.replace("Europe/Paris", "UTC")
    assert installed.merged(said, wanted, anew={"TIME_ZONE"}) == said


def _install(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DEPLOY / "install", *options], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def test_a_dry_run_says_what_it_would_do_and_does_nothing() -> None:
    before = sorted(Path("/etc").glob("reminders*"))

    told = _install(
        *("--dry-run", "--host", "clinic.example", "--proxy", "nginx", "--provider", "later"),
        *("--country", "IE", "--time-zone", "Europe/Dublin"),
    )

    assert told.returncode == 0, told.stderr
    assert "would make the user reminders" in told.stdout
    assert "would start the services, now and at each boot" in told.stdout
    assert sorted(Path("/etc").glob("reminders*")) == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "https://clinic.example"], "takes a name such as reminders.example"),
        (["--host", "a b"], "takes a name"),
        (["--host", "-"], "takes a name"),
        (["--host", "x.example\nserver {"], "takes a name"),
        (["--host", "x.example", "--dry-run"], "Nobody can be asked here: say --proxy"),
        ([], "required: --host"),
    ],
)
def test_what_it_cannot_go_by_is_refused_in_a_line(options: list[str], words: str) -> None:
    told = _install(*options)

    assert told.returncode != 0
    assert words in told.stderr
    assert "Traceback" not in told.stderr


def test_the_changes_have_a_heading_for_this_version() -> None:
    headings = re.findall(r"^## (\S+?),? ", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == product_version()


def test_the_services_take_both_queues_and_beat_runs() -> None:
    units = {path.name: path.read_text() for path in (DEPLOY / "systemd").glob("*.service")}
    compose = (DEPLOY / "containers/compose.yaml").read_text()

    for queue in ("reminders", "reminders-background"):
        assert [f"--queues {queue}\n" in text for text in units.values()].count(True) == 1
        assert compose.count(f"--queues, {queue}]") == 1
    target = (DEPLOY / "systemd/reminders.target").read_text()
    assert all(name in target for name in units)


@pytest.mark.deploy
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for file in (DEPLOY / "systemd").rglob("*.*"):
        if file.is_file():
            copy = tmp_path / file.relative_to(DEPLOY / "systemd")
            copy.parent.mkdir(exist_ok=True)
            # What is installed is not here: its programs and its user are taken for ours.
            text = re.sub(r"/opt/till-then/\.venv/bin/\w+", "/bin/true", file.read_text())
            copy.write_text(text.replace("=reminders\n", "=root\n"))
    units = sorted(tmp_path.glob("reminders*.service"))

    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units, tmp_path / "reminders.target"],
        capture_output=True,
        text=True,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )

    ours = [line for line in verified.stderr.splitlines() if "reminders" in line]
    assert (verified.returncode, ours) == (0, [])
