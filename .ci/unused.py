"""What nobody uses: vulture's findings, less what templates and the frameworks use by name.

`make lint` runs it. A name that a framework looks up stands in `BY_NAME` with who does so.
"""

import re
import sys
from fnmatch import fnmatch
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("reminders", "config", "tests", "manage.py", "set_up.py")
# Here nearly every name is looked up by Django, Unfold, Celery or pytest.
NOT_JUDGED = (
    "*/migrations/*",
    "*/admin/*",
    "*/models/*",
    "*/tests/*",
    "*/settings.py",
    "*/unfold.py",
)
BY_NAME = (
    "Meta", "clean_*", "labels", "help_text*", "empty_label", "success_url",  # Django's forms
    "urlpatterns", "handler403", "redirect_authenticated_user", "get_template_names",  # its views
    "RemindersConfig", "verbose_name", "default_auto_field", "AdminSite", "index_title",  # its apps
    "login_form", "has_permission", "logout", "converter", "exc_text", "salt",  # its admin and logs
    "handle", "help", "add_arguments", "requires_*", "suppressed_base_arguments",  # its commands
    "check_pooler",  # its checks
    "Counting", "is_locked", "user_*", "reset_attempts", "ip_or_username", "locked_out",  # axes
    "Door", "SecondFactors", "*Form", "is_open_for_signup", "is_reauthentication_required",
    "respond_user_inactive", "get_totp_label", "generate_authenticator_name", "form_invalid",
    "backend", "AtTheDoor", "process_view", "proved", "signed_out", "factor_*",
    "get_model_class", "_get_session_from_db", "_session_key", "create_model_instance",
    "NotBroken", "NotOfTheHouse", "NoSecrets", "hidden_settings", "get_post_parameters",
    "get_traceback_frame_variables", "get_safe_cookies",  # Django's pages of errors
    "_decode_id_token",  # allauth
    "to_response",  # waitress
    "read_timeout", "retry_delay",  # the provider's fields, which the sandbox keeps
    "validate", "get_help_text", "label_from_instance",
    "send_notification_mail",
    "SignInService", "pre_social_login", "on_authentication_error", "do_GET", "do_POST",
    "max_request_body_size", "expect_continue", "parser_class", "channel_class",  # waitress
    "task_class", "will_close",
    "auth_flow",  # httpx
    "InTurn", "ReadableText", "ContentSecurityPolicy", "Probes",  # settings
    "KeepNothing", "OneMoment", "LogIds", "Traced", "end_span",
    "process_log_record",  # the library that writes logs as JSON
    "install_sync_handler", "connection_errors", "signum", "frame",  # Celery, signals
    "follow_settings", "get_ready", "end_soon",  # Celery's signals
    "readable", "readinto",  # io
    "process_exception",  # Django's middleware; the classes stand in the settings
    "*_here", "*_with_gone", "new_practitioners", "new_services",  # counts, written as JSON
    "handle_starttag", "handle_data", "buffer_text", "*Handler",  # html.parser and expat
    "emergency",  # a placeholder of wordings
    "out_id", "billing_units", "answers_id", "split_by_id", "told_since",  # columns of rows
    "_mutable",  # Django's
)  # fmt: skip


def main() -> int:
    """Print what is unused; return how many there are, at most 1."""
    vulture = Vulture()
    vulture.scavenge([str(ROOT / source) for source in SOURCES])
    elsewhere = _words_of_templates()
    unused = [
        item
        for item in vulture.get_unused_code(min_confidence=60)
        if item.name not in elsewhere and not _is_looked_up(item.name, str(item.filename))
    ]
    for item in unused:
        sys.stdout.write(f"{item.get_report()}\n")
    return bool(unused)


def _words_of_templates() -> set[str]:
    pages = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "reminders").rglob("*.html")]
    return {word for page in pages for word in re.findall(r"\w+", page.read_text("utf-8"))}


def _is_looked_up(name: str, file: str) -> bool:
    if file.endswith("reminders/tasks.py"):
        return True  # tasks are started by their names
    return any(fnmatch(file, form) for form in NOT_JUDGED) or any(
        fnmatch(name, form) for form in BY_NAME
    )


if __name__ == "__main__":
    sys.exit(main())
