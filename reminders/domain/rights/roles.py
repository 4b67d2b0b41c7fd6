"""The roles, and what each starts with. A role is a group; an administrator may change its rights.

A receptionist does the day's work, a manager sets up as well, an administrator gives rights, too.
An auditor sees what an administrator sees and changes nothing. The help desk lets people in again,
and sees no patient.
"""

from __future__ import annotations

RECEPTIONIST, MANAGER, ADMINISTRATOR = "receptionist", "manager", "administrator"
AUDITOR, HELP_DESK = "auditor", "help desk"
ROLES_IN_ORDER = (RECEPTIONIST, MANAGER, ADMINISTRATOR, AUDITOR, HELP_DESK)

Code = tuple[str, str]
"""A permission as the database has it: the app's label and the code name."""

_EVERY = ("view", "add", "change", "delete")
_DAILY: dict[str, tuple[str, ...]] = {
    "appointment": ("view", "add", "change"),
    "contact": ("view", "add", "change"),
    "callattempt": ("view", "add", "change"),
    "inboxitem": ("view", "add", "change"),
    "suppression": ("view", "add", "change"),
    "message": ("view", "add"),
    "bulkchange": ("view", "add"),
    "reminder": ("view", "change"),
    "reply": ("view", "change"),
    **dict.fromkeys(("location", "practitioner", "service", "cannedreply"), ("view",)),
}
_MANAGING: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("reminderrule", "wording", "cannedreply", "practitioner", "service"), _EVERY),
    **dict.fromkeys(("import", "importmapping", "location"), ("view", "add", "change")),
    **dict.fromkeys(("importrow", "auditentry", "deliveryreport", "job", "erasure"), ("view",)),
    "staffprofile": ("view", "add"),
    "appointment": ("export",),
    "textprice": _EVERY,
}
_ADMINISTERING: dict[str, tuple[str, ...]] = {
    "staffprofile": _EVERY,
    "location": _EVERY,
    "providerstate": ("view", "change"),
    "taskrun": ("view",),
    "trailentry": ("view",),
}
_ELSEWHERE: dict[str, dict[str, tuple[str, ...]]] = {
    # Without deleting: who did what in the past stays somebody, so users are switched off.
    "auth": {"user": ("view", "add", "change"), "group": _EVERY},
    "django_celery_beat": {"periodictask": ("view", "change"), "intervalschedule": _EVERY},
}


def _codes(app: str, models: dict[str, tuple[str, ...]]) -> set[Code]:
    return {(app, f"{verb}_{model}") for model, verbs in models.items() for verb in verbs}


_RECEPTIONIST = _codes("reminders", _DAILY)
_MANAGER = _RECEPTIONIST | _codes("reminders", _MANAGING)
_ADMINISTRATOR = (
    _MANAGER
    | _codes("reminders", _ADMINISTERING)
    | {code for app, models in _ELSEWHERE.items() for code in _codes(app, models)}
)
PERMISSIONS: dict[str, set[Code]] = {
    RECEPTIONIST: _RECEPTIONIST,
    MANAGER: _MANAGER,
    ADMINISTRATOR: _ADMINISTRATOR,
    # Whatever an administrator may see, also of tables that come later.
    AUDITOR: {(app, name) for app, name in _ADMINISTRATOR if name.startswith("view_")},
    HELP_DESK: _codes("reminders", {"staffprofile": ("view", "add", "change")}),
}
"""For each role the permissions it starts with."""


def code(permission: str) -> Code:
    """A permission as the database has it: "auth.change_user" is ("auth", "change_user")."""
    app, _, name = permission.partition(".")
    return app, name


def starts_with(role: str, permission: str) -> bool:
    """Whether a role has this permission as long as nobody changed the role."""
    return code(permission) in PERMISSIONS[role]
