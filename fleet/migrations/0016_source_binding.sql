-- Which device speaks under which name in a foreign payload form (contracts.md 2), over time. A name that changes hands
-- ends for one device and begins for the other; a fix belongs to whoever had the name at the time of the fix.
CREATE TABLE source_binding (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    device_id uuid NOT NULL,
    source text NOT NULL CHECK (source IN ('owntracks', 'emqx-jt808', 'traccar', 'teltonika', 'homeassistant')),
    external_id text NOT NULL CHECK (external_id <> '' AND length(external_id) <= 200),
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid REFERENCES person,
    row_version int NOT NULL DEFAULT 1,
    FOREIGN KEY (tenant_id, device_id) REFERENCES device (tenant_id, id),
    EXCLUDE USING gist (source WITH =, external_id WITH =, during WITH &&)
);
CREATE INDEX ON source_binding (device_id);
CREATE TRIGGER bump BEFORE UPDATE ON source_binding FOR EACH ROW EXECUTE FUNCTION bump_row_version();

-- Forced, so that only what a policy names sees rows: the web its tenant, the owner (the commands at the machine) all.
ALTER TABLE source_binding ENABLE ROW LEVEL SECURITY;
ALTER TABLE source_binding FORCE ROW LEVEL SECURITY;
CREATE POLICY see ON source_binding FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL
    AND NOT device_hidden(device_id));
CREATE POLICY own ON source_binding TO CURRENT_USER USING (true) WITH CHECK (true);
-- Ingest reads them; no page changes them yet.
GRANT SELECT ON source_binding TO fleet_engine, fleet_web;
