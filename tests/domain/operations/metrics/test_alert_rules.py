"""deploy/monitoring: every rule and panel asks for figures that exist, and the rules do what they
say.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reminders.domain.operations.alert_words import WORDS
from reminders.domain.operations.metrics import exposition
from tests.factories import NOON

FOLDER = Path(__file__).parents[4] / "deploy" / "monitoring"
NAME = re.compile(r"\breminders_[a-z_]+")


def asked_for(text: str) -> set[str]:
    return {re.sub(r"_(bucket|sum|count|total)$", "", name) for name in NAME.findall(text)}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["alerts.yml", "dashboard.json"])
def test_what_is_asked_for_exists(name: str) -> None:
    exposition._Known.until = 0.0
    told = exposition.exposition(now=NOON, broker=True).decode()
    exposition._Known.until = 0.0
    written = set(re.findall(r"^# TYPE (\S+)", told, re.M))
    names = {re.sub(r"_total$", "", each) for each in written}

    assert asked_for((FOLDER / name).read_text(encoding="utf-8")) <= names


def test_each_code_that_a_rule_names_is_a_trouble() -> None:
    text = (FOLDER / "alerts.yml").read_text(encoding="utf-8")
    codes = {code for named in re.findall(r'code!?~"([^"]+)"', text) for code in named.split("|")}

    assert codes
    assert codes <= set(WORDS)


def test_the_dashboard_has_panels_of_its_own_ids() -> None:
    panels = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))["panels"]

    assert sorted(panel["id"] for panel in panels) == list(range(1, len(panels) + 1))


def test_the_rules_fire_when_they_should() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not here; on Debian: apt-get install prometheus")

    found = subprocess.run(
        [promtool, "test", "rules", "alerts_test.yml"],
        cwd=FOLDER, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert found.returncode == 0, found.stdout + found.stderr
