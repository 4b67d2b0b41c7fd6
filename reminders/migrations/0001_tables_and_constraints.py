"""All tables, as one picture: each with its columns, constraints and indexes, in the order in which
the product uses them.

What Django has no words for follows in the next migration, the first rows in the one after that.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import reminders.models.fields
import reminders.models.reminders
import reminders.models.roads.columns
import uuid
from django.conf import settings
from django.db import migrations, models


# What made these tables before the first release, one by one: a database with all of them has them.
STEPS = """
    0001_tables 0003_reply_flow 0004_taught_replies 0005_taught_answers 0006_preferred_names
    0007_files_that_wait 0008_contact_merges 0009_likely_pairs 0010_retention 0011_reception_hours
    0012_signing_in 0013_sign_in_links 0014_staff_sessions 0015_computed_at 0016_trail
    0018_signed_pushes_and_limits 0020_words_and_search 0021_declined_late 0022_first_named_by
    0023_places_on_the_map 0023_shared_desks 0025_restore_hold 0026_closed_days 0027_missed_visits
    0028_bulk_changes 0030_event_rules 0032_short_notice_list 0034_responsible_people 0035_recalls
    0037_text_prices 0038_wording_trials 0039_provider_calls_and_promise 0040_links_to_visits
    0041_calendar_addresses 0042_one_index_for_links 0045_answers_of_a_reply 0046_whatsapp
    0047_email 0048_contact_by_email 0049_portions 0050_daily_texts 0051_diary_columns
    0051_order_of_roads 0052_words_of_mails
