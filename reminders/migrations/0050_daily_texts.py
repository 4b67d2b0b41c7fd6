"""Count texts and replies by day, as visits are: pages add the days up."""

from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


def count_the_year(apps: Any, schema_editor: Any) -> None:
    """With the next round of the task, and not only a day after the last one."""
    apps.get_model("reminders", "TaskRun").objects.filter(pk="figures_year").delete()


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0049_portions'),
    ]

    operations = [
        migrations.CreateModel(
            name='DailyTexts',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('replies', models.PositiveIntegerField(default=0)),
                ('alone', models.PositiveIntegerField(default=0, verbose_name='of these nobody had to read')),
                ('cards', models.PositiveIntegerField(default=0)),
                ('acted', models.PositiveIntegerField(default=0, verbose_name='visits that a reply changed by itself')),
                ('undone', models.PositiveIntegerField(default=0, verbose_name='of these staff turned round')),
                ('handed_over', models.PositiveIntegerField(default=0, verbose_name='texts of rules handed over')),
                ('late', models.PositiveIntegerField(default=0, verbose_name='of these a minute late')),
                ('charged', models.PositiveIntegerField(default=0, verbose_name='texts charged by parts')),
                ('units', models.PositiveIntegerField(default=0)),
                ('billed', models.PositiveIntegerField(default=0, verbose_name='of these told by the provider')),
                ('waits', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), default=list, help_text='First answers, by how long they took; the steps are `daily.STEPS`.', size=None)),
                ('computed_at', models.DateTimeField()),
                ('location', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='reminders.location')),
            ],
            options={
                'verbose_name': 'daily figures of texts',
                'verbose_name_plural': 'daily figures of texts',
                'ordering': ['day', 'location'],
                'constraints': [models.UniqueConstraint(fields=('day', 'location'), name='day_texts_once', nulls_distinct=False)],
            },
        ),
        migrations.RunPython(count_the_year, migrations.RunPython.noop),
    ]
