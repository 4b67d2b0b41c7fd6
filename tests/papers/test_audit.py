"""What `make audit` says of the parts: the real licences, and answers of the advisories."""

import importlib.util
import json
import sys
from email.parser import Parser
from pathlib import Path
from types import ModuleType

import pytest

from tests.programs import ROOT, run


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["audit"] = module
    spec.loader.exec_module(module)
    return module


def test_every_package_has_a_licence_that_is_allowed(audit, capsys):
    code = audit.check_licences()

    assert (code, capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize(
    ("written", "licences"),
    [
        ("License-Expression: MIT OR GPL-3.0", {"MIT", "GPL-3.0"}),
        ("License-Expression: MIT AND GPL-3.0", {"MIT AND GPL-3.0"}),
        ("License-Expression: MIT AND PSF-2.0", {"MIT", "PSF-2.0"}),
        ("Classifier: License :: OSI Approved :: BSD License", {"BSD"}),
        ("License: AGPL", {"AGPL"}),
        ("Summary: Says nothing", set()),
    ],
)
def test_licences_are_read_wherever_they_stand(audit, written, licences):
    about = Parser().parsestr(f"Name: x\n{written}\n")

    assert audit.licences_of("x", about) == licences


def test_the_list_of_parts_names_each_package_that_runs(tmp_path: Path):
    made = run([".ci/audit.py", "--sbom", str(tmp_path / "sbom.json")], {"PATH": ""})
    listed = json.loads((tmp_path / "sbom.json").read_text())

    assert made.returncode == 0, made.stderr
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.6")
    django = next(one for one in listed["components"] if one["name"] == "django")
    assert django["purl"] == f"pkg:pypi/django@{django['version']}"
    assert [one["license"]["name"] for one in django["licenses"]] == ["BSD-3-Clause"]
    assert len(django["hashes"]) >= 1


def test_a_known_hole_fails_and_what_nobody_knows_of_is_not_called_sound(audit, capsys):
    known = {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1"}]}
    sound = {"name": "b", "version": "1", "vulns": []}
    unknown = {"name": "c", "skip_reason": "not found"}

    codes = [audit.tell_holes(found) for found in ([known, sound], [sound, unknown], [unknown])]
    said = capsys.readouterr()

    assert codes == [1, 0, 0]
    assert "a 1 has known holes: PYSEC-1" in said.err
    assert said.out.splitlines() == [
        "Known holes: 1 of 2 packages that were asked for.",
        "Of 1 packages the advisory service knows nothing.",
        "Known holes: 0 of 1 packages that were asked for.",
        "Known holes were NOT looked for: the advisory service can't be reached from here.",
        "Known holes: 0 of 0 packages that were asked for.",
    ]