"""


class Migration(migrations.Migration):

    initial = True

    replaces = [("reminders", name) for name in STEPS.split()]

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Locations
        migrations.CreateModel(
            name='Location',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True)),
                ('phone', models.CharField(blank=True, help_text='As patients should read it, for “please call us on ...”.', max_length=40)),
                ('address', models.CharField(blank=True, help_text='In one line, for {address} in texts.', max_length=200)),
                ('map_link', models.URLField(blank=True, help_text='For {map} in texts. Short ones cost less.', verbose_name='link to a map')),
                ('video_link', models.URLField(blank=True, help_text='For {video} in texts.', verbose_name='link to video visits')),
                ('zone', models.CharField(default='UTC', max_length=64, validators=[reminders.models.fields.check_zone], verbose_name='time zone')),
                ('country', models.CharField(default='AU', help_text='How local telephone numbers are read.', max_length=2, validators=[reminders.models.fields.check_country])),
                ('language', models.CharField(default='en', max_length=10)),
                ('opens', models.TimeField(default='08:00', help_text='No text leaves before this local time.', verbose_name='texts from')),
                ('closes', models.TimeField(default='20:00', help_text='No text leaves after this local time.', verbose_name='texts until')),
                ('open_days', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(7)]), default=reminders.models.fields.working_week, size=None, validators=[reminders.models.fields.check_days], verbose_name='working days')),
                ('reception_opens', models.TimeField(blank=True, help_text='Blank: in the hours and on the days of the texts.', null=True, verbose_name='replies are read from')),
                ('reception_closes', models.TimeField(blank=True, null=True, verbose_name='replies are read until')),
                ('reception_days', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(7)]), default=reminders.models.fields.working_week, size=None, validators=[reminders.models.fields.check_days], verbose_name='replies are read on')),
                ('closed_wording', models.TextField(blank=True, help_text="In the location's language; {date} and {time} say when you read next. Blank: as under Wordings.", max_length=459, verbose_name='answer while nobody reads')),
                ('source_number', models.CharField(blank=True, help_text="A sender registered with the provider; blank for the account's own.", max_length=15, verbose_name='sender')),
                ('family_messages', models.BooleanField(default=True, help_text='Appointments on one phone on one day share a text.', verbose_name='one text per family')),
                ('late_decline_hours', models.PositiveSmallIntegerField(default=4, help_text='A “no” with fewer hours left still counts; the patient is asked to call.')),
                ('sooner_offers', models.CharField(choices=[('staff', 'By a click of staff'), ('auto', 'Automatically')], db_default='staff', default='staff', help_text='To people on the short-notice list, one after another.', max_length=5, verbose_name='free times are offered')),
                ('sooner_hold_minutes', models.PositiveSmallIntegerField(db_default=10, default=10, help_text='Then the next person is asked.', validators=[django.core.validators.MinValueValidator(2), django.core.validators.MaxValueValidator(720)], verbose_name='minutes to answer an offer')),
                ('sooner_ahead_hours', models.PositiveSmallIntegerField(db_default=2, default=2, help_text='A time that begins sooner is not offered.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(168)], verbose_name='hours ahead, at least')),
                ('missed_after_minutes', models.PositiveSmallIntegerField(blank=True, help_text='Minutes after the end of a visit that nobody marked. Blank: never by itself.', null=True, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(1440)], verbose_name='noted as missed after')),
                ('missed_from', models.DateTimeField(blank=True, editable=False, help_text='Earlier visits stay as they are.', null=True)),
                ('active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='ClosedDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closed_days', to='reminders.location')),
                ('name', models.CharField(max_length=80)),
                ('first_day', models.DateField()),
                ('last_day', models.DateField()),
                ('every_year', models.BooleanField(default=False, help_text='On the same days of every year, also before and after this one.')),
                ('holiday', models.CharField(blank=True, db_default='', default='', help_text='Country and region that it comes from, such as AU-NSW; blank: by hand.', max_length=20, verbose_name='public holiday of')),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'ordering': ['first_day', 'pk'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='closed_day_ends_after_it_begins'),
                    models.UniqueConstraint(condition=models.Q(('holiday', ''), _negated=True), fields=('location', 'first_day'), name='closed_day_holiday_once'),
                ],
            },
        ),
        # Files of diaries
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filename', models.CharField(max_length=255)),
                ('source', models.CharField(default='command', help_text='browser, folder or command', max_length=10)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('state', models.CharField(choices=[('uploaded', 'Uploaded'), ('checking', 'Being checked'), ('ready', 'Waiting for your go'), ('queued', 'Waiting its turn'), ('applying', 'Being imported'), ('applied', 'Imported'), ('refused', 'Nothing imported'), ('undoing', 'Being taken back'), ('undone', 'Taken back')], default='uploaded', max_length=10)),
                ('location', models.ForeignKey(blank=True, help_text='For rows that name none.', null=True, on_delete=django.db.models.deletion.SET_NULL, to='reminders.location')),
                ('mapping', models.JSONField(blank=True, default=dict)),
                ('mapping_name', models.CharField(blank=True, max_length=80)),
                ('header', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None)),
                ('date_format', models.CharField(blank=True, max_length=40)),
                ('diary', models.CharField(blank=True, max_length=60)),
                ('gone', models.CharField(choices=[('keep', 'Keep'), ('cancel', 'Cancel')], default='keep', max_length=6)),
                ('answers', models.JSONField(blank=True, default=list, help_text='What was answered for this file, beside its columns.')),
                ('counts', models.JSONField(blank=True, default=dict)),
                ('problems', models.JSONField(blank=True, default=list)),
                ('progress', models.PositiveSmallIntegerField(default=0, help_text='Percent.')),
                ('words', models.CharField(blank=True, help_text='What it is doing, or why it was refused.', max_length=300)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('forgotten_at', models.DateTimeField(blank=True, help_text='Since when its rows are no longer kept.', null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [
                    models.Index(condition=models.Q(('state__in', ['checking', 'queued', 'applying', 'undoing'])), fields=['created_at'], name='import_to_do'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ImportMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True)),
                ('header', models.CharField(blank=True, db_index=True, help_text='A digest of the header row.', max_length=64)),
                ('columns', models.JSONField(default=dict, help_text='Header cell to field.')),
                ('date_format', models.CharField(blank=True, max_length=40)),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='reminders.location')),
                ('diary', models.CharField(blank=True, max_length=60)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='ImportPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='reminders.import')),
                ('position', models.PositiveIntegerField()),
                ('data', models.BinaryField()),
            ],
            options={
                'ordering': ['of', 'position'],
                'constraints': [
                    models.UniqueConstraint(fields=('of', 'position'), name='import_part_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='reminders.import')),
                ('number', models.PositiveIntegerField(help_text='As in the spreadsheet; the header is row 1.')),
                ('cells', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('outcome', models.CharField(choices=[('new', 'New'), ('changed', 'Changed'), ('unchanged', 'Unchanged'), ('gone', 'Gone from the file'), ('error', 'Error')], max_length=9)),
                ('cannot_be_reminded', models.CharField(blank=True, max_length=40)),
                ('column', models.CharField(blank=True, max_length=100)),
                ('words', models.TextField(blank=True)),
                ('appointment_id', models.BigIntegerField(blank=True, null=True)),
                ('before', models.JSONField(blank=True, help_text='Old values, where changed.', null=True)),
            ],
            options={
                'ordering': ['of', 'number'],
                'constraints': [
                    models.UniqueConstraint(fields=('of', 'number', 'outcome'), name='import_row_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TaughtAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('layout', models.CharField(blank=True, help_text="A digest of all columns' names, in any order.", max_length=64)),
                ('diary', models.CharField(blank=True, max_length=60)),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='reminders.location')),
                ('about', models.CharField(max_length=10)),
                ('header', models.CharField(blank=True, max_length=200)),
                ('value', models.CharField(blank=True, max_length=200)),
                ('meaning', models.CharField(blank=True, max_length=100)),
                ('shown', models.CharField(blank=True, help_text='The column and value as the file wrote them.', max_length=400)),
                ('columns', models.TextField(blank=True, help_text='The names of all columns of the file.')),
                ('taught_at', models.DateTimeField()),
                ('taught_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['diary', 'header', 'value'],
                'constraints': [
                    models.UniqueConstraint(fields=('diary', 'location', 'layout', 'about', 'header', 'value'), name='answer_taught_once', nulls_distinct=False),
                ],
            },
        ),
        # Practitioners, services and staff
        migrations.CreateModel(
            name='Practitioner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True)),
                ('active', models.BooleanField(default=True)),
                ('first_named_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='reminders.import')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True)),
                ('instructions', models.CharField(blank=True, help_text='Fills {instructions}, such as “Please come fasting”.', max_length=300)),
                ('recall_months', models.PositiveSmallIntegerField(blank=True, help_text='So many months after the last visit; blank: never.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='invite again after')),
                ('active', models.BooleanField(default=True)),
                ('first_named_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='reminders.import')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='StaffProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='staff_profile', to=settings.AUTH_USER_MODEL)),
                ('all_locations', models.BooleanField(default=False, help_text='Sees every location, also those that are added later.')),
                ('remembered', models.JSONField(blank=True, default=dict)),
                ('locations', models.ManyToManyField(blank=True, help_text='Sees these only. None chosen, and not all: sees nobody.', to='reminders.location')),
            ],
        ),
        # Patients
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('responsible', models.ForeignKey(blank=True, db_index=False, help_text='Who is texted in their place.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='wards', to='reminders.contact', verbose_name='responsible person')),
                ('responsible_years', models.PositiveSmallIntegerField(blank=True, help_text='Until this birthday; blank: until somebody ends it.', null=True)),
                ('responsible_until', models.GeneratedField(db_persist=True, expression=models.Func(models.F('birth_date'), models.F('responsible_years'), arg_joiner=' + make_interval(years => ', template='(%(expressions)s))::date'), output_field=models.DateField(null=True))),
                ('second_phone', models.CharField(blank=True, db_default='', default='', help_text='Tried once where a text to the first number fails for good.', max_length=16, validators=[django.core.validators.RegexValidator('^\\+[1-9][0-9]{7,14}$', "Write the number with + and the country's code, such as +61491570156.")], verbose_name='second number')),
                ('no_recalls', models.BooleanField(db_default=False, default=False, help_text='Not invited to come again.')),
                ('whatsapp_agreed_at', models.DateTimeField(blank=True, null=True, verbose_name='may be written to by WhatsApp since')),
                ('email', models.CharField(blank=True, db_default='', default='', max_length=254, verbose_name='e-mail')),
                ('email_as_given', models.CharField(blank=True, db_default='', default='', editable=False, help_text='As the diary said it last, also where it could not be read.', max_length=254)),
                ('email_agreed_at', models.DateTimeField(blank=True, null=True, verbose_name='may be written to by e-mail since')),
                ('email_state', models.CharField(blank=True, choices=[('', 'Nothing against it'), ('bounced', 'Mail to it comes back'), ('stopped', 'Unsubscribed')], db_default='', default='', editable=False, max_length=8)),
                ('email_reached_at', models.DateTimeField(blank=True, editable=False, help_text='When a mail was last seen there.', null=True)),
                ('external_id', models.CharField(blank=True, max_length=100, verbose_name='patient number')),
                ('diary', models.CharField(blank=True, db_default='', default='', help_text='Whose patient number it is.', max_length=60)),
                ('first_name', models.CharField(blank=True, max_length=150)),
                ('last_name', models.CharField(blank=True, max_length=150)),
                ('preferred_name', models.CharField(blank=True, db_default='', default='', help_text='How they like to be called, where that is not the first name.', max_length=150, verbose_name='called')),
                ('name', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Trim(django.db.models.functions.text.Concat(models.F('first_name'), models.Value(' '), models.F('last_name'))), output_field=models.CharField(max_length=301))),
                ('birth_date', models.DateField(blank=True, help_text='To tell people of one name apart, and to find them.', null=True, verbose_name='date of birth')),
                ('phone', models.CharField(blank=True, max_length=16, validators=[django.core.validators.RegexValidator('^\\+[1-9][0-9]{7,14}$', "Write the number with + and the country's code, such as +61491570156.")])),
                ('phone_as_given', models.CharField(blank=True, max_length=100)),
                ('phone_kind', models.CharField(blank=True, choices=[('', 'Unknown'), ('mobile', 'Mobile'), ('landline', 'Landline'), ('either', 'Mobile or landline'), ('other', 'Other')], default='', max_length=10)),
                ('phone_problem', models.CharField(blank=True, help_text="Why the number can't be used.", max_length=40)),
                ('language', models.CharField(blank=True, help_text="Blank: the location's.", max_length=10)),
                ('channel', models.CharField(choices=[('sms', 'Text message'), ('voice', 'Voice call'), ('none', 'No messages')], default='sms', max_length=5)),
                ('wrong_number', models.CharField(blank=True, db_default='', default='', editable=False, help_text='The number at which a call reached somebody else; in force while it is their number.', max_length=16)),
                ('notes', models.TextField(blank=True)),
                ('forgotten_at', models.DateTimeField(blank=True, editable=False, help_text='Since when nothing about them is left; the row stays for the figures.', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('search', models.GeneratedField(db_persist=True, expression=models.Func(models.F('first_name'), models.F('last_name'), models.F('preferred_name'), models.F('external_id'), arg_joiner=" || ' ' || ", template="to_tsvector('simple'::regconfig, CASE WHEN octet_length(%(expressions)s) = length(%(expressions)s) AND strpos(%(expressions)s, '''') + strpos(%(expressions)s, '`') = 0 THEN translate(%(expressions)s, '-./_,;:()@&+', '            ') ELSE normalize(replace(replace(replace(replace(replace(replace(replace(replace(regexp_replace(normalize(translate(translate(translate(%(expressions)s, '-./_,;:()@&+', '            '), '''’‘`´ʼ', '') || ' ' || replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(normalize(translate(translate(%(expressions)s, '-./_,;:()@&+', '            '), '''’‘`´ʼ', ''), NFC), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'å', 'aa'), 'ø', 'oe'), 'Ä', 'ae'), 'Ö', 'oe'), 'Ü', 'ue'), 'Å', 'aa'), 'Ø', 'oe') || ' ' || translate(translate(%(expressions)s, '-./_,;:()@&+', '            '), '''’‘`´ʼ', '      '), 'łøđðıŁØĐÐİς', 'loddiloddiσ'), NFD), '[\\u0300-\\u036f]', '', 'g'), 'ß', 'ss'), 'ẞ', 'ss'), 'æ', 'ae'), 'Æ', 'ae'), 'œ', 'oe'), 'Œ', 'oe'), 'þ', 'th'), 'Þ', 'th'), NFC) END)"), output_field=django.contrib.postgres.search.SearchVectorField())),
            ],
            options={
                'verbose_name': 'patient',
                'ordering': ['last_name', 'first_name', 'pk'],
                'indexes': [
                    models.Index(condition=models.Q(('responsible__isnull', False)), fields=['responsible'], name='contact_by_responsible'),
                    models.Index(condition=models.Q(('email', ''), _negated=True), fields=['email'], name='contact_by_email'),
                    models.Index(condition=models.Q(('phone', ''), _negated=True), fields=['phone'], name='contact_by_phone'),
                    models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Reverse('phone'), name='text_pattern_ops'), name='contact_by_phone_end'),
                    models.Index(fields=['last_name', 'first_name', 'id'], name='contact_by_name'),
                    django.contrib.postgres.indexes.GinIndex(fields=['search'], name='contact_search'),
                    models.Index(condition=models.Q(('birth_date__isnull', False)), fields=['birth_date'], name='contact_by_birth'),
                    models.Index(condition=models.Q(('phone', '')), fields=['last_name', 'first_name', 'id'], name='contact_without_phone'),
                    models.Index(condition=models.Q(('phone_kind', 'landline')), fields=['last_name', 'first_name', 'id'], name='contact_landline'),
                    models.Index(condition=models.Q(('wrong_number', ''), _negated=True), fields=['last_name', 'first_name', 'id'], name='contact_wrong_number'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('responsible', None), models.Q(('responsible', models.F('id')), _negated=True), _connector='OR'), name='contact_not_own_responsible'),
                    models.CheckConstraint(condition=models.Q(('second_phone__regex', '^\\+[1-9][0-9]{7,14}$'), ('second_phone', ''), _connector='OR'), name='contact_second_is_e164'),
                    models.CheckConstraint(condition=models.Q(('phone__regex', '^\\+[1-9][0-9]{7,14}$'), ('phone', ''), _connector='OR'), name='contact_phone_is_e164'),
                    models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id', 'diary'), name='contact_number_once_a_diary'),
                ],
            },
        ),
        migrations.CreateModel(
            name='AgeRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('years', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(25)])),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'rule by age',
                'verbose_name_plural': 'rule by age',
            },
        ),
        migrations.CreateModel(
            name='ContactMerge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kept', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='reminders.contact')),
                ('within', models.ForeignKey(blank=True, help_text='The later merge that carried the kept patient away, too.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='reminders.contactmerge')),
                ('person', models.BigIntegerField(help_text='The id that the former patient had.')),
                ('external_id', models.CharField(blank=True, max_length=100, verbose_name='patient number')),
                ('diary', models.CharField(blank=True, max_length=60)),
                ('name', models.CharField(blank=True, max_length=301)),
                ('phone', models.CharField(blank=True, max_length=16)),
                ('phone_as_given', models.CharField(blank=True, max_length=100)),
                ('language', models.CharField(blank=True, max_length=10)),
                ('preferred_name', models.CharField(blank=True, max_length=150)),
                ('former', models.JSONField(default=dict, help_text='Every column of the former patient.')),
                ('taken', models.JSONField(default=dict, help_text='What the kept patient took over: column to [before, after].')),
                ('moved', models.JSONField(default=dict, help_text='Ids of what was theirs, by table.')),
                ('merged_at', models.DateTimeField()),
                ('merged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('split_at', models.DateTimeField(blank=True, null=True)),
                ('split_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'merge of patients',
                'verbose_name_plural': 'merges of patients',
                'ordering': ['-merged_at', '-pk'],
                'indexes': [
                    models.Index(condition=models.Q(('split_at', None), models.Q(('external_id', ''), _negated=True)), fields=['external_id', 'diary'], name='merge_by_number'),
                    models.Index(condition=models.Q(('split_at', None), models.Q(('phone', ''), _negated=True)), fields=['phone'], name='merge_by_phone'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('split_at', None)), fields=('person',), name='person_merged_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LikelyPair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('one', models.BigIntegerField(help_text='The lower of the two ids.')),
                ('other', models.BigIntegerField()),
                ('reason', models.CharField(choices=[('name', 'Same phone and same name'), ('spelling', 'Same phone; the name is spelt a little differently'), ('order', 'Same phone; the names stand the other way round'), ('family_name', 'Same phone and first name; another family name'), ('number', 'Same name and patient number; another phone'), ('born', 'Same name and date of birth; another phone'), ('said', 'Said to be two people')], max_length=12)),
                ('apart_at', models.DateTimeField(blank=True, null=True)),
                ('apart_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [
                    models.UniqueConstraint(fields=('one', 'other'), name='pair_once'),
                    models.CheckConstraint(condition=models.Q(('one__lt', models.F('other'))), name='pair_of_two'),
                ],
            },
        ),
        # Visits
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('location', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='reminders.location')),
                ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='reminders.contact', verbose_name='patient')),
                ('practitioner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='reminders.practitioner')),
                ('service', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='reminders.service')),
                ('starts_at', models.DateTimeField()),
                ('local_date', models.DateField(verbose_name='date')),
                ('local_time', models.TimeField(verbose_name='time')),
                ('wall_flag', models.CharField(blank=True, choices=[('', 'Plain'), ('gap', 'The clocks skipped this time; read an hour later'), ('twice', 'This time happened twice; the earlier was taken')], default='', max_length=5)),
                ('duration', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes')),
                ('diary', models.CharField(blank=True, help_text='Whose ids: only for sites with several diaries.', max_length=60)),
                ('external_id', models.CharField(blank=True, max_length=100, verbose_name='diary id')),
                ('status', models.CharField(choices=[('booked', 'Booked'), ('confirmed', 'Confirmed'), ('declined', 'Declined'), ('cancelled', 'Cancelled'), ('arrived', 'Arrived'), ('no_show', 'Did not come')], default='booked', max_length=10)),
                ('status_since', models.DateTimeField(blank=True, null=True)),
                ('no_more_texts', models.BooleanField(default=False, help_text='The patient wants no further text about this one.')),
                ('notes', models.TextField(blank=True)),
                ('extra', models.JSONField(blank=True, default=dict, verbose_name='other columns')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('changed_at', models.DateTimeField(editable=False, help_text='Since when this version is known.')),
                ('imported_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='appointments', to='reminders.import')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['starts_at', 'pk'],
                'permissions': [('export_appointment', 'Can export appointments as a file')],
                'indexes': [
                    models.Index(fields=['location', 'local_date', 'starts_at'], name='appointment_day_sheet'),
                    models.Index(fields=['starts_at'], name='appointment_by_start'),
                    models.Index(condition=models.Q(('extra', {}), _negated=True), fields=['-starts_at'], name='appointment_with_columns'),
                    models.Index(fields=['contact', '-starts_at'], name='appointment_of_contact'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('diary', 'external_id'), name='appointment_diary_id_once'),
                    models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='appointment_version_from_one'),
                    models.CheckConstraint(condition=models.Q(('duration', None), ('duration__range', (1, 1440)), _connector='OR'), name='appointment_within_a_day'),
                ],
            },
        ),
        migrations.CreateModel(
            name='VisitChange',
            fields=[
                ('appointment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='change', serialize=False, to='reminders.appointment')),
                ('version', models.PositiveIntegerField(help_text="The appointment's, after the change.")),
                ('at', models.DateTimeField()),
                ('knew', models.CharField(choices=[('nothing', 'Nothing yet'), ('coming', 'That it takes place then and there'), ('off', 'That it is cancelled')], max_length=8)),
                ('knew_starts_at', models.DateTimeField(blank=True, null=True)),
                ('knew_location', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='reminders.location')),
                ('telling', models.CharField(choices=[('rule', 'By the rules'), ('hand', 'By staff themselves'), ('nobody', 'Nobody, as staff chose')], default='rule', max_length=6)),
                ('carded', models.BooleanField(default=False, help_text='A card asked staff to tell it, because no text could.')),
            ],
            options={
                'verbose_name': 'change to tell',
                'verbose_name_plural': 'changes to tell',
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('appointment', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='reminders.appointment')),
                ('contact', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='reminders.contact', verbose_name='patient')),
                ('at', models.DateTimeField()),
                ('source', models.CharField(choices=[('staff', 'Staff'), ('patient', 'Patient'), ('import', 'Import'), ('system', 'The application')], max_length=8)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('kind', models.CharField(help_text='A code such as confirmed, moved, called.', max_length=40)),
                ('details', models.JSONField(blank=True, default=dict)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'line of history',
                'verbose_name_plural': 'history',
                'ordering': ['-at', '-pk'],
                'indexes': [
                    models.Index(condition=models.Q(('appointment', None), _negated=True), fields=['appointment', '-at'], name='event_of_appointment'),
                    models.Index(condition=models.Q(('contact', None), _negated=True), fields=['contact', '-at'], name='event_of_contact'),
                    models.Index(fields=['-at'], name='event_by_time'),
                    models.Index(condition=models.Q(('appointment', None), ('contact', None)), fields=['-at'], name='event_of_set_up'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CallAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('appointment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='reminders.appointment')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('outcome', models.CharField(choices=[('called', 'Called'), ('voicemail', 'Left voicemail'), ('no_answer', 'No answer'), ('wrong_number', 'Wrong number')], max_length=12)),
                ('phone', models.CharField(blank=True, db_default='', default='', help_text='The number that was called.', max_length=16)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-at'],
            },
        ),
        # Rules and wordings
        migrations.CreateModel(
            name='ReminderRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('kind', models.CharField(choices=[('confirmation', 'Confirmation (asks for an answer)'), ('reminder', 'Reminder'), ('booked', 'When a visit is booked'), ('moved', 'When a visit is moved (asks for an answer)'), ('cancelled', 'When we cancel a visit'), ('missed', 'When a patient did not come'), ('after', 'After the visit')], max_length=12)),
                ('location', models.ForeignKey(blank=True, help_text='Blank: every location.', null=True, on_delete=django.db.models.deletion.CASCADE, to='reminders.location')),
                ('service', models.ForeignKey(blank=True, help_text='Blank: every service.', null=True, on_delete=django.db.models.deletion.CASCADE, to='reminders.service')),
                ('practitioner', models.ForeignKey(blank=True, help_text='Blank: whoever the visit is with.', null=True, on_delete=django.db.models.deletion.CASCADE, to='reminders.practitioner')),
                ('patients', models.CharField(blank=True, choices=[('', 'Every patient'), ('new', 'New patients, who have no earlier visit')], db_default='', default='', max_length=10, verbose_name='for which patients')),
                ('active', models.BooleanField(default=True)),
                ('position', models.PositiveSmallIntegerField(default=1)),
                ('days_before', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('at_time', models.TimeField(blank=True, help_text="Blank: the appointment's own time of day.", null=True)),
                ('minutes_before', models.PositiveIntegerField(blank=True, null=True)),
                ('minutes_after', models.PositiveIntegerField(blank=True, help_text='After what happened; blank for a text before the visit.', null=True)),
                ('settle_minutes', models.PositiveSmallIntegerField(db_default=10, default=10, help_text='What is corrected within so many minutes is told once, as it stands then.', verbose_name='wait for corrections')),
                ('weekdays_only', models.BooleanField(default=False, help_text='Moves back to the last day the location is open.', verbose_name='working days only')),
                ('quiet', models.CharField(choices=[('later', 'Send when texting hours begin again'), ('earlier', 'Send before texting hours end'), ('skip', 'Do not send')], default='later', max_length=8, verbose_name='outside texting hours')),
                ('late', models.CharField(choices=[('at_once', 'Send at once while there is time'), ('skip', 'Do not send')], default='at_once', max_length=8, verbose_name='booked too late for it')),
                ('min_notice_minutes', models.PositiveIntegerField(default=180, help_text='With fewer minutes left, a late text is not sent.')),
                ('cutoff_minutes', models.PositiveIntegerField(default=120, help_text='Nothing is sent with fewer minutes than this before the start.')),
                ('not_if_confirmed', models.BooleanField(default=False, help_text='Not sent once the appointment is confirmed.')),
                ('missed_within_months', models.PositiveSmallIntegerField(blank=True, help_text='In so many months before the visit. An extra text, beside the other rules.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(24)], verbose_name='only who missed a visit')),
                ('roads', models.JSONField(blank=True, default=list, help_text='Pairs of a road and the minutes after which the next one takes over; the last is always SMS.', validators=[reminders.models.roads.columns.check_roads], verbose_name='by which roads first')),
                ('email_copy', models.BooleanField(db_default=False, default=False, help_text='Beside the text, to those whose e-mail is not tried first.', verbose_name='a copy by e-mail')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'ordering': ['position', 'pk'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('days_before', None), ('minutes_after', None), ('minutes_before__isnull', False)), models.Q(('days_before__isnull', False), ('minutes_after', None), ('minutes_before', None)), models.Q(('days_before', None), ('minutes_after__isnull', False), ('minutes_before', None)), _connector='OR'), name='rule_days_or_minutes'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['confirmation', 'reminder']), ('minutes_after', None)), models.Q(('minutes_after__isnull', False), models.Q(('kind__in', ['confirmation', 'reminder']), _negated=True)), _connector='OR'), name='rule_counts_by_its_kind'),
                    models.CheckConstraint(condition=models.Q(('minutes_after', None), ('minutes_after__lte', 86400), _connector='OR'), name='rule_within_60_days_after'),
                    models.CheckConstraint(condition=models.Q(('settle_minutes__lte', 1440)), name='rule_settles_within_a_day'),
                    models.CheckConstraint(condition=models.Q(('at_time', None), ('minutes_before', None), _connector='OR'), name='rule_time_needs_days'),
                    models.CheckConstraint(condition=models.Q(('days_before', None), ('days_before__lte', 60), _connector='OR'), name='rule_within_60_days'),
                    models.CheckConstraint(condition=models.Q(('minutes_before', None), ('minutes_before__lte', 20160), _connector='OR'), name='rule_within_14_days'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Wording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='wordings', to='reminders.reminderrule')),
                ('purpose', models.CharField(help_text='What the text is for, such as confirmation or declined.', max_length=40)),
                ('language', models.CharField(default='en', max_length=10)),
                ('channel', models.CharField(choices=[('sms', 'Text message'), ('voice', 'Voice call')], default='sms', max_length=5)),
                ('text', models.TextField()),
                ('active', models.BooleanField(default=True, help_text='Off: this automatic answer is not sent.')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'ordering': ['purpose', 'language', 'channel'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('rule', None), _negated=True), fields=('rule', 'purpose', 'language', 'channel'), name='wording_once_per_rule'),
                    models.UniqueConstraint(condition=models.Q(('rule', None)), fields=('purpose', 'language', 'channel'), name='wording_once_per_purpose'),
                ],
            },
        ),
        # Texts and replies
        migrations.CreateModel(
            name='Reply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider_id', models.CharField(max_length=100, unique=True)),
                ('source', models.CharField(choices=[('poll', 'Polled'), ('webhook', 'Pushed'), ('notice', 'Opt-out notice'), ('report', 'Found again after a restore'), ('link', 'On the page behind a link'), ('whatsapp', 'WhatsApp')], default='poll', max_length=8)),
                ('message_uuid', models.UUIDField(blank=True, help_text='Ours, from the metadata.', null=True)),
                ('message_provider_id', models.CharField(blank=True, max_length=100)),
                ('contact', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to='reminders.contact', verbose_name='patient')),
                ('phone', models.CharField(blank=True, max_length=20)),
                ('text', models.TextField(blank=True)),
                ('button', models.CharField(blank=True, db_default='', default='', max_length=3)),
                ('pictures', models.PositiveSmallIntegerField(db_default=0, default=0, help_text='How many pictures or other files came with it.')),
                ('received_at', models.DateTimeField()),
                ('stored_at', models.DateTimeField()),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('intent', models.CharField(blank=True, max_length=12)),
                ('matched_by', models.CharField(blank=True, choices=[('', 'Nothing'), ('metadata', 'The text it answers'), ('provider_id', "The provider's id"), ('number', 'The number'), ('staff', 'Staff')], default='', max_length=12)),
                ('outcome', models.CharField(blank=True, help_text='A code: what the reply did.', max_length=40)),
                ('problem', models.CharField(blank=True, help_text='Why it could not be read or applied.', max_length=300)),
                ('raw', models.JSONField(blank=True, default=dict, help_text='As it came; none once it is forgotten.', null=True)),
                ('reading', models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, help_text='How it was read, where staff are asked to look.')),
                ('appointments', models.ManyToManyField(blank=True, related_name='replies', to='reminders.appointment')),
            ],
            options={
                'verbose_name_plural': 'replies',
                'ordering': ['-received_at'],
                'indexes': [
                    models.Index(condition=models.Q(('applied_at', None)), fields=['received_at'], name='reply_to_apply'),
                    models.Index(fields=['phone', '-received_at'], name='reply_by_phone'),
                    models.Index(fields=['received_at'], name='reply_by_time'),
                    models.Index(condition=models.Q(models.Q(('phone', ''), _negated=True), models.Q(('text', ''), _negated=True), _connector='OR'), fields=['received_at'], name='reply_to_forget'),
                    models.Index(condition=models.Q(('raw__isnull', False)), fields=['stored_at'], name='reply_raw_to_forget'),
                    models.Index(condition=models.Q(('contact__isnull', False)), fields=['contact', '-received_at'], name='reply_of_contact'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('reminder', 'Reminder'), ('staff', 'Written by staff'), ('answer', 'Automatic answer'), ('correction', 'Correction'), ('notice', 'Notice to many'), ('test', 'Test'), ('offer', 'Offer of a sooner time'), ('recall', 'Invitation to come again'), ('copy', 'Copy by e-mail')], max_length=10)),
                ('appointment', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to='reminders.appointment')),
                ('contact', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to='reminders.contact', verbose_name='patient')),
                ('location', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to='reminders.location')),
                ('phone', models.CharField(blank=True, max_length=16)),
                ('source_number', models.CharField(blank=True, max_length=15)),
                ('text', models.TextField()),
                ('asks', models.CharField(blank=True, db_default='', default='', help_text='What may be answered to it; blank where it was written before this was kept.', max_length=10)),
                ('purpose', models.CharField(blank=True, db_default='', default='', help_text='Of automatic answers, which one it is.', max_length=30)),
                ('format', models.CharField(choices=[('SMS', 'Text message'), ('TTS', 'Voice call')], default='SMS', max_length=3)),
                ('road', models.CharField(choices=[('sms', 'Text message'), ('whatsapp', 'WhatsApp'), ('email', 'E-mail')], db_default='sms', default='sms', max_length=8)),
                ('segments', models.PositiveSmallIntegerField(default=1, verbose_name='parts')),
                ('billed', models.PositiveSmallIntegerField(blank=True, help_text='Units that the provider charged, where a report told.', null=True)),
                ('state', models.CharField(choices=[('queued', 'Going out now'), ('submitting', 'Being handed over'), ('unknown', 'Not known whether it arrived'), ('accepted', 'With the provider'), ('enroute', 'On its way'), ('held', 'Held back by the provider'), ('submitted', 'With the carrier'), ('delivered', 'Delivered'), ('failed', 'Not delivered'), ('rejected', 'Not accepted'), ('expired', 'Not sent in time'), ('cancelled', 'Withdrawn, not sent')], default='queued', max_length=10)),
                ('words', models.CharField(blank=True, help_text='The last news in words for staff.', max_length=300)),
                ('status_code', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('provider_id', models.CharField(blank=True, max_length=100, null=True, unique=True)),
                ('scheduled_at', models.DateTimeField(help_text='When the text should reach the phone.')),
                ('expires_at', models.DateTimeField(help_text='After this it must not be sent.')),
                ('attempt', models.PositiveSmallIntegerField(default=0)),
                ('resent', models.BooleanField(default=False, help_text='Sent once more after its first outcome stayed unknown.')),
                ('send_after', models.DateTimeField(help_text='Queued: not before this time.')),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('unknown_since', models.DateTimeField(blank=True, null=True)),
                ('cancel_requested_at', models.DateTimeField(blank=True, null=True)),
                ('cancel_settled_at', models.DateTimeField(blank=True, null=True)),
                ('check_after', models.DateTimeField(blank=True, help_text='Ask the provider for its status from then on.', null=True)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('final_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('answers', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='answered_by', to='reminders.reply')),
                ('instead_of', models.ForeignKey(blank=True, db_index=False, editable=False, help_text='The text to the first number that failed for good, where this is to the second.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tried_again_by', to='reminders.message')),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [
                    models.Index(condition=models.Q(('state', 'queued')), fields=['send_after'], name='message_queued'),
                    models.Index(condition=models.Q(('state', 'submitting')), fields=['claimed_until'], name='message_claimed'),
                    models.Index(condition=models.Q(('state', 'unknown')), fields=['unknown_since'], name='message_unknown'),
                    models.Index(condition=models.Q(('cancel_requested_at__isnull', False), ('cancel_settled_at', None)), fields=['cancel_requested_at'], name='message_to_withdraw'),
                    models.Index(condition=models.Q(('state__in', ('accepted', 'enroute', 'held', 'submitted'))), fields=['check_after'], name='message_to_check'),
                    models.Index(condition=models.Q(('state', 'cancelled'), ('unknown_since__isnull', False)), fields=['check_after'], name='message_maybe_there'),
                    models.Index(fields=['phone', '-created_at'], name='message_by_phone'),
                    models.Index(condition=models.Q(('phone', ''), _negated=True), fields=['created_at'], name='message_to_forget'),
                    models.Index(condition=models.Q(('answers__isnull', False)), fields=['answers'], name='message_answering'),
                    models.Index(condition=models.Q(('contact__isnull', False)), fields=['contact', '-created_at'], name='message_of_contact'),
                    models.Index(condition=models.Q(('appointment__isnull', False)), fields=['appointment', '-created_at'], name='message_of_appointment'),
                    models.Index(condition=models.Q(('accepted_at__isnull', False)), fields=['accepted_at'], name='message_accepted'),
                    models.Index(condition=models.Q(('state__in', ['failed', 'rejected', 'expired', 'unknown'])), fields=['scheduled_at'], name='message_not_delivered'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('phone__regex', '^\\+[1-9][0-9]{7,14}$'), ('phone', ''), _connector='OR'), name='message_phone_is_e164'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('accepted', 'enroute', 'held', 'submitted')), _negated=True), ('provider_id__isnull', False), _connector='OR'), name='message_at_provider_has_id'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'submitting'), _negated=True), ('claimed_until__isnull', False), _connector='OR'), name='message_submitting_is_claimed'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'unknown'), _negated=True), ('unknown_since__isnull', False), _connector='OR'), name='message_unknown_since_when'),
                    models.UniqueConstraint(condition=models.Q(('instead_of__isnull', False)), fields=('instead_of',), name='message_second_number_once'),
                    models.UniqueConstraint(condition=models.Q(('answers__isnull', False), ('created_by', None), ('kind', 'answer')), fields=('answers',), name='message_one_answer_per_reply'),
                ],
            },
        ),
        migrations.AddField(
            model_name='reply',
            name='message',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='replies', to='reminders.message'),
        ),
        migrations.AddIndex(
            model_name='reply',
            index=models.Index(condition=models.Q(('message__isnull', False)), fields=['message'], name='reply_of_message'),
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('appointment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='reminders.appointment')),
                ('rule', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='reminders.reminderrule')),
                ('version', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('skipped', 'Not sent'), ('sending', 'Being handed over'), ('sent', 'Handed over'), ('withdrawing', 'Being withdrawn'), ('withdrawn', 'Withdrawn, not sent'), ('expired', 'Not sent in time'), ('failed', 'Not delivered')], default='planned', max_length=12)),
                ('reason', models.CharField(blank=True, choices=reminders.models.reminders.reasons, default='', max_length=16)),
                ('due_at', models.DateTimeField()),
                ('cutoff_at', models.DateTimeField()),
                ('location', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='reminders.location')),
                ('starts_at', models.DateTimeField()),
                ('local_date', models.DateField()),
                ('phone', models.CharField(blank=True, max_length=16)),
                ('forced', models.BooleanField(default=False, help_text='Staff asked for it now, whatever the rule says.')),
                ('message', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reminders', to='reminders.message')),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['due_at', 'pk'],
                'indexes': [
                    models.Index(condition=models.Q(('state', 'planned')), fields=['due_at', 'id'], name='reminder_due'),
                    models.Index(condition=models.Q(('state', 'planned')), fields=['phone', 'location', 'local_date'], name='reminder_family'),
                    models.Index(condition=models.Q(('state', 'withdrawing')), fields=['appointment'], name='reminder_withdrawing'),
                    models.Index(condition=models.Q(('message__isnull', False)), fields=['message'], name='reminder_of_message'),
                    models.Index(condition=models.Q(('state__in', ['skipped', 'expired', 'failed'])), fields=['due_at'], name='reminder_not_sent'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('appointment', 'rule', 'version'), name='reminder_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['sending', 'sent', 'withdrawing']), _negated=True), ('message__isnull', False), _connector='OR'), name='reminder_handed_over_has_message'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'skipped'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='reminder_skipped_has_reason'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DeliveryReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider_id', models.CharField(max_length=100, unique=True)),
                ('message', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='reminders.message')),
                ('message_uuid', models.UUIDField(blank=True, help_text='Ours, from the metadata.', null=True)),
                ('message_provider_id', models.CharField(blank=True, max_length=100)),
                ('status', models.CharField(max_length=30)),
                ('code', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('received_at', models.DateTimeField(blank=True, null=True)),
                ('stored_at', models.DateTimeField()),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('problem', models.CharField(blank=True, help_text='Why it could not be read.', max_length=300)),
                ('raw', models.JSONField(blank=True, default=dict, help_text='As it came; none once it is forgotten.', null=True)),
            ],
            options={
                'ordering': ['-stored_at'],
                'indexes': [
                    models.Index(condition=models.Q(('message__isnull', False)), fields=['message', 'stored_at'], name='report_of_message'),
                    models.Index(condition=models.Q(('raw__isnull', False)), fields=['stored_at'], name='report_raw_to_forget'),
                    models.Index(condition=models.Q(('message', None)), fields=['stored_at'], name='report_of_no_message'),
                    models.Index(condition=models.Q(('applied_at', None), ('problem', '')), fields=['stored_at'], name='report_to_apply'),
                    models.Index(condition=models.Q(('applied_at', None), ('problem', '')), fields=['message_provider_id'], name='report_waiting_for_id'),
                    models.Index(condition=models.Q(('applied_at', None), ('problem', '')), fields=['message_uuid'], name='report_waiting_for_uuid'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Portion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('messages', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('claimed_until', models.DateTimeField(help_text='As its texts have it: one that was claimed anew since has another time.')),
                ('held_until', models.DateTimeField(help_text='From then on its run is taken for dead.')),
                ('calls_end', models.DateTimeField(blank=True, help_text='Written before the first call: none lasts longer. Empty: nobody was asked yet.', null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['held_until'], name='portion_held')],
            },
        ),
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phone', models.CharField(max_length=16, validators=[django.core.validators.RegexValidator('^\\+[1-9][0-9]{7,14}$', "Write the number with + and the country's code, such as +61491570156.")])),
                ('reason', models.CharField(choices=[('patient', 'The patient texted an opt-out word'), ('staff', 'Staff opted the number out'), ('provider', 'Blocked at the provider'), ('paused', 'Paused: the patient seems to want no more texts')], max_length=10)),
                ('words', models.CharField(blank=True, help_text='What the patient wrote, or staff noted.', max_length=300)),
                ('since', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reply', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='reminders.reply')),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted_words', models.CharField(blank=True, max_length=300)),
                ('synced_at', models.DateTimeField(blank=True, help_text="When the provider's list of blocked numbers last agreed.", null=True)),
            ],
            options={
                'ordering': ['-since'],
                'indexes': [
                    models.Index(condition=models.Q(('synced_at', None)), fields=['id'], name='suppression_to_sync'),
                    models.Index(fields=['phone', '-since'], name='suppression_by_phone'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('phone__regex', '^\\+[1-9][0-9]{7,14}$')), name='suppression_phone_is_e164'),
                    models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('phone',), name='suppression_open_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='WordingTrial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trials', to='reminders.reminderrule')),
                ('language', models.CharField(max_length=10)),
                ('first', models.TextField(help_text='What was sent when it began.', verbose_name='first wording')),
                ('second', models.TextField(verbose_name='second wording')),
                ('least', models.PositiveIntegerField(help_text='Visits of each half that a verdict takes.')),
                ('started_at', models.DateTimeField()),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('outcome', models.CharField(blank=True, choices=[('first', 'The first wording was kept'), ('second', 'The second wording was kept'), ('changed', 'The wording was changed in the middle')], max_length=8)),
            ],
            options={
                'verbose_name': 'trial of two wordings',
                'verbose_name_plural': 'trials of two wordings',
                'ordering': ['-started_at'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('rule', 'language'), name='trial_one_at_a_time'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TrialText',
            fields=[
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='reminders.message')),
                ('trial', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='reminders.wordingtrial')),
                ('second', models.BooleanField()),
            ],
            options={
                'verbose_name': 'text of a trial',
                'verbose_name_plural': 'texts of trials',
            },
        ),
        # WhatsApp and e-mail
        migrations.CreateModel(
            name='WhatsAppAccess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.TextField(blank=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('renewing_until', models.DateTimeField(blank=True, null=True)),
                ('held_until', models.DateTimeField(blank=True, help_text='Nothing is sent till then.', null=True)),
                ('trouble', models.CharField(blank=True, max_length=300)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('templates_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='WhatsAppTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=512)),
                ('language', models.CharField(max_length=10)),
                ('state', models.CharField(max_length=30)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('body', models.TextField()),
                ('buttons', models.JSONField(blank=True, default=list)),
                ('ttl_seconds', models.PositiveIntegerField(blank=True, null=True)),
                ('seen_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['name', 'language'],
                'constraints': [
                    models.UniqueConstraint(fields=('name', 'language'), name='whatsapp_template_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='WhatsAppText',
            fields=[
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='by_whatsapp', serialize=False, to='reminders.message')),
                ('template', models.CharField(blank=True, max_length=512)),
                ('language', models.CharField(blank=True, max_length=10)),
                ('parameters', models.JSONField(blank=True, default=list, help_text='Emptied once it is handed over or ended.')),
                ('buttons', models.JSONField(blank=True, default=list)),
                ('wait_minutes', models.PositiveSmallIntegerField()),
                ('later', models.JSONField(blank=True, default=list, help_text='To be tried before SMS. Emptied once settled.')),
                ('next_road_at', models.DateTimeField(help_text='By the next road from then on, unless arrived.')),
                ('sms_until', models.DateTimeField(help_text='Later than this an SMS would be of no use.')),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('late_at', models.DateTimeField(blank=True, help_text='When it arrived after the next road had taken over.', null=True)),
            ],
            options={
                'verbose_name': 'text by WhatsApp',
                'verbose_name_plural': 'texts by WhatsApp',
                'indexes': [
                    models.Index(condition=models.Q(('settled_at', None)), fields=['next_road_at'], name='whatsapp_to_settle'),
                ],
            },
        ),
        migrations.CreateModel(
            name='WhatsAppReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=150, unique=True)),
                ('message_uuid', models.UUIDField(blank=True, help_text='Ours, from the metadata.', null=True)),
                ('provider_id', models.CharField(max_length=100)),
                ('status', models.CharField(max_length=40)),
                ('reason', models.CharField(blank=True, max_length=80)),
                ('happened_at', models.DateTimeField()),
                ('stored_at', models.DateTimeField()),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'report by WhatsApp',
                'verbose_name_plural': 'reports by WhatsApp',
                'indexes': [
                    models.Index(condition=models.Q(('applied_at', None)), fields=['stored_at'], name='whatsapp_to_apply'),
                    models.Index(fields=['message_uuid'], name='whatsapp_report_of_text'),
                ],
            },
        ),
        migrations.CreateModel(
            name='EmailRoad',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.BooleanField(default=False)),
                ('sender', models.CharField(blank=True, help_text='From whom; blank: EMAIL_FROM.', max_length=254)),
                ('diary_agrees', models.BooleanField(default=False, help_text='Who gave the practice an address agreed to mail about visits.')),
                ('held_until', models.DateTimeField(blank=True, help_text='Nothing is sent till then.', null=True)),
                ('trouble', models.CharField(blank=True, max_length=300)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='EmailText',
            fields=[
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='by_email', serialize=False, to='reminders.message')),
                ('copy_of', models.ForeignKey(blank=True, db_index=False, help_text='The text beside which it goes; blank where the mail goes first.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='reminders.message')),
                ('address', models.CharField(max_length=254)),
                ('language', models.CharField(blank=True, max_length=10)),
                ('words', models.TextField(blank=True, default='', help_text="What the rule's wording says in it. Emptied once it is handed over or settled.")),
                ('sms_text', models.TextField(blank=True, help_text='What the SMS would say. Emptied once none can follow.')),
                ('unsubscribe', models.CharField(blank=True, max_length=64, null=True)),
                ('wait_minutes', models.PositiveSmallIntegerField()),
                ('later', models.JSONField(blank=True, default=list, help_text='To be tried before SMS. Emptied once settled.')),
                ('next_road_at', models.DateTimeField(help_text='By the next road from then on, unless opened.')),
                ('sms_until', models.DateTimeField(help_text='Later than this an SMS would be of no use.')),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('late_at', models.DateTimeField(blank=True, help_text='When it was opened after the next road had taken over.', null=True)),
            ],
            options={
                'verbose_name': 'text by e-mail',
                'verbose_name_plural': 'texts by e-mail',
                'indexes': [
                    models.Index(condition=models.Q(('copy_of__isnull', False)), fields=['copy_of'], name='email_copy_of'),
                    models.Index(condition=models.Q(('settled_at', None)), fields=['next_road_at'], name='email_to_settle'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('unsubscribe',), name='email_unsubscribe_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='EmailNews',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60)),
                ('message_uuid', models.UUIDField()),
                ('kind', models.CharField(choices=[('arrived', 'In the mailbox'), ('opened', 'Its page was opened'), ('bounced', 'It came back'), ('refused', 'It was not taken'), ('complained', 'It was reported as unwanted')], max_length=10)),
                ('happened_at', models.DateTimeField()),
                ('stored_at', models.DateTimeField()),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'news of an e-mail',
                'verbose_name_plural': 'news of e-mails',
                'indexes': [
                    models.Index(condition=models.Q(('applied_at', None)), fields=['stored_at'], name='email_to_apply'),
                    models.Index(fields=['message_uuid'], name='email_news_of_text'),
                ],
                'constraints': [models.UniqueConstraint(fields=('key',), name='email_news_once')],
            },
        ),
        # Links and calendars
        migrations.CreateModel(
            name='VisitLink',
            fields=[
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='link', serialize=False, to='reminders.message')),
                ('digest', models.CharField(max_length=64)),
                ('language', models.CharField(blank=True, help_text='That of the text.', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(blank=True, help_text='Seen for the first time.', null=True)),
                ('last_opened_at', models.DateTimeField(blank=True, null=True)),
                ('wrong_tries', models.PositiveSmallIntegerField(default=0, help_text='Of the second proof.')),
            ],
            options={
                'verbose_name': 'link to a visit',
                'verbose_name_plural': 'links to visits',
                'constraints': [
                    models.UniqueConstraint(fields=('digest',), name='visit_link_once'),
                    models.CheckConstraint(condition=models.Q(('wrong_tries__lte', 3)), name='visit_link_tries'),
                    models.CheckConstraint(condition=models.Q(models.Q(('last_opened_at', None), ('opened_at', None)), models.Q(('last_opened_at__gte', models.F('opened_at')), ('opened_at__isnull', False)), _connector='OR'), name='visit_link_opened_in_order'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='feeds', to='reminders.location')),
                ('practitioner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='feeds', to='reminders.practitioner')),
                ('names', models.BooleanField(default=False, help_text="Whether it holds patients' names.")),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('fetched_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'calendar address',
                'verbose_name_plural': 'calendar addresses',
                'ordering': ['-made_at', '-pk'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('location__isnull', False), ('practitioner__isnull', False), _connector='OR'), name='calendar_feed_of_something'),
                ],
            },
        ),
        # Many visits at once
        migrations.CreateModel(
            name='BulkChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(blank=True, choices=[('text', 'Send a text'), ('move', 'Move'), ('cancel', 'Cancel'), ('late', 'Running late')], default='', max_length=6)),
                ('params', models.JSONField(blank=True, default=dict)),
                ('state', models.CharField(choices=[('draft', 'Being prepared'), ('running', 'Under way'), ('done', 'Done'), ('undoing', 'Being taken back'), ('undone', 'Taken back')], default='draft', max_length=7)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('begun_at', models.DateTimeField(blank=True, null=True)),
                ('send_at', models.DateTimeField(blank=True, help_text='Its texts wait until then, and can be taken back.', null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [
                    models.Index(condition=models.Q(('state__in', ['running', 'undoing'])), fields=['begun_at'], name='bulk_change_to_do'),
                    models.Index(fields=['created_at'], name='bulk_change_by_age'),
                ],
            },
        ),
        migrations.CreateModel(
            name='BulkChangeRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='reminders.bulkchange')),
                ('appointment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='reminders.appointment')),
                ('seen_version', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('done', 'Done'), ('left_out', 'Left out'), ('undone', 'Taken back'), ('kept', 'Changed since, so left as it is')], default='waiting', max_length=8)),
                ('why', models.CharField(blank=True, help_text='Left out, or to be called by phone: why.', max_length=100)),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='bulk_rows', to='reminders.message')),
                ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='reminders.auditentry')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [
                    models.UniqueConstraint(fields=('of', 'appointment'), name='bulk_change_row_once'),
                ],
            },
        ),
        # Coming sooner, coming again
        migrations.CreateModel(
            name='SoonerWish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('appointment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wishes', to='reminders.appointment')),
                ('location', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='reminders.location')),
                ('service', models.ForeignKey(blank=True, help_text='Blank: any service.', null=True, on_delete=django.db.models.deletion.PROTECT, to='reminders.service')),
                ('practitioner', models.ForeignKey(blank=True, help_text='Blank: anyone.', null=True, on_delete=django.db.models.deletion.PROTECT, to='reminders.practitioner')),
                ('days', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(7)]), default=reminders.models.fields.working_week, size=None, validators=[reminders.models.fields.check_days], verbose_name='days')),
                ('time_from', models.TimeField(blank=True, null=True, verbose_name='from')),
                ('time_to', models.TimeField(blank=True, help_text='The latest start.', null=True, verbose_name='until')),
                ('least_notice_hours', models.PositiveSmallIntegerField(default=2, validators=[django.core.validators.MaxValueValidator(720)], verbose_name='least notice in hours')),
                ('priority', models.PositiveSmallIntegerField(choices=[(1, 'Asked first'), (2, 'In turn'), (3, 'Asked last')], default=2)),
                ('until', models.DateField(blank=True, help_text='The last day that would suit.', null=True, verbose_name='on the list until')),
                ('note', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, choices=[('', 'On the list'), ('moved', 'Comes sooner'), ('removed', 'Taken off')], db_default='', default='', max_length=8)),
            ],
            options={
                'verbose_name': 'wish to come sooner',
                'verbose_name_plural': 'wishes to come sooner',
                'ordering': ['priority', 'created_at'],
                'indexes': [
                    models.Index(condition=models.Q(('ended_at', None)), fields=['location', 'priority', 'created_at'], name='wish_on_the_list'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('appointment',), name='wish_once_a_visit'),
                    models.CheckConstraint(condition=models.Q(('time_from', None), ('time_to', None), ('time_from__lte', models.F('time_to')), _connector='OR'), name='wish_times_in_order'),
                    models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('outcome', '')), models.Q(('ended_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='wish_ends_somehow'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FreeSlot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('appointment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='freed_slots', to='reminders.appointment')),
                ('location', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='reminders.location')),
                ('practitioner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='reminders.practitioner')),
                ('service', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='reminders.service')),
                ('starts_at', models.DateTimeField()),
                ('local_date', models.DateField(verbose_name='date')),
                ('local_time', models.TimeField(verbose_name='time')),
                ('weekday', models.PositiveSmallIntegerField(help_text='1 for Monday to 7 for Sunday.')),
                ('duration', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes')),
                ('state', models.CharField(choices=[('new', 'Just became free'), ('waiting', 'Waits for staff'), ('offering', 'Being offered by text'), ('calling', 'Staff are calling'), ('filled', 'Filled'), ('given_up', 'Nobody took it'), ('let_go', 'Let go'), ('gone', 'No longer free')], default='new', max_length=8)),
                ('why', models.CharField(blank=True, help_text='Why it ended, for staff.', max_length=80)),
                ('freed_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('depth', models.PositiveSmallIntegerField(default=0, help_text='How many slots were filled one after another before this became free.')),
                ('filled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='filled_slots', to='reminders.appointment')),
                ('filled_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'free slot',
                'ordering': ['starts_at', 'pk'],
                'indexes': [
                    models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='slot_due'),
                    models.Index(fields=['location', 'starts_at'], name='slot_at_location'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state__in', ('new', 'waiting', 'offering', 'calling'))), fields=('appointment', 'starts_at'), name='slot_freed_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('filled_at__isnull', False), ('filled_by__isnull', False), ('state', 'filled')), models.Q(models.Q(('state', 'filled'), _negated=True), ('filled_at', None), ('filled_by', None)), _connector='OR'), name='slot_filled_by_somebody'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('new', 'waiting', 'offering', 'calling')), _negated=True), ('due_at__isnull', False), _connector='OR'), name='slot_live_is_due'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SlotOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='reminders.freeslot')),
                ('wish', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='reminders.soonerwish')),
                ('appointment', models.ForeignKey(help_text='Their own visit.', on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='reminders.appointment')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='reminders.contact', verbose_name='patient')),
                ('phone', models.CharField(blank=True, max_length=16)),
                ('message', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='offer', to='reminders.message')),
                ('state', models.CharField(choices=[('asking', 'Asked'), ('accepted', 'Took it'), ('declined', 'Keeps the own time'), ('lapsed', 'No answer in time'), ('withdrawn', 'Called off'), ('failed', 'Could not be texted')], default='asking', max_length=9)),
                ('asked_at', models.DateTimeField()),
                ('holds_until', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['asked_at', 'pk'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('phone__regex', '^\\+[1-9][0-9]{7,14}$'), ('phone', ''), _connector='OR'), name='offer_phone_is_e164'),
                    models.UniqueConstraint(fields=('slot', 'wish'), name='offer_once'),
                    models.UniqueConstraint(condition=models.Q(('state', 'asking')), fields=('slot',), name='offer_one_at_a_time'),
                    models.UniqueConstraint(condition=models.Q(('state', 'accepted')), fields=('slot',), name='offer_promised_once'),
                    models.UniqueConstraint(condition=models.Q(('state', 'asking')), fields=('contact',), name='offer_person_asked_once'),
                    models.UniqueConstraint(condition=models.Q(('state', 'asking')), fields=('phone',), name='offer_number_asked_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state', 'asking'), models.Q(('phone', ''), _negated=True)), models.Q(models.Q(('state', 'asking'), _negated=True), ('ended_at__isnull', False), ('phone', '')), _connector='OR'), name='offer_open_or_ended'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Recall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recalls', to='reminders.contact', verbose_name='patient')),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='reminders.service')),
                ('location', models.ForeignKey(help_text='Of the last visit: it asks them back.', on_delete=django.db.models.deletion.CASCADE, to='reminders.location')),
                ('last_visit', models.DateField()),
                ('due_on', models.DateField()),
                ('texts', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('first_text_at', models.DateTimeField(blank=True, null=True)),
                ('last_text_at', models.DateTimeField(blank=True, null=True)),
                ('left_out_at', models.DateTimeField(blank=True, help_text='Somebody said: not this time.', null=True)),
            ],
            options={
                'ordering': ['due_on', 'pk'],
                'indexes': [
                    models.Index(condition=models.Q(('left_out_at', None), ('texts__lt', 2)), fields=['due_on', 'id'], name='recall_open'),
                    models.Index(condition=models.Q(('first_text_at__isnull', False)), fields=['first_text_at'], name='recall_texted'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('contact', 'service', 'due_on'), name='recall_once_per_due_date'),
                    models.CheckConstraint(condition=models.Q(('texts__lte', 2)), name='recall_two_texts'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RecallBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'batch of recalls',
                'verbose_name_plural': 'batches of recalls',
                'ordering': ['-at'],
            },
        ),
        migrations.CreateModel(
            name='RecallText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recall', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='reminders.recall')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sent', to='reminders.recallbatch')),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='reminders.message')),
                ('nth', models.PositiveSmallIntegerField()),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('recall', 'nth'), name='recall_text_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RecallTimes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('second_after_days', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(3), django.core.validators.MaxValueValidator(180)])),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'times of recalls',
                'verbose_name_plural': 'times of recalls',
            },
        ),
        # The inbox
        migrations.CreateModel(
            name='InboxItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('emergency', 'May be an emergency'), ('unclear', 'Read this reply'), ('remark', 'Answered, and said more'), ('declined', 'Declined'), ('reschedule', 'Wants another time'), ('may_cancel', 'May want to cancel'), ('contradiction', 'Changed their mind'), ('late', 'Answered too late'), ('unmatched', 'Whose reply is it?'), ('opt_out', 'Seems to want no more texts'), ('loop', 'A machine seems to answer'), ('unreadable', 'Could not be read'), ('unreachable', 'Could not be reached'), ('stale', 'An outdated text went out'), ('diary', 'A diary waits for an answer'), ('free_slot', 'A slot is free'), ('sooner', 'Wants to come sooner'), ('untold', 'Tell this patient of the change'), ('recall', 'Answers an invitation')], max_length=14)),
                ('reply', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cards', to='reminders.reply')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cards', to='reminders.message')),
                ('appointment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cards', to='reminders.appointment')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cards', to='reminders.contact', verbose_name='patient')),
                ('location', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to='reminders.location')),
                ('upload', models.ForeignKey(blank=True, db_index=False, help_text='The file that waits for an answer.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cards', to='reminders.import')),
                ('slot', models.ForeignKey(blank=True, help_text='The time that became free.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cards', to='reminders.freeslot')),
                ('phone', models.CharField(blank=True, max_length=20)),
                ('opened_at', models.DateTimeField()),
                ('assigned_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cards', to=settings.AUTH_USER_MODEL)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('outcome', models.CharField(blank=True, max_length=40)),
                ('revision', models.PositiveIntegerField(default=1)),
            ],
            options={
                'ordering': ['opened_at', 'pk'],
                'indexes': [
                    models.Index(condition=models.Q(('done_at', None)), fields=['location', 'opened_at'], name='card_open'),
                    models.Index(condition=models.Q(('done_at__isnull', False)), fields=['-done_at'], name='card_done'),
                    models.Index(condition=models.Q(('phone', ''), _negated=True), fields=['opened_at'], name='card_to_forget'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('reply__isnull', False)), fields=('reply', 'kind'), name='card_once_per_reply'),
                    models.UniqueConstraint(condition=models.Q(('done_at', None), ('upload__isnull', False)), fields=('upload',), name='card_once_per_file'),
                    models.UniqueConstraint(condition=models.Q(('done_at', None), ('slot__isnull', False)), fields=('slot',), name='card_once_per_slot'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CannedReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=60)),
                ('text', models.CharField(max_length=600)),
                ('position', models.PositiveSmallIntegerField(default=1)),
            ],
            options={
                'verbose_name': 'ready line',
                'ordering': ['position', 'title'],
            },
        ),
        migrations.CreateModel(
            name='TaughtReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=10)),
                ('words', models.CharField(max_length=200)),
                ('meaning', models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('courtesy', 'A courtesy')], max_length=8)),
                ('taught_at', models.DateTimeField()),
                ('taught_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('removed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'taught replies',
                'ordering': ['language', 'words'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('language', 'words'), name='taught_once'),
                ],
            },
        ),
        # Signing in
        migrations.CreateModel(
            name='FirstLogin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='SignInCount',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('failures', models.PositiveIntegerField()),
                ('until', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='SignInLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_for', models.BooleanField(help_text='By the user, and sent by e-mail.')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('user', 'asked_for'), name='sign_in_link_latest'),
                ],
            },
        ),
        migrations.CreateModel(
            name='KnownDevice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('digest', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=80)),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('user', 'digest'), name='known_device_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RoleSignIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='sign_in', to='auth.group')),
                ('second_factor', models.BooleanField(help_text='Whether a password alone is not enough.')),
            ],
        ),
        migrations.CreateModel(
            name='StaffSession',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('started_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(help_text='To the minute; what a page looks up by itself is none.')),
                ('device', models.CharField(blank=True, max_length=80)),
                ('address', models.CharField(blank=True, max_length=60)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SessionLimits',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('idle_minutes', models.PositiveSmallIntegerField()),
                ('longest_hours', models.PositiveSmallIntegerField()),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('id', 1)), name='session_limits_one_row'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TrustedDesk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='DeskPin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hash', models.CharField(max_length=128)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        # Keeping, forgetting and the trail
        migrations.CreateModel(
            name='KeptFor',
            fields=[
                ('kind', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('days', models.PositiveIntegerField()),
                ('days_before', models.PositiveIntegerField()),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='reminders.contact', verbose_name='patient')),
                ('reason', models.CharField(max_length=300)),
                ('since', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-since'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('contact',), name='hold_open_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='reminders.contact', verbose_name='patient')),
                ('asked_at', models.DateTimeField()),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('counts', models.JSONField(blank=True, default=dict, help_text='How many of each went; no content.')),
            ],
            options={
                'ordering': ['-asked_at'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('done_at', None)), fields=('contact',), name='erasure_open_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ForgettingRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('step', models.CharField(max_length=20)),
                ('count', models.PositiveIntegerField(default=0)),
                ('cursor', models.BigIntegerField(default=0, help_text='The last id that was looked at.')),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-day', 'step'],
                'constraints': [
                    models.UniqueConstraint(fields=('day', 'step'), name='forgotten_once_a_day'),
                ],
            },
        ),
        migrations.CreateModel(
            name='KeptOptOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('key', models.CharField(help_text='Tells which key the digest was made with.', max_length=16)),
                ('reason', models.CharField(choices=[('patient', 'The patient texted an opt-out word'), ('staff', 'Staff opted the number out'), ('provider', 'Blocked at the provider'), ('paused', 'Paused: the patient seems to want no more texts')], max_length=10)),
                ('since', models.DateTimeField()),
                ('synced_at', models.DateTimeField(blank=True, help_text="When the provider's list last agreed.", null=True)),
                ('kept_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='TrailEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(help_text="By the database's clock.")),
                ('kind', models.CharField(choices=[('sign_in', 'Signed in'), ('refused', 'Sign-in refused'), ('sign_out', 'Signed out'), ('proof', 'Showed again who they are'), ('second_step', 'Second step'), ('password', 'Password'), ('user', 'User'), ('rights', 'Rights'), ('denied', 'Access refused'), ('look', 'Looked at a patient'), ('search', 'Searched'), ('print', 'Printed a page'), ('download', 'Downloaded a file'), ('export', 'Gave out a patient’s data'), ('erase', 'Asked to forget a patient'), ('trail', 'Looked at this trail')], max_length=12)),
                ('source', models.CharField(choices=[('person', 'Somebody in a browser'), ('command', 'The command line'), ('system', 'The application')], max_length=8)),
                ('user', models.ForeignKey(db_index=False, help_text='None for a stranger, a command or the application.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('address', models.CharField(blank=True, help_text='From where, as an IP address.', max_length=45)),
                ('contact_id', models.BigIntegerField(null=True)),
                ('appointment_id', models.BigIntegerField(null=True)),
                ('details', models.JSONField(default=dict, help_text='Ids, counts, codes and digests.')),
                ('position', models.BigIntegerField(null=True)),
                ('key', models.CharField(default='', max_length=8)),
                ('seal', models.BinaryField(max_length=32, null=True)),
            ],
            options={
                'verbose_name_plural': 'trail entries',
                'default_permissions': ('view',),
                'indexes': [
                    models.Index(fields=['-at', '-id'], name='trail_by_time'),
                    models.Index(fields=['user', '-at', '-id'], name='trail_of_user'),
                    models.Index(fields=['kind', '-at', '-id'], name='trail_of_kind'),
                    models.Index(condition=models.Q(('contact_id', None), _negated=True), fields=['contact_id', '-at', '-id'], name='trail_of_contact'),
                    models.Index(condition=models.Q(('position', None)), fields=['id'], name='trail_to_seal'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('position',), name='trail_place_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TrailState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_position', models.BigIntegerField(default=1, help_text='Of the oldest entry kept.')),
                ('first_seal', models.BinaryField(help_text='The seal before the oldest entry.', max_length=32)),
                ('last_position', models.BigIntegerField(default=0)),
                ('last_seal', models.BinaryField(max_length=32)),
                ('key', models.CharField(max_length=8)),
                ('ends_seal', models.BinaryField(max_length=32)),
                ('sealed_at', models.DateTimeField(null=True)),
                ('checked_to', models.BigIntegerField(default=0)),
                ('check_began_at', models.DateTimeField(null=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('checked_entries', models.BigIntegerField(default=0)),
                ('broken_at', models.BigIntegerField(null=True)),
                ('broken_words', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'default_permissions': (),
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('pk', 1)), name='trail_state_is_one_row'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RestoreHold',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('backup_at', models.DateTimeField(help_text='What happened later is not in the backup.')),
                ('restored_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField(blank=True, help_text='When somebody had the provider asked.', null=True)),
                ('caught_up_at', models.DateTimeField(blank=True, help_text='When all that the provider had was taken over last.', null=True)),
                ('found', models.JSONField(blank=True, default=dict)),
                ('words', models.CharField(blank=True, db_default='', help_text='Why the provider could not be asked.', max_length=300)),
                ('went_on_at', models.DateTimeField(blank=True, null=True)),
                ('went_on_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('id', 1)), name='restore_hold_one_row'),
                ],
            },
        ),
        # The provider and the tasks
        migrations.CreateModel(
            name='ProviderState',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('brake', models.CharField(blank=True, choices=[('', 'Working'), ('credentials', 'The provider refuses the credentials'), ('rate', 'The provider asked us to slow down'), ('down', "The provider can't be reached"), ('cap', 'The hourly limit of texts is reached')], default='', max_length=12)),
                ('since', models.DateTimeField(blank=True, null=True)),
                ('until', models.DateTimeField(blank=True, help_text='Until then nothing is sent; then one probe.', null=True)),
                ('words', models.CharField(blank=True, max_length=300)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('answered_at', models.DateTimeField(blank=True, help_text="The provider's last good answer.", null=True)),
                ('accepted_at', models.DateTimeField(blank=True, help_text='The last accepted text.', null=True)),
                ('alerted', models.JSONField(blank=True, default=dict)),
                ('probe_at', models.DateTimeField(blank=True, help_text='Where nobody asks it anything, not before this time.', null=True)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('id', 1)), name='provider_state_one_row'),
                ],
            },
        ),
        migrations.CreateModel(
            name='WebhookSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', models.CharField(max_length=200, unique=True)),
                ('own', models.BooleanField(help_text='Made here, for where WEBHOOK_SECRET is not given.')),
                ('used_at', models.DateTimeField(help_text='When it was last given out, to the day.')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('own', True)), fields=('own',), name='webhook_secret_one_own'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PushKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.CharField(max_length=100, unique=True)),
                ('public_key', models.TextField(help_text='Base64 of the DER.')),
                ('made_at', models.DateTimeField()),
                ('enabled_at', models.DateTimeField(blank=True, help_text='When the provider began to sign with it.', null=True)),
                ('retired_at', models.DateTimeField(blank=True, help_text='When another one took its place.', null=True)),
                ('webhook_at', models.DateTimeField(blank=True, help_text="When the account's webhook was last seen to be right.", null=True)),
            ],
        ),
        migrations.CreateModel(
            name='TaskRun',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('succeeded_at', models.DateTimeField(blank=True, null=True)),
                ('count', models.PositiveIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('holder', models.CharField(blank=True, db_default='', help_text='Who has the turn now.', max_length=80)),
                ('held_until', models.DateTimeField(blank=True, help_text="By the database's clock; renewed while the holder lives.", null=True)),
                ('rung_again', models.BooleanField(db_default=False, help_text='Somebody rang while the holder had the turn.')),
            ],
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('params', models.JSONField(blank=True, default=dict)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='waiting', max_length=8)),
                ('total', models.PositiveIntegerField(default=0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('cursor', models.BigIntegerField(default=0)),
                ('result', models.JSONField(blank=True, default=dict)),
                ('words', models.CharField(blank=True, max_length=300)),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [
                    models.Index(condition=models.Q(('state__in', ['waiting', 'running'])), fields=['created_at'], name='job_to_do'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Trouble',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20)),
                ('place', models.CharField(blank=True, help_text='Where, such as a program and its machine.', max_length=120)),
                ('words', models.CharField(blank=True, max_length=300)),
                ('count', models.PositiveIntegerField(default=1)),
                ('since', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('code', 'place'), name='trouble_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CallCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('call', models.CharField(max_length=12)),
                ('outcome', models.CharField(max_length=12)),
                ('within', models.FloatField(help_text='Seconds, at most; infinite for the slowest.')),
                ('count', models.BigIntegerField(default=0)),
                ('seconds', models.FloatField(default=0.0, help_text='What all of them took together.')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('call', 'outcome', 'within'), name='call_count_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CallHealth',
            fields=[
                ('call', models.CharField(max_length=12, primary_key=True, serialize=False)),
                ('ok_at', models.DateTimeField(blank=True, null=True)),
                ('failed_at', models.DateTimeField(blank=True, null=True)),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
                ('failures', models.PositiveIntegerField(default=0, help_text='Since the last answer.')),
                ('how', models.CharField(blank=True, max_length=12)),
            ],
        ),
        # Figures
        migrations.CreateModel(
            name='DailyStatistics',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('location', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='reminders.location')),
                ('practitioner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='reminders.practitioner')),
                ('day', models.DateField()),
                ('appointments', models.PositiveIntegerField(default=0, help_text='Without the cancelled ones.')),
                ('confirmed', models.PositiveIntegerField(default=0)),
                ('declined', models.PositiveIntegerField(default=0)),
                ('declined_late', models.PositiveIntegerField(default=0, verbose_name='of these too late')),
                ('arrived', models.PositiveIntegerField(default=0)),
                ('no_show', models.PositiveIntegerField(default=0, verbose_name='did not come')),
                ('cancelled', models.PositiveIntegerField(default=0)),
                ('texts', models.PositiveIntegerField(default=0)),
                ('delivered', models.PositiveIntegerField(default=0)),
                ('failed', models.PositiveIntegerField(default=0, verbose_name='not delivered')),
                ('computed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'daily figures',
                'verbose_name_plural': 'daily figures',
                'ordering': ['day', 'location', 'practitioner'],
                'constraints': [
                    models.UniqueConstraint(fields=('day', 'location', 'practitioner'), name='day_figure_once', nulls_distinct=False),
                ],
            },
        ),
        migrations.CreateModel(
            name='DailyTexts',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('location', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='reminders.location')),
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
            ],
            options={
                'verbose_name': 'daily figures of texts',
                'verbose_name_plural': 'daily figures of texts',
                'ordering': ['day', 'location'],
                'constraints': [
                    models.UniqueConstraint(fields=('day', 'location'), name='day_texts_once', nulls_distinct=False),
                ],
            },
        ),
        migrations.CreateModel(
            name='PromiseDay',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('due', models.PositiveIntegerField(default=0)),
                ('kept', models.PositiveIntegerField(default=0, help_text='Handed over within a minute.')),
                ('computed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='TextPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('country', models.CharField(max_length=2, unique=True, validators=[reminders.models.fields.check_country])),
                ('currency', models.CharField(max_length=3, validators=[django.core.validators.RegexValidator('\\A[A-Z]{3}\\Z', 'Three letters, such as EUR.')])),
                ('price', models.DecimalField(decimal_places=5, max_digits=8, validators=[django.core.validators.MinValueValidator(0)], verbose_name='price of a part')),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'price of a text',
                'verbose_name_plural': 'prices of texts',
                'ordering': ['country'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('price__gte', 0)), name='text_price_is_no_gift'),
                ],
            },
        ),
    ]
