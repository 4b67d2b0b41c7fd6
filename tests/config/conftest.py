"""A data folder and an environment for programs that a test starts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import bare_environment_in, data_folder


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder for one test."""
    with data_folder() as folder:
        yield folder


@pytest.fixture
def bare_environment(data_dir: Path) -> dict[str, str]:
    """An environment without any setting but the data folder."""
    return bare_environment_in(data_dir)
