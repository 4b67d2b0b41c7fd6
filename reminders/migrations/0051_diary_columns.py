from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("reminders", "0050_daily_texts")]

    operations = [
        AddIndexConcurrently(
            "appointment",
            models.Index(
                fields=["-starts_at"],
                condition=~models.Q(extra={}),
                name="appointment_with_columns",
            ),
        )
    ]
