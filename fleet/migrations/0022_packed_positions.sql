-- Closed days of fixes are packed (docs/decisions/0012): one row per locator and day, each column of `position` an array
-- in the order of time, so a day of a vehicle is one row instead of thousands spread over the whole day's chunk.
CREATE TABLE position_packed (
    device_no int NOT NULL,
    span_at timestamptz NOT NULL,          -- the start of the day; every fix lies in the 24 hours from here
    part smallint NOT NULL,                -- what came after the day was packed makes a further part
    fixed_at timestamptz[] NOT NULL,
    received_at timestamptz[] NOT NULL,
    batch bigint[] NOT NULL,
    lon_e7 int[] NOT NULL,
    lat_e7 int[] NOT NULL,
    quality int[] NOT NULL,
    odometer_m int[] NOT NULL,
    tenant_no smallint[] NOT NULL,
    writer_no smallint[] NOT NULL,
    speed_dkmh smallint[] NOT NULL,
    heading_deg smallint[] NOT NULL,
    altitude_m smallint[] NOT NULL,
    accuracy_dm smallint[] NOT NULL,
    hdop_d smallint[] NOT NULL,
    satellites smallint[] NOT NULL,
    source_datum smallint[] NOT NULL,
    valid boolean[] NOT NULL,
    ignition boolean[] NOT NULL,
    detail jsonb[] NOT NULL,
    PRIMARY KEY (device_no, span_at, part)
);
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT attname FROM pg_attribute WHERE attrelid = 'position_packed'::regclass AND attnum > 0 AND attndims > 0 LOOP
        EXECUTE format('ALTER TABLE position_packed ALTER %I SET COMPRESSION lz4', name);  -- half the time of pglz, no larger
    END LOOP;
    PERFORM create_hypertable('position_packed', by_range('span_at', INTERVAL '1 day'), create_default_indexes => false);
END $$;

-- The days that are packed, always a whole stretch from the oldest on. Rows of `position` before the end of the newest
-- one are packed too and count no more: they go a night later, when nobody reads under a snapshot from before.
CREATE TABLE packed_day (
    span_at timestamptz PRIMARY KEY,
    until_at timestamptz NOT NULL,
    packed_at timestamptz NOT NULL,
    fixes bigint NOT NULL
);
-- What comes later than that waits here until it is packed too.
CREATE TABLE position_late (LIKE position INCLUDING DEFAULTS, PRIMARY KEY (device_no, fixed_at));
CREATE INDEX ON position_late (writer_no, batch);
-- What is not packed.
CREATE VIEW position_open WITH (security_barrier) AS
SELECT * FROM position WHERE fixed_at >= (SELECT coalesce(max(until_at), '-infinity') FROM packed_day)
UNION ALL
SELECT * FROM position_late;

-- A read that lists a packed day's rows again. Plain SQL without settings of their own, so that the planner sees through
-- them and touches the chunks of the span only.
CREATE FUNCTION packed_fixes(from_at timestamptz, to_at timestamptz) RETURNS SETOF "position" LANGUAGE sql STABLE AS $$
    SELECT u.fixed_at, u.received_at, u.batch, k.device_no, u.lon_e7, u.lat_e7, u.quality, u.odometer_m, u.tenant_no, u.writer_no,
        u.speed_dkmh, u.heading_deg, u.altitude_m, u.accuracy_dm, u.hdop_d, u.satellites, u.source_datum, u.valid, u.ignition, u.detail
    FROM position_packed k, unnest(k.fixed_at, k.received_at, k.batch, k.lon_e7, k.lat_e7, k.quality, k.odometer_m, k.tenant_no,
        k.writer_no, k.speed_dkmh, k.heading_deg, k.altitude_m, k.accuracy_dm, k.hdop_d, k.satellites, k.source_datum, k.valid,
        k.ignition, k.detail) AS u (fixed_at, received_at, batch, lon_e7, lat_e7, quality, odometer_m, tenant_no, writer_no, speed_dkmh,
        heading_deg, altitude_m, accuracy_dm, hdop_d, satellites, source_datum, valid, ignition, detail)
    WHERE k.span_at > from_at - interval '1 day' AND k.span_at <= to_at AND u.fixed_at BETWEEN from_at AND to_at
        AND from_at < (SELECT coalesce(max(until_at), '-infinity') FROM packed_day)
$$;
CREATE FUNCTION packed_fixes_of(in_device_no int, from_at timestamptz, to_at timestamptz) RETURNS SETOF "position" LANGUAGE sql STABLE AS $$
    SELECT p.* FROM packed_fixes(from_at, to_at) p WHERE p.device_no = in_device_no
