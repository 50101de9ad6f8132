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
