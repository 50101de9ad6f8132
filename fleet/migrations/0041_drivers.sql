-- Drivers (docs/dispatch.md, decision 0032): rosters, leave and sickness, authorisations and trainings, dated driving rules, and who
-- was asked to take a trip. Nothing is erased: a line is withdrawn with a reason, a version of the rules only ends.
CREATE TABLE driver_shift (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    person_id uuid NOT NULL,
    weekday smallint CHECK (weekday BETWEEN 1 AND 7),  -- 1 = Monday; NULL: a single day, which takes the place of the pattern
    first_day date NOT NULL,
    last_day date,                         -- included; NULL = until further notice
    starts time,                           -- civil time; NULL with `ends`: he is off that day
    ends time,                             -- not later than it starts: on the next day
    note text NOT NULL DEFAULT '',
    entered_at timestamptz NOT NULL,
    entered_by uuid NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    withdrawn_reason text NOT NULL DEFAULT '',
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((starts IS NULL) = (ends IS NULL)),
    CHECK (CASE WHEN weekday IS NULL THEN last_day = first_day ELSE starts IS NOT NULL AND (last_day IS NULL OR last_day >= first_day) END),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason = ''))
);
CREATE TABLE driver_absence (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    person_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('leave', 'sick')),
    during tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during)),  -- without end: until he is back
    note text NOT NULL DEFAULT '',
    entered_at timestamptz NOT NULL,
    entered_by uuid NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    withdrawn_reason text NOT NULL DEFAULT '',
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (kind = 'sick' OR NOT upper_inf(during)),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason = '')),
    CONSTRAINT driver_absence_once EXCLUDE USING gist (person_id WITH =, kind WITH =, during WITH &&) WHERE (withdrawn_at IS NULL)
);
-- An authorisation for a class of vehicles, or a training.
CREATE TABLE driver_qualification (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    person_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('vehicle_class', 'training')),
    name text NOT NULL,                    -- of fleet.vehicle.VehicleClass or dispatch.drivers.rules.Training
    first_day date NOT NULL,
    last_day date CHECK (last_day >= first_day),  -- included; NULL = without end
    basis text NOT NULL CHECK (length(trim(basis)) >= 2),
    entered_at timestamptz NOT NULL,
    entered_by uuid NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    withdrawn_reason text NOT NULL DEFAULT '',
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason = ''))
);
DO $$
DECLARE t text; r text;
BEGIN
    FOREACH t IN ARRAY ARRAY['driver_shift', 'driver_absence', 'driver_qualification'] LOOP
        EXECUTE format('ALTER TABLE %I ADD FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
            ADD FOREIGN KEY (tenant_id, entered_by) REFERENCES person (tenant_id, id), ADD FOREIGN KEY (tenant_id, withdrawn_by) REFERENCES person (tenant_id, id)', t);
        EXECUTE format('CREATE INDEX ON %I (tenant_id, person_id)', t);
        EXECUTE format('CREATE TRIGGER bump BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION bump_row_version()', t);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        -- One's own, those of the units one looks after, or everybody's.
        EXECUTE format('CREATE POLICY see ON %I FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND (person_id = app_person() OR app_can(''roster.all'')
            OR app_can(''roster.edit'') AND person_id IN (SELECT id FROM person WHERE unit_id = ANY (app_units(''order'')))))', t);
        r := CASE t WHEN 'driver_qualification' THEN 'driver.qualify' ELSE 'roster.edit' END;
        EXECUTE format('CREATE POLICY add ON %I FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND entered_by = app_person() AND withdrawn_at IS NULL
            AND (app_can(%L) OR %L = ''driver_absence'' AND person_id = app_person() AND app_can(''roster.call_in'')))', t, r, t);
        EXECUTE format('CREATE POLICY edit ON %I FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND withdrawn_at IS NULL
            AND (app_can(%L) OR %L = ''driver_absence'' AND person_id = app_person() AND app_can(''roster.call_in'')))
            WITH CHECK (tenant_id = app_tenant() AND (withdrawn_by IS NULL OR withdrawn_by = app_person()))', t, r, t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE (withdrawn_at, withdrawn_by, withdrawn_reason) ON %I TO fleet_web', t);
        EXECUTE format('GRANT SELECT ON %I TO fleet_engine', t);
    END LOOP;
