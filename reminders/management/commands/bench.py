"""Measure the product: `bench send`, `bench receive`, `bench ring`, `bench pages`, `bench
import`.
"""

import json
import pkgutil
from argparse import ArgumentParser
from importlib import import_module
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

HELPERS = frozenset({"scratch", "import_beside", "import_export_resources"})


def measurements() -> dict[str, ModuleType]:
    """Every module of `tests.bench` that has something to run, by its name on the command line."""
    try:
        package = import_module("tests.bench")
    except ModuleNotFoundError:
        raise CommandError(
            "Measuring needs a checkout of the source: `bench` is no part of an installation."
        ) from None
    names = [module.name for module in pkgutil.iter_modules(package.__path__)]
    modules = {
        name.removesuffix("_").replace("_", "-"): import_module(f"{package.__name__}.{name}")
        for name in names
        if name not in HELPERS and not name.startswith("test_")
    }
    return {name: module for name, module in modules.items() if hasattr(module, "run")}


class Command(BaseCommand):
    """Run one measurement in a scratch database and print its figures."""

    help = (
        "Measures the product in a scratch database, each figure next to the limit it is "
        "held against."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One sub-command for each measurement."""
        chosen = parser.add_subparsers(dest="what", required=True)
        for name, module in measurements().items():
            sub = chosen.add_parser(name, help=(module.__doc__ or "").splitlines()[0])
            if hasattr(module, "add_arguments"):
                module.add_arguments(sub)

    def handle(self, *, what: str, **options: Any) -> None:
        """Run it and print JSON."""
        self.stdout.write(json.dumps(measurements()[what].run(**options), indent=2))
