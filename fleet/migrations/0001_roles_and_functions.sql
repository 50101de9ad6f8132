-- Roles, extensions and the functions row-level security stands on.
-- deploy/roles.sql makes the roles with LOGIN and passwords; here only what a database without it would miss.
CREATE EXTENSION IF NOT EXISTS timescaledb;
CREATE EXTENSION IF NOT EXISTS btree_gist;

DO $$
DECLARE role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['fleet_engine', 'fleet_web', 'fleet_track'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
    END LOOP;
END $$;
DO $$ BEGIN
    IF NOT (SELECT rolbypassrls FROM pg_roles WHERE rolname = 'fleet_engine') THEN
        ALTER ROLE fleet_engine BYPASSRLS;
    END IF;
END $$;

-- The viewer's scope arrives as transaction-local settings. After a transaction ends a pooled connection holds '' and
-- not NULL, so every reader goes through nullif: no scope means no rows (the fail-open trap of reliability.md 4).
CREATE FUNCTION app_setting(name text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('app.' || name, true), '') $$;

CREATE FUNCTION app_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT app_setting('tenant')::uuid $$;

CREATE FUNCTION app_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT app_setting('person')::uuid $$;

-- Units for which the viewer holds a unit-wide right on an object, subtrees already expanded; NULL when there are none.
CREATE FUNCTION app_units(object text) RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT app_setting('units_' || object)::uuid[] $$;

-- Does the viewer hold this width ('own' | 'unit' | 'pool' | 'all') on live, track, vehicle, order or alert?
CREATE FUNCTION app_may(object text, width text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT width = ANY (string_to_array(coalesce(app_setting('scope_' || object), ''), ',')) $$;

-- Cleared for exempt (security or investigation) vehicles.
CREATE FUNCTION app_cleared() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(app_setting('cleared') = 'yes', false) $$;

-- Every update of a row people edit raises its version; If-Match compares it.
CREATE FUNCTION bump_row_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.row_version := OLD.row_version + 1;
    NEW.updated_at := now();
    RETURN NEW;
END $$;
