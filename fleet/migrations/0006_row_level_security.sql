-- Who sees which rows. The access table (fleet/access.py) says which width a role has on an object; a transaction of
-- the web carries that as app.* settings; here the widths become rows. Positions are reached only through the
-- security-barrier views, whose owner is neither the table's owner nor a superuser.

-- Exempt vehicles a viewer must not even notice. Empty for the cleared.
CREATE FUNCTION hidden_vehicle_ids() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT id FROM vehicle WHERE tenant_id = app_tenant() AND exempt AND NOT app_cleared() $$;

-- Orders that make a vehicle "own": I asked for it, drive it or ride in it.
CREATE FUNCTION own_order_spans() RETURNS TABLE (vehicle_id uuid, during tstzrange) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public AS $$
    SELECT o.vehicle_id, tstzrange(o.planned_start_at - interval '30 minutes',
            greatest(o.planned_end_at, coalesce(o.returned_at, CASE WHEN o.state IN ('departed', 'in_use', 'extended') THEN now() + interval '1 minute' END)))
    FROM dispatch_order o
    WHERE o.tenant_id = app_tenant() AND o.vehicle_id IS NOT NULL
      AND app_person() IS NOT NULL
      AND (o.requester_id = app_person() OR o.driver_id = app_person() OR app_person() = ANY (o.passenger_ids))
      AND o.state NOT IN ('draft', 'submitted', 'rejected', 'withdrawn', 'cancelled', 'expired', 'no_show')
$$;

-- Vehicles a viewer may see for an object (vehicle or live) at this moment.
CREATE FUNCTION visible_vehicle_ids(object text) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT v.id FROM vehicle v
    WHERE v.tenant_id = app_tenant()
      AND (NOT v.exempt OR app_cleared())
      AND (app_may(object, 'all')
        OR (app_may(object, 'unit') AND v.id IN (
            SELECT c.vehicle_id FROM custody c
            WHERE c.relation = 'user' AND c.during @> now() AND c.unit_id = ANY (app_units(object))))
        OR (app_may(object, 'pool') AND v.id IN (
            SELECT c.vehicle_id FROM custody c
            WHERE c.relation = 'manager' AND c.during @> now() AND c.unit_id = ANY (app_units(object))))
        OR (app_may(object, 'own') AND v.id IN (
            SELECT s.vehicle_id FROM own_order_spans() s WHERE object = 'vehicle' OR s.during @> now())))
$$;

-- Which part of which vehicle's past a viewer may see. The unit that used a vehicle keeps its own span after the
-- vehicle changed hands; the dispatcher sees the pool's last seven days.
CREATE FUNCTION visible_track_spans() RETURNS TABLE (vehicle_id uuid, during tstzmultirange) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public AS $$
    SELECT s.vehicle_id, range_agg(s.during)
    FROM (
        SELECT v.id AS vehicle_id, tstzrange(NULL, NULL) AS during FROM vehicle v WHERE v.tenant_id = app_tenant() AND app_may('track', 'all')
        UNION ALL
        SELECT c.vehicle_id, c.during FROM custody c
        WHERE c.tenant_id = app_tenant() AND app_may('track', 'unit') AND c.relation = 'user' AND c.unit_id = ANY (app_units('track'))
        UNION ALL
        SELECT c.vehicle_id, c.during * tstzrange(now() - interval '7 days', NULL) FROM custody c
        WHERE c.tenant_id = app_tenant() AND app_may('track', 'pool') AND c.relation = 'manager' AND c.unit_id = ANY (app_units('track'))
        UNION ALL
        SELECT o.vehicle_id, o.during FROM own_order_spans() o WHERE app_may('track', 'own')
    ) s JOIN vehicle v ON v.id = s.vehicle_id
    WHERE NOT v.exempt OR app_cleared()
    GROUP BY s.vehicle_id
$$;

CREATE VIEW visible_position WITH (security_barrier) AS
SELECT s.vehicle_id, p.device_no, p.fixed_at, p.received_at, p.lon_e7 / 1e7::double precision AS lon, p.lat_e7 / 1e7::double precision AS lat,
    p.quality, p.speed_dkmh / 10.0::double precision AS speed_kmh, p.heading_deg, p.altitude_m, p.accuracy_dm / 10.0::double precision AS accuracy_m,
    p.satellites, p.valid, p.ignition, p.odometer_m / 1000.0::double precision AS odometer_km, p.source_datum, p.detail
