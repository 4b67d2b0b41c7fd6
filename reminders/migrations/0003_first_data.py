"""The four rules that every site begins with; staff change them as they like.

Roles and the rings of tasks are no rows of a migration: each `migrate` sees to them, as it ends.
"""

from django.db import migrations

RULES = (
    {
        "name": "Confirmation the day before",
        "kind": "confirmation",
        "days_before": 1,
        "quiet": "later",
        "min_notice_minutes": 180,
        "cutoff_minutes": 120,
    },
    {
        "name": "Reminder an hour before",
        "kind": "reminder",
        "minutes_before": 60,
        "quiet": "earlier",
        "min_notice_minutes": 15,
        "cutoff_minutes": 10,
    },
    {
        "name": "When a visit is moved",
        "kind": "moved",
        "minutes_after": 0,
        "quiet": "later",
        "min_notice_minutes": 0,
        "cutoff_minutes": 15,
    },
    {
        "name": "When we cancel a visit",
        "kind": "cancelled",
        "minutes_after": 0,
        "quiet": "later",
        "min_notice_minutes": 0,
        "cutoff_minutes": 0,
    },
)


def add_rules(apps, schema_editor):
    """Only where there are none: who goes a step back and forward again keeps their own."""
    rules = apps.get_model("reminders", "ReminderRule").objects
    if rules.exists():
        return
    for position, rule in enumerate(RULES, start=1):
        rules.create(position=position, **rule)


class Migration(migrations.Migration):

    replaces = [
        ("reminders", "0002_default_rules"),
        ("reminders", "0023_rights"),
        ("reminders", "0031_event_rules_to_begin_with"),
    ]

    dependencies = [("reminders", "0002_triggers_and_storage")]

    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
