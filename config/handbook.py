"""Write docs/configuration.md and docs/commands.md from the code: `python -m config.handbook`.

What a variable takes and what stands in for it is noted by `config.environment` where it is read;
what it means stands in `config/meanings.toml`. A test compares both documents with the code.
"""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MEANINGS = ROOT / "config" / "meanings.toml"
CONFIGURATION, COMMANDS = ROOT / "docs" / "configuration.md", ROOT / "docs" / "commands.md"
OF_DJANGO = {
    "help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color",
    "force_color", "skip_checks",
}  # fmt: skip
Meanings = dict[str, dict[str, list[str]]]
"""By the group's title, of each variable what it means and, where its default does not say so, what
holds without it.
"""


def meanings() -> Meanings:
    """What each variable means, by group."""
    found: Meanings = tomllib.loads(MEANINGS.read_text(encoding="utf-8"))
    return found


def configuration() -> str:
    """The page of every variable."""
    from config.settings import env  # reads them all

    asked = env.asked
    lines = [
        "# Every variable",
        "",
        "Everything is read from the environment; a malformed value stops the start with one line "
        "that says what it",
        "takes. “Or a file”: `NAME_FILE` may name a file that holds it instead.",
        "(Written by `python -m config.handbook`.)",
    ]
    for group, variables in meanings().items():
        lines += ["", f"## {group}", "", "| variable | meaning | takes | without it |"]
        lines += ["| --- | --- | --- | --- |"]
        for name, (meaning, *without) in variables.items():
            one = asked[name]
            takes = _cell(one.takes) + ("; or a file" if one.secret else "")
            lines.append(f"| `{name}` | {meaning} | {takes} | {_without(one.default, without)} |")
    return "\n".join(lines) + "\n"


def _without(default: str, without: list[str]) -> str:
    if without:
        return without[0]
    return f"`{default}`" if default else "none"


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def commands() -> str:
    """The page of every command of ours."""
    from django.core.management import get_commands, load_command_class

    ours = sorted(name for name, app in get_commands().items() if app == "reminders")
    lines = ["# Every command", "", "Each is called as `manage.py NAME`, with the environment of "]
    lines[-1] += "the programs. (Written by"
    lines += ["`python -m config.handbook`.)"]
    for name in ours:
        command = load_command_class("reminders", name)
        parser = command.create_parser("manage.py", name)
        lines += ["", f"## {name}", "", _sentence(str(command.help))]
        options = list(_options(parser))
        if options:
            lines += ["", "| option | what it does |", "| --- | --- |", *options]
    return "\n".join(lines) + "\n"


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if action.dest in OF_DJANGO or action.help == argparse.SUPPRESS:
            continue
        shown = ", ".join(f"`{each}`" for each in action.option_strings) or f"`{_value(action)}`"
        if action.option_strings and action.nargs != 0:
            shown += f" `{_value(action)}`"
        yield f"| {_cell(shown)} | {_cell(_help_of(action, parser))} |"


def _value(action: argparse.Action) -> str:
    if action.choices:
        return " \\| ".join(map(str, action.choices)).replace("\\|", "/")
    named = action.metavar if isinstance(action.metavar, str) else action.dest
    return str(named).upper()


def _help_of(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    if isinstance(action, argparse._SubParsersAction):
        return "what to do; each tells its own options with --help"
    given: dict[str, Any] = vars(action) | {"prog": parser.prog}
    return " ".join(((action.help or "") % given).split()) or " "


def _sentence(words: str) -> str:
    plain = " ".join(words.split())
    return plain if plain.endswith(".") else f"{plain}."


def main() -> None:
    """Write both pages."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    CONFIGURATION.write_text(configuration(), encoding="utf-8")
    COMMANDS.write_text(commands(), encoding="utf-8")
    sys.stdout.write(f"Written: {CONFIGURATION.name}, {COMMANDS.name}\n")


if __name__ == "__main__":
    main()
