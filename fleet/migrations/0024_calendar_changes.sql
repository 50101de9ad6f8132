-- The calendar changes in versions whatever changes: days a notice settles, local extra days, units' hours, sealing periods.
-- A version adds rows and may take earlier ones out of force; nothing is edited, so the calendar as a finding was judged by
-- (alert_revision.calendar_version_id) can be read back: rows of that version or an earlier one, not withdrawn by then.
ALTER TABLE calendar_version
    ADD COLUMN what text NOT NULL DEFAULT 'days' CHECK (what IN ('days', 'local', 'hours', 'sealing')),
    ADD COLUMN unit_id uuid,               -- whose; NULL = everybody's. Units below it are meant too
    ADD CONSTRAINT calendar_version_unit FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    ADD CHECK (what <> 'days' OR unit_id IS NULL);
-- A local day goes before what the notices say; NULL takes a local day back. Of several versions the newest that names a date.
ALTER TABLE calendar_day ALTER COLUMN kind DROP NOT NULL;

-- Rows of hours: see docs/calendar.md. What `during` said of instants `days` says of local dates.
ALTER TABLE work_schedule
    ADD COLUMN days daterange NOT NULL DEFAULT '(,)',
    ADD COLUMN season_from text CHECK (season_from ~ '^[0-1][0-9]-[0-3][0-9]$'),  -- MM-DD, every year
    ADD COLUMN season_to text CHECK (season_to ~ '^[0-1][0-9]-[0-3][0-9]$'),      -- included
    ADD COLUMN special boolean NOT NULL DEFAULT false,  -- dates of their own, asked before seasons
    ADD COLUMN place int NOT NULL DEFAULT 0,            -- of two equally narrow rows the later holds
    ADD COLUMN version_id uuid,
    ADD COLUMN withdrawn_version_id uuid,
    ADD CHECK ((season_from IS NULL) = (season_to IS NULL)),
    ADD CONSTRAINT work_schedule_version FOREIGN KEY (tenant_id, version_id) REFERENCES calendar_version (tenant_id, id),
    ADD CONSTRAINT work_schedule_withdrawn FOREIGN KEY (tenant_id, withdrawn_version_id) REFERENCES calendar_version (tenant_id, id);
UPDATE work_schedule w SET days = daterange((nullif(lower(during), '-infinity') AT TIME ZONE t.timezone)::date,
    (nullif(upper(during), 'infinity') AT TIME ZONE t.timezone)::date) FROM tenant t WHERE t.id = w.tenant_id;
ALTER TABLE work_schedule DROP COLUMN during;
CREATE INDEX ON work_schedule (tenant_id) WHERE withdrawn_version_id IS NULL;

CREATE TABLE seal_period (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    name text NOT NULL CHECK (name <> ''), -- 国庆封存
    unit_id uuid,                          -- NULL = everybody's vehicles; units below it are meant too
    vehicle_classes text[] NOT NULL DEFAULT '{}',  -- {} = all
    kept_out uuid[] NOT NULL DEFAULT '{}', -- duty vehicles that are not sealed
    during tstzrange NOT NULL CHECK (NOT isempty(during) AND lower(during) IS NOT NULL AND upper(during) IS NOT NULL),
    keeper text NOT NULL DEFAULT '',       -- who has the keys
    version_id uuid NOT NULL,
    withdrawn_version_id uuid,
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, version_id) REFERENCES calendar_version (tenant_id, id),
    FOREIGN KEY (tenant_id, withdrawn_version_id) REFERENCES calendar_version (tenant_id, id)
);
CREATE INDEX ON seal_period (tenant_id) WHERE withdrawn_version_id IS NULL;

-- What somebody wants changed. It changes nothing until a second person lets it hold as a version (domain.md 13).
CREATE TABLE calendar_change (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    change_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    what text NOT NULL CHECK (what IN ('days', 'local', 'hours', 'sealing')),
    unit_id uuid,
    body jsonb NOT NULL,                   -- as fleet/calendars/change.py reads it
    source text NOT NULL CHECK (source <> ''),
    reason text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'in_force', 'withdrawn')),
    proposed_at timestamptz NOT NULL,
    proposed_by uuid NOT NULL,
    settled_at timestamptz,
    settled_by uuid,
    version_id uuid,                       -- the version it became
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, proposed_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, settled_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, version_id) REFERENCES calendar_version (tenant_id, id),
    CHECK ((settled_at IS NULL) = (state = 'proposed')),
    CHECK ((version_id IS NOT NULL) = (state = 'in_force'))
);
CREATE INDEX ON calendar_change (tenant_id, proposed_at);
CREATE TRIGGER bump BEFORE UPDATE ON calendar_change FOR EACH ROW EXECUTE FUNCTION bump_row_version();

