"""Prices of texts, what was billed, and the rights to both and to taking appointments away."""

import django.core.validators
from django.db import migrations, models

import reminders.models.fields

MANAGING = "change_reminderrule"
NEW = (
    ("export_appointment", "appointment", "Can export appointments as a file"),
    ("view_textprice", "textprice", "Can view price of a text"),
    ("add_textprice", "textprice", "Can add price of a text"),
    ("change_textprice", "textprice", "Can change price of a text"),
    ("delete_textprice", "textprice", "Can delete price of a text"),
)


def give(apps, schema_editor):
    """Whoever sets rules up is a manager, however the role is called; auditors see the prices."""
    groups = apps.get_model("auth", "Group")
    if not groups.objects.exists():
        return
    kinds = apps.get_model("contenttypes", "ContentType")
    permissions = apps.get_model("auth", "Permission")
    made = []
    for codename, model, name in NEW:
        # Django makes those of new tables only after all migrations.
        kind, _ = kinds.objects.get_or_create(app_label="reminders", model=model)
        made.append(
            permissions.objects.get_or_create(
                content_type=kind, codename=codename, defaults={"name": name}
            )[0]
        )
    able = {"permissions__content_type__app_label": "reminders"}
    for group in groups.objects.filter(permissions__codename=MANAGING, **able).distinct():
        group.permissions.add(*made)
    for group in groups.objects.filter(name="auditor"):
        group.permissions.add(made[1])


class Migration(migrations.Migration):
    dependencies = [("reminders", "0026_closed_days")]
    operations = [
        migrations.AlterModelOptions(
            name="appointment",
            options={
                "ordering": ["starts_at", "pk"],
                "permissions": [("export_appointment", "Can export appointments as a file")],
            },
        ),
        migrations.AddField(
            model_name="message",
            name="billed",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Units that the provider charged, where a report told.",
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="TextPrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "country",
                    models.CharField(
                        max_length=2,
                        unique=True,
                        validators=[reminders.models.fields.check_country],
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[A-Z]{3}\\Z", "Three letters, such as EUR."
                            )
                        ],
                    ),
                ),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=5,
                        max_digits=8,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="price of a part",
                    ),
                ),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "price of a text",
                "verbose_name_plural": "prices of texts",
                "ordering": ["country"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("price__gte", 0)), name="text_price_is_no_gift"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=models.Q(("appointment", None), ("contact", None)),
                fields=["-at"],
                name="event_of_set_up",
            ),
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
