"""Install Till Then on a machine with systemd: user, database, secrets, services, proxy.

Needs nothing but the system's Python. Each step looks first whether it is done, so that the whole
may be run again: after a mistake, or with another option.
"""

import argparse
import os
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from machine import Machine, stop
from settings import FILE, HOME, OWNER, USER, ask_for_the_rest, read_options, write_settings

DEPLOY = Path(__file__).resolve().parent.parent
CODE = DEPLOY.parent
USUAL_CODE = "/opt/till-then"
UNITS = Path("/etc/systemd/system")
SHELL = Path("/usr/local/bin/reminders")
SITE = Path("/etc/nginx/sites-available/reminders")
PACKAGES = {
    "psql": "postgresql-client",
    "nginx": "nginx",
    "caddy": "caddy",
}
TRY_CERTIFICATE = """\
There is no certificate yet. One from Let's Encrypt, once {host} leads to this machine:
    apt-get install certbot
    certbot certonly --standalone -d {host} --deploy-hook "systemctl reload nginx"
Then run this again. Or name your own: --certificate FILE --certificate-key FILE"""


def main() -> None:
    """All steps in their order."""
    options = read_options()
    machine = Machine(dry_run=options.dry_run)
    refuse_where_it_cannot(options)
    ask_for_the_rest(options)
    if options.dry_run:
        machine.say("Nothing is changed: this is what would be done.")
    machine.say("The user, and its folders")
    make_user(machine)
    machine.say("Settings and secrets")
    changed = write_settings(machine, options)
    machine.say("The program")
    set_up_program(machine)
    machine.say("The database")
    make_database(machine, options)
    machine.run("bring the database and the pages' files up to this version", [SHELL, "upgrade"])
    machine.say("The services")
    changed |= install_units(machine)
    start(machine, changed=changed)
    machine.say("The proxy")
    install_proxy(machine, options)
    tell_the_rest(machine, options)


def refuse_where_it_cannot(options: argparse.Namespace) -> None:
    """Say what is missing before anything is changed."""
    if sys.version_info < (3, 11):  # noqa: UP036  # the system's Python may be older
        stop("Python 3.11 or later is needed.")
    if os.geteuid() != 0 and not options.dry_run:
        stop("Installing takes root: sudo deploy/install ... (--dry-run does not).")
    proxy = options.proxy if options.proxy in PACKAGES else None
    needed = [*(["psql"] if not options.database_url_file else []), *([proxy] if proxy else [])]
    missing = [PACKAGES[each] for each in needed if not Machine(dry_run=True).has(each)]
    if missing and not options.dry_run:
        stop(f"Missing on this machine: apt-get install {' '.join(missing)}")
    if bool(options.certificate) != bool(options.certificate_key):
        stop("--certificate and --certificate-key come together.")
    closed = [each for each in (CODE, *CODE.parents) if each.stat().st_mode & 0o005 != 0o005]
    if closed:
        stop(f"{closed[0]} is closed to others: put the program at {USUAL_CODE} and begin there.")


def make_user(machine: Machine) -> None:
    """Who the services are: nobody can sign in as them."""
    if not machine.asks(["id", USER]):
        command = ["useradd", "--system", "--user-group", "--home-dir", "/var/lib/reminders"]
        machine.run(f"make the user {USER}", [*command, "--shell", "/usr/sbin/nologin", USER])
    machine.folder(Path("/var/lib/reminders"), mode=0o750, owner=USER, group=USER)
    machine.folder(Path("/var/backups/reminders"), mode=0o700, owner=USER, group=USER)


def set_up_program(machine: Machine) -> None:
    """Its environment belongs to root: a service that was broken into cannot change it."""
    command = [sys.executable, CODE / "set_up.py"]
    machine.run(f"install what requirements.lock lists into {CODE}/.venv", command)
    machine.link(SHELL, DEPLOY / "reminders")


def make_database(machine: Machine, options: argparse.Namespace) -> None:
    """Two roles and a database on this machine; one on another machine is its administrator's."""
    if options.database_url_file:
        machine.say("  is on another machine: deploy/database.sql says what it needs there")
        return
    machine.folder(OWNER.parent, mode=0o700)
    head = ""
    if not OWNER.exists():
        password = secrets.token_urlsafe(30)
        head = f"\\set owner_password '{password}'\n"
        address = f"postgres://reminders_owner:{quote(password)}@127.0.0.1/reminders"
        machine.file(OWNER, f"{address}\n", mode=0o600)
    script = head + (DEPLOY / "database.sql").read_text(encoding="utf-8")
    command = ["runuser", "-u", "postgres", "--", "psql", "--no-psqlrc", "--quiet", "-f", "-"]
    machine.run("make the database and its two roles (deploy/database.sql)", command, given=script)


