"""What is done with many visits at once, and who may do it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def give(apps, schema_editor):
    """Who could do the day's work one visit at a time may do it with many; the rest may look."""
    groups = apps.get_model("auth", "Group")
    permissions = apps.get_model("auth", "Permission")
    kinds = apps.get_model("contenttypes", "ContentType")
    if not groups.objects.exists():
        return
    # Made where they are missing: Django makes those of new tables only after all migrations.
    kind, _ = kinds.objects.get_or_create(app_label="reminders", model="bulkchange")
    for had, gets in (
        ("view_appointment", "view_bulkchange"),
        ("change_appointment", "add_bulkchange"),
    ):
        new, _ = permissions.objects.get_or_create(
            content_type=kind,
            codename=gets,
            defaults={"name": "Can " + gets.split("_")[0] + " bulk change"},
        )
        able = {"permissions__codename": had, "permissions__content_type__app_label": "reminders"}
        for group in groups.objects.filter(**able).distinct():
            group.permissions.add(new)


class Migration(migrations.Migration):

    dependencies = [
        ("reminders", "0031_event_rules_to_begin_with"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='message',
            name='kind',
            field=models.CharField(choices=[('reminder', 'Reminder'), ('staff', 'Written by staff'), ('answer', 'Automatic answer'), ('correction', 'Correction'), ('notice', 'Notice to many'), ('test', 'Test')], max_length=10),
        ),
        migrations.CreateModel(
            name='BulkChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(blank=True, choices=[('text', 'Send a text'), ('move', 'Move'), ('cancel', 'Cancel'), ('late', 'Running late')], default='', max_length=6)),
                ('params', models.JSONField(blank=True, default=dict)),
                ('state', models.CharField(choices=[('draft', 'Being prepared'), ('running', 'Under way'), ('done', 'Done'), ('undoing', 'Being taken back'), ('undone', 'Taken back')], default='draft', max_length=7)),
                ('created_at', models.DateTimeField()),
                ('begun_at', models.DateTimeField(blank=True, null=True)),
                ('send_at', models.DateTimeField(blank=True, help_text='Its texts wait until then, and can be taken back.', null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='BulkChangeRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen_version', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('done', 'Done'), ('left_out', 'Left out'), ('undone', 'Taken back'), ('kept', 'Changed since, so left as it is')], default='waiting', max_length=8)),
                ('why', models.CharField(blank=True, help_text='Left out, or to be called by phone: why.', max_length=100)),
                ('appointment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='reminders.appointment')),
                ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='reminders.auditentry')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='bulk_rows', to='reminders.message')),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='reminders.bulkchange')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddIndex(
            model_name='bulkchange',
            index=models.Index(condition=models.Q(('state__in', ['running', 'undoing'])), fields=['begun_at'], name='bulk_change_to_do'),
        ),
        migrations.AddIndex(
            model_name='bulkchange',
            index=models.Index(fields=['created_at'], name='bulk_change_by_age'),
        ),
        migrations.AddConstraint(
            model_name='bulkchangerow',
            constraint=models.UniqueConstraint(fields=('of', 'appointment'), name='bulk_change_row_once'),
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
