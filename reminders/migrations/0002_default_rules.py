"""The two rules that every site begins with; staff change them as they like."""

from django.db import migrations


def add_rules(apps, schema_editor):
    rules = apps.get_model("reminders", "ReminderRule")
    if rules.objects.exists():
        return
    rules.objects.create(
        name="Confirmation the day before",
        kind="confirmation",
        position=1,
        days_before=1,
        quiet="later",
        min_notice_minutes=180,
        cutoff_minutes=120,
    )
    rules.objects.create(
        name="Reminder an hour before",
        kind="reminder",
        position=2,
        minutes_before=60,
        quiet="earlier",
        min_notice_minutes=15,
        cutoff_minutes=10,
    )


class Migration(migrations.Migration):
    dependencies = [("reminders", "0001_tables")]

    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
