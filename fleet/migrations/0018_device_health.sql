-- Health of locators (docs/devices.md): what is wrong with each, the tickets it opened, and what it was worth per day.
ALTER TABLE device ADD COLUMN installer text NOT NULL DEFAULT '';
-- Sessions that took another over within two seconds, in the hour since `takeovers_since`: two clients under one name.
ALTER TABLE device_state ADD COLUMN takeovers int NOT NULL DEFAULT 0, ADD COLUMN takeovers_since timestamptz;
CREATE FUNCTION count_takeover() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.online AND NOT OLD.online AND NEW.changed_at - OLD.changed_at < interval '2 seconds' THEN
        IF OLD.takeovers_since IS NULL OR NEW.changed_at - OLD.takeovers_since >= interval '1 hour' THEN
            NEW.takeovers := 1;
            NEW.takeovers_since := NEW.changed_at;
        ELSE
            NEW.takeovers := OLD.takeovers + 1;
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER takeover BEFORE UPDATE ON device_state FOR EACH ROW EXECUTE FUNCTION count_takeover();
CREATE INDEX ON quarantine (tenant_id, last_received_at);  -- what was refused of late

CREATE TABLE device_health (
    device_id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenant,
    checked_at timestamptz NOT NULL,
    expected boolean NOT NULL,             -- it should report: active, bound, its vehicle in service
    line text NOT NULL CHECK (line IN ('online', 'offline', 'unknown')),
    heard_at timestamptz,
    faults text[] NOT NULL,                -- kinds that are there now
    unknown text[] NOT NULL,               -- kinds of which nothing can be said
    since jsonb NOT NULL,                  -- {"offline": instant the fault was first seen, ...}
    evidence jsonb NOT NULL,               -- {"offline": {"silent_min": ...}, ...} of the faults
    FOREIGN KEY (tenant_id, device_id) REFERENCES device (tenant_id, id)
);
CREATE INDEX ON device_health USING gin (faults);

-- How long a day it should have reported while somebody looked, and how long it did; in the unit that used its vehicle.
CREATE TABLE device_day (
    device_id uuid NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenant,
    day date NOT NULL,                     -- civil
    vehicle_id uuid NOT NULL,
    unit_id uuid,
    expected_s int NOT NULL DEFAULT 0,
    reported_s int NOT NULL DEFAULT 0,
    PRIMARY KEY (device_id, day, vehicle_id),
    FOREIGN KEY (tenant_id, device_id) REFERENCES device (tenant_id, id),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    CHECK (reported_s BETWEEN 0 AND expected_s)
);
CREATE INDEX ON device_day (tenant_id, day);

CREATE TABLE device_ticket (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    ticket_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    device_id uuid NOT NULL,
    vehicle_id uuid,                       -- it was in then
    unit_id uuid,                          -- that used the vehicle then
    fault text NOT NULL CHECK (fault IN ('offline', 'no_fix', 'stuck', 'clock', 'tamper', 'cloned')),
    state text NOT NULL CHECK (state IN ('open', 'acknowledged', 'repaired', 'false_alarm', 'closed')),
    installer text NOT NULL,               -- of the locator then
    model text NOT NULL,
    evidence jsonb NOT NULL,               -- of the fault when the ticket was opened, last time
    episode_at timestamptz NOT NULL,       -- since when the fault is there
    opened_at timestamptz NOT NULL,        -- the clock of 24 hours runs from here; anew when it is opened again
    due_at timestamptz NOT NULL,
    reopened int NOT NULL DEFAULT 0,
    acknowledged_at timestamptz,
    acknowledged_by uuid,
    resolved_at timestamptz,
    closed_at timestamptz,
    cause text CHECK (cause IN ('power', 'antenna', 'sim', 'device', 'configuration', 'clock', 'removed', 'vehicle_laid_up', 'no_coverage', 'other')),
    note text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    row_version int NOT NULL DEFAULT 1,
    FOREIGN KEY (tenant_id, device_id) REFERENCES device (tenant_id, id),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, acknowledged_by) REFERENCES person (tenant_id, id)
);
-- One unsolved ticket per locator and kind, whatever a program believes.
CREATE UNIQUE INDEX device_ticket_unsolved ON device_ticket (device_id, fault) WHERE state IN ('open', 'acknowledged');
CREATE INDEX ON device_ticket (device_id, fault, opened_at);
CREATE INDEX ON device_ticket (tenant_id, state, due_at);
CREATE TRIGGER bump BEFORE UPDATE ON device_ticket FOR EACH ROW EXECUTE FUNCTION bump_row_version();

-- A locator of a hidden vehicle is hidden with everything said of it; so is a ticket of one that was in such a vehicle.
ALTER TABLE device_health ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON device_health FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('device.view') AND NOT device_hidden(device_id));
ALTER TABLE device_day ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON device_day FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('device.view')
    AND vehicle_id NOT IN (SELECT hidden_vehicle_ids()));
ALTER TABLE device_ticket ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON device_ticket FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('device.view')
    AND NOT device_hidden(device_id) AND (vehicle_id IS NULL OR vehicle_id NOT IN (SELECT hidden_vehicle_ids())));
CREATE POLICY edit ON device_ticket FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('device.edit')
    AND NOT device_hidden(device_id) AND (vehicle_id IS NULL OR vehicle_id NOT IN (SELECT hidden_vehicle_ids())));

GRANT SELECT ON device_health, device_day, device_ticket TO fleet_web;
GRANT UPDATE (state, acknowledged_at, acknowledged_by, resolved_at, closed_at, cause, note, row_version, updated_at) ON device_ticket TO fleet_web;
GRANT SELECT, INSERT, UPDATE ON device_health, device_day, device_ticket TO fleet_engine;
