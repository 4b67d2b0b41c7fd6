from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("reminders", "0020_words_and_search"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='auditentry',
            options={'ordering': ['-at', '-pk'], 'verbose_name': 'line of history', 'verbose_name_plural': 'history'},
        ),
        migrations.AlterModelOptions(
            name='dailystatistics',
            options={'ordering': ['day', 'location', 'practitioner'], 'verbose_name': 'daily figures', 'verbose_name_plural': 'daily figures'},
        ),
        migrations.AddField(
            model_name='dailystatistics',
            name='declined_late',
            field=models.PositiveIntegerField(default=0, verbose_name='of these too late'),
        ),
    ]
