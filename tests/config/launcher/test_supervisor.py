"""The common log and the signals of `manage.py up`, without the programs."""

import os
import pty
import signal
from collections.abc import Iterator

import pytest

from config.launcher.supervisor import Log
from reminders.management.commands.up import stop_at_signals


@pytest.fixture
def usual_signals() -> Iterator[None]:
    """As in a terminal, though the tests themselves may run under nohup; put back afterwards."""
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGHUP)}
    for name in before:
        signal.signal(name, signal.SIG_DFL)
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


def test_a_terminal_that_is_gone_does_not_end_the_reading_of_the_parts() -> None:
    master, terminal = pty.openpty()
    log = Log(os.fdopen(terminal, "w"))
    os.close(master)

    log.line("web", "a line for nobody")
    log.line("web", "and one more")


def test_a_line_carries_the_name_of_its_part() -> None:
    reading, writing = os.pipe()

    Log(os.fdopen(writing, "w")).line("worker", "ready")

    assert os.read(reading, 100) == b"worker   | ready\n"
    os.close(reading)


def test_both_signals_stop_everything(usual_signals: None) -> None:
    stop_at_signals()

    for name in (signal.SIGTERM, signal.SIGHUP):
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(name)


def test_nohup_is_respected(usual_signals: None) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    stop_at_signals()

    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
