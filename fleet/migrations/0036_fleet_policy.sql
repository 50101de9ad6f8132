-- The fleet policy in dated versions by two people (docs/dispatch.md, decision 0027), papers of vehicles with their history,
-- ranges of electric vehicles, and which version of the policy an assignment was decided by.
CREATE TABLE fleet_policy (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    version_no int NOT NULL,
    body jsonb NOT NULL,                   -- as dispatch/policy/reading.py reads it
    reason text NOT NULL CHECK (length(trim(reason)) >= 4),
    holds_from timestamptz NOT NULL,       -- asked for by the draft
    during tstzrange NOT NULL,             -- empty until it is published: a draft never decides anything
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'in_force', 'withdrawn')),
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    settled_at timestamptz,
    settled_by uuid,
    UNIQUE (tenant_id, version_no),
    CONSTRAINT fleet_policy_tenant_id UNIQUE (tenant_id, id),
    CONSTRAINT fleet_policy_once EXCLUDE USING gist (tenant_id WITH =, during WITH &&),
    FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, settled_by) REFERENCES person (tenant_id, id),
    CHECK ((state = 'in_force') <> isempty(during)),
    CHECK ((state = 'draft') = (settled_at IS NULL) AND (settled_at IS NULL) = (settled_by IS NULL)),
    CHECK (state <> 'in_force' OR settled_by <> created_by)
);
ALTER TABLE fleet_policy ENABLE ROW LEVEL SECURITY;
-- Whoever asks for a vehicle is judged by what is published.
CREATE POLICY see ON fleet_policy FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL
    AND (state = 'in_force' OR app_can('fleet_policy.view')));
CREATE POLICY draft ON fleet_policy FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('fleet_policy.draft')
    AND created_by = app_person() AND state = 'draft');
CREATE POLICY settle ON fleet_policy FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('fleet_policy.publish'))
    WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT, UPDATE (during, state, settled_at, settled_by) ON fleet_policy TO fleet_web;
GRANT SELECT ON fleet_policy TO fleet_engine;

ALTER TABLE dispatch_order
    ADD COLUMN fleet_policy_id uuid,       -- the version its vehicle was judged by; NULL = before there was one
    ADD FOREIGN KEY (tenant_id, fleet_policy_id) REFERENCES fleet_policy (tenant_id, id);

ALTER TABLE vehicle ADD COLUMN range_km smallint CHECK (range_km BETWEEN 1 AND 3000);  -- on a full battery; NULL = unknown or none

-- Papers as they were entered. Never changed; a wrong one is taken out with a reason. vehicle.documents_valid_until is the
-- earliest end among the newest paper of each kind.
CREATE TABLE vehicle_paper (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('driving_permit', 'inspection', 'compulsory_insurance', 'commercial_insurance', 'other')),
    number text NOT NULL DEFAULT '' CHECK (length(number) <= 60),
    issued_on date,
    valid_until date NOT NULL,             -- the last day it holds
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    entered_by uuid NOT NULL,
    entered_at timestamptz NOT NULL,
    taken_out_by uuid,
    taken_out_at timestamptz,
    taken_out_why text CHECK (length(trim(taken_out_why)) >= 2),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    FOREIGN KEY (tenant_id, entered_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, taken_out_by) REFERENCES person (tenant_id, id),
    CHECK (issued_on <= valid_until),
    CHECK ((taken_out_at IS NULL) = (taken_out_by IS NULL) AND (taken_out_at IS NULL) = (taken_out_why IS NULL))
);
CREATE INDEX ON vehicle_paper (vehicle_id, kind, valid_until);
ALTER TABLE vehicle_paper ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON vehicle_paper FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('vehicle.view')
    AND vehicle_id IN (SELECT visible_vehicle_ids('vehicle')));
CREATE POLICY add ON vehicle_paper FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('vehicle.edit')
    AND entered_by = app_person() AND vehicle_id IN (SELECT visible_vehicle_ids('vehicle')));
CREATE POLICY edit ON vehicle_paper FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('vehicle.edit')
    AND taken_out_at IS NULL AND vehicle_id IN (SELECT visible_vehicle_ids('vehicle'))) WITH CHECK (taken_out_by = app_person());
GRANT SELECT, INSERT, UPDATE (taken_out_by, taken_out_at, taken_out_why) ON vehicle_paper TO fleet_web;
GRANT SELECT ON vehicle_paper TO fleet_engine;

-- What locators last said of the batteries of vehicles with a range on file. The web never reads positions: this tells a
-- percentage and an instant, never a place, and of no other tenant than the viewer's.
CREATE FUNCTION battery_said(in_tenant uuid) RETURNS TABLE (vehicle_id uuid, pct double precision, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.id, s.pct, s.fixed_at
    FROM vehicle v
    JOIN device_binding b ON b.vehicle_id = v.id AND b.during @> now()
    JOIN latest_position l ON l.device_no = b.device_no AND l.fixed_at <@ b.during
    CROSS JOIN LATERAL (
        SELECT (p.detail ->> 'soc_pct')::double precision AS pct, p.fixed_at FROM position p
        WHERE p.device_no = b.device_no AND p.fixed_at BETWEEN l.fixed_at - interval '30 minutes' AND l.fixed_at
          AND p.fixed_at <@ b.during AND p.detail ? 'soc_pct'
        ORDER BY p.fixed_at DESC LIMIT 1) s
    WHERE v.tenant_id = in_tenant AND v.range_km IS NOT NULL
      AND (in_tenant = app_tenant() OR pg_has_role(session_user, 'fleet_engine', 'USAGE'))
$$;
REVOKE EXECUTE ON FUNCTION battery_said(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION battery_said(uuid) TO fleet_web, fleet_engine;