$$;
-- The fixes of a locator that are kept whole for everybody, both ends included.
CREATE FUNCTION fixes_of(in_device_no int, from_at timestamptz, to_at timestamptz) RETURNS SETOF "position" LANGUAGE sql STABLE AS $$
    SELECT p.* FROM position p WHERE p.device_no = in_device_no AND p.fixed_at BETWEEN from_at AND to_at
        AND p.fixed_at >= (SELECT coalesce(max(until_at), '-infinity') FROM packed_day)
    UNION ALL
    SELECT p.* FROM position_late p WHERE p.device_no = in_device_no AND p.fixed_at BETWEEN from_at AND to_at
    UNION ALL
    SELECT p.* FROM packed_fixes_of(in_device_no, from_at, to_at) p
$$;

-- Which part of one vehicle's past a viewer may see; NULL when none. Asked for the vehicle in question, because asking
-- for all of a fleet of 20,000 takes longer than reading the track.
CREATE FUNCTION visible_track_span(in_vehicle uuid) RETURNS tstzmultirange LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT range_agg(s.during)
    FROM vehicle v, LATERAL (
        SELECT tstzrange(NULL, NULL) AS during WHERE app_may('track', 'all')
        UNION ALL
        SELECT c.during FROM custody c
        WHERE c.vehicle_id = v.id AND c.tenant_id = v.tenant_id AND app_may('track', 'unit') AND c.relation = 'user'
            AND c.unit_id = ANY (app_units('track'))
        UNION ALL
        SELECT c.during * tstzrange(now() - interval '7 days', NULL) FROM custody c
        WHERE c.vehicle_id = v.id AND c.tenant_id = v.tenant_id AND app_may('track', 'pool') AND c.relation = 'manager'
            AND c.unit_id = ANY (app_units('track'))
        UNION ALL
        SELECT o.during FROM own_order_spans() o WHERE app_may('track', 'own') AND o.vehicle_id = v.id
    ) s
    WHERE v.id = in_vehicle AND v.tenant_id = app_tenant() AND (NOT v.exempt OR app_cleared())
$$;
DROP POLICY see ON drive;
CREATE POLICY see ON drive FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND started_at <@ visible_track_span(vehicle_id));
DROP POLICY see ON stop;
CREATE POLICY see ON stop FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND started_at <@ visible_track_span(vehicle_id));
CREATE OR REPLACE FUNCTION in_visible_track(in_vehicle uuid, at timestamptz) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT coalesce(at <@ visible_track_span(in_vehicle), false) $$;

-- Every fix there still is. `near_at` is an instant at most a day before the fix: a condition on it finds the packed days.
-- The span is looked at in each part, so that it is asked for once a binding and not once a row.
CREATE OR REPLACE VIEW visible_position WITH (security_barrier) AS
SELECT b.vehicle_id, b.device_no, p.fixed_at, p.received_at, p.lon_e7 / 1e7::double precision AS lon, p.lat_e7 / 1e7::double precision AS lat,
    p.quality, p.speed_dkmh / 10.0::double precision AS speed_kmh, p.heading_deg, p.altitude_m, p.accuracy_dm / 10.0::double precision AS accuracy_m,
    p.satellites, p.valid, p.ignition, p.odometer_m / 1000.0::double precision AS odometer_km, p.source_datum, p.detail, p.near_at
FROM device_binding b, visible_track_span(b.vehicle_id) AS s (during), LATERAL (
    SELECT fixed_at, received_at, lon_e7, lat_e7, quality, speed_dkmh, heading_deg, altitude_m, accuracy_dm, satellites, valid, ignition,
        odometer_m, source_datum, detail, fixed_at AS near_at FROM position
    WHERE device_no = b.device_no AND fixed_at <@ s.during AND fixed_at >= (SELECT coalesce(max(until_at), '-infinity') FROM packed_day)
    UNION ALL
    SELECT fixed_at, received_at, lon_e7, lat_e7, quality, speed_dkmh, heading_deg, altitude_m, accuracy_dm, satellites, valid, ignition,
        odometer_m, source_datum, detail, fixed_at FROM position_late WHERE device_no = b.device_no AND fixed_at <@ s.during
    UNION ALL
    SELECT fixed_at, received_at, lon_e7, lat_e7, quality, speed_dkmh, heading_deg, altitude_m, accuracy_dm, satellites, valid, ignition,
        odometer_m, source_datum, detail, fixed_at FROM position_held WHERE device_no = b.device_no AND fixed_at <@ s.during
    UNION ALL
    SELECT fixed_at, received_at, lon_e7, lat_e7, quality, speed_dkmh, heading_deg, altitude_m, accuracy_dm, satellites, valid, ignition,
        odometer_m, source_datum, detail, fixed_at FROM position_thin WHERE device_no = b.device_no AND fixed_at <@ s.during
    UNION ALL
    SELECT u.fixed_at, u.received_at, u.lon_e7, u.lat_e7, u.quality, u.speed_dkmh, u.heading_deg, u.altitude_m, u.accuracy_dm, u.satellites,
        u.valid, u.ignition, u.odometer_m, u.source_datum, u.detail, k.span_at
    FROM position_packed k, unnest(k.fixed_at, k.received_at, k.lon_e7, k.lat_e7, k.quality, k.speed_dkmh, k.heading_deg, k.altitude_m,
        k.accuracy_dm, k.satellites, k.valid, k.ignition, k.odometer_m, k.source_datum, k.detail) AS u (fixed_at, received_at, lon_e7, lat_e7,
        quality, speed_dkmh, heading_deg, altitude_m, accuracy_dm, satellites, valid, ignition, odometer_m, source_datum, detail)
    WHERE k.device_no = b.device_no AND u.fixed_at <@ s.during
) p
WHERE p.fixed_at <@ b.during;
DROP FUNCTION visible_track_spans();

