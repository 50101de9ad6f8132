-- Keeping (docs/decisions/0009): what is removed when, and what a legal hold keeps above all.
CREATE TABLE legal_hold (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid,                       -- what the hold is on: a vehicle, or what a person travelled in
    person_id uuid,
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    reason text NOT NULL CHECK (reason <> ''),
    placed_at timestamptz NOT NULL,
    placed_by text NOT NULL,
    released_at timestamptz,
    released_by text,
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
    CHECK (num_nonnulls(vehicle_id, person_id) = 1),
    CHECK ((released_at IS NULL) = (released_by IS NULL))
);
ALTER TABLE legal_hold ENABLE ROW LEVEL SECURITY;

-- Held fixes whose chunk is gone, as they were; and one fix a minute of the second year. A key is in one of the three only.
CREATE TABLE position_held (LIKE position INCLUDING DEFAULTS, PRIMARY KEY (device_no, fixed_at));
CREATE TABLE position_thin (LIKE position INCLUDING DEFAULTS, PRIMARY KEY (device_no, fixed_at));
DO $$ BEGIN
    PERFORM create_hypertable('position_thin', by_range('fixed_at', INTERVAL '30 days'), create_default_indexes => false);
END $$;

-- Every fix there still is. Written out here and not as a view of its own: a barrier in between would hide the indexes.
CREATE OR REPLACE VIEW visible_position WITH (security_barrier) AS
SELECT s.vehicle_id, p.device_no, p.fixed_at, p.received_at, p.lon_e7 / 1e7::double precision AS lon, p.lat_e7 / 1e7::double precision AS lat,
    p.quality, p.speed_dkmh / 10.0::double precision AS speed_kmh, p.heading_deg, p.altitude_m, p.accuracy_dm / 10.0::double precision AS accuracy_m,
    p.satellites, p.valid, p.ignition, p.odometer_m / 1000.0::double precision AS odometer_km, p.source_datum, p.detail
FROM visible_track_spans() s
JOIN device_binding b ON b.vehicle_id = s.vehicle_id
JOIN (SELECT * FROM position UNION ALL SELECT * FROM position_held UNION ALL SELECT * FROM position_thin) p
    ON p.device_no = b.device_no AND p.fixed_at <@ b.during AND p.fixed_at <@ s.during;

-- The spans of locators that holds in force keep: of a held vehicle, and of the trips a held person asked for, drove or rode in.
CREATE VIEW held_span WITH (security_barrier) AS
SELECT b.device_no, h.during * b.during AS during, h.id AS hold_id
FROM legal_hold h JOIN device_binding b ON b.vehicle_id = h.vehicle_id AND b.during && h.during
WHERE h.released_at IS NULL
UNION ALL
SELECT b.device_no, h.during * b.during * o.during, h.id
FROM legal_hold h
JOIN (SELECT id, vehicle_id, requester_id, driver_id, passenger_ids, tstzrange(
            least(planned_start_at - interval '30 minutes', departed_at), greatest(planned_end_at + interval '30 minutes', returned_at)) AS during
        FROM dispatch_order WHERE vehicle_id IS NOT NULL) o
    ON (o.requester_id = h.person_id OR o.driver_id = h.person_id OR h.person_id = ANY (o.passenger_ids)) AND o.during && h.during
JOIN device_binding b ON b.vehicle_id = o.vehicle_id AND b.during && (h.during * o.during)
WHERE h.released_at IS NULL;

-- One row per scheduled run that was done: the same instant is never done twice, an earlier one never after a later one.
CREATE TABLE keep_run (
    due_at timestamptz PRIMARY KEY,
    began_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    missed int NOT NULL,                   -- earlier instants that this run makes up for
    removed jsonb NOT NULL
);

-- Where a chain begins since its oldest rows went: the sequence number and hash of the last row that was removed.
CREATE TABLE chain_start (
    tenant_id uuid NOT NULL REFERENCES tenant,
    chain text NOT NULL CHECK (chain = 'audit'),
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, chain)
);
CREATE OR REPLACE FUNCTION audit_broken_link(in_tenant uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH start AS (
        SELECT coalesce(max(seq), 0) AS seq, coalesce((array_agg(hash))[1], '\x00'::bytea) AS hash
        FROM chain_start WHERE tenant_id = in_tenant AND chain = 'audit')
    SELECT min(c.seq) FROM start, (
        SELECT seq, hash, previous_hash, lag(hash) OVER w AS before, row_number() OVER w AS place,
            sha256(previous_hash || chain_text(tenant_id::text, seq::text, chain_instant(happened_at), actor_id::text, actor, action,
                object_kind, object_id::text, purpose, detail::text)) AS again
        FROM audit WHERE tenant_id = in_tenant WINDOW w AS (ORDER BY seq)
    ) c WHERE c.previous_hash <> coalesce(c.before, start.hash) OR c.hash <> c.again OR c.seq <> start.seq + c.place
$$;
CREATE OR REPLACE FUNCTION audit_first_break(in_tenant uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(audit_broken_link(in_tenant), (SELECT chain_tail_break(in_tenant, 'audit', max(a.seq), (array_agg(a.hash ORDER BY a.seq DESC))[1])
        FROM (SELECT seq, hash FROM audit WHERE tenant_id = in_tenant
            UNION ALL SELECT seq, hash FROM chain_start WHERE tenant_id = in_tenant AND chain = 'audit' ORDER BY seq DESC LIMIT 1) a))
$$;
ALTER TABLE chain_start ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON chain_start FOR SELECT TO fleet_web USING (tenant_id = app_tenant());

GRANT SELECT ON position_held, position_thin TO fleet_track, fleet_engine;
GRANT SELECT ON legal_hold, held_span, keep_run, chain_start TO fleet_engine;
GRANT SELECT ON chain_start TO fleet_web;
