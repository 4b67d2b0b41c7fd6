"""`manage.py --version`: the product's, not its framework's."""

import tomllib

import pytest

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
