"""Find the texts that answer a reply by an index: a reply that goes is asked for its answers."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("reminders", "0040_links_to_visits")]

    operations = [
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["answers"],
                condition=models.Q(answers__isnull=False),
                name="message_answering",
            ),
        ),
    ]
