"""The table of rights as a document: `docs/trust/rights.md` is what this writes.

python -m reminders.domain.rights.document > docs/trust/rights.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from reminders.domain.rights.actions import GROUPS
from reminders.domain.rights.permissions import ANYBODY, SIGNED_IN
from reminders.domain.rights.roles import ROLES_IN_ORDER, starts_with
from reminders.domain.rights.table import Action, Reach

BEGIN = "## The table\n"

_WHERE = {Reach.THEIRS: "theirs", Reach.ALL: "all", Reach.NONE: "–"}


def rendered() -> str:
    """The table, from its heading on."""
    rows = sum(len(actions) for _, actions in GROUPS)
    parts = [
        f"{BEGIN}{rows} addresses. “Look” is a GET, “send” a POST; where only one is there, "
        "the other answers 405. A role with a dash may neither.\n"
    ]
    parts += ["\n".join(_section(title, actions)) for title, actions in GROUPS]
    return "\n".join(parts).rstrip() + "\n"


def written_into(document: str) -> str:
    """A document whose table is the present one; what people wrote before it stays."""
    return document.partition(BEGIN)[0] + rendered()


def _section(title: str, actions: Iterable[Action]) -> Iterator[str]:
    yield f"### {title}"
    yield f"| What | Address | Locations | {' | '.join(ROLES_IN_ORDER)} |"
    yield f"| --- | --- | --- |{' --- |' * len(ROLES_IN_ORDER)}"
    for action in actions:
        cells = [_may(role, action) for role in ROLES_IN_ORDER]
        where = _WHERE[action.reach]
        yield f"| {action.words} | `{action.address}` | {where} | {' | '.join(cells)} |"
    yield ""


def _may(role: str, action: Action) -> str:
    if action.has_own_rules:
        return "own rules"
    verbs = (("look", action.look), ("send", action.send))
    return " and ".join(verb for verb, needed in verbs if _has(role, needed)) or "–"


def _has(role: str, needed: str) -> bool:
    return needed in (ANYBODY, SIGNED_IN) or (bool(needed) and starts_with(role, needed))


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(written_into(path.read_text(encoding="utf-8")), encoding="utf-8")
