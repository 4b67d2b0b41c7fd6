"""The look of /admin/: the colours of the staff pages, and a way through everything that is stored.

Who may enter is decided by `config.administration.site`; what each list shows by `reminders.admin`.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy

from reminders.branding import NAME


class SideMenu(AdminConfig):
    """Django's administration on our own site."""

    default_site = "config.administration.site.AdminSite"


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _list(title: str, icon: str, model: str, app: str = "reminders") -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": _may(f"{app}.view_{model}"),
    }


def _page(title: str, icon: str, name: str, permission: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(name),
        "permission": _may(permission),
        "active": lambda request: False,  # it leads out of the administration
    }


def _group(title: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": True, "collapsible": False, "items": list(items)}


def environment(request: HttpRequest) -> list[str] | None:
    """What stands beside the user while it is so: the pages of the day say it on top."""
    return (
        ["Sandbox: no real texts go out", "warning"] if settings.MESSAGES_API_IS_SANDBOX else None
    )


def _day_sheet(request: HttpRequest) -> str:
    return reverse("day_sheet")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": NAME,
    "SITE_HEADER": NAME,
    "SITE_SUBHEADER": "Admin",
    "SITE_URL": _day_sheet,
    "ENVIRONMENT": "config.administration.unfold.environment",
    "SITE_ICON": lambda request: static("reminders/logo.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("reminders/favicon.svg"),
        }
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "10px",
    "STYLES": [lambda request: static("reminders/admin.css")],
    "SCRIPTS": [lambda request: static("reminders/admin.js")],
    "COLORS": {
        "base": {
            "50": "#faf7f2",
            "100": "#f3eee6",
            "200": "#e4ddd1",
            "300": "#d3c9bb",
            "400": "#b8aea3",
            "500": "#6d645a",
            "600": "#4f473f",
            "700": "#3b342f",
            "800": "#2b2622",
            "900": "#221e1b",
            "950": "#191614",
        },
        "primary": {
            "50": "#eff8f6",
            "100": "#dff1ee",
            "200": "#b9e2dc",
            "300": "#86ccc3",
            "400": "#6fd6ca",
            "500": "#2ea396",
            "600": "#0f766e",
            "700": "#0b5a54",
            "800": "#084843",
            "900": "#063a36",
            "950": "#032623",
        },
        "font": {
            "subtle-light": "#5f574e",
            "subtle-dark": "#b8aea3",
            "default-light": "#3b342f",
            "default-dark": "#d6cdc3",
            "important-light": "#292524",
            "important-dark": "#ece7e0",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [
                    _page(
                        "Back to the day sheet",
                        "arrow_back",
                        "day_sheet",
                        "reminders.change_appointment",
                    ),
                    _page("Set-up", "tune", "setup", "reminders.change_reminderrule"),
                    _page("Handbook", "help", "help", "")
                    | {"permission": lambda request: request.user.is_authenticated},
                ]
            },
            _group(
                "Your practice",
                _list("Locations", "location_on", "location"),
                _list("Practitioners", "stethoscope", "practitioner"),
                _list("Services", "medical_services", "service"),
            ),
            _group(
                "Texts",
                _list("Rules", "schedule", "reminderrule"),
                _list("Wordings", "edit_note", "wording"),
                _list("Ready lines", "quickreply", "cannedreply"),
            ),
            _group(
                "People",
                _list("Users", "manage_accounts", "user", "auth"),
                _list("Roles", "badge", "group", "auth"),
            ),
            _group(
                "To look at",
                _list("Appointments", "event", "appointment"),
                _list("Patients", "group", "contact"),
                _list("Planned texts", "pending_actions", "reminder"),
                _list("Messages", "sms", "message"),
                _list("Delivery reports", "mark_email_read", "deliveryreport"),
                _list("Replies", "reply", "reply"),
                _list("Cards", "inbox", "inboxitem"),
                _list("Calls", "call", "callattempt"),
                _list("Opt-outs", "do_not_disturb_on", "suppression"),
                _list("History", "history", "auditentry"),
                _list("Figures", "bar_chart", "dailystatistics")
                | {"permission": _may("reminders.view_auditentry")},
            ),
            _group(
                "Imports",
                _list("Files", "upload_file", "import"),
                _list("Rows", "table_rows", "importrow"),
                _list("Mappings", "view_column", "importmapping"),
            ),
            _group(
                "Running it",
                _page("Connection", "cable", "connection", "reminders.change_providerstate"),
                _list("Schedules", "alarm", "periodictask", "django_celery_beat"),
                _list("Intervals", "timer", "intervalschedule", "django_celery_beat"),
                _list("Rings", "notifications", "taskrun"),
                _list("Background work", "hourglass", "job"),
                _list("Provider", "cell_tower", "providerstate"),
            ),
        ],
    },
}
