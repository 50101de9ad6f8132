-- Names in foreign forms are kept by those who keep locators, also over the interface.
CREATE POLICY add ON source_binding FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('device.edit')
    AND created_by = app_person() AND NOT device_hidden(device_id));
CREATE POLICY edit ON source_binding FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND app_can('device.edit') AND NOT device_hidden(device_id))
    WITH CHECK (tenant_id = app_tenant() AND app_can('device.edit') AND NOT device_hidden(device_id));
GRANT INSERT ON source_binding TO fleet_web;
GRANT UPDATE (device_id, external_id, during, row_version, updated_at) ON source_binding TO fleet_web;

-- A Traccar or EMQX server that speaks for the locators of one tenant (docs/decisions/0013): its account may write below
-- its own name only, so the topic of a message proves which tenant's server delivered it.
CREATE TABLE forwarder (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    source text NOT NULL CHECK (source IN ('emqx-jt808', 'traccar')),
    name text NOT NULL CHECK (name ~ '^[A-Za-z0-9_-]{1,40}$'),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (source, name)
);
ALTER TABLE forwarder ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON forwarder FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('device.view'));
GRANT SELECT ON forwarder TO fleet_web;

-- May the viewer's tenant know of what a sender nobody knows sent there? Where there is one tenant, everything is its own.
CREATE FUNCTION is_stranger_ours(in_topic text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT is_sole_tenant() OR EXISTS (
        SELECT FROM forwarder f WHERE f.tenant_id = app_tenant()
            AND starts_with(in_topic, CASE f.source WHEN 'traccar' THEN 'traccar/' ELSE 'jt808/' END || f.name || '/'))
$$;
ALTER POLICY see ON quarantine USING (app_person() IS NOT NULL
    AND (tenant_id = app_tenant() OR (tenant_id IS NULL AND app_can('device.view') AND is_stranger_ours(topic)))
    AND device NOT IN (SELECT hidden_senders()) AND (settled_device IS NULL OR settled_device NOT IN (SELECT hidden_senders())));
CREATE OR REPLACE FUNCTION quarantine_bytes(in_id uuid) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT payload FROM quarantine q
    WHERE id = in_id AND app_can('device.raw') AND app_person() IS NOT NULL
      AND (tenant_id = app_tenant() OR (tenant_id IS NULL AND is_stranger_ours(topic)))
      AND device NOT IN (SELECT hidden_senders()) AND (settled_device IS NULL OR settled_device NOT IN (SELECT hidden_senders()))
      AND NOT EXISTS (  -- nor of a vehicle that was hidden when they came
          SELECT FROM device d JOIN device_binding b ON b.device_id = d.id AND b.during @> q.received_at
          WHERE d.code IN (q.device, q.settled_device) AND b.vehicle_id IN (SELECT hidden_vehicle_ids()))
$$;

-- Entries of quarantine to be decoded again: asked over the interface, done by `python -m ingest reprocess --forever`.
CREATE TABLE reprocess_run (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    run_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    dry boolean NOT NULL,                  -- only what would become of them
    sought jsonb NOT NULL,                 -- the filter as it was asked; the entries themselves are chosen with it
    entries int NOT NULL,                  -- chosen
    looked_at int NOT NULL DEFAULT 0,
    counts jsonb NOT NULL DEFAULT '{}',    -- became: entries; fixes_stored; why.<reason> of those that wait on
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
    asked_at timestamptz NOT NULL,
    asked_by uuid NOT NULL,
    asked_as text NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    trouble text,                          -- of a failed one
    FOREIGN KEY (tenant_id, asked_by) REFERENCES person (tenant_id, id),
    CHECK ((ended_at IS NULL) = (state IN ('queued', 'running')))
);
CREATE INDEX ON reprocess_run (tenant_id, asked_at);
CREATE INDEX reprocess_run_open ON reprocess_run (run_no) WHERE state IN ('queued', 'running');
-- What a run has still to look at; an entry goes in the transaction that settles it.
CREATE TABLE reprocess_entry (
    run_id uuid NOT NULL REFERENCES reprocess_run ON DELETE CASCADE,
    entry_id uuid NOT NULL,
    PRIMARY KEY (run_id, entry_id)
);
CREATE FUNCTION tell_reprocess() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('reprocess_run', '');
    RETURN NULL;
END $$;
CREATE TRIGGER tell AFTER INSERT ON reprocess_run FOR EACH STATEMENT EXECUTE FUNCTION tell_reprocess();

ALTER TABLE reprocess_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON reprocess_run FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('device.view'));
CREATE POLICY add ON reprocess_run FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('device.edit')
    AND asked_by = app_person() AND state = 'queued' AND looked_at = 0);
