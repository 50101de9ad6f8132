-- What only the fixes around can say against a fix: jump, parked drift, clock skew (docs/decisions/0010-flags-of-fixes.md).
-- The judging engine writes a row per flagged fix and judges it again with everything else; `position` is never changed.
CREATE TABLE fix_flag (
    vehicle_id uuid NOT NULL,
    fixed_at timestamptz NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenant,
    flags smallint NOT NULL CHECK (flags > 0),            -- bits of fleet.position.Quality
    profiles_version smallint NOT NULL,                   -- fleet.quality.PROFILES_VERSION they were judged by
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (vehicle_id, fixed_at),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id)
);
CREATE INDEX ON fix_flag (written_at);                    -- what is new, for the live map
ALTER TABLE fix_flag ENABLE ROW LEVEL SECURITY;
-- It says nothing of a place. Who reads it holds it against a fix that he sees.
CREATE POLICY see ON fix_flag FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND vehicle_id NOT IN (SELECT hidden_vehicle_ids()));
GRANT SELECT ON fix_flag TO fleet_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON fix_flag TO fleet_engine;

-- The raw form of a stored fix, with what is said against it.
DROP FUNCTION raw_form(uuid, timestamptz);
CREATE FUNCTION raw_form(in_device uuid, at timestamptz)
RETURNS TABLE (device_no int, received_at timestamptz, quality int, payloads bytea, payload bytea) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT p.device_no, p.received_at, p.quality | coalesce(f.flags, 0), r.payloads, k.payload
    FROM device d
    JOIN (SELECT * FROM position UNION ALL SELECT * FROM position_held UNION ALL SELECT * FROM position_thin) p
        ON p.device_no = d.device_no AND p.fixed_at = at
    LEFT JOIN device_binding b ON b.device_id = d.id AND b.during @> at
    LEFT JOIN fix_flag f ON f.vehicle_id = b.vehicle_id AND f.fixed_at = at
    LEFT JOIN raw_batch r ON r.writer_no = p.writer_no AND r.batch = p.batch
    LEFT JOIN raw_held k ON k.device_no = p.device_no AND k.fixed_at = p.fixed_at
    WHERE d.id = in_device AND d.tenant_id = app_tenant() AND app_person() IS NOT NULL AND app_can('device.raw')
      AND NOT device_hidden(d.id) AND NOT EXISTS (
          SELECT FROM device_binding h WHERE h.device_id = d.id AND h.during @> at AND h.vehicle_id IN (SELECT hidden_vehicle_ids()))
$$;
REVOKE EXECUTE ON FUNCTION raw_form(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION raw_form(uuid, timestamptz) TO fleet_web;
