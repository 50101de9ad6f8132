-- What ingest put aside leads to its rows, and comes back when a decoder or the register has changed: an entry is settled
-- with what became of it (`python -m ingest reprocess`), never erased. Its bytes are opened only with the right to.
ALTER TABLE quarantine
    ADD COLUMN retained boolean,           -- the broker's flag on the delivery; NULL = put aside before it was kept
    ADD COLUMN tried_at timestamptz,       -- decoded again last, and still refused ...
    ADD COLUMN tried_reason text,          -- ... for this reason
    ADD COLUMN tried_detail text,
    ADD COLUMN settled_at timestamptz,
    ADD COLUMN settled_as text CHECK (settled_as IN ('stored', 'duplicate', 'event', 'nothing')),
    ADD COLUMN settled_by text,            -- who had it decoded again
    ADD COLUMN settled_device text,        -- whose it turned out to be: device code
    ADD COLUMN settled_fixed_at timestamptz,  -- instant of its first fix
    ADD COLUMN stored int,                 -- fixes it became
    ADD CHECK ((settled_at IS NULL) = (settled_as IS NULL));
CREATE INDEX quarantine_newest ON quarantine (last_received_at);
CREATE INDEX quarantine_waiting ON quarantine (received_at, id) WHERE settled_at IS NULL;

-- Under what names locators of hidden vehicles appear in quarantine: their codes, and their names in foreign forms.
CREATE FUNCTION hidden_senders() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.code FROM device d WHERE d.tenant_id = app_tenant() AND device_hidden(d.id)
    UNION ALL
    SELECT b.source || ':' || b.external_id FROM source_binding b WHERE b.tenant_id = app_tenant() AND device_hidden(b.device_id)
$$;
-- A sender nobody knows belongs to no tenant. Where there is one tenant only, its keepers of locators see it.
CREATE FUNCTION is_sole_tenant() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT count(*) = 1 FROM tenant $$;
DROP POLICY see ON quarantine;
CREATE POLICY see ON quarantine FOR SELECT TO fleet_web USING (app_person() IS NOT NULL
    AND (tenant_id = app_tenant() OR (tenant_id IS NULL AND app_can('device.view') AND (SELECT is_sole_tenant())))
    AND device NOT IN (SELECT hidden_senders()) AND (settled_device IS NULL OR settled_device NOT IN (SELECT hidden_senders())));
GRANT SELECT (topic, item, tried_at, tried_reason, tried_detail, settled_at, settled_as, settled_by, settled_device, settled_fixed_at, stored)
    ON quarantine TO fleet_web;

-- The bytes of an entry the viewer sees (the caller has read it under the policy above). They can hold a place.
CREATE FUNCTION quarantine_bytes(in_id uuid) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT payload FROM quarantine q
    WHERE id = in_id AND app_can('device.raw') AND app_person() IS NOT NULL
      AND (tenant_id = app_tenant() OR (tenant_id IS NULL AND is_sole_tenant()))
      AND device NOT IN (SELECT hidden_senders()) AND (settled_device IS NULL OR settled_device NOT IN (SELECT hidden_senders()))
      AND NOT EXISTS (  -- nor of a vehicle that was hidden when they came
          SELECT FROM device d JOIN device_binding b ON b.device_id = d.id AND b.during @> q.received_at
          WHERE d.code IN (q.device, q.settled_device) AND b.vehicle_id IN (SELECT hidden_vehicle_ids()))
$$;
-- The packed batch a stored fix came in (fleet/raw.py), or its held bytes; nothing of a locator that is, or was at that
-- instant, in a hidden vehicle.
CREATE FUNCTION raw_form(in_device uuid, at timestamptz)
RETURNS TABLE (device_no int, received_at timestamptz, payloads bytea, payload bytea) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT p.device_no, p.received_at, r.payloads, k.payload
    FROM device d
    JOIN (SELECT * FROM position UNION ALL SELECT * FROM position_held UNION ALL SELECT * FROM position_thin) p
        ON p.device_no = d.device_no AND p.fixed_at = at
    LEFT JOIN raw_batch r ON r.writer_no = p.writer_no AND r.batch = p.batch
    LEFT JOIN raw_held k ON k.device_no = p.device_no AND k.fixed_at = p.fixed_at
    WHERE d.id = in_device AND d.tenant_id = app_tenant() AND app_person() IS NOT NULL AND app_can('device.raw')
      AND NOT device_hidden(d.id) AND NOT EXISTS (
          SELECT FROM device_binding b WHERE b.device_id = d.id AND b.during @> at AND b.vehicle_id IN (SELECT hidden_vehicle_ids()))
$$;
REVOKE EXECUTE ON FUNCTION hidden_senders(), is_sole_tenant(), quarantine_bytes(uuid), raw_form(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hidden_senders(), is_sole_tenant(), quarantine_bytes(uuid), raw_form(uuid, timestamptz) TO fleet_web;
