-- Drives, stops, alerts with their chain of revisions, the engine's state and watermarks.
CREATE TABLE drive (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid NOT NULL REFERENCES vehicle,
    device_no int NOT NULL,
    unit_id uuid REFERENCES unit,          -- user unit at that time; NULL = unknown custody
    order_id uuid REFERENCES dispatch_order,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,                  -- NULL while it goes on
    start_lon double precision NOT NULL,
    start_lat double precision NOT NULL,
    end_lon double precision,
    end_lat double precision,
    distance_m double precision NOT NULL,
    top_speed_kmh double precision,
    fixes int NOT NULL,
    gap_s double precision NOT NULL DEFAULT 0,   -- time inside without fixes
    parameters_version int NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    row_version int NOT NULL DEFAULT 1,
    UNIQUE (vehicle_id, started_at)
);
CREATE TABLE stop (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid NOT NULL REFERENCES vehicle,
    device_no int NOT NULL,
    unit_id uuid REFERENCES unit,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    fixes int NOT NULL,
    ignition_on_s double precision,
    area_version_id uuid REFERENCES area_version,
    parameters_version int NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    row_version int NOT NULL DEFAULT 1,
    UNIQUE (vehicle_id, started_at)
);

-- One alert per (rule, vehicle, episode). The row is the newest revision; alert_revision keeps every one.
CREATE TABLE alert (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    alert_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    rule text NOT NULL,
    rule_name text NOT NULL,
    vehicle_id uuid NOT NULL REFERENCES vehicle,
    device_no int NOT NULL,
    unit_id uuid REFERENCES unit,          -- user unit at event time; NULL = unknown custody
    order_id uuid REFERENCES dispatch_order,
    driver_id uuid REFERENCES person,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,                  -- NULL while the episode is open
    detected_at timestamptz NOT NULL,
    severity text NOT NULL CHECK (severity IN ('G', 'Y', 'R')),
    judgement text NOT NULL CHECK (judgement IN ('suspected', 'undetermined', 'withdrawn')),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed_episode', 'auto_cleared', 'merged_into_lead', 'dismissed')),
    revision int NOT NULL DEFAULT 1,
    metrics jsonb NOT NULL,
    lon double precision,
    lat double precision,
    pushed_at timestamptz,                 -- when people were told; waits for late orders (contracts.md 5, R01)
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    row_version int NOT NULL DEFAULT 1
);
CREATE INDEX ON alert (vehicle_id, rule, started_at);
CREATE INDEX ON alert (unit_id, started_at);
CREATE INDEX ON alert (started_at);
CREATE INDEX ON alert (order_id);
-- Two engines or a replay can never raise one episode twice.
CREATE UNIQUE INDEX alert_episode ON alert (vehicle_id, rule, started_at) WHERE judgement <> 'withdrawn';

CREATE TABLE alert_revision (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    alert_id uuid NOT NULL REFERENCES alert,
    revision int NOT NULL,
    supersedes uuid REFERENCES alert_revision,
    why text NOT NULL CHECK (why IN ('raised', 'extended', 'closed', 'late_fix', 'order_change', 'calendar_change', 'area_change',
        'rule_change', 'custody_change', 'replay')),
    judgement text NOT NULL,
    severity text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    detected_at timestamptz NOT NULL,
    metrics jsonb NOT NULL,
    order_id uuid,
    -- what it was judged by
    engine_version text NOT NULL,
    rule_version_id uuid REFERENCES rule_version,
    parameters jsonb NOT NULL,
    calendar_version_id uuid REFERENCES calendar_version,
    area_version_ids uuid[] NOT NULL DEFAULT '{}',
    order_row_version int,
    order_search jsonb NOT NULL DEFAULT '[]',  -- the orders looked at and why each did or did not cover
    fixes_from timestamptz NOT NULL,
    fixes_to timestamptz NOT NULL,
    fixes_count int NOT NULL,
    fixes_sha256 bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (alert_id, revision)
);

CREATE TABLE engine_state (
    vehicle_id uuid PRIMARY KEY REFERENCES vehicle,
    tenant_id uuid NOT NULL REFERENCES tenant,
    state_version int NOT NULL,
    state jsonb NOT NULL,
    last_fixed_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE engine_watermark (
    engine text NOT NULL,                  -- 'geofence', later 'geofence/0' ... per shard
    writer_no smallint NOT NULL REFERENCES ingest_writer,
    batch bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (engine, writer_no)
);
-- What must be judged again: written by triggers on orders and by use cases that change calendar, areas or rules.
CREATE TABLE rejudge (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid REFERENCES vehicle,    -- NULL = every vehicle
    during tstzrange NOT NULL,
    why text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE FUNCTION order_touches_judgement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM pg_notify('order_changed', NEW.id::text);
    IF TG_OP = 'UPDATE' AND OLD.vehicle_id IS NOT NULL AND OLD.vehicle_id IS DISTINCT FROM NEW.vehicle_id THEN
        INSERT INTO rejudge (tenant_id, vehicle_id, during, why)
        VALUES (OLD.tenant_id, OLD.vehicle_id, tstzrange(OLD.planned_start_at - interval '1 hour', OLD.planned_end_at + interval '2 hours'), 'order_change');
    END IF;
    IF NEW.vehicle_id IS NOT NULL AND (TG_OP = 'INSERT'
        OR (OLD.state, OLD.vehicle_id, OLD.planned_start_at, OLD.planned_end_at, OLD.off_hours_approved, OLD.holiday_approved, OLD.type, OLD.route)
           IS DISTINCT FROM
           (NEW.state, NEW.vehicle_id, NEW.planned_start_at, NEW.planned_end_at, NEW.off_hours_approved, NEW.holiday_approved, NEW.type, NEW.route)) THEN
        INSERT INTO rejudge (tenant_id, vehicle_id, during, why)
        VALUES (NEW.tenant_id, NEW.vehicle_id, tstzrange(NEW.planned_start_at - interval '1 hour', NEW.planned_end_at + interval '2 hours'), 'order_change');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER touches_judgement AFTER INSERT OR UPDATE ON dispatch_order FOR EACH ROW EXECUTE FUNCTION order_touches_judgement();

CREATE FUNCTION alert_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('alert_changed', NEW.id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER notify AFTER INSERT OR UPDATE ON alert FOR EACH ROW EXECUTE FUNCTION alert_notify();
CREATE TRIGGER bump BEFORE UPDATE ON alert FOR EACH ROW EXECUTE FUNCTION bump_row_version();
