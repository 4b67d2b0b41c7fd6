"""Drop the second index that Django makes of each unique text, for searches by a beginning.

The provider's ids are only ever looked up whole, and the other index does that. Of a text and its
three reports they were 200 bytes, and one write more at each change of a state.
"""

from django.db import migrations

INDEXES = {
    "reminders_message_provider_id_7c00d8e2_like": "reminders_message",
    "reminders_deliveryreport_provider_id_779f2e5b_like": "reminders_deliveryreport",
    "reminders_reply_provider_id_74a9f83f_like": "reminders_reply",
}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("reminders", "0043_room_for_updates")]

    operations = [
        migrations.RunSQL(
            f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name}"
            f" ON {table} (provider_id varchar_pattern_ops)",
        )
        for name, table in INDEXES.items()
    ]
