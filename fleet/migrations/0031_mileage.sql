-- The roads a drive was driven on, what its dashboard said, and the ways of orders that the router or past tracks gave.
-- A row holds for one state of its drive; late fixes make another row, so what a finding rested on stays readable.
CREATE TABLE drive_match (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid NOT NULL,
    started_at timestamptz NOT NULL,       -- the drive, and how it stood: a match of another state of it is out of date
    ended_at timestamptz NOT NULL,
    fixes int NOT NULL,
    distance_m double precision NOT NULL,
    state text NOT NULL CHECK (state IN ('matched', 'refused', 'silent')),  -- no road explains it; no router answered yet
    matched_m double precision,
    confidence real CHECK (confidence BETWEEN 0 AND 1),  -- mean over its fixes
    router_data text,                      -- program and date of the roads; NULL = it did not say
    odometer_from_km double precision,     -- of the locator; NULL = it said nothing there
    odometer_to_km double precision,
    weighed boolean NOT NULL DEFAULT false,  -- every place was weighed against its rival, for R07
    places jsonb,                          -- [[epoch ms, lon, lat, confidence], ...] of weighed ones
    made_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (vehicle_id, started_at, ended_at, fixes, distance_m),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    CHECK ((state = 'matched') = (matched_m IS NOT NULL AND confidence IS NOT NULL)),
    CHECK (weighed = (places IS NOT NULL))
);
CREATE INDEX ON drive_match (vehicle_id, started_at) WHERE weighed;
-- Drives to be laid on the roads: one that ended, changed, or came under suspicion. Filled in the transaction that stores it.
CREATE TABLE drive_unmatched (             -- only ever inserted by the engine, so that two programs never wait for each other
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid NOT NULL,
    started_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL DEFAULT now(),
    tries int NOT NULL DEFAULT 0,
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id)
);
CREATE INDEX ON drive_unmatched (due_at);
INSERT INTO drive_unmatched (tenant_id, vehicle_id, started_at)
SELECT tenant_id, vehicle_id, started_at FROM drive WHERE ended_at > now() - interval '31 days';

ALTER TABLE alert_revision DROP CONSTRAINT alert_revision_why_check, ADD CONSTRAINT alert_revision_why_check CHECK (why IN ('raised',
    'extended', 'closed', 'late_fix', 'order_change', 'calendar_change', 'area_change', 'rule_change', 'custody_change', 'replay', 'road_match'));

ALTER TABLE drive_match ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON drive_match FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND started_at <@ visible_track_span(vehicle_id));
ALTER TABLE drive_unmatched ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON drive_unmatched FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND started_at <@ visible_track_span(vehicle_id));
-- Not the places: tracks are read through the views of 0006, where the look is recorded.
GRANT SELECT (id, tenant_id, vehicle_id, started_at, ended_at, fixes, distance_m, state, matched_m, confidence, router_data, odometer_from_km,
    odometer_to_km, weighed, made_at) ON drive_match TO fleet_web;
GRANT SELECT ON drive_unmatched TO fleet_web;
GRANT SELECT, INSERT, UPDATE ON drive_match TO fleet_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON drive_unmatched TO fleet_engine;