ALTER TABLE reprocess_entry ENABLE ROW LEVEL SECURITY;
-- Only what the viewer sees waiting can be chosen, whatever the program asks for; a run is filled where it is asked.
CREATE POLICY add ON reprocess_entry FOR INSERT TO fleet_web WITH CHECK (
    EXISTS (SELECT FROM reprocess_run r WHERE r.id = run_id AND r.asked_by = app_person() AND r.state = 'queued')
    AND EXISTS (SELECT FROM quarantine q WHERE q.id = entry_id AND q.settled_at IS NULL));
CREATE POLICY see ON reprocess_entry FOR SELECT TO fleet_web USING (false);  -- the run tells how far it came
GRANT SELECT, INSERT ON reprocess_run TO fleet_web;
GRANT SELECT, INSERT ON reprocess_entry TO fleet_web;
GRANT SELECT, UPDATE ON reprocess_run TO fleet_engine;
GRANT SELECT, DELETE ON reprocess_entry TO fleet_engine;

-- The stored fixes of a locator in a span with what they came as, newest first; the bytes of a batch are
-- packed together, so they are answered once a batch (raw_batches). Nothing from a time in a hidden vehicle.
CREATE FUNCTION raw_fixes(in_device uuid, from_at timestamptz, to_at timestamptz, most int)
RETURNS TABLE (device_no int, fixed_at timestamptz, received_at timestamptz, lon float8, lat float8, speed_kmh float8, heading_deg smallint,
    satellites smallint, valid boolean, ignition boolean, quality int, writer_no smallint, batch bigint, payload bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.device_no, p.fixed_at, p.received_at, p.lon_e7 / 1e7::float8, p.lat_e7 / 1e7::float8, p.speed_dkmh / 10.0::float8, p.heading_deg,
        p.satellites, p.valid, p.ignition, p.quality | coalesce(f.flags, 0), p.writer_no, p.batch, k.payload
    FROM device d, LATERAL (
        SELECT * FROM fixes_of(d.device_no, from_at, to_at)
        UNION ALL SELECT * FROM position_held WHERE device_no = d.device_no AND fixed_at >= from_at
        UNION ALL SELECT * FROM position_thin WHERE device_no = d.device_no AND fixed_at >= from_at) p
    LEFT JOIN device_binding o ON o.device_no = p.device_no AND o.during @> p.fixed_at
    LEFT JOIN fix_flag f ON f.vehicle_id = o.vehicle_id AND f.fixed_at = p.fixed_at
    LEFT JOIN raw_held k ON k.device_no = p.device_no AND k.fixed_at = p.fixed_at
    WHERE p.fixed_at < to_at AND d.id = in_device AND d.tenant_id = app_tenant() AND app_person() IS NOT NULL AND app_can('device.raw')
      AND NOT device_hidden(d.id) AND NOT EXISTS (SELECT FROM device_binding b WHERE b.device_id = d.id AND b.during @> p.fixed_at
          AND b.vehicle_id IN (SELECT hidden_vehicle_ids()))
    ORDER BY p.fixed_at DESC LIMIT most
$$;
-- The packed batches those fixes came in.
CREATE FUNCTION raw_batches(in_device uuid, from_at timestamptz, to_at timestamptz, most int)
RETURNS TABLE (writer_no smallint, batch bigint, payloads bytea) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.writer_no, r.batch, r.payloads FROM raw_batch r
    WHERE (r.writer_no, r.batch) IN (SELECT f.writer_no, f.batch FROM raw_fixes(in_device, from_at, to_at, most) f)
$$;
REVOKE EXECUTE ON FUNCTION is_stranger_ours(text), raw_fixes(uuid, timestamptz, timestamptz, int),
    raw_batches(uuid, timestamptz, timestamptz, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_stranger_ours(text), raw_fixes(uuid, timestamptz, timestamptz, int),
    raw_batches(uuid, timestamptz, timestamptz, int) TO fleet_web;
