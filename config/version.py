"""The product's version, which stands in `pyproject.toml` alone."""

import tomllib
from functools import cache
from importlib.metadata import version
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


@cache
def product_version() -> str:
    """Return the version of this checkout, or of the installed package."""
    # The file first: an older build may be installed beside the checkout that runs.
    if not PROJECT.exists():
        # A wheel has no pyproject.toml; its metadata were made from it.
        return version("reminders")
    with PROJECT.open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
