"""Texts about moved and cancelled visits: on where the product is new, else there to be switched on."""

from django.db import migrations

RULES = (
    ("When a visit is moved", "moved", 15),
    ("When we cancel a visit", "cancelled", 0),
)


def add_rules(apps, schema_editor):
    rules = apps.get_model("reminders", "ReminderRule")
    if rules.objects.filter(kind__in=[kind for _, kind, _ in RULES]).exists():
        return
    # Who is at work with it already has told such patients by telephone so far: they decide.
    new = not apps.get_model("reminders", "Location").objects.exists()
    last = rules.objects.order_by("-position").values_list("position", flat=True).first() or 0
    for position, (name, kind, cutoff) in enumerate(RULES, start=last + 1):
        rules.objects.create(
            name=name,
            kind=kind,
            position=position,
            active=new,
            minutes_after=0,
            settle_minutes=10,
            quiet="later",
            min_notice_minutes=0,
            cutoff_minutes=cutoff,
        )


class Migration(migrations.Migration):
    dependencies = [("reminders", "0030_event_rules")]

    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
