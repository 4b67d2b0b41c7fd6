import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_USER = {
    "blank": True,
    "null": True,
    "on_delete": django.db.models.deletion.SET_NULL,
    "related_name": "+",
    "to": settings.AUTH_USER_MODEL,
}


class Migration(migrations.Migration):
    dependencies = [
        ("reminders", "0003_reply_flow"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="reply",
            name="reading",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                help_text="How it was read, where staff are asked to look.",
            ),
        ),
        migrations.CreateModel(
            name="TaughtReply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("words", models.CharField(max_length=200)),
                (
                    "meaning",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No"), ("courtesy", "A courtesy")],
                        max_length=8,
                    ),
                ),
                ("taught_at", models.DateTimeField()),
                ("taught_by", models.ForeignKey(**_USER)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                ("removed_by", models.ForeignKey(**_USER)),
            ],
            options={
                "verbose_name_plural": "taught replies",
                "ordering": ["language", "words"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None)),
                        fields=("language", "words"),
                        name="taught_once",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="reply",
            index=models.Index(fields=["received_at"], name="reply_by_time"),
        ),
        migrations.RemoveConstraint(model_name="message", name="message_one_answer_per_reply"),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("answers__isnull", False), ("created_by", None), ("kind", "answer")
                ),
                fields=("answers",),
                name="message_one_answer_per_reply",
            ),
        ),
    ]
