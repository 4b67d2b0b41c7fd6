-- The database of Till Then, and its two roles. May be run again.
--   sudo -u postgres psql -v owner_password=A-LONG-PASSWORD -f deploy/database.sql
-- `reminders_owner` owns the tables: only upgrades and restores sign in with it. `reminders` is who the
-- services are: it reads and writes rows, and can change no table, no trigger and no other database.
\set ON_ERROR_STOP on
SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY['reminders_owner', 'reminders']) AS name
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE reminders_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE reminders LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 200;
\if :{?owner_password}
    ALTER ROLE reminders_owner PASSWORD :'owner_password';
\endif
-- On another machine the services need a password; on this one the system says who they are.
\if :{?password}
    ALTER ROLE reminders PASSWORD :'password';
\endif

SELECT 'CREATE DATABASE reminders OWNER reminders_owner ENCODING ''UTF8'' LOCALE ''C.UTF-8'' TEMPLATE template0'
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'reminders') \gexec
REVOKE ALL ON DATABASE reminders FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE reminders TO reminders;

\connect reminders
SELECT current_setting('server_version_num')::int >= 170000 AS can_maintain \gset
-- What there is, and what upgrades and restores will make.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO reminders;
GRANT SELECT, UPDATE, USAGE ON ALL SEQUENCES IN SCHEMA public TO reminders;
ALTER DEFAULT PRIVILEGES FOR ROLE reminders_owner GRANT USAGE ON SCHEMAS TO reminders;
ALTER DEFAULT PRIVILEGES FOR ROLE reminders_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO reminders;
ALTER DEFAULT PRIVILEGES FOR ROLE reminders_owner GRANT SELECT, UPDATE, USAGE ON SEQUENCES TO reminders;
\if :can_maintain
    -- An import of many rows has their statistics renewed at once.
    GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO reminders;
    ALTER DEFAULT PRIVILEGES FOR ROLE reminders_owner GRANT MAINTAIN ON TABLES TO reminders;
\endif