FROM visible_track_spans() s
JOIN device_binding b ON b.vehicle_id = s.vehicle_id
JOIN position p ON p.device_no = b.device_no AND p.fixed_at <@ b.during AND p.fixed_at <@ s.during;

CREATE VIEW visible_live WITH (security_barrier) AS
SELECT b.vehicle_id, l.device_no, l.fixed_at, l.received_at, l.batch, l.writer_no, l.lon_e7, l.lat_e7, l.quality, l.speed_dkmh,
    l.heading_deg, l.accuracy_dm, l.ignition
FROM device_binding b
JOIN latest_position l ON l.device_no = b.device_no AND l.fixed_at <@ b.during
WHERE b.during @> now() AND b.vehicle_id IN (SELECT visible_vehicle_ids('live'));

GRANT CREATE ON SCHEMA public TO fleet_track;
ALTER VIEW visible_position OWNER TO fleet_track;
ALTER VIEW visible_live OWNER TO fleet_track;
REVOKE CREATE ON SCHEMA public FROM fleet_track;
GRANT SELECT ON position, latest_position, device_binding TO fleet_track;

ALTER TABLE vehicle ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON vehicle FOR SELECT TO fleet_web USING (id IN (SELECT visible_vehicle_ids('vehicle')));
CREATE POLICY add ON vehicle FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_may('vehicle', 'all') AND (NOT exempt OR app_cleared()));
CREATE POLICY edit ON vehicle FOR UPDATE TO fleet_web USING (id IN (SELECT visible_vehicle_ids('vehicle'))) WITH CHECK (tenant_id = app_tenant());

-- A new vehicle is not yet in visible_vehicle_ids while its own INSERT runs: INSERT on vehicle must not use RETURNING;
-- make the id in the program.
ALTER TABLE custody ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON custody FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND vehicle_id NOT IN (SELECT hidden_vehicle_ids())
    AND app_person() IS NOT NULL);
CREATE POLICY add ON custody FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant());
CREATE POLICY edit ON custody FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_may('vehicle', 'all'));

ALTER TABLE device_binding ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON device_binding FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND vehicle_id NOT IN (SELECT hidden_vehicle_ids())
    AND app_person() IS NOT NULL);
CREATE POLICY track ON device_binding FOR SELECT TO fleet_track USING (tenant_id = app_tenant() AND vehicle_id NOT IN (SELECT hidden_vehicle_ids()));
CREATE POLICY add ON device_binding FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant());
CREATE POLICY edit ON device_binding FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_may('vehicle', 'all'));

ALTER TABLE dispatch_order ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON dispatch_order FOR SELECT TO fleet_web USING (
    tenant_id = app_tenant()
    AND (vehicle_id IS NULL OR vehicle_id NOT IN (SELECT hidden_vehicle_ids()))
    AND (app_may('order', 'all')
      OR (app_may('order', 'unit') AND unit_id = ANY (app_units('order')))
      OR (app_may('order', 'own') AND (requester_id = app_person() OR driver_id = app_person() OR created_by = app_person()
            OR app_person() = ANY (passenger_ids)))));
CREATE POLICY add ON dispatch_order FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_person() IS NOT NULL);
CREATE POLICY edit ON dispatch_order FOR UPDATE TO fleet_web USING (
    tenant_id = app_tenant()
    AND (vehicle_id IS NULL OR vehicle_id NOT IN (SELECT hidden_vehicle_ids()))
    AND (app_may('order', 'all')
      OR (app_may('order', 'unit') AND unit_id = ANY (app_units('order')))
      OR (app_may('order', 'own') AND (requester_id = app_person() OR driver_id = app_person() OR created_by = app_person()))))
    WITH CHECK (tenant_id = app_tenant());

ALTER TABLE approval ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON approval FOR SELECT TO fleet_web USING (order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY add ON approval FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND approver_id = app_person());

ALTER TABLE alert ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON alert FOR SELECT TO fleet_web USING (
    tenant_id = app_tenant()
    AND vehicle_id NOT IN (SELECT hidden_vehicle_ids())
    AND (app_may('alert', 'all')
      OR (app_may('alert', 'unit') AND unit_id = ANY (app_units('alert')))
      OR (app_may('alert', 'own') AND (driver_id = app_person()
            OR order_id IN (SELECT id FROM dispatch_order WHERE requester_id = app_person() OR driver_id = app_person())))));
