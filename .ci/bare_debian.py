"""From a bare Debian to https by the commands of docs/installing.md alone, under a real systemd.

Boots a Debian that debootstrap made with systemd-nspawn, runs each command of the handbook in it,
looks at the site as a browser would, boots again, and upgrades. The one thing that stands in for
another is the certificate: our own, in the place of Let's Encrypt's.
"""

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import newcomer
from newcomer import KEPT, ROOT, say

PACKAGES = "systemd-sysv,ca-certificates"
HOST = "reminders.example"
LIVE = f"/etc/letsencrypt/live/{HOST}"
CERTIFICATE = f"""
mkdir -p {LIVE}
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN={HOST} \\
    -addext subjectAltName=DNS:{HOST} \\
    -keyout {LIVE}/privkey.pem -out {LIVE}/fullchain.pem 2>/dev/null
"""
ENVIRONMENT = ["env", "-i", f"PATH={newcomer.PATH}", "HOME=/root", "LANG=C.UTF-8", "TERM=dumb"]
UNITS = """
cd /etc/systemd/system
systemd-analyze verify reminders-*.service reminders.target
"""
EXPOSURE = """
for each in web worker slow beat
do systemd-analyze security --no-pager reminders-$each | tail -1
done 2>/dev/null
"""
ALONE = r"""
runuser -u reminders -- psql -d reminders -c 'SELECT count(*) FROM reminders_trailentry' >/dev/null
change='ALTER TABLE reminders_trailentry DISABLE TRIGGER ALL'
if runuser -u reminders -- psql -d reminders -c "$change" 2>&1
then exit 1; fi
if runuser -u reminders -- cat /etc/reminders/owner/database-url 2>&1; then exit 1; fi
"""
BOOT_SECONDS, READY_SECONDS = 90.0, 180.0
ONE_SITTING = 600.0


