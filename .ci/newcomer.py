"""Try both commands in a bare Debian with python3, python3-venv, make and git, as root and as a
user.

The Debians are made by debootstrap, once, and kept below var/newcomer/; each run uses a copy, in
mount and process namespaces of its own, so that nothing stays mounted or running however it ends.
What pip needs here to reach its packages is handed on. Tries what is committed.
"""

import argparse
import configparser
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var/newcomer"
PACKAGES = "python3,python3-venv,make,git"
USER = "newcomer"
HOMES = {"root": "/root", USER: f"/home/{USER}"}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# How this machine gets out to the packages, beside what pip's own configuration says.
WAY_OUT = re.compile(r"(https?|all|no)_proxy|SSL_CERT_FILE|REQUESTS_CA_BUNDLE", re.IGNORECASE)
ENTER = """
set -e
mount --make-rprivate /
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount -t tmpfs tmpfs "$1/dev/shm"
while read -r folder; do
    mkdir -p "$1$folder"
    mount --bind -o ro "$folder" "$1$folder"
done <"$1/folders-of-pip"
shift 1
exec chroot "$@"
"""


def main() -> None:
    """Try all Debians that are asked for; print the seconds again at the end."""
    parser = argparse.ArgumentParser(description="Try make run and make test in bare Debians.")
    parser.add_argument(
        "--debians", default="bookworm trixie", help="release names (default: %(default)s)"
    )
    parser.add_argument("--no-tests", action="store_true", help="only make run")
    parser.add_argument("--pytest-args", default="", help="which tests; all by default")
    options = parser.parse_args()
    check_machine()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    tests = ["--no-tests"] if options.no_tests else [f"--pytest-args={options.pytest_args}"]
    told = []
    for release in options.debians.split():
        with bare_debian(release) as tree:
            told += [told_of(release, tree, user, tests) for user in HOMES]
    say("\n".join(["", *told]))
    sys.exit(any("FAILED" in line for line in told))


def check_machine() -> None:
    """End with a line if something is missing here."""
    if os.geteuid() != 0:
        sys.exit("test-newcomer needs root, to make a Debian and to enter it.")
    for program in ("debootstrap", "unshare"):
        if shutil.which(program) is None:
            sys.exit(
                f"test-newcomer needs {program}; on Debian: apt-get install debootstrap util-linux"
            )


@contextmanager
def bare_debian(release: str) -> Iterator[Path]:
    """Yield a Debian of its own, which goes away at the end."""
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = made_debian(release)
    run = Path(tempfile.mkdtemp(prefix="run-", dir=KEPT))
    run.chmod(0o755)
    try:
        tree = run / release
        subprocess.run(["cp", "-a", "--reflink=auto", kept, tree], check=True)
        subprocess.run(["chroot", tree, "useradd", "--create-home", USER], check=True)
        hand_on_pips_configuration(tree)
        yield tree
    finally:
        shutil.rmtree(run, ignore_errors=True)


def made_debian(release: str, *, packages: str = PACKAGES, name: str = "") -> Path:
    """Return the release as debootstrap makes it, from an earlier run if there is one."""
    kept, draft = KEPT / (name or release), KEPT / f"{name or release}.making"
    if not kept.exists():
        say(f"Making a bare Debian {release} (once) ...")
        shutil.rmtree(draft, ignore_errors=True)
        KEPT.mkdir(parents=True, exist_ok=True)
        log = KEPT / f"{release}.log"
        command = ["debootstrap", "--variant=minbase", f"--include={packages}", release, draft]
        with log.open("wb") as output:
            made = subprocess.run([*command, *mirror()], stdout=output, stderr=subprocess.STDOUT)
        if made.returncode != 0:
            sys.exit(f"debootstrap failed; see {log}.")
        draft.rename(kept)
    return kept


def mirror() -> list[str]:
    """Return the mirror that this machine's apt uses, or nothing for debootstrap's own."""
    command = [
        "apt-get",
        "indextargets",
        "--format",
        "$(ORIGIN) $(LABEL) $(REPO_URI)",
        "Created-By: Packages",
    ]
    try:
        listed = subprocess.run(command, capture_output=True, text=True).stdout
    except FileNotFoundError:
        return []
    return re.findall("^Debian Debian (.+)$", listed, re.MULTILINE)[:1]


def hand_on_pips_configuration(tree: Path) -> None:
    """Write what pip is told here, by files and variables, where pip in the tree reads it."""
    listed = subprocess.run(
        ["python3", "-m", "pip", "config", "list"], capture_output=True, text=True
    ).stdout
    told = configparser.RawConfigParser()
    # Variables come last, as they have the last word.
    for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):
        name, value = line.split("=", 1)
        section, _, option = name.replace(":env:", "global").partition(".")
        if not told.has_section(section):
            told.add_section(section)
        told.set(section, option, value.strip("'\"").replace("\\n", "\n"))
    with (tree / "etc/pip.conf").open("w") as file:
        told.write(file)
    for file_of_network in ("/etc/resolv.conf", "/etc/hosts"):
        copy_into(tree, Path(file_of_network))
    named = [value for section in told.sections() for value in told[section].values()]
    hand_on_places(tree, [*named, *way_out().values()])


def hand_on_places(tree: Path, values: list[str]) -> None:
    """Copy the files that the values name; folders are mounted when the tree is entered."""
    places = {Path(word.removeprefix("file://")) for value in values for word in value.split()}
    existing = {place for place in places if place.is_absolute() and place.exists()}
    for place in existing:
        if place.is_file():
            copy_into(tree, place)
    folders = {place for place in existing if place.is_dir()}
    # An index, always called so, may lead to packages that lie beside it.
    folders = {place.parent if place.name == "simple" else place for place in folders}
    (tree / "folders-of-pip").write_text("".join(sorted(f"{place}\n" for place in folders)))


def copy_into(tree: Path, file: Path) -> None:
    """Copy a file of this machine to the same place in the tree."""
    if file.exists():
        target = tree / file.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        target.chmod(0o644)


def way_out() -> dict[str, str]:
    """Return the variables that say how this machine reaches others."""
    return {name: value for name, value in os.environ.items() if WAY_OUT.fullmatch(name)}


def told_of(release: str, tree: Path, user: str, tests: list[str]) -> str:
    """Run both commands in the tree as that user; return the line that tells what came of it."""
    home = HOMES[user]
    source = f"{home}/source.git"
    subprocess.run(
        ["git", "clone", "--quiet", "--bare", "--depth", "1", f"file://{ROOT}", f"{tree}{source}"],
        check=True,
    )
    subprocess.run(["chroot", tree, "chown", "-R", f"{user}:", source], check=True)
    say(f"\nDebian {release} as {user}:")
    command = [
        *(
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "sh",
            "-c",
            ENTER,
            "sh",
            tree,
            tree,
        ),
        *("setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"),
        *("env", "-i", f"PATH={PATH}", f"HOME={home}", f"USER={user}"),
        *(f"{name}={value}" for name, value in way_out().items()),
        *("python3", "-", source, f"{home}/till-then", "--port", str(free_port()), *tests),
    ]
    with (ROOT / ".ci/both_commands.py").open("rb") as script:
        ended = subprocess.run(
            command, stdin=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    say(ended.stdout.rstrip())
    lines = [
        line for line in ended.stdout.splitlines() if "from clone" in line or "make test in" in line
    ]
    outcome = "; ".join(lines) if ended.returncode == 0 else "FAILED"
    return f"Debian {release} as {user}: {outcome}"


def free_port() -> int:
    """Return a port that nobody listens on, and that leaves room for the sandbox's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    return port if port < 65000 else free_port()


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