END $$;
GRANT UPDATE (during) ON driver_absence TO fleet_web;  -- who was sick is back

-- What planning must know of everybody, whoever asks: never why somebody is away beyond the kind, nor who entered it.
CREATE FUNCTION drivers_away(in_tenant uuid, since timestamptz, until timestamptz)
RETURNS TABLE (person_id uuid, kind text, start_at timestamptz, end_at timestamptz) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT a.person_id, a.kind, lower(a.during), upper(a.during) FROM driver_absence a
    WHERE a.tenant_id = in_tenant AND (in_tenant = app_tenant() OR session_user <> 'fleet_web') AND a.withdrawn_at IS NULL
      AND a.during && tstzrange(since, until)
$$;
CREATE FUNCTION driver_roster(in_tenant uuid)
RETURNS TABLE (person_id uuid, weekday smallint, first_day date, last_day date, starts time, ends time) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT s.person_id, s.weekday, s.first_day, s.last_day, s.starts, s.ends FROM driver_shift s
    WHERE s.tenant_id = in_tenant AND (in_tenant = app_tenant() OR session_user <> 'fleet_web') AND s.withdrawn_at IS NULL
$$;
CREATE FUNCTION drivers_qualified(in_tenant uuid)
RETURNS TABLE (person_id uuid, name text, first_day date, last_day date) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT q.person_id, q.name, q.first_day, q.last_day FROM driver_qualification q
    WHERE q.tenant_id = in_tenant AND (in_tenant = app_tenant() OR session_user <> 'fleet_web') AND q.withdrawn_at IS NULL
$$;
REVOKE EXECUTE ON FUNCTION drivers_away(uuid, timestamptz, timestamptz), driver_roster(uuid), drivers_qualified(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drivers_away(uuid, timestamptz, timestamptz), driver_roster(uuid), drivers_qualified(uuid) TO fleet_web, fleet_engine;

-- Driving rules: the newest version that has begun holds. No row: those of dispatch/drivers/rules.py.
CREATE TABLE driving_rules (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    version_no int NOT NULL,
    from_at timestamptz NOT NULL,
    drive_min int NOT NULL,
    rest_min int NOT NULL,
    lunch_min int NOT NULL,
    lunch_from time NOT NULL,
    lunch_to time NOT NULL,
    shift_min int NOT NULL,
    overtime_min int NOT NULL,
    overtime_weight double precision NOT NULL,
    accept_min int NOT NULL,
    accept_before_min int NOT NULL,
    accept_tries int NOT NULL,
    classes text[] NOT NULL,               -- driven only by who is authorised for them
    trainings text[] NOT NULL,             -- without which nobody drives what they are for
    reason text NOT NULL CHECK (length(trim(reason)) >= 4),
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    UNIQUE (tenant_id, version_no),
    CHECK (from_at >= created_at),
    FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id)
);
ALTER TABLE driving_rules ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON driving_rules FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL);
CREATE POLICY add ON driving_rules FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('driving_rules.edit') AND created_by = app_person());
GRANT SELECT, INSERT ON driving_rules TO fleet_web;
GRANT SELECT ON driving_rules TO fleet_engine;

-- Who was asked to take a trip, in turn, and what became of it. One open row per order: two engines never ask two drivers.
CREATE TABLE driver_ask (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenant,
    order_id uuid NOT NULL,
    person_id uuid NOT NULL,
    vehicle_id uuid NOT NULL,
    turn smallint NOT NULL,                -- 1: given by a person or a plan; 2, 3 ...: the next in line
    asked_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    outcome text NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'accepted', 'refused', 'timed_out', 'over')),  -- over: taken from him otherwise
    ended_at timestamptz,
    CHECK ((ended_at IS NULL) = (outcome = 'open')),
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id)
);
CREATE UNIQUE INDEX driver_ask_open ON driver_ask (order_id) WHERE outcome = 'open';
CREATE INDEX ON driver_ask (order_id, id);
ALTER TABLE driver_ask ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON driver_ask FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order)
    AND (person_id = app_person() OR app_can('order.assign')));
GRANT SELECT ON driver_ask TO fleet_web;
GRANT SELECT, INSERT, UPDATE (outcome, ended_at) ON driver_ask TO fleet_engine;
