"""The database refuses to change the trail, whoever asks; and administrators may see it."""

from django.db import migrations

# One way in (a new, unsealed entry), one change (its seal, once), one way out: old entries, by
# `reminders_trail_forget`, from the oldest end. Conditions stand on the triggers, so that what may be
# calls no function at all.
GUARDS = """
CREATE FUNCTION reminders_trail_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'The trail is added to and never changed: % refused.', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER trail_adds_unsealed BEFORE INSERT ON reminders_trailentry
    FOR EACH ROW WHEN (NEW.position IS NOT NULL OR NEW.seal IS NOT NULL OR NEW.key <> '')
    EXECUTE FUNCTION reminders_trail_refuse();

CREATE TRIGGER trail_seals_once BEFORE UPDATE ON reminders_trailentry
    FOR EACH ROW WHEN (
        OLD.position IS NOT NULL OR NEW.position IS NULL OR NEW.seal IS NULL
        OR (NEW.id, NEW.at, NEW.kind, NEW.source, NEW.user_id, NEW.address, NEW.contact_id,
            NEW.appointment_id, NEW.details)
        IS DISTINCT FROM
           (OLD.id, OLD.at, OLD.kind, OLD.source, OLD.user_id, OLD.address, OLD.contact_id,
            OLD.appointment_id, OLD.details)
    )
    EXECUTE FUNCTION reminders_trail_refuse();

CREATE TRIGGER trail_forgets_old_ones BEFORE DELETE ON reminders_trailentry
    FOR EACH ROW WHEN (
        coalesce(
            OLD.position > nullif(current_setting('reminders.trail_forgets_to', true), '')::bigint,
            true
        )
        OR OLD.at > now() - interval '360 days'
    )
    EXECUTE FUNCTION reminders_trail_refuse();

CREATE TRIGGER trail_is_not_emptied BEFORE TRUNCATE ON reminders_trailentry
    FOR EACH STATEMENT EXECUTE FUNCTION reminders_trail_refuse();

CREATE TRIGGER trail_ends_stay BEFORE DELETE OR TRUNCATE ON reminders_trailstate
    FOR EACH STATEMENT EXECUTE FUNCTION reminders_trail_refuse();

CREATE FUNCTION reminders_trail_forget(up_to bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    gone bigint;
BEGIN
    PERFORM set_config('reminders.trail_forgets_to', up_to::text, true);
    -- All up to there: a hole is never left, only a shorter beginning.
    DELETE FROM reminders_trailentry WHERE position <= up_to;
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('reminders.trail_forgets_to', '', true);
    RETURN gone;
END $$;
"""
NO_GUARDS = """
DROP TRIGGER trail_adds_unsealed ON reminders_trailentry;
DROP TRIGGER trail_seals_once ON reminders_trailentry;
DROP TRIGGER trail_forgets_old_ones ON reminders_trailentry;
DROP TRIGGER trail_is_not_emptied ON reminders_trailentry;
DROP TRIGGER trail_ends_stay ON reminders_trailstate;
DROP FUNCTION reminders_trail_forget(bigint);
DROP FUNCTION reminders_trail_refuse();
"""


def let_administrators_see(apps, schema_editor):
    """A role that is there keeps what it has, so a new right has to be given to it."""
    role = apps.get_model("auth", "Group").objects.filter(name="administrator").first()
    if role is None:
        return
    # Rights are made after the migrations; this one is needed now, and found then.
    about, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="reminders", model="trailentry"
    )
    right, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=about, codename="view_trailentry", defaults={"name": "Can view trail entry"}
    )
    role.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("reminders", "0016_trail"),
    ]
    operations = [
        migrations.RunSQL(GUARDS, NO_GUARDS),
        migrations.RunPython(let_administrators_see, migrations.RunPython.noop),
    ]
