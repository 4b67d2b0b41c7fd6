"""Collecting garbage in a web process."""

import gc

import pytest

from config.launcher.memory import settle


@pytest.fixture
def as_before():
    """Leave the other tests with Python's own settings."""
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


@pytest.mark.usefixtures("as_before")
def test_what_is_loaded_is_left_alone_and_new_cycles_are_still_found():
    loaded: list[object] = []
    loaded.append(loaded)

    settle()
    new: list[object] = []
    new.append(new)
    looked_at = {id(one) for one in gc.get_objects()}

    assert gc.get_threshold() == (10_000, 10, 10)
    assert (id(loaded) in looked_at, id(new) in looked_at) == (False, True)