-- What the newest versions say: one row a day and layer, local ones also by unit.
CREATE VIEW calendar_in_force WITH (security_invoker = true, security_barrier = true) AS
    SELECT DISTINCT ON (v.tenant_id, v.what, v.unit_id, d.day) v.tenant_id, v.what, v.unit_id, d.day, d.kind, d.name, v.version_no
    FROM calendar_day d JOIN calendar_version v ON v.id = d.version_id
    ORDER BY v.tenant_id, v.what, v.unit_id, d.day, v.version_no DESC;

-- A unit's own days, hours and sealing concern the vehicles it and the units below it had.
CREATE FUNCTION judge_unit_again(in_tenant uuid, in_unit uuid, in_during tstzrange) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF in_unit IS NULL THEN
        PERFORM judge_again(in_tenant, NULL, in_during, 'calendar_change');
    ELSE
        PERFORM judge_again(in_tenant, c.vehicle_id, in_during, 'calendar_change') FROM (
            WITH RECURSIVE below (id) AS (
                SELECT in_unit UNION SELECT u.id FROM unit u JOIN below b ON u.parent_id = b.id)
            SELECT DISTINCT vehicle_id FROM custody WHERE unit_id IN (SELECT id FROM below) AND during && in_during) c;
    END IF;
END $$;
REVOKE EXECUTE ON FUNCTION judge_unit_again FROM PUBLIC;

CREATE OR REPLACE FUNCTION calendar_touches_judgement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM judge_unit_again(c.tenant_id, v.unit_id, tstzrange((min(c.day) - 1)::timestamptz, (max(c.day) + 2)::timestamptz))
        FROM changed c JOIN calendar_version v ON v.id = c.version_id
        WHERE c.day > current_date - 33 AND c.day <= current_date + 1 GROUP BY c.tenant_id, v.unit_id;
    RETURN NULL;
END $$;

CREATE FUNCTION hours_touch_judgement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM judge_unit_again(NEW.tenant_id, NEW.unit_id, tstzrange((lower(NEW.days) - 1)::timestamptz, (upper(NEW.days) + 1)::timestamptz));
    RETURN NULL;
END $$;
CREATE TRIGGER touches_judgement AFTER INSERT OR UPDATE ON work_schedule FOR EACH ROW EXECUTE FUNCTION hours_touch_judgement();

CREATE FUNCTION sealing_touches_judgement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM judge_unit_again(NEW.tenant_id, NEW.unit_id, NEW.during);
    RETURN NULL;
END $$;
CREATE TRIGGER touches_judgement AFTER INSERT OR UPDATE ON seal_period FOR EACH ROW EXECUTE FUNCTION sealing_touches_judgement();

-- Who may write: proposed by those who may, put in force by the fleet authority, never by the one who proposed it.
ALTER TABLE calendar_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON calendar_change FOR SELECT TO fleet_web
    USING (tenant_id = app_tenant() AND (app_can('calendar.changes')));
CREATE POLICY add ON calendar_change FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('calendar.draft')
    AND proposed_by = app_person() AND state = 'proposed');
CREATE POLICY edit ON calendar_change FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND state = 'proposed' AND (app_can('calendar.draft') OR app_can('calendar.publish')))
    WITH CHECK (tenant_id = app_tenant() AND settled_by = app_person() AND CASE state
        WHEN 'withdrawn' THEN app_can('calendar.publish') OR proposed_by = app_person()
        ELSE app_can('calendar.publish') AND proposed_by <> app_person() END);
GRANT SELECT, INSERT ON calendar_change TO fleet_web;
GRANT UPDATE (state, settled_at, settled_by, version_id, row_version, updated_at) ON calendar_change TO fleet_web;

CREATE POLICY add ON calendar_version FOR INSERT TO fleet_web
    WITH CHECK (tenant_id = app_tenant() AND app_can('calendar.publish') AND created_by = app_person());
CREATE POLICY add ON calendar_day FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('calendar.publish')
    AND EXISTS (SELECT FROM calendar_version v WHERE v.id = version_id AND v.created_by = app_person()));
CREATE POLICY add ON work_schedule FOR INSERT TO fleet_web
    WITH CHECK (tenant_id = app_tenant() AND app_can('calendar.publish') AND created_by = app_person());
CREATE POLICY edit ON work_schedule FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND app_can('calendar.publish') AND withdrawn_version_id IS NULL) WITH CHECK (tenant_id = app_tenant());
ALTER TABLE seal_period ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON seal_period FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('calendar.view'));
CREATE POLICY add ON seal_period FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('calendar.publish'));
CREATE POLICY edit ON seal_period FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND app_can('calendar.publish') AND withdrawn_version_id IS NULL) WITH CHECK (tenant_id = app_tenant());
GRANT INSERT ON calendar_version, calendar_day, work_schedule, seal_period TO fleet_web;
GRANT UPDATE (withdrawn_version_id) ON work_schedule, seal_period TO fleet_web;  -- a row only goes out of force; what it said stays
GRANT SELECT ON seal_period TO fleet_web, fleet_engine;
GRANT SELECT ON calendar_in_force TO fleet_web, fleet_engine;
