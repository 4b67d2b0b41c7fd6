"""A patient number belongs to a diary, and placeholders are none; taking an import back knows who did it."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A contact's number is of the diary that all of its imported appointments are from.
_DIARIES = """
UPDATE reminders_contact c SET diary = a.diary
FROM (SELECT contact_id, min(diary) AS diary FROM reminders_appointment WHERE external_id <> ''
      GROUP BY contact_id HAVING min(diary) = max(diary) AND min(diary) <> '') a
WHERE a.contact_id = c.id AND c.external_id <> ''
"""

# What files said where there was no number, and what one person has therefore who was taken for several.
_PLACEHOLDERS = """
UPDATE reminders_contact SET external_id = '', diary = ''
WHERE external_id <> '' AND (external_id !~ '[1-9[:alpha:]]' OR lower(external_id) IN (
    'new', 'new patient', 'new client', 'n/a', '#n/a', 'na', 'none', 'nil', 'null', 'nan', 'unknown', 'tba',
    'tbc', 'blank', 'x', 'xx', 'xxx', 'neu', 'keine', 'kein', 'unbekannt', 'nouveau', 'aucun', 'inconnu',
    'nuevo', 'ninguno', 'desconocido', 'nuovo', 'nessuno', 'nieuw', 'geen', 'onbekend', 'nvt', 'novo',
    'nenhum'))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reminders", "0013_clockwork"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: list[Any] = [
        migrations.AddField(
            model_name="contact",
            name="diary",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="Whose patient number it is.", max_length=60
            ),
        ),
        migrations.AddField(
            model_name="import",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(_DIARIES, migrations.RunSQL.noop),
        migrations.RunSQL(_PLACEHOLDERS, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="contact", name="contact_external_id_once"),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("external_id", "diary"),
                name="contact_number_once_a_diary",
            ),
        ),
    ]
