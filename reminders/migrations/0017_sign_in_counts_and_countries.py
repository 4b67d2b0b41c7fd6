from django.conf import settings
from django.db import migrations, models
from phonenumbers import SUPPORTED_REGIONS

import reminders.models.fields


def real_countries(apps, schema_editor):
    """Nobody could be booked at a location whose country is none: UK is GB, else the installation's own."""
    for place in apps.get_model("reminders", "Location").objects.exclude(country__in=SUPPORTED_REGIONS):
        code = place.country.strip().upper().replace("UK", "GB")
        place.country = code if code in SUPPORTED_REGIONS else settings.DEFAULT_COUNTRY
        place.save(update_fields=["country"])


def forget_what_was_typed(apps, schema_editor):
    """Failed sign-ins used to be kept with all their forms and queries, in rows that only grew."""
    schema_editor.execute("TRUNCATE axes_accessattempt CASCADE")


class Migration(migrations.Migration):
    dependencies = [
        ("reminders", '0016_wrong_numbers_and_first_login'),
        ("axes", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignInCount",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("failures", models.PositiveIntegerField()),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AlterField(
            model_name="location",
            name="country",
            field=models.CharField(
                default="AU",
                help_text="How local telephone numbers are read.",
                max_length=2,
                validators=[reminders.models.fields.check_country],
            ),
        ),
        migrations.RunPython(real_countries, migrations.RunPython.noop),
        migrations.RunPython(forget_what_was_typed, migrations.RunPython.noop),
    ]