CREATE POLICY edit ON alert FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_may('alert', 'all')
    AND vehicle_id NOT IN (SELECT hidden_vehicle_ids()));

ALTER TABLE alert_revision ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON alert_revision FOR SELECT TO fleet_web USING (alert_id IN (SELECT id FROM alert));

-- Drives and stops are tracks in short form: the track spans decide.
CREATE FUNCTION in_visible_track(in_vehicle uuid, at timestamptz) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT EXISTS (SELECT FROM visible_track_spans() s WHERE s.vehicle_id = in_vehicle AND at <@ s.during) $$;
ALTER TABLE drive ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON drive FOR SELECT TO fleet_web USING (tenant_id = app_tenant()
    AND EXISTS (SELECT FROM visible_track_spans() s WHERE s.vehicle_id = drive.vehicle_id AND drive.started_at <@ s.during));
ALTER TABLE stop ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON stop FOR SELECT TO fleet_web USING (tenant_id = app_tenant()
    AND EXISTS (SELECT FROM visible_track_spans() s WHERE s.vehicle_id = stop.vehicle_id AND stop.started_at <@ s.during));

ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON notice FOR SELECT TO fleet_web USING (person_id = app_person());
ALTER TABLE notice_delivery ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON notice_delivery FOR ALL TO fleet_web USING (notice_id IN (SELECT id FROM notice)) WITH CHECK (true);

-- Notices are added for other people; the function keeps the select policy out of the way and the key unique.
CREATE FUNCTION notice_add(in_tenant uuid, in_person uuid, in_kind text, in_params jsonb, in_object_kind text, in_object uuid,
    in_dedupe text, in_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE added uuid;
BEGIN
    INSERT INTO notice (tenant_id, person_id, kind, params, object_kind, object_id, dedupe_key, created_at)
    VALUES (in_tenant, in_person, in_kind, in_params, in_object_kind, in_object, in_dedupe, in_at)
    ON CONFLICT (dedupe_key) DO NOTHING RETURNING id INTO added;
    IF added IS NULL THEN RETURN false; END IF;
    INSERT INTO notice_delivery (notice_id, channel, tenant_id, sent_at) VALUES (added, 'in_app', in_tenant, in_at);
    RETURN true;
END $$;

ALTER TABLE journal ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON journal FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL
    AND (object_id IS NULL OR object_id NOT IN (SELECT hidden_vehicle_ids())));
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON audit FOR SELECT TO fleet_web USING (tenant_id = app_tenant()
    AND (actor_id = app_person() OR app_may('audit', 'all')));

-- Grants. Nobody deletes; the web never touches positions.
GRANT USAGE ON SCHEMA public TO fleet_engine, fleet_web, fleet_track;
GRANT SELECT, INSERT, UPDATE ON tenant, unit, person, person_role, session, login_attempt, area, area_version, vehicle, custody, device,
    device_binding, calendar_version, calendar_day, work_schedule, rule_version, dispatch_order, approval, dispatch_plan, tariff,
    idempotency, setting, notice_delivery TO fleet_web;
GRANT DELETE ON idempotency, login_attempt TO fleet_web;
GRANT SELECT ON alert, alert_revision, drive, stop, journal, audit, notice, device_state, visible_position, visible_live TO fleet_web;
GRANT UPDATE (state, row_version, updated_at) ON alert TO fleet_web;
GRANT INSERT ON rejudge TO fleet_web;
-- For "why is this vehicle not on the map" and the device page: when something arrived, never where it was.
GRANT SELECT (device_no, fixed_at, received_at, quality) ON latest_position TO fleet_web;
GRANT SELECT (id, tenant_id, device, received_at, last_received_at, reason, detail, times) ON quarantine TO fleet_web;

GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO fleet_engine;
GRANT DELETE ON rejudge, drive, stop, ingest_batch, login_attempt, idempotency TO fleet_engine;
REVOKE INSERT, UPDATE ON journal, audit, chain_head FROM fleet_engine;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO fleet_engine, fleet_web;
REVOKE ALL ON FUNCTION journal_append, audit_append, notice_add, chain_next FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal_append, audit_append, notice_add TO fleet_engine, fleet_web;
