-- A tenant's own names of places: what its people say, with short names (市府), beside what the map says. Depots and
-- sensitive areas name themselves (area_version); together they are the sites of decision 0016.
CREATE TABLE named_place (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    name text NOT NULL CHECK (name <> ''),
    name_en text NOT NULL DEFAULT '',
    short_names text[] NOT NULL DEFAULT '{}',
    kind text NOT NULL DEFAULT '',           -- code of placeKind
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    row_version int NOT NULL DEFAULT 1
);
CREATE INDEX ON named_place (tenant_id);
ALTER TABLE named_place ENABLE ROW LEVEL SECURITY;
-- Everybody who books may find them; they are written at the machine (python -m fleet gazetteer name).
CREATE POLICY see ON named_place FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL);
GRANT SELECT ON named_place TO fleet_web;

-- Until now they were one JSON list of a setting.
INSERT INTO named_place (tenant_id, name, name_en, kind, lon, lat)
SELECT s.tenant_id, p ->> 'name', coalesce(p ->> 'name_en', ''), coalesce(p ->> 'kind', ''), (p ->> 'lon')::float8, (p ->> 'lat')::float8
FROM setting s, jsonb_array_elements(s.value) AS p WHERE s.name = 'places' AND p ->> 'name' <> '';
DELETE FROM setting WHERE name = 'places';
