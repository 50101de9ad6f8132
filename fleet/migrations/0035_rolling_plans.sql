-- Plans are kept with their figures; what happened to a day and what was planned anew for it; when a vehicle really left and
-- entered its depot; when it was expected, and how wrong that was; how long drives really take by hour (docs/decisions/0026).
ALTER TABLE dispatch_plan
    ADD COLUMN kind text NOT NULL DEFAULT 'proposal' CHECK (kind IN ('proposal', 'replan', 'better', 'what_if')),
    ADD COLUMN starts_at timestamptz,      -- the span of the trips it speaks of; NULL = of none
    ADD COLUMN ends_at timestamptz,
    ADD COLUMN figures jsonb,              -- dispatch/plans/figures.py; NULL = stored before figures were
    ADD COLUMN effort jsonb,               -- {seconds, iterations}
    ADD COLUMN cause jsonb,                -- what it answers: {trigger, order_id, disruption_id, what_if ...}
    ADD COLUMN decided_at timestamptz,
    ADD COLUMN decided_by uuid REFERENCES person,  -- NULL with decided_at = the engine
    ADD CONSTRAINT dispatch_plan_tenant_id UNIQUE (tenant_id, id),
    DROP CONSTRAINT dispatch_plan_state_check,
    ADD CONSTRAINT dispatch_plan_state_check CHECK (state IN ('proposed', 'accepted', 'partly_accepted', 'discarded', 'superseded'));
CREATE INDEX ON dispatch_plan (tenant_id, created_at DESC);

-- How a tenant plans anew. No row: nothing is adopted by itself, and the constants of dispatch/rolling/policy.py hold.
CREATE TABLE replan_policy (
    tenant_id uuid PRIMARY KEY REFERENCES tenant,
    adopts text[] NOT NULL DEFAULT '{}',   -- kinds of disruption whose smallest re-plan is adopted by itself
    frozen_min int NOT NULL CHECK (frozen_min BETWEEN 0 AND 1440),     -- nothing moves so shortly before departure
    stability_s int NOT NULL CHECK (stability_s BETWEEN 0 AND 86400),  -- seconds of driving a moved trip must save
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by uuid REFERENCES person,
    row_version int NOT NULL DEFAULT 1
);
CREATE TRIGGER bump BEFORE UPDATE ON replan_policy FOR EACH ROW EXECUTE FUNCTION bump_row_version();
ALTER TABLE replan_policy ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON replan_policy FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('dispatch.suggest') OR tenant_id = app_tenant() AND app_can('dispatch.policy'));
CREATE POLICY add ON replan_policy FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('dispatch.policy'));
CREATE POLICY edit ON replan_policy FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('dispatch.policy'));
GRANT SELECT, INSERT, UPDATE ON replan_policy TO fleet_web;
GRANT SELECT ON replan_policy TO fleet_engine;

-- Something that upsets assigned trips, or a trip that waits for its first vehicle. Found by the engine, each once.
CREATE TABLE disruption (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    kind text NOT NULL CHECK (kind IN ('breakdown', 'late_return', 'no_show', 'unfit', 'refused', 'emergency', 'cancelled', 'new_booking')),
    order_id uuid NOT NULL,                -- the trip it is about
    order_row_version int NOT NULL,        -- as it stood then: the same again is the same disruption
    vehicle_id uuid,                       -- that is out, late or free again
    driver_id uuid,
    detail jsonb NOT NULL DEFAULT '{}',
    noticed_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'adopted', 'proposed', 'nothing', 'failed')),
    claimed_until timestamptz,             -- a lease: whoever plans for it has so long, then the next one may
    tries int NOT NULL DEFAULT 0,
    answered_at timestamptz,
    plan_id uuid,                          -- the smallest re-plan
    better_plan_id uuid,                   -- found afterwards in the background
    better_due boolean NOT NULL DEFAULT false,
    UNIQUE (order_id, kind, order_row_version),
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    FOREIGN KEY (tenant_id, plan_id) REFERENCES dispatch_plan (tenant_id, id),
    FOREIGN KEY (tenant_id, better_plan_id) REFERENCES dispatch_plan (tenant_id, id)
);
CREATE INDEX ON disruption (tenant_id, noticed_at DESC);
CREATE INDEX disruption_open ON disruption (noticed_at) WHERE state = 'open' OR better_due;
ALTER TABLE disruption ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON disruption FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('dispatch.suggest'));
GRANT SELECT ON disruption TO fleet_web;
GRANT SELECT, INSERT, UPDATE ON disruption TO fleet_engine;

