"""An index for texts that were withdrawn before the provider's report showed them."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("reminders", "0008_number_shared_by_many")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["check_after"],
                condition=Q(state="cancelled", unknown_since__isnull=False),
                name="message_maybe_there",
            ),
        ),
    ]