class Booted:
    """A Debian that runs, with a systemd of its own."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self._log = (tree.parent / "boot.log").open("ab")
        self._nspawn: subprocess.Popen[bytes] | None = None

    def boot(self) -> None:
        """Start it, and wait until systemd has done so."""
        folders = (self.tree / "folders-of-pip").read_text().split()
        command = [
            *("systemd-nspawn", "--quiet", f"--directory={self.tree}", "--register=no"),
            *("--keep-unit", "--boot", "--console=pipe", "--resolv-conf=off", "--timezone=off"),
            *(f"--bind-ro={folder}" for folder in folders),
        ]
        self._nspawn = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + BOOT_SECONDS
        while self._quietly("systemctl is-system-running") not in {"running", "degraded"}:
            if time.monotonic() > deadline or self._nspawn.poll() is not None:
                sys.exit(f"The bare Debian did not boot; see {self._log.name}.")
            time.sleep(0.5)

    def halt(self) -> None:
        """Shut it down as a power button does."""
        if self._nspawn is not None and self._nspawn.poll() is None:
            self._nspawn.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._nspawn.wait(60)
            self._nspawn.kill()
        self._nspawn = None

    def run(self, script: str, *, title: str) -> str:
        """Run lines of a shell as root; a failure ends all of it. Return what they printed."""
        began = time.monotonic()
        done = self._enter(script)
        took = time.monotonic() - began
        if done.returncode != 0:
            say(f"{done.stdout}\nFAILED: {title}")
            say(self._quietly("journalctl --no-pager -n 60"))
            sys.exit(1)
        say(f"{title}: {took:.0f} s")
        return done.stdout

    def _enter(self, script: str) -> subprocess.CompletedProcess[str]:
        inside = ["nsenter", "-t", str(self._leader()), "-m", "-u", "-i", "-p", "-r", "-w"]
        return subprocess.run(
            [*inside, *ENVIRONMENT, "sh", "-eux"],
            input=script,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _quietly(self, command: str) -> str:
        with contextlib.suppress(LookupError):
            return self._enter(f"{command} || true").stdout.splitlines()[-1].strip() or ""
        return ""

    def _leader(self) -> int:
        pid = self._nspawn.pid if self._nspawn else 0
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0])


def main() -> None:
    """All of it, once."""
    parser = argparse.ArgumentParser(description="Install on a bare Debian by the handbook.")
    parser.add_argument("--keep", action="store_true", help="keep the tree for a look")
    options = parser.parse_args()
    newcomer.check_machine()
    if shutil.which("systemd-nspawn") is None:
        sys.exit("test-deploy needs systemd-nspawn; on Debian: apt-get install systemd-container")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with booted_debian(keep=options.keep) as debian:
        began = time.monotonic()
        install(debian)
        visit(debian, "the first look", "ready")
        took = time.monotonic() - began
        say(f"from the first command to https: {took:.0f} s")
        if took > ONE_SITTING:
            sys.exit(f"FAILED: that may take {ONE_SITTING} s")
        look_around(debian)
        debian.halt()
        debian.boot()
        visit(debian, "after a boot", "ready")
        debian.run(tried("upgrading.md", "upgrade"), title="upgrade")
        visit(debian, "after an upgrade", "ready")
    say("From a bare Debian to https by the handbook's commands: it holds.")


@contextlib.contextmanager
def booted_debian(*, keep: bool) -> Iterator[Booted]:
    """A fresh tree that runs; it is shut down and goes away however this ends."""
    KEPT.mkdir(parents=True, exist_ok=True)
    made = newcomer.made_debian("trixie", packages=PACKAGES, name="trixie-systemd")
    tree = KEPT / f"booted-{os.getpid()}" / "trixie"
    tree.parent.mkdir()
    subprocess.run(["cp", "-a", "--reflink=auto", made, tree], check=True)
    newcomer.hand_on_pips_configuration(tree)
    with (tree / "etc/hosts").open("a") as hosts:
        hosts.write(f"\n127.0.0.1 {HOST}\n")
    clone = ["git", "clone", "--quiet", "--bare", f"file://{ROOT}", tree / "srv/source.git"]
    subprocess.run(clone, check=True)
    shutil.copyfile(ROOT / ".ci/visitor.py", tree / "srv/visitor.py")
    debian = Booted(tree)
    try:
        debian.boot()
        yield debian
    finally:
        debian.halt()
        if not keep:
            shutil.rmtree(tree.parent, ignore_errors=True)


def install(debian: Booted) -> None:
    """The handbook's commands, in their order."""
    packages = tried("installing.md", "packages")
    packages = re.sub(r"https://git\.example/\S+", "/srv/source.git", packages)
    debian.run(f"export DEBIAN_FRONTEND=noninteractive\n{packages}", title="packages")
    debian.run(CERTIFICATE, title="a certificate of our own")
    looked = debian.run(tried("installing.md", "dry run"), title="dry run")
    if "would make the user reminders" not in looked or (debian.tree / "etc/reminders").exists():
        sys.exit(f"{looked}\nFAILED: a dry run has to say what it would do, and do nothing")
    debian.run(tried("installing.md", "install"), title="install")
    again = debian.run(tried("installing.md", "install"), title="install again")
    if re.search("^  (write|make the (user|folder)|mend)", again, re.MULTILINE):
        sys.exit(f"{again}\nFAILED: what is there has to stay")
    # The last one alone holds.
    (debian.tree / "srv/link").write_text(again.split("within 24 hours:")[1].split()[0])


def look_around(debian: Booted) -> None:
    """As whoever installed it would, and a little closer."""
    debian.run(UNITS, title="systemd-analyze verify")
    say(debian.run(EXPOSURE, title="exposure, of 10"))
    debian.run(tried("installing.md", "look after it"), title="look after it")
    debian.run(ALONE, title="the services' role can change no table")
    visit(debian, "as a visitor", "all")


def visit(debian: Booted, title: str, what: str) -> None:
    """Look at the site over https."""
    command = f"python3 /srv/visitor.py {what} {HOST} {LIVE}/fullchain.pem $(cat /srv/link)"
    say(debian.run(command, title=title))


def tried(document: str, name: str) -> str:
    """The commands of the handbook under this mark."""
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    found = re.search(rf"<!-- tried: {name} -->\n```sh\n(.*?)```", text, re.DOTALL)
    if found is None:
        sys.exit(f"docs/{document} has no commands marked {name}.")
    return found[1]


if __name__ == "__main__":
    main()
