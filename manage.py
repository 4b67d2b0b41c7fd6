#!/usr/bin/env python
"""Run a management command, with the embedded PostgreSQL where no database is given."""

import os
import sys

# These need no database, or see to it themselves.
WITHOUT_DATABASE = frozenset(
    {"up", "sandbox", "help", "check", "collectstatic", "diffsettings", "--version", "--help"}
)


def main() -> None:
    """Run the command; a reason why it cannot start is one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["up"]:
        # Its programs share what stands in for settings that are not given.
        os.environ.setdefault("ONE_MACHINE", "true")
    from config.embedded.commands import run  # after the settings' name is known

    run(sys.argv, without_database=WITHOUT_DATABASE)


if __name__ == "__main__":
    main()