def install_units(machine: Machine) -> bool:
    """The services' files, with the folder that the program lies in; whether anything changed."""
    changed = False
    for file in sorted((DEPLOY / "systemd").rglob("*.*")):
        if file.is_file():
            text = file.read_text(encoding="utf-8").replace(USUAL_CODE, str(CODE))
            changed |= machine.file(UNITS / file.relative_to(DEPLOY / "systemd"), text)
    return changed


def start(machine: Machine, *, changed: bool) -> None:
    """Now and after each boot; running ones begin anew only where something changed."""
    if not machine.dry_run and not Path("/run/systemd/system").exists():
        machine.say("  systemd does not run here: start reminders.target where it does")
        return
    if changed:
        machine.run("have systemd read them", ["systemctl", "daemon-reload"])
    machine.run(
        "start the services, now and at each boot",
        ["systemctl", "enable", "--quiet", "--now", "reminders.target", *services()],
    )
    if changed:
        machine.run("have them begin with the new settings", ["systemctl", "restart", *services()])


def services() -> list[str]:
    """The names of the four."""
    return sorted(file.name for file in (DEPLOY / "systemd").glob("*.service"))


def install_proxy(machine: Machine, options: argparse.Namespace) -> None:
    """A site of its own; nothing else of the proxy's is touched."""
    if options.proxy == "nginx":
        _install_nginx(machine, options)
    elif options.proxy == "caddy":
        text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
        sites = Path("/etc/caddy/reminders.Caddyfile")
        machine.file(sites, text.replace("reminders.example", options.host))
        caddyfile = Path("/etc/caddy/Caddyfile")
        known = caddyfile.read_text(encoding="utf-8") if caddyfile.exists() else ""
        if f"import {sites}" not in known:
            machine.file(caddyfile, f"{known.rstrip()}\n\nimport {sites}\n".lstrip())
        _reload(machine, "caddy", ["caddy", "validate", "--config", caddyfile])
    else:
        machine.say("  is left as it is: deploy/nginx.conf and deploy/Caddyfile are samples")


def _install_nginx(machine: Machine, options: argparse.Namespace) -> None:
    usual = Path("/etc/letsencrypt/live") / options.host
    certificate = options.certificate or usual / "fullchain.pem"
    key = options.certificate_key or usual / "privkey.pem"
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("/etc/letsencrypt/live/reminders.example/fullchain.pem", str(certificate))
    text = text.replace("/etc/letsencrypt/live/reminders.example/privkey.pem", str(key))
    proxy = (DEPLOY / "nginx-proxy.conf").read_text(encoding="utf-8")
    machine.file(Path("/etc/nginx/reminders-proxy.conf"), proxy)
    machine.file(SITE, text.replace("reminders.example", options.host))
    if not certificate.exists():
        machine.say(TRY_CERTIFICATE.format(host=options.host))
        return
    machine.link(Path("/etc/nginx/sites-enabled/reminders"), SITE)
    _reload(machine, "nginx", ["nginx", "-q", "-t"])


def _reload(machine: Machine, proxy: str, check: list[str | Path]) -> None:
    machine.run("check the proxy's settings", check)
    if machine.dry_run or Path("/run/systemd/system").exists():
        machine.run(f"have {proxy} take them up", ["systemctl", "reload-or-restart", proxy])


def tell_the_rest(machine: Machine, options: argparse.Namespace) -> None:
    """What a person does now."""
    if machine.dry_run:
        return
    machine.say(f"Installed. The settings stand in {FILE}, the secrets beside it.")
    machine.say(f"Keep a copy of {HOME}/secrets/backup-passphrase elsewhere: backups need it.")
    command = [SHELL, "first_login", "--address", f"https://{options.host}"]
    link = subprocess.run(command, capture_output=True, text=True)
    if link.returncode == 0:
        machine.say("This link makes the first administrator, once, within 24 hours:")
        machine.say(link.stdout.strip())


if __name__ == "__main__":
    main()