-- When the vehicle of a trip really left and entered its depot. Nothing is written over: the newest row of a person counts,
-- without one the newest of the engine.
CREATE TABLE order_depot_time (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenant,
    order_id uuid NOT NULL,
    what text NOT NULL CHECK (what IN ('left', 'entered')),
    at timestamptz NOT NULL,
    source text NOT NULL CHECK (source IN ('fence_event', 'drive', 'person')),
    area_id uuid,                          -- the depot; NULL = the vehicle has none on file
    said_by uuid REFERENCES person,        -- of a correction
    reason text,
    noted_at timestamptz NOT NULL,
    CHECK ((source = 'person') = (said_by IS NOT NULL)),
    CHECK (source <> 'person' OR length(trim(reason)) > 0),
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, area_id) REFERENCES area (tenant_id, id)
);
CREATE INDEX ON order_depot_time (order_id, what, id);
ALTER TABLE order_depot_time ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON order_depot_time FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY add ON order_depot_time FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND source = 'person'
    AND said_by = app_person() AND app_can('order.correct_times') AND order_id IN (SELECT id FROM dispatch_order));
GRANT SELECT, INSERT ON order_depot_time TO fleet_web, fleet_engine;

-- An expected arrival as it was said, and what came of it.
CREATE TABLE arrival_guess (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenant,
    order_id uuid NOT NULL,
    vehicle_id uuid NOT NULL,
    what text NOT NULL CHECK (what IN ('origin', 'end')),  -- at the passengers, or back where they leave the vehicle
    made_at timestamptz NOT NULL,
    hour smallint NOT NULL CHECK (hour BETWEEN 0 AND 23),  -- civil hour in which it was made
    expected_at timestamptz NOT NULL,
    fix_at timestamptz,                    -- of the position it rests on; NULL = only on the plan
    stale boolean NOT NULL,
    travel_times text NOT NULL,            -- router, straight_line
    factor real NOT NULL DEFAULT 1,        -- of travel time, learned
    actual_at timestamptz,                 -- when it happened; NULL = not yet
    error_s real,                          -- actual - expected; positive = later than said
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id)
);
CREATE INDEX ON arrival_guess (order_id, what, made_at);
CREATE INDEX ON arrival_guess (tenant_id, made_at) WHERE error_s IS NOT NULL;
ALTER TABLE arrival_guess ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON arrival_guess FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order));
GRANT SELECT ON arrival_guess TO fleet_web;
GRANT SELECT, INSERT, UPDATE ON arrival_guess TO fleet_engine;

-- An ended drive beside what the router says of its way; and the median of many by hour and kind of day.
CREATE TABLE drive_pace (
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid NOT NULL,
    started_at timestamptz NOT NULL,
    hour smallint NOT NULL CHECK (hour BETWEEN 0 AND 23),
    off boolean NOT NULL,                  -- a day off by the calendar then in force
    driven_s double precision NOT NULL,
    routed_s double precision,             -- NULL = not comparable: too short, not the direct way, or no router
    made_at timestamptz NOT NULL,
    PRIMARY KEY (vehicle_id, started_at),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id)
);
CREATE INDEX ON drive_pace (tenant_id, started_at);
CREATE TABLE travel_factor (
    tenant_id uuid NOT NULL REFERENCES tenant,
    off boolean NOT NULL,
    hour smallint NOT NULL CHECK (hour BETWEEN 0 AND 23),
    factor real NOT NULL CHECK (factor > 0),
    drives int NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, off, hour)
);
ALTER TABLE drive_pace ENABLE ROW LEVEL SECURITY;
ALTER TABLE travel_factor ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON travel_factor FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL);
GRANT SELECT ON travel_factor TO fleet_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON drive_pace, travel_factor TO fleet_engine;
