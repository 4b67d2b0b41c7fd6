#!/usr/bin/env python
"""Run a management command, with the embedded PostgreSQL where no database is given."""

import os
import sys

# These need no database, or see to it themselves.
WITHOUT_DATABASE = frozenset(
    {"up", "sandbox", "help", "check", "collectstatic", "diffsettings", "--help"}
)


def main() -> None:
    """Run the command; a reason why it cannot start is one line."""
    os.environ["DJANGO_SETTINGS_MODULE"] = (
        "config.settings"  # not that of another project in this shell
    )
    if sys.argv[1:2] in (["--version"], ["version"]):
        from config.version import product_version

        print(product_version())  # noqa: T201  # what was asked for; Django would tell its own
        return
    if sys.argv[1:2] == ["up"]:
        # Its programs share what stands in for settings that are not given.
        os.environ.setdefault("ONE_MACHINE", "true")
    from config.launcher.embedded.commands import run  # after the settings' name is known

    run(sys.argv, without_database=WITHOUT_DATABASE)


if __name__ == "__main__":
    main()
