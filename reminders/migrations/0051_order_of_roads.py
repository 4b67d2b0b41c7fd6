"""One list of roads on each rule, in order, in place of a column for each road."""

from typing import Any

from django.db import migrations, models

import reminders.models.roads.columns

WHATSAPP, EMAIL = "whatsapp", "email"


def list_roads(apps: Any, schema_editor: Any) -> None:
    """WhatsApp came before e-mail where both had a wait; an e-mail without one was a copy."""
    for rule in apps.get_model("reminders", "ReminderRule").objects.all():
        waits = ((WHATSAPP, rule.whatsapp_minutes), (EMAIL, rule.email_minutes))
        rule.roads = [[road, minutes] for road, minutes in waits if minutes]
        rule.email_copy = rule.email_minutes == 0
        rule.save(update_fields=["roads", "email_copy"])


def list_columns(apps: Any, schema_editor: Any) -> None:
    """Back: the order is lost."""
    for rule in apps.get_model("reminders", "ReminderRule").objects.all():
        waits = dict(rule.roads)
        rule.whatsapp_minutes = waits.get(WHATSAPP)
        rule.email_minutes = waits.get(EMAIL, 0 if rule.email_copy else None)
        rule.save(update_fields=["whatsapp_minutes", "email_minutes"])


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0051_diary_columns'),
    ]

    operations = [
        migrations.AddField(
            model_name='reminderrule',
            name='roads',
            field=models.JSONField(blank=True, default=list, help_text='Pairs of a road and the minutes after which the next one takes over; the last is always SMS.', validators=[reminders.models.roads.columns.check_roads], verbose_name='by which roads first'),
        ),
        migrations.AddField(
            model_name='reminderrule',
            name='email_copy',
            field=models.BooleanField(db_default=False, default=False, help_text='Beside the text, to those whose e-mail is not tried first.', verbose_name='a copy by e-mail'),
        ),
        migrations.AddField(
            model_name='whatsapptext',
            name='later',
            field=models.JSONField(blank=True, default=list, help_text='To be tried before SMS. Emptied once settled.'),
        ),
        migrations.AddField(
            model_name='emailtext',
            name='later',
            field=models.JSONField(blank=True, default=list, help_text='To be tried before SMS. Emptied once settled.'),
        ),
        migrations.AlterField(
            model_name='emailtext',
            name='next_road_at',
            field=models.DateTimeField(help_text='By the next road from then on, unless opened.'),
        ),
        migrations.AlterField(
            model_name='whatsapptext',
            name='next_road_at',
            field=models.DateTimeField(help_text='By the next road from then on, unless arrived.'),
        ),
        migrations.RunPython(list_roads, list_columns),
        migrations.RemoveField('reminderrule', 'whatsapp_minutes'),
        migrations.RemoveField('reminderrule', 'email_minutes'),
        migrations.RemoveField('emailtext', 'status_then'),
    ]
