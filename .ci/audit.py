"""`make audit`: what the product is made of. Known holes, licences, and the parts as a list.

    audit.py             all three; the list goes to var/sbom.json (CycloneDX)
    audit.py --licences  the licences alone, without the network
    audit.py --sbom FILE the list alone

Ends with 1 for a known hole, or a licence that is unknown or not allowed. Advisories come from
outside: where they cannot be had that is said, and is no failure.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import Any, TextIO

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
RUNS, DEVELOPS = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
SBOM = ROOT / "var" / "sbom.json"

# May be used by a program under MIT that is handed on in source: those that ask for their text to
# be kept, and those whose demands end at their own files or at a library that can be exchanged.
ALLOWED = {
    "MIT",
    "MIT-0",
    "0BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSD",
    "Apache-2.0",
    "PSF-2.0",
    "ISC",
    "ZPL-2.1",
    "MPL-2.0",
    "LGPL-3.0",
}
NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Zope Public License": "ZPL-2.1",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0",
    "LGPL-3.0-only": "LGPL-3.0",
    "LGPL-3.0-or-later": "LGPL-3.0",
    "LGPLv3": "LGPL-3.0",
}
# Where the package's own words say nothing usable, what was read in its files.
READ = {
    "axe-playwright-python": "MIT",  # LICENSE.txt; the axe-core within is MPL-2.0
    "future": "MIT",  # LICENSE.txt
    "qrcode": "BSD-3-Clause",  # LICENSE; what it was made from is MIT
}
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def say(line: str, *, to: TextIO | None = None) -> None:
    """A line for whoever runs this."""
    (to or sys.stdout).write(line + "\n")


@dataclass(frozen=True)
class Part:
    """A package of a lock file."""

    name: str
    version: str
    hashes: tuple[str, ...]


def main() -> int:
    """Do what was asked; the exit code."""
    parser = argparse.ArgumentParser(description="What the product is made of.")
    parser.add_argument("--licences", action="store_true", help="the licences alone")
    parser.add_argument("--sbom", type=Path, help="write the list of parts there, and no more")
    options = parser.parse_args()
    if options.licences:
        return check_licences()
    if options.sbom:
        return write_list(options.sbom)
    return max(check_holes(), check_licences(), write_list(SBOM))


def parts_of(lock: Path) -> Iterator[Part]:
    """The packages that a lock file names, with the digests of their files."""
    for block in lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if found := _PIN.match(block):
            yield Part(found["name"], found["version"], tuple(_HASH.findall(block)))


def check_licences() -> int:
    """Say whether every package that is installed may be used; 1 if one may not."""
    wrong, counted = [], 0
    for part in parts_of(DEVELOPS):
        try:
            found = licences_of(part.name, metadata(part.name))
        except PackageNotFoundError:
            continue  # of another machine or Python
        counted += 1
        if not found:
            wrong.append(f"{part.name} {part.version}: its licence is unknown")
        elif not found & ALLOWED:
            wrong.append(f"{part.name} {part.version}: {', '.join(sorted(found))} is not allowed")
    for line in wrong:
        say(line, to=sys.stderr)
    say(f"Licences of {counted} packages were looked at, {len(wrong)} are not in order.")
    return int(bool(wrong))


def licences_of(name: str, about: PackageMetadata) -> set[str]:
    """The licences of which one may be chosen, by their short names; empty where unknown."""
    if name in READ:
        return {READ[name]}
    told = about.get("License-Expression") or ""
    if told and " AND " in told:
        all_of = [NAMES.get(one, one) for one in told.split(" AND ")]
        return set(all_of) if set(all_of) <= ALLOWED else {told}
    if told:
        return {NAMES.get(one, one) for one in told.split(" OR ")}
    classes = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier", [])
        if line.startswith("License ::")
    ]
    known = {NAMES[one] for one in classes if one in NAMES}
    plain = (about.get("License") or "").strip().splitlines()[:1]
    return known or {NAMES.get(one, one) for one in plain}


def write_list(file: Path) -> int:
    """Write what runs in production as CycloneDX, for those who have to keep such lists."""
    bom = Bom()
    whole = bom.metadata.component = Component(name="till-then", type=ComponentType.APPLICATION)
    bom.components.update(_component(part) for part in parts_of(RUNS))
    bom.register_dependency(whole, bom.components)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(JsonV1Dot6(bom).output_as_string(indent=2) + "\n", encoding="utf-8")
    say(f"{len(bom.components)} parts are listed in {file}.")
    return 0


def _component(part: Part) -> Component:
    try:
        found = licences_of(part.name, metadata(part.name))
    except PackageNotFoundError:
        found = set()
    return Component(
        name=part.name,
        version=part.version,
        type=ComponentType.LIBRARY,
        purl=PackageURL("pypi", name=part.name.lower(), version=part.version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in part.hashes],
        licenses=[DisjunctiveLicense(name=one) for one in sorted(found)],
    )


def check_holes() -> int:
    """Ask for known holes of what runs in production; 1 if there is one."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        asked = subprocess.run(
            [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format",
             "json", "--progress-spinner", "off", "--timeout", "10", "--output", str(answer),
             "--requirement", str(RUNS)],
            capture_output=True, text=True,
        )  # fmt: skip
        if not answer.exists():
            reason = (asked.stderr.strip().splitlines() or ["no reason given"])[-1]
            say(f"Known holes were NOT looked for: the advisory service gave none ({reason}).")
            return 0
        found = json.loads(answer.read_text(encoding="utf-8"))["dependencies"]
    return tell_holes(found)


def tell_holes(found: list[dict[str, Any]]) -> int:  # Any: as the JSON has it
    """Say what the answer holds; 1 if a package has a known hole."""
    # What the service does not know is skipped, and must not read as “no hole”.
    unasked = [one for one in found if "skip_reason" in one]
    holes = [one for one in found if one.get("vulns")]
    for one in holes:
        ids = ", ".join(str(hole["id"]) for hole in one["vulns"])
        say(f"{one['name']} {one['version']} has known holes: {ids}", to=sys.stderr)
    if len(unasked) == len(found):
        say("Known holes were NOT looked for: the advisory service can't be reached from here.")
    elif unasked:
        say(f"Of {len(unasked)} packages the advisory service knows nothing.")
    say(f"Known holes: {len(holes)} of {len(found) - len(unasked)} packages that were asked for.")
    return int(bool(holes))


if __name__ == "__main__":
    sys.exit(main())
