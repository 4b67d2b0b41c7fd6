"""The figures of a day say when they were computed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reminders", "0014_staff_sessions")]

    operations = [
        migrations.RenameField("dailystatistics", "reckoned_at", "computed_at"),
    ]
