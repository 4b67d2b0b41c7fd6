"""Seeing every location is said, no longer meant by naming none; whoever saw them all keeps it."""

from django.conf import settings
from django.db import migrations, models


def keep_what_was_meant(apps, schema_editor):
    """Until now nobody's list of locations was empty but theirs who see all; superusers always do."""
    User = apps.get_model("auth", "User")
    Profile = apps.get_model("reminders", "StaffProfile")
    without = User.objects.filter(staff_profile__isnull=True)
    Profile.objects.bulk_create(Profile(user=user) for user in without)
    limited = Profile.objects.filter(locations__isnull=False, user__is_superuser=False)
    Profile.objects.exclude(pk__in=limited.values("pk")).update(all_locations=True)


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('reminders', '0011_rules_checked_by_their_lock'),
    ]

    operations = [
        migrations.AddField(
            model_name='staffprofile',
            name='all_locations',
            field=models.BooleanField(default=False, help_text='Sees every location, also those that are added later.'),
        ),
        migrations.AlterField(
            model_name='staffprofile',
            name='locations',
            field=models.ManyToManyField(blank=True, help_text='Sees these only. None chosen, and not all: sees nobody.', to='reminders.location'),
        ),
        migrations.RunPython(keep_what_was_meant, migrations.RunPython.noop),
    ]