GRANT SELECT ON position_packed, packed_day, position_late TO fleet_track, fleet_engine;
GRANT SELECT ON position_open TO fleet_engine;
GRANT INSERT ON position_late TO fleet_engine;
-- Hidden vehicles are looked up with every read of a track and are few.
CREATE INDEX ON vehicle (tenant_id) WHERE exempt;

-- For a fleet of 20,000: a viewer's settings are looked at once and not for every row.
CREATE OR REPLACE FUNCTION visible_vehicle_ids(object text) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT v.id FROM vehicle v
    WHERE v.tenant_id = (SELECT app_tenant())
      AND (NOT v.exempt OR (SELECT app_cleared()))
      AND ((SELECT app_may(object, 'all'))
        OR ((SELECT app_may(object, 'unit')) AND v.id IN (
            SELECT c.vehicle_id FROM custody c
            WHERE c.relation = 'user' AND c.during @> now() AND c.unit_id = ANY (app_units(object))))
        OR ((SELECT app_may(object, 'pool')) AND v.id IN (
            SELECT c.vehicle_id FROM custody c
            WHERE c.relation = 'manager' AND c.during @> now() AND c.unit_id = ANY (app_units(object))))
        OR ((SELECT app_may(object, 'own')) AND v.id IN (
            SELECT s.vehicle_id FROM own_order_spans() s WHERE object = 'vehicle' OR s.during @> now())))
$$;
ALTER POLICY track ON device_binding USING (tenant_id = (SELECT app_tenant()) AND vehicle_id NOT IN (SELECT hidden_vehicle_ids()));

-- The raw form of a stored fix, wherever the fix lies by now.
CREATE OR REPLACE FUNCTION raw_form(in_device uuid, at timestamptz)
RETURNS TABLE (device_no int, received_at timestamptz, quality int, payloads bytea, payload bytea) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT p.device_no, p.received_at, p.quality | coalesce(f.flags, 0), r.payloads, k.payload
    FROM device d, LATERAL (
        SELECT * FROM fixes_of(d.device_no, at, at)
        UNION ALL SELECT * FROM position_held WHERE device_no = d.device_no AND fixed_at = at
        UNION ALL SELECT * FROM position_thin WHERE device_no = d.device_no AND fixed_at = at) p
    LEFT JOIN device_binding b ON b.device_no = p.device_no AND b.during @> at
    LEFT JOIN fix_flag f ON f.vehicle_id = b.vehicle_id AND f.fixed_at = at
    LEFT JOIN raw_batch r ON r.writer_no = p.writer_no AND r.batch = p.batch
    LEFT JOIN raw_held k ON k.device_no = p.device_no AND k.fixed_at = p.fixed_at
    WHERE d.id = in_device AND d.tenant_id = app_tenant() AND app_person() IS NOT NULL AND app_can('device.raw')
      AND NOT device_hidden(d.id) AND NOT EXISTS (
          SELECT FROM device_binding h WHERE h.device_id = d.id AND h.during @> at AND h.vehicle_id IN (SELECT hidden_vehicle_ids()))
$$;

-- The latest position of each vehicle. The function is a table of its own and the span is compared by its ends, because
-- the planner takes the one for a handful of rows and `during @> now()` for one in two hundred, and then looks up 20,000
-- vehicles one by one. An empty span holds no fix.
ALTER FUNCTION visible_vehicle_ids(text) ROWS 20000;
CREATE OR REPLACE VIEW visible_live WITH (security_barrier) AS
SELECT b.vehicle_id, l.device_no, l.fixed_at, l.received_at, l.batch, l.writer_no, l.lon_e7, l.lat_e7, l.quality, l.speed_dkmh,
    l.heading_deg, l.accuracy_dm, l.ignition
FROM device_binding b
JOIN latest_position l ON l.device_no = b.device_no AND l.fixed_at <@ b.during
JOIN visible_vehicle_ids('live') AS v (id) ON v.id = b.vehicle_id
WHERE coalesce(lower(b.during) <= now(), true) AND coalesce(upper(b.during) > now(), true);
