"""Vacuum the large tables sooner, and leave room beside each appointment for its next state.

Measured by `manage.py bench growth`: what an appointment changes most, its status, stands in no
index, so that with room on its page an update writes no index. Texts, reminders, reports and
replies change what conditions of their indexes read; for them only the vacuum counts. By the
server's own fifth of a table, hundreds of thousands of dead rows would lie about in between.
"""

from django.db import migrations

SOONER = "autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02"
TABLES = ("appointment", "reminder", "message", "reply", "deliveryreport", "importrow")
AS_THE_SERVER = "autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor"


class Migration(migrations.Migration):
    dependencies = [("reminders", "0032_short_notice_list")]

    # Neither writes a row nor holds up anybody who reads or writes.
    operations = [
        *(
            migrations.RunSQL(
                f"ALTER TABLE reminders_{name} SET ({SOONER})",
                f"ALTER TABLE reminders_{name} RESET ({AS_THE_SERVER})",
            )
            for name in TABLES
        ),
        migrations.RunSQL(
            "ALTER TABLE reminders_appointment SET (fillfactor = 85)",
            "ALTER TABLE reminders_appointment RESET (fillfactor)",
        ),
    ]
