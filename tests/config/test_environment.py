"""Every variable of the environment table: what it takes, and the line that a wrong value gets."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.programs import run

pytestmark = pytest.mark.programs

PRODUCTION = {
    "SECRET_KEY": "0123456789abcdef" * 4,
    "ALLOWED_HOSTS": "reminders.example, www.reminders.example",
    "DATABASE_URL": "postgres://ann:p%40ss@db.example:6543/clinic?sslmode=require",
    "CELERY_BROKER_URL": "amqp://guest:guest@mq.example//",
    "MESSAGES_API_URL": "https://api.example/",
    "MESSAGES_API_KEY": "key",
    "MESSAGES_API_SECRET": "secret",
    "MESSAGES_API_AUTH": "HMAC",
    "MESSAGES_API_ACCOUNT": "branch",
    "MESSAGES_API_TIMEOUT": "2.5",
    "MESSAGES_SOURCE_NUMBER": "+61491570006",
    "PUBLIC_URL": "https://reminders.example",
    "HAND_OVER_AHEAD": "3600",
    "SEND_EVERY": "5",
    "POLL_EVERY": "7",
    "RECONCILE_AFTER": "60",
    "TIME_ZONE": "Australia/Sydney",
    "DEFAULT_COUNTRY": "AU",
    "LOG_LEVEL": "warning",
    "EMAIL_URL": "smtp://post:pw@mail.example",
    "ADMINS": "ann@clinic.example",
    "MESSAGES_PER_NUMBER_PER_DAY": "3",
}

MALFORMED = [
    ("DEBUG", "maybe", "true or false; it is 'maybe'"),
    ("DATABASE_URL", "mysql://ann:pw@db/x", "localhost/reminders; it is 'mysql://...@db/x'"),
    ("DATABASE_URL", "postgres://db.example/", "it names no database"),
    ("DATABASE_URL", "postgres://db/x?sslmod=require", "it has unknown options: sslmod"),
    ("DATABASE_URL", "postgres://db:port/x", "it is 'postgres://db:port/x'"),
    (
        "CELERY_BROKER_URL",
        "kafka://x",
        "an address such as redis://localhost:6379/0; it is 'kafka://x'",
    ),
    (
        "MESSAGES_API_URL",
        "api.example",
        "an address such as https://reminders.example; it is 'api.example'",
    ),
    ("MESSAGES_API_AUTH", "oauth", "one of basic, hmac; it is 'oauth'"),
    ("MESSAGES_API_TIMEOUT", "abc", "a number of seconds, such as 10; it is 'abc'"),
    ("MESSAGES_API_TIMEOUT", "0", "a number of seconds from 0.1 to 300; it is '0'"),
    ("PUBLIC_URL", "https://", "an address such as https://reminders.example; it is 'https://'"),
    ("WEBHOOK_SECRET", "short", "16 to 200 letters, digits, - or _; it is 'secret'"),
    ("HAND_OVER_AHEAD", "1 day", "a number of seconds, such as 86400; it is '1 day'"),
    ("SEND_EVERY", "0", "a number of seconds from 1 to 2.592e+06; it is '0'"),
    ("POLL_EVERY", "-5", "a number of seconds, such as 15; it is '-5'"),
    ("RECONCILE_AFTER", "x", "a number of seconds, such as 120; it is 'x'"),
    ("TIME_ZONE", "Mars/Base", "a time zone such as Europe/London; it is 'Mars/Base'"),
    ("TIME_ZONE", "../etc/passwd", "a time zone such as Europe/London; it is '../etc/passwd'"),
    ("DEFAULT_COUNTRY", "UKR", "the two capital letters of a country, such as GB; it is 'UKR'"),
    ("DEFAULT_COUNTRY", "UK", "such as GB; the United Kingdom is GB; it is 'UK'"),
    ("DEFAULT_COUNTRY", "XX", "the two capital letters of a country, such as GB; it is 'XX'"),
    ("LOG_LEVEL", "loud", "one of DEBUG, INFO, WARNING, ERROR, CRITICAL; it is 'loud'"),
    ("SENTRY_DSN", "nonsense", "an address such as https://reminders.example; it is 'nonsense'"),
    (
        "EMAIL_URL",
        "http://mail",
        "an address such as smtp://user:password@mail.example:587; it is 'http://mail'",
    ),
    ("ADMINS", "ann, bob", "separated by commas, such as ann@clinic.example; it is 'ann, bob'"),
    ("IMPORT_ERRORS", "skip", "one of stop, leave; it is 'skip'"),
    (
        "IMPORT_FOLDER",
        "diary",
        "the path of a folder from the root, such as /srv/diary; it is 'diary'",
    ),
    (
        "MESSAGES_PER_HOUR",
        "many",
        "a whole number from 0 to 1000000000, such as 20000; it is 'many'",
    ),
    ("SECURITY_CONTACT", "nobody", "for who finds a hole in this site; it is 'nobody'"),
    ("TRUSTED_PROXY", "proxy.example", "a network with its /; it is 'proxy.example'"),
    ("DATABASE_POOL_SIZE", "1.5", "a whole number from 0 to 1000, such as 10; it is '1.5'"),
    ("SECRET_KEY_FILE", "/nowhere", "the path of a readable text file; it is '/nowhere'"),
]


EACH_IN_A_FORK = """
import json, os, sys
import config.database, config.launcher.local

