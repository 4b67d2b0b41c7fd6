"""The bodies of managed webhooks: as much of the Velocity template language as the documentation
uses.

`$name` and `$!name`, `$metadata.get('key')`, `$esc.json(...)`, `#foreach`, `#if`, `#else`, `#end`.
What is not known stays as its name, but for `$!`, which leaves nothing.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

_PIECES = re.compile(
    r"(?P<foreach>\#foreach\s*\(\s*\$(?P<each>\w+)\s+in\s+\$(?P<many>[\w.()]+)\s*\))"
    r"|(?P<if>\#if\s*\(\s*\$(?P<asked>[\w.]+)\s*\))|(?P<else>\#else)|(?P<end>\#end)"
    r"|(?P<json>\$esc\.json\(\s*"
    r"(?P<inner>\$!?\w[\w.]*(?:\([^()]*\))?(?:\.\w+)*(?:\(\$\w+(?:\.\w+)*\))?)\s*\))"
    r"|(?P<name>\$!?\{?[A-Za-z]\w*(?:\.\w+)*(?:\((?:'[^']*'|\$\w+(?:\.\w+)*)?\))?\}?)"
)
_NAME = re.compile(r"\$(?P<quiet>!)?\{?(?P<path>\w+(?:\.\w+)*)(?:\((?P<given>[^()]*)\))?\}?")
Known = dict[str, Any]  # Any: texts, numbers, lists and dictionaries, as the event has them


class _Template:
    """A template cut into texts and marks, read from front to back."""

    def __init__(self, text: str) -> None:
        self._pieces: list[str | re.Match[str]] = []
        at = 0
        for match in _PIECES.finditer(text):
            self._pieces += [text[at : match.start()], match]
            at = match.end()
        self._pieces.append(text[at:])

    def render(self, known: Known) -> str:
        """The whole of it."""
        return self._block(0, known, shown=True)[0]

    def _block(self, at: int, known: Known, *, shown: bool) -> tuple[str, int]:
        """What stands from `at` to the mark that ends it, and where that is."""
        written = ""
        while at < len(self._pieces):
            piece = self._pieces[at]
            if isinstance(piece, str):
                written, at = written + piece, at + 1
            elif piece["else"] or piece["end"]:
                break
            elif piece["foreach"]:
                part, at = self._each(piece, at + 1, known, shown=shown)
                written += part
            elif piece["if"]:
                part, at = self._choice(piece, at + 1, known, shown=shown)
                written += part
            else:
                written, at = written + _value(piece, known), at + 1
        return (written if shown else ""), at

    def _each(self, mark: re.Match[str], at: int, known: Known, *, shown: bool) -> tuple[str, int]:
        items = _items(_looked_up(mark["many"].removesuffix("()"), known))
        written, end = "", self._block(at, known, shown=False)[1]
        for number, item in enumerate(items):
            more = number + 1 < len(items)
            inner = {mark["each"]: item, "foreach": {"hasNext": more}, "velocityHasNext": more}
            written += self._block(at, {**known, **inner}, shown=shown)[0]
        return written, end + 1

    def _choice(
        self, mark: re.Match[str], at: int, known: Known, *, shown: bool
    ) -> tuple[str, int]:
        holds = bool(_looked_up(mark["asked"], known))
        first, at = self._block(at, known, shown=shown and holds)
        ended = self._pieces[at] if at < len(self._pieces) else None
        if isinstance(ended, re.Match) and ended["else"]:
            second, at = self._block(at + 1, known, shown=shown and not holds)
            return first + second, at + 1
        return first, at + 1


def render(template: str, known: Known) -> str:
    """The template filled in with what an event knows."""
    return _Template(template).render(known)


def _value(mark: re.Match[str], known: Known) -> str:
    if not mark["json"]:
        return _named(mark["name"], known)
    filled = _named(mark["inner"], known)
    # Where the inside is not known the whole stays, as it does with Velocity's own tools.
    return mark["json"] if filled == mark["inner"] else json.dumps(filled)[1:-1]


def _named(written: str, known: Known) -> str:
    match = _NAME.fullmatch(written)
    if match is None:
        return written
    path, given = match["path"], match["given"]
    value: Any = _looked_up(path.removesuffix(".get") if given else path, known)
    if given:
        key = given.strip("'") if given.startswith("'") else _named(given, known)
        value = value.get(key) if isinstance(value, Mapping) else None
    if value is None:
        return "" if match["quiet"] else written
    return str(value)


def _looked_up(path: str, known: Known) -> Any:  # Any: whatever the event has there
    value: Any = known
    for name in path.split("."):
        if name in ("entrySet", "keySet") and isinstance(value, Mapping):
            pairs = [{"key": key, "value": one} for key, one in value.items()]
            return pairs if name == "entrySet" else list(value)
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _items(value: Any) -> list[Any]:  # Any: as above
    return value if isinstance(value, list) else []
