"""The product's version, which stands in `pyproject.toml` alone."""

import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def product_version() -> str:
    """Return the version of this checkout."""
    with PROJECT.open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