-- Mileage of a vehicle on a civil day under the unit that used it: sums over the drives that began on it. Written anew whenever
-- one of them changes; a month is the sum of its days (geofence/mileage/reconcile.py has the words of the columns).
CREATE TABLE mileage_day (
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid NOT NULL,
    day date NOT NULL,
    unit_id uuid,                          -- NULL = unknown custody
    drives int NOT NULL,
    gps_m double precision NOT NULL,
    lasted_s double precision NOT NULL DEFAULT 0,
    gap_s double precision NOT NULL DEFAULT 0,
    waiting int NOT NULL DEFAULT 0,
    matched int NOT NULL DEFAULT 0,
    matched_m double precision NOT NULL DEFAULT 0,
    gps_of_matched_m double precision NOT NULL DEFAULT 0,
    odometers int NOT NULL DEFAULT 0,
    odometer_m double precision NOT NULL DEFAULT 0,
    road_of_odometer_m double precision NOT NULL DEFAULT 0,
    between_m double precision NOT NULL DEFAULT 0,
    backwards int NOT NULL DEFAULT 0,
    ratios int NOT NULL DEFAULT 0,
    ratio_sum double precision NOT NULL DEFAULT 0,
    ratio_squares double precision NOT NULL DEFAULT 0,
    made_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (vehicle_id, day, unit_id),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id)
);
-- A month's three mileages and what they say of each other. An absent length is unknown.
CREATE TABLE mileage_month (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid NOT NULL,
    month date NOT NULL,                   -- its first day
    unit_id uuid,
    drives int NOT NULL,
    waiting int NOT NULL,
    matched int NOT NULL,
    odometers int NOT NULL,
    gps_m double precision NOT NULL,
    matched_m double precision,            -- of the drives that were matched
    dashboard_m double precision,
    dashboard_by text CHECK (dashboard_by IN ('locator', 'entered')),
    difference_m double precision,
    compared text NOT NULL CHECK (compared IN ('agrees', 'differs', 'unknown')),
    reasons text[] NOT NULL,
    wheel_ratio double precision,
    made_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (vehicle_id, month, unit_id),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    CHECK ((dashboard_m IS NULL) = (dashboard_by IS NULL))
);
CREATE INDEX ON mileage_month (tenant_id, month);
INSERT INTO mileage_day (tenant_id, vehicle_id, day, unit_id, drives, gps_m, lasted_s, gap_s, waiting)
SELECT d.tenant_id, d.vehicle_id, (d.started_at AT TIME ZONE t.timezone)::date, d.unit_id, count(*), sum(d.distance_m),
    sum(extract(epoch FROM d.ended_at - d.started_at)), sum(d.gap_s), count(*)
FROM drive d JOIN tenant t ON t.id = d.tenant_id WHERE d.ended_at IS NOT NULL GROUP BY 1, 2, 3, 4;
INSERT INTO mileage_month (tenant_id, vehicle_id, month, unit_id, drives, waiting, matched, odometers, gps_m, compared, reasons)
SELECT tenant_id, vehicle_id, date_trunc('month', day)::date, unit_id, sum(drives), sum(waiting), 0, 0, sum(gps_m), 'unknown',
    '{no_odometer,not_matched}'
FROM mileage_day GROUP BY 1, 2, 3, 4;

ALTER TABLE mileage_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE mileage_month ENABLE ROW LEVEL SECURITY;
-- Lengths without places: who sees the vehicle; a unit what was driven while it used the vehicle.
CREATE POLICY see ON mileage_day FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('mileage.view')
    AND vehicle_id NOT IN (SELECT hidden_vehicle_ids()) AND (app_may('vehicle', 'all') OR unit_id = ANY (app_units('vehicle'))));
CREATE POLICY see ON mileage_month FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('mileage.view')
    AND vehicle_id NOT IN (SELECT hidden_vehicle_ids()) AND (app_may('vehicle', 'all') OR unit_id = ANY (app_units('vehicle'))));
GRANT SELECT ON mileage_day, mileage_month TO fleet_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON mileage_day, mileage_month TO fleet_engine;

-- The ways an order may be driven beside, or instead of, the path stored with it: asked once of the router, or taken from past
-- tracks where the router knows no roads. Judging rests on these rows only.
CREATE TABLE order_way (
    tenant_id uuid NOT NULL REFERENCES tenant,
    order_id uuid NOT NULL,
    asked text NOT NULL,                   -- what was asked: places and stored path, as a digest
    source text NOT NULL CHECK (source IN ('router', 'past_tracks', 'undetermined')),
    paths jsonb NOT NULL,                  -- [[[lon, lat], ...], ...], the main one first
    router_data text,
    past_orders uuid[] NOT NULL DEFAULT '{}',  -- whose tracks they are, or would be if there were enough
    asked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_id, asked),
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id)
);
ALTER TABLE order_way ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON order_way TO fleet_engine;
