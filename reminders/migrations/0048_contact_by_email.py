"""Find people by their e-mail address: one that comes back or unsubscribes is looked up by it."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("reminders", "0047_email")]

    operations = [
        AddIndexConcurrently(
            "contact",
            models.Index(
                fields=["email"], condition=~models.Q(email=""), name="contact_by_email"
            ),
        ),
    ]
