-- Commands to locators (docs/commands.md): who asked what of which locator, how far it came, and every answer heard.
CREATE TABLE device_command (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    command_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    device_id uuid NOT NULL,
    vehicle_id uuid,                       -- it was in then
    unit_id uuid,                          -- that used the vehicle then
    kind text NOT NULL CHECK (kind IN ('locate', 'interval', 'text')),  -- never anything that stops a vehicle
    every_s int CHECK (every_s BETWEEN 5 AND 86400),
    for_s int CHECK (for_s BETWEEN 5 AND 86400),
    text text CHECK (text <> '' AND length(text) <= 300),
    purpose text NOT NULL DEFAULT '',
    asked_at timestamptz NOT NULL,
    asked_by uuid,                         -- NULL: at the machine itself
    asked_as text NOT NULL,                -- name of the person or of the command
    expires_at timestamptz NOT NULL CHECK (expires_at > asked_at),
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'answered', 'refused', 'expired', 'cancelled')),
    attempts int NOT NULL DEFAULT 0,       -- times the broker gave it to somebody
    tried_at timestamptz,                  -- last publish, whatever came of it
    sent_at timestamptz,                   -- first time somebody had it
    waits text CHECK (waits IN ('nobody_there', 'not_allowed', 'offline', 'busy', 'no_answer')),  -- what came of the last try
    why text,                              -- of a refusal, in the locator's words
    closed_at timestamptz,
    superseded_by uuid,                    -- the newer one that took its place
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    row_version int NOT NULL DEFAULT 1,
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, device_id) REFERENCES device (tenant_id, id),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, asked_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, superseded_by) REFERENCES device_command (tenant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CHECK ((kind = 'interval') = (every_s IS NOT NULL) AND (kind = 'interval' OR for_s IS NULL) AND (kind = 'text') = (text IS NOT NULL)),
    CHECK ((closed_at IS NULL) = (state IN ('queued', 'sent'))),
    CHECK ((why IS NOT NULL) = (state = 'refused'))
);
-- One open command of a kind per locator, whatever a program believes.
CREATE UNIQUE INDEX device_command_open ON device_command (device_id, kind) WHERE state IN ('queued', 'sent');
CREATE INDEX ON device_command (tenant_id, asked_at);
CREATE INDEX ON device_command (device_id, asked_at);
CREATE INDEX ON device_command (asked_by, asked_at);
CREATE TRIGGER bump BEFORE UPDATE ON device_command FOR EACH ROW EXECUTE FUNCTION bump_row_version();

-- What was asked never changes, and what is closed stays as it was closed.
CREATE FUNCTION device_command_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state NOT IN ('queued', 'sent') OR (OLD.id, OLD.tenant_id, OLD.device_id, OLD.vehicle_id, OLD.unit_id, OLD.kind, OLD.every_s, OLD.for_s,
            OLD.text, OLD.purpose, OLD.asked_at, OLD.asked_by, OLD.asked_as, OLD.expires_at)
        IS DISTINCT FROM (NEW.id, NEW.tenant_id, NEW.device_id, NEW.vehicle_id, NEW.unit_id, NEW.kind, NEW.every_s, NEW.for_s,
            NEW.text, NEW.purpose, NEW.asked_at, NEW.asked_by, NEW.asked_as, NEW.expires_at) THEN
        RAISE EXCEPTION 'device_command is append-only: % cannot be changed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE UPDATE ON device_command FOR EACH ROW EXECUTE FUNCTION device_command_guard();

-- Every cmd_result a locator sent, and what it turned out to be; also those nobody asked for.
CREATE TABLE device_command_answer (
    id uuid PRIMARY KEY,                   -- of the event
    tenant_id uuid NOT NULL REFERENCES tenant,
    device_id uuid NOT NULL,
    said_id text NOT NULL,                 -- the command it says it answers
    ok boolean NOT NULL,
    why text,
    heard_at timestamptz NOT NULL,
    heard_as text CHECK (heard_as IN ('answered', 'refused', 'undelivered', 'repeated', 'late', 'unknown', 'foreign')),  -- NULL: not read yet
    command_id uuid,
    FOREIGN KEY (tenant_id, device_id) REFERENCES device (tenant_id, id),
    FOREIGN KEY (tenant_id, command_id) REFERENCES device_command (tenant_id, id)
);
CREATE INDEX device_command_answer_unread ON device_command_answer (heard_at) WHERE heard_as IS NULL;
CREATE INDEX ON device_command_answer (command_id);
CREATE INDEX ON device_command_answer (tenant_id, heard_at);

-- An answer is put here by the transaction that stores the event, so none is missed and none is read twice.
CREATE FUNCTION hear_command() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO device_command_answer (id, tenant_id, device_id, said_id, ok, why, heard_at)
    SELECT NEW.id, NEW.tenant_id, d.id, left(coalesce(NEW.body ->> 'id', ''), 100), NEW.body -> 'ok' = 'true'::jsonb IS TRUE,
        left(NEW.body ->> 'why', 40), NEW.received_at
    FROM device d WHERE d.device_no = NEW.device_no;
    PERFORM pg_notify('device_command', '');
    RETURN NULL;
END $$;
CREATE TRIGGER hear_command AFTER INSERT ON device_event FOR EACH ROW WHEN (NEW.code = 'cmd_result') EXECUTE FUNCTION hear_command();
CREATE FUNCTION tell_command() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('device_command', '');
    RETURN NULL;
END $$;
CREATE TRIGGER tell_command AFTER INSERT ON device_command FOR EACH STATEMENT EXECUTE FUNCTION tell_command();

-- Two commands may be answered within one millisecond; that is no repetition.
ALTER TABLE device_event DROP CONSTRAINT device_event_device_no_happened_at_code_key;
CREATE UNIQUE INDEX device_event_once ON device_event
    (device_no, happened_at, code, (CASE WHEN code = 'cmd_result' THEN md5(coalesce(body ->> 'id', '')) ELSE '' END));

-- A locator of a hidden vehicle is hidden with everything said to it and by it.
ALTER TABLE device_command ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON device_command FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('device.view')
    AND NOT device_hidden(device_id) AND (vehicle_id IS NULL OR vehicle_id NOT IN (SELECT hidden_vehicle_ids())));
CREATE POLICY add ON device_command FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('device.command')
    AND asked_by = app_person() AND state = 'queued' AND NOT device_hidden(device_id));
CREATE POLICY edit ON device_command FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('device.command')
    AND NOT device_hidden(device_id) AND (vehicle_id IS NULL OR vehicle_id NOT IN (SELECT hidden_vehicle_ids())))
    WITH CHECK (state = 'cancelled');
ALTER TABLE device_command_answer ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON device_command_answer FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('device.view')
    AND NOT device_hidden(device_id));

GRANT SELECT, INSERT ON device_command TO fleet_web;
GRANT UPDATE (state, closed_at, superseded_by, row_version, updated_at) ON device_command TO fleet_web;
GRANT SELECT ON device_command_answer TO fleet_web;
GRANT SELECT, UPDATE ON device_command TO fleet_engine;
GRANT SELECT, INSERT, UPDATE ON device_command_answer TO fleet_engine;