said = []
for name, value, _ in json.loads(sys.argv[1]):
    reading, writing = os.pipe()
    if not os.fork():
        os.environ[name] = value
        try:
            import config.settings
        except SystemExit as stop:
            os.write(writing, str(stop).encode())
        os._exit(0)
    os.close(writing)
    said.append(os.fdopen(reading).read().splitlines())
print(json.dumps(said))
"""


def settings_in(environment: dict[str, str], names: list[str]) -> dict[str, Any]:
    code = (
        "import json, config.settings as s;"
        f"print(json.dumps({{name: getattr(s, name) for name in {names}}}, default=str))"
    )
    shown = run(["-c", code], environment)
    assert shown.stderr == ""
    return dict(json.loads(shown.stdout))


def test_a_malformed_value_stops_the_start_with_one_line(bare_environment: dict[str, str]) -> None:
    ended = run(
        ["-c", EACH_IN_A_FORK, json.dumps(MALFORMED)], {**bare_environment, "ONE_MACHINE": "1"}
    )

    assert ended.stderr == ""
    said = json.loads(ended.stdout)
    assert [len(lines) for lines in said] == [1] * len(MALFORMED)
    for (name, _, complaint), (line,) in zip(MALFORMED, said, strict=True):
        assert (line.startswith(f"{name} takes "), line.endswith(f"{complaint}.")) == (
            True,
            True,
        ), line
        assert "pw" not in line


@pytest.mark.parametrize(
    "program",
    [
        ["manage.py", "check"],
        ["manage.py", "up"],
        ["-m", "celery", "-A", "config", "worker"],
        ["-m", "celery", "-A", "config", "beat"],
        ["-m", "config.launcher.serve"],
    ],
    ids=["check", "up", "worker", "beat", "web"],
)
def test_every_program_shows_each_problem_once_and_no_traceback(
    bare_environment: dict[str, str], program: list[str]
) -> None:
    ended = run(program, {**bare_environment, "MESSAGES_API_TIMEOUT": "abc", "TIME_ZONE": "Mars"})

    assert (ended.returncode, ended.stderr) == (
        1,
        "MESSAGES_API_TIMEOUT takes a number of seconds, such as 10; it is 'abc'.\n"
        "TIME_ZONE takes a time zone such as Europe/London; it is 'Mars'.\n",
    )


@pytest.mark.parametrize(
    "production", [{"DEBUG": "off"}, {"DATABASE_URL": PRODUCTION["DATABASE_URL"]}]
)
def test_production_asks_for_its_own_key_and_hosts(
    bare_environment: dict[str, str], production: dict[str, str]
) -> None:
    ended = run(["manage.py", "check"], {**bare_environment, **production})

    assert ended.returncode == 1
    assert [line.split(" is required")[0] for line in ended.stderr.splitlines()] == [
        "SECRET_KEY",
        "ALLOWED_HOSTS",
    ]


UNSAFE = [
    ("SECRET_KEY", "a" * 60, "is too weak"),
    ("SECRET_KEY", "0123456789abcdef", "is too weak"),
    ("SECRET_KEY", "django-insecure-" + "0123456789abcdef" * 4, "is too weak"),
    ("ALLOWED_HOSTS", "reminders.example,*", "never '*'"),
    ("TRUSTED_PROXY", "*", "never '*'"),
    ("PUBLIC_URL", "http://reminders.example", "begin with https"),
    ("MESSAGES_API_URL", "http://api.example", "begin with https"),
    ("DEBUG", "true", "off with a real provider"),
]


def test_what_leaves_a_site_open_stops_its_start_with_one_line(
    bare_environment: dict[str, str],
) -> None:
    production = {**bare_environment, **PRODUCTION}

    ended = run(["-c", EACH_IN_A_FORK, json.dumps(UNSAFE)], production)

    assert ended.stderr == ""
    for (name, _, complaint), lines in zip(UNSAFE, json.loads(ended.stdout), strict=True):
        assert len(lines) == 1, lines
        assert (lines[0].startswith(name), complaint in lines[0]) == (True, True), lines
        assert "django-insecure" not in lines[0]


@pytest.mark.parametrize(
    "safe",
    [
        {"PUBLIC_URL": "http://127.0.0.1:8000"},
        {"PUBLIC_URL": "http://localhost:8000", "MESSAGES_API_URL": "http://[::1]:8026"},
        {"TRUSTED_PROXY": "10.0.0.0/24"},
        {"TRUSTED_PROXY": "2001:db8::1"},
    ],
)
def test_this_machine_and_a_network_of_proxies_are_safe(
    bare_environment: dict[str, str], safe: dict[str, str]
) -> None:
    found = settings_in({**bare_environment, **PRODUCTION, **safe}, list(safe))

    assert found == safe


def test_given_values_arrive_in_the_settings(bare_environment: dict[str, str]) -> None:
    names = [
        "ALLOWED_HOSTS",
        "CELERY_BROKER_URL",
        "MESSAGES_API_URL",
        "MESSAGES_API_AUTH",
        "MESSAGES_API_ACCOUNT",
        "MESSAGES_API_TIMEOUT",
        "MESSAGES_SOURCE_NUMBER",
        "HAND_OVER_AHEAD",
        "SEND_EVERY",
        "POLL_EVERY",
        "RECONCILE_AFTER",
        "TIME_ZONE",
        "DEFAULT_COUNTRY",
        "LOG_LEVEL",
        "ADMINS",
        "EMAIL_HOST",
        "EMAIL_PORT",
        "EMAIL_HOST_PASSWORD",
        "SESSION_COOKIE_SECURE",
        "SESSION_COOKIE_NAME",
        "MESSAGES_PER_NUMBER_PER_DAY",
        "MESSAGES_PER_HOUR",
    ]

    assert settings_in({**bare_environment, **PRODUCTION}, names) == {
        "ALLOWED_HOSTS": ["reminders.example", "www.reminders.example"],
        "CELERY_BROKER_URL": "amqp://guest:guest@mq.example//",
        "MESSAGES_API_URL": "https://api.example",
        "MESSAGES_API_AUTH": "hmac",
        "MESSAGES_API_ACCOUNT": "branch",
        "MESSAGES_API_TIMEOUT": 2.5,
        "MESSAGES_SOURCE_NUMBER": "+61491570006",
        "HAND_OVER_AHEAD": "1:00:00",
        "SEND_EVERY": "0:00:05",
        "POLL_EVERY": "0:00:07",
        "RECONCILE_AFTER": "0:01:00",
        "TIME_ZONE": "Australia/Sydney",
        "DEFAULT_COUNTRY": "AU",
        "LOG_LEVEL": "WARNING",
        "ADMINS": [["ann@clinic.example", "ann@clinic.example"]],
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_PASSWORD": "pw",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "MESSAGES_PER_NUMBER_PER_DAY": 3,
        "MESSAGES_PER_HOUR": 20000,
    }


def test_the_database_address_is_taken_apart(bare_environment: dict[str, str]) -> None:
    found = settings_in({**bare_environment, **PRODUCTION}, ["DATABASES"])["DATABASES"]["default"]

    assert {name: found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "clinic",
        "USER": "ann",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6543",
    }
    assert found["OPTIONS"]["sslmode"] == "require"


def test_secrets_come_from_files(bare_environment: dict[str, str], data_dir: Path) -> None:
    files = {}
    for name in (
        "SECRET_KEY",
        "DATABASE_URL",
        "MESSAGES_API_KEY",
        "MESSAGES_API_SECRET",
        "WEBHOOK_SECRET",
    ):
        path = data_dir / name.lower()
        path.write_text({**PRODUCTION, "WEBHOOK_SECRET": "w" * 20}[name] + "\n")
        files[f"{name}_FILE"] = str(path)

    found = settings_in(
        {**bare_environment, "ALLOWED_HOSTS": "x.example", **files},
        [
            "SECRET_KEY",
            "MESSAGES_API_KEY",
            "MESSAGES_API_SECRET",
            "WEBHOOK_SECRET",
            "EMBEDDED_DATABASE",
        ],
    )

    assert found == {
        "SECRET_KEY": PRODUCTION["SECRET_KEY"],
        "MESSAGES_API_KEY": "key",
        "MESSAGES_API_SECRET": "secret",
        "WEBHOOK_SECRET": "w" * 20,
        "EMBEDDED_DATABASE": False,
    }


def test_one_machine_makes_its_key_once_and_keeps_it_private(
    bare_environment: dict[str, str], data_dir: Path
) -> None:
    names = ["SECRET_KEY", "MESSAGES_API_URL"]
    first, second = (settings_in(bare_environment, names) for _ in range(2))

    assert first == second
    assert first["SECRET_KEY"] == (data_dir / "secret-key").read_text()
    assert (data_dir / "secret-key").stat().st_mode & 0o777 == 0o600


def test_production_settings_pass_djangos_deployment_check(
    bare_environment: dict[str, str],
) -> None:
    production = {**bare_environment, **PRODUCTION, "SECRET_KEY": os.urandom(40).hex()}

    ended = run(["manage.py", "check", "--deploy", "--fail-level", "WARNING"], production)

    assert (ended.returncode, ended.stderr) == (0, "")
