"""What the handbook says is so: commands, variables, files, addresses, and the words on buttons."""

from __future__ import annotations

import argparse
import ast
import io
import json
import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.urls import resolve
from django.utils import timezone

from config.settings import env
from reminders.domain.operations.alert_words import WORDS
from reminders.domain.retention.periods import BY_NAME as BY_KIND
from reminders.handbook.chapters import BY_NAME, FOLDER
from tests.factories import make_location
from tests.programs import ROOT
from tests.views.test_words import of_template

DOCUMENTS = sorted([*FOLDER.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.M | re.S)
CODE = re.compile(r"`([^`\n]+)`")
CALLED = re.compile(r"(?:manage\.py|^reminders) ([a-z_]+)\b([^\n|;&]*)")
NOT_OURS = {
    *("FAULT_SEEDS", "IMPORT_EXAMPLES", "NAME_FILE", "PIP_FIND_LINKS", "PIP_NO_INDEX"),
    *(
        "OTEL_SERVICE_NAME",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_TRACES_SAMPLER",
        "HOSTS_SHARE",
        "POSTGRESQL_BIN",
        "PYTEST_ARGS",
    ),
    *("MESSAGE_DELIVERY", "MESSAGE_INBOUND", "OPT_OUT"),
}
"""Of the tests, of pip, of OpenTelemetry and of the provider; and what stands for any name."""
OF_THE_CODE = {"architecture", "commands", "glossary"}
"""Chapters that name constants of the code, or what an option takes."""
SPOKEN_OF = ("receptionist", "manager", "troubleshooting", "data-protection")
"""Chapters in which what is bold stands on a page."""
RULES = ("Confirmation the day before", "Reminder an hour before")
NOT_ON_PAGES = {"bold"}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _chapter(name: str) -> str:
    return _text(FOLDER / BY_NAME[name].path)


def _said(path: Path) -> list[str]:
    """Everything that a document shows as something to type."""
    text = _text(path)
    lines = [line for _, block in FENCE.findall(text) for line in block.splitlines()]
    return [*lines, *CODE.findall(FENCE.sub("", text))]


@cache
def _options(name: str) -> frozenset[str]:
    command = load_command_class(get_commands()[name], name)
    parsers = [command.create_parser("manage.py", name)]
    for action in parsers[0]._actions:
        if isinstance(action, argparse._SubParsersAction):
            parsers += action.choices.values()
    return frozenset(
        option
        for parser in parsers
        for action in parser._actions
        for option in action.option_strings
    )


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_exists_with_its_options(path: Path) -> None:
    wrong = []
    for line in _said(path):
        for name, rest in CALLED.findall(line):
            if name not in get_commands():
                wrong.append(line)
                continue
            given = {word.partition("=")[0] for word in rest.split() if word.startswith("--")}
            wrong += [f"{name} {one}" for one in given - _options(name)]

    assert wrong == []


def _lines_for_a_shell() -> Iterator[tuple[str, str]]:
    for path in DOCUMENTS:
        for kind, block in FENCE.findall(_text(path)):
            lines = block.splitlines() if kind in ("", "sh") else []
            yield from ((path.name, line) for line in lines if re.search(CALLED, line.strip()))


def test_every_example_of_a_command_is_taken_by_its_parser() -> None:
    examples = list(_lines_for_a_shell())
    for document, line in examples:
        name, rest = CALLED.findall(line.strip())[0]
        parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
        try:
            parser.parse_args(shlex.split(rest, comments=True))
        except (CommandError, SystemExit) as error:
            pytest.fail(f"{document}: {line}: {error}")
    assert len(examples) > 15


def test_there_are_commands_to_look_at() -> None:
    found = {name for path in DOCUMENTS for line in _said(path) for name, _ in CALLED.findall(line)}

    assert {"import_appointments", "status", "doctor", "upgrade", "backup", "restore"} <= found


@pytest.mark.parametrize("name", sorted(set(BY_NAME) - OF_THE_CODE))
def test_every_variable_that_is_named_is_read(name: str) -> None:
    said = "\n".join(_said(FOLDER / BY_NAME[name].path))
    named = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", said)) - NOT_OURS
    named = {one for one in named if one != "OIDC_"}

    assert named - {name for one in env.asked for name in (one, f"{one}_FILE")} == set()


def test_what_is_not_ours_is_still_named() -> None:
    everything = "\n".join(map(_text, DOCUMENTS))

    assert {name for name in NOT_OURS if name not in everything} == set()


@pytest.mark.parametrize("name", ["integrator", "monitoring", "going-live"])
def test_every_address_that_is_named_is_there(name: str) -> None:
    named = {one for one in CODE.findall(_chapter(name)) if re.fullmatch(r"/[a-z]+/?", one)}

    assert named
    for address in named:
        resolve(address)


@pytest.mark.django_db
def test_the_example_of_a_diary_comes_in_without_a_question(tmp_path: Path) -> None:
    blocks = [text for kind, text in FENCE.findall(_chapter("integrator")) if kind == "csv"]
    assert len(blocks) == 1
    # A day that is near: one years ahead is asked about.
    soon = timezone.localdate() + timedelta(days=7)
    rows = re.sub(r"\d{4}-\d{2}-\d{2}", soon.isoformat(), blocks[0])
    (tmp_path / "diary.csv").write_text(rows, encoding="utf-8")
    make_location(name="Main Street", country="GB", zone="Europe/London")
    said = io.StringIO()

    call_command("import_appointments", str(tmp_path / "diary.csv"), "--json", stdout=said)

    told = json.loads(said.getvalue())
    counts = [told[name] for name in ("rows", "new", "cannot_be_reminded")]
    assert (counts, told["questions"], told["errors"]) == ([3, 3, 0], [], [])
    keys = _chapter("integrator").partition("With `--json`")[2].partition("## The watched")[0]
    told_of = [line.split("|")[1] for line in keys.splitlines() if line.startswith("| `")]
    assert {name for row in told_of for name in CODE.findall(row)} <= set(told)


@pytest.mark.django_db
def test_the_columns_of_the_export_are_those_of_the_handbook() -> None:
    said = io.StringIO()
    call_command("export_appointments", stdout=said)

    named = _chapter("integrator").partition("Of each visit: ")[2].partition(". ")[0]
    assert CODE.findall(named) == said.getvalue().split("\n")[0].strip().split(",")


def test_a_new_site_begins_with_the_rules_that_the_handbook_names() -> None:
    named = re.findall(r"^\| (?:\*\*|\*)(.+?)\*", _chapter("manager"), re.M)[:4]
    first = import_module("reminders.migrations.0003_first_data").RULES

    assert [rule["name"] for rule in first[:2]] == named[:2] == list(RULES)
    assert [rule["kind"] for rule in first[2:]] == named[2:]


def test_the_periods_that_are_named_are_those_of_a_new_site() -> None:
    days = [BY_KIND[kind].days for kind in ("texts", "imports", "appointments")]

    for name in ("data-protection", "sizing"):
        text = " ".join(_chapter(name).split())
        line = re.search(r"90 days.+?\b(\d+)\b.+?\b(\d+)\b", text)
        assert line
        assert [90, int(line[1]), int(line[2])] == days


def test_every_banner_is_explained() -> None:
    told = re.findall(r"^\| \*\*(.+?)\*\* \|", _chapter("troubleshooting"), re.M)

    assert set(told) <= {title for _, title, _ in WORDS.values()}
    assert {title for level, title, _ in WORDS.values() if level == "danger"} - set(told) <= {
        # Its own words say all there is to do.
        WORDS["emergency"][1],
        WORDS["database"][1],
    }


@cache
def _words_of_pages() -> str:
    """All that templates and the modules behind them may show, as one text."""
    templates = [of_template(_text(path)) for path in (ROOT / "templates").rglob("*.html")]
    modules = [
        node.value
        for place in ("views", "models", "navigation.py", "domain/pages", "domain/operations")
        for path in _modules(ROOT / "reminders" / place)
        for node in ast.walk(ast.parse(_text(path)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return " ".join(" ".join([*templates, *modules, *RULES]).split())


def _modules(place: Path) -> Iterator[Path]:
    return iter(place.rglob("*.py") if place.is_dir() else [place])


@pytest.mark.parametrize("name", SPOKEN_OF)
def test_what_is_bold_stands_on_a_page(name: str) -> None:
    text = " ".join(FENCE.sub("", _chapter(name)).split())
    bold = set(re.findall(r"\*\*(.+?)\*\*", text)) - NOT_ON_PAGES

    assert bold
    assert sorted(words for words in bold if words.rstrip(".,") not in _words_of_pages()) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_block_for_a_shell_can_be_read_by_one(path: Path) -> None:
    for kind, block in FENCE.findall(_text(path)):
        if kind == "sh":
            for line in block.splitlines():
                shlex.split(line, comments=True)
