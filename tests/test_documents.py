"""The documents speak of what is there: every table has its word, every function named exists."""

import re
from pathlib import Path
from pkgutil import resolve_name

import pytest
from django.apps import apps

from config import handbook
from config.settings import env

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
PACKAGES = ("reminders.domain.", "reminders.", "")
FILES = {".md", ".py", ".toml", ".yml"}


def _named(document: str) -> set[str]:
    """What stands between backticks."""
    return set(re.findall(r"`([^`\n]+)`", (ROOT / document).read_text(encoding="utf-8")))


def _exists(name: str) -> bool:
    for package in PACKAGES:
        try:
            resolve_name(package + name)
        except (ImportError, AttributeError):
            continue
        return True
    return False


def test_every_table_is_in_the_glossary() -> None:
    models = {model.__name__ for model in apps.get_app_config("reminders").get_models()}
    assert models <= _named("docs/glossary.md")


@pytest.mark.parametrize("document", ["docs/architecture.md", "docs/glossary.md"])
def test_every_function_and_module_that_is_named_exists(document: str) -> None:
    dotted = [name for name in _named(document) if re.fullmatch(r"[a-z_]+(\.\w+)+", name)]
    assert dotted
    code = [name for name in dotted if Path(name).suffix not in FILES]
    assert [name for name in code if not _exists(name)] == []


def test_every_class_in_the_glossary_exists() -> None:
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "reminders").rglob("*.py")
    )
    classes = set(re.findall(r"^class (\w+)", source, re.MULTILINE))
    named = {name.split(".")[0] for name in _named("docs/glossary.md")}
    assert {name for name in named if re.fullmatch(r"([A-Z][a-z]+)+", name)} <= classes


def test_every_room_of_the_domain_stands_in_the_architecture() -> None:
    domain = ROOT / "reminders" / "domain"
    rooms = {entry.parent.name for entry in domain.glob("*/__init__.py")}
    assert len(rooms) == 32
    assert rooms <= _named("docs/architecture.md")


def test_the_pictures_in_the_tree_are_those_that_a_document_shows() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    shown = set(re.findall(r"screenshots/(ordinary/[\w-]+\.jpg)", text))
    kept = re.findall(r"^!docs/screenshots/(\S+)$", (ROOT / ".gitignore").read_text(), re.M)
    assert set(kept) == shown


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_is_named_exists(document: Path) -> None:
    top = {entry.name for entry in ROOT.iterdir() if entry.is_dir()} - {"var"}
    paths = [name.split("::")[0] for name in _named(str(document.relative_to(ROOT)))]
    ours = [path for path in paths if re.fullmatch(r"[\w./-]+", path) and "/" in path]
    inside = [path for path in ours if path.split("/")[0] in top]
    assert [path for path in inside if not (ROOT / path).exists()] == []


def test_every_variable_has_its_meaning() -> None:
    """One that is new wants a line in config/meanings.toml."""
    meant = {name for group in handbook.meanings().values() for name in group}
    assert meant == set(env.asked)


def test_the_pages_of_variables_and_commands_are_those_of_the_code() -> None:
    """`python -m config.handbook` writes them."""
    assert handbook.CONFIGURATION.read_text(encoding="utf-8") == handbook.configuration()
    assert handbook.COMMANDS.read_text(encoding="utf-8") == handbook.commands()
