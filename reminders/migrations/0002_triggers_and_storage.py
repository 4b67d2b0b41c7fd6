"""What models cannot say: the trail's guards, room beside rows that change much, and three indexes
too many.
"""

from django.db import migrations

# The database refuses to change the trail, whoever asks.
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

# Measured by `manage.py bench growth`: what an appointment changes most, its status, stands in no
# index, so that with room on its page an update writes no index. Texts, reminders, reports and
# replies change what conditions of their indexes read; for them only the vacuum counts. By the
# server's own fifth of a table, hundreds of thousands of dead rows would lie about in between.
MUCH_CHANGED = ("appointment", "reminder", "message", "reply", "deliveryreport", "importrow")
SOONER = "autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02"
AS_THE_SERVER = "autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor"

# Django makes a second index of each unique text, for searches by a beginning. The provider's ids
# are only ever looked up whole, and the other index does that. Of a text and its three reports they
# were 200 bytes, and one write more at each change of a state.
NOT_NEEDED = {
    "reminders_message_provider_id_7c00d8e2_like": "reminders_message",
    "reminders_deliveryreport_provider_id_779f2e5b_like": "reminders_deliveryreport",
    "reminders_reply_provider_id_74a9f83f_like": "reminders_reply",
}


class Migration(migrations.Migration):

    replaces = [
        ("reminders", "0017_trail_guards"),
        ("reminders", "0043_room_for_updates"),
        ("reminders", "0044_no_index_for_like"),
    ]

    dependencies = [("reminders", "0001_tables_and_constraints")]

    operations = [
        migrations.RunSQL(GUARDS, NO_GUARDS),
        *(
            migrations.RunSQL(
                f"ALTER TABLE reminders_{name} SET ({SOONER})",
                f"ALTER TABLE reminders_{name} RESET ({AS_THE_SERVER})",
            )
            for name in MUCH_CHANGED
        ),
        migrations.RunSQL(
            "ALTER TABLE reminders_appointment SET (fillfactor = 85)",
            "ALTER TABLE reminders_appointment RESET (fillfactor)",
        ),
        *(
            migrations.RunSQL(
                f"DROP INDEX IF EXISTS {name}",
                f"CREATE INDEX IF NOT EXISTS {name} ON {table} (provider_id varchar_pattern_ops)",
            )
            for name, table in NOT_NEEDED.items()
        ),
    ]
