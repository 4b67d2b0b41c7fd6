"""One site on several hosts: the services at the centre, and workers and beats wherever a test
wants them.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.launcher.embedded import processes
from config.launcher.embedded.broker import program_file
from config.launcher.embedded.places import ServicePaths
from config.launcher.embedded.postgres import Postgres
from reminders.domain.operations.periodic_tasks import seed_periodic_tasks
from tests.faults.support.programs import CELERY, environment_of, unsettled
from tests.faults.support.world import World
from tests.hosts.network import CENTRE, Host
from tests.programs import data_folder, free_port, wait_until

REAL_PACE = ("MESSAGES_API_TIMEOUT", "RECONCILE_AFTER", "SEND_EVERY", "POLL_EVERY")
"""What other tests make faster; here a site runs as it is installed."""


class OnTheNetwork(Postgres):
    """The tests' own server, for other hosts as well."""

    def __init__(self, place: ServicePaths) -> None:
        super().__init__(place, throwaway=True)
        self._settings |= {"listen_addresses": CENTRE}
        rules = place.data / "pg_hba.conf"
        ours = "host all all 10.77.0.0/24 trust\n"
        if ours not in rules.read_text():
            with rules.open("a") as file:
                file.write(ours)


class Site:
    """The hosts of one test."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.hosts: list[Host] = []

    def host(self) -> Host:
        """One more, without any program yet."""
        found = Host(len(self.hosts) + 1, self.folder, self.environment)
        found.remove()
        found.plug_in()
        self.hosts.append(found)
        return found

    def worker(self, host: Host, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker there."""
        command = [*CELERY, "worker", "--without-gossip", "--without-mingle", *arguments]
        return host.start(command, **environment)

    def beat(self, host: Host) -> subprocess.Popen[bytes]:
        """Start a scheduler there."""
        return host.start([*CELERY, "beat", "--pidfile="])

    def wait_for(self, condition: Callable[[], bool], *, seconds: float) -> None:
        """Fail with the programs' own words if it does not come true."""
        assert wait_until(condition, seconds=seconds), self.said()

    def settle(self, *, seconds: float) -> None:
        """Wait until nothing is left to do."""
        self.wait_for(lambda: not unsettled(), seconds=seconds)

    def said(self) -> str:
        """What the programs of all hosts said last."""
        return "\n".join(f"{host.name}:\n{host.said()}" for host in self.hosts)


@contextmanager
def site(clinic: World, *, database: str) -> Iterator[Site]:
    """A site at the pace of an installed one, with a broker of its own."""
    seed_periodic_tasks()
    with data_folder() as folder, _broker(folder) as broker_url:
        environment = environment_of(
            f"postgres://reminders@{CENTRE}/{database}", broker_url, clinic.sandbox.url, folder
        )
        for name in REAL_PACE:
            del environment[name]
        # The provider is imitated without TLS, which a site in earnest refuses.
        environment["ONE_MACHINE"] = "on"
        found = Site(folder, environment)
        try:
            yield found
        finally:
            for host in found.hosts:
                host.remove()


@contextmanager
def _broker(folder: Path) -> Iterator[str]:
    port = free_port()
    address = ["--bind", CENTRE, "--port", str(port), "--protected-mode", "no"]
    with (folder / "broker.log").open("wb") as log:
        broker = processes.start(
            [program_file(), *address, "--save", "", "--dir", folder], output=log, folder=folder
        )
    try:
        yield f"redis://{CENTRE}:{port}/0"
    finally:
        processes.kill_group(broker)
        broker.wait()
