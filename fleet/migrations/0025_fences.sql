-- Fences: limits and watches of an area, shapes as they were drawn, drafts before publication, what a draft would raise,
-- and what vehicles did at a watched fence.
ALTER TABLE area DROP CONSTRAINT area_kind_check;
ALTER TABLE area ADD CONSTRAINT area_kind_check CHECK (kind IN ('depot', 'allowed', 'forbidden', 'sensitive', 'rural', 'subsidy_zone',
    'corridor', 'administrative', 'watched'));
ALTER TABLE area_version
    ADD COLUMN speed_limit_kmh real CHECK (speed_limit_kmh > 0 AND speed_limit_kmh <= 200),
    -- {"shape": "circle", "center": [lon, lat], "radius_m": n} or {"shape": "corridor", "line": [[lon, lat], ...], "width_m": n};
    -- {} = drawn as the geometry says. `geometry` is always the surface that is judged by (or the middle of a depot).
    ADD COLUMN drawn jsonb NOT NULL DEFAULT '{}',
    -- which events are told, e.g. {"events": ["enter", "exit"], "dwell_min": 15}; {} = none
    ADD COLUMN watch jsonb NOT NULL DEFAULT '{}';

-- A shape somebody works on. It changes nothing until a second person publishes it as a version of its area.
CREATE TABLE fence_draft (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    draft_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    area_id uuid,                          -- what it changes; NULL = a new area
    code text NOT NULL CHECK (code <> ''),
    kind text NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    name_en text NOT NULL DEFAULT '',
    category text,
    drawn jsonb NOT NULL DEFAULT '{}',
    geometry jsonb NOT NULL,               -- GeoJSON, WGS 84
    source_datum text NOT NULL DEFAULT 'WGS84',
    source text NOT NULL DEFAULT '',       -- the file it was read from; '' = drawn by hand
    capacity int CHECK (capacity >= 0),
    speed_limit_kmh real CHECK (speed_limit_kmh > 0 AND speed_limit_kmh <= 200),
    watch jsonb NOT NULL DEFAULT '{}',
    effective_at timestamptz,              -- from when on; NULL = from publication
    ends boolean NOT NULL DEFAULT false,   -- the area ends then, nothing follows
    warnings jsonb NOT NULL DEFAULT '[]',  -- what looked wrong when it was read, e.g. a shift against the roads
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'discarded')),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid,                       -- NULL = a command of the machine
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by uuid,
    row_version int NOT NULL DEFAULT 1,
    settled_at timestamptz,                -- published or discarded
    settled_by uuid,
    version_id uuid,                       -- the version it became
    FOREIGN KEY (tenant_id, area_id) REFERENCES area (tenant_id, id),
    FOREIGN KEY (tenant_id, version_id) REFERENCES area_version (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, updated_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, settled_by) REFERENCES person (tenant_id, id),
    CHECK ((settled_at IS NULL) = (state = 'draft')),
    CHECK ((version_id IS NOT NULL) = (state = 'published')),
    CONSTRAINT fence_draft_tenant_id UNIQUE (tenant_id, id)
);
CREATE INDEX fence_draft_open ON fence_draft (tenant_id, updated_at) WHERE state = 'draft';
CREATE TRIGGER bump BEFORE UPDATE ON fence_draft FOR EACH ROW EXECUTE FUNCTION bump_row_version();

-- The last month judged with a draft and without: asked over the interface, done by `python -m geofence preview --forever`.
CREATE TABLE fence_preview (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    preview_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    draft_id uuid NOT NULL,
    draft_version int NOT NULL,            -- the draft as it was asked about
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
    vehicles int,                          -- concerned; NULL until it runs
    vehicles_done int NOT NULL DEFAULT 0,
    fixes bigint NOT NULL DEFAULT 0,       -- judged, each once with and once without
    asked_at timestamptz NOT NULL,
    asked_by uuid NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    trouble text,                          -- of a failed one
    FOREIGN KEY (tenant_id, draft_id) REFERENCES fence_draft (tenant_id, id),
    FOREIGN KEY (tenant_id, asked_by) REFERENCES person (tenant_id, id),
    CONSTRAINT fence_preview_tenant_id UNIQUE (tenant_id, id),
    CHECK ((ended_at IS NULL) = (state IN ('queued', 'running')))
);
CREATE INDEX ON fence_preview (draft_id, asked_at);
CREATE INDEX fence_preview_open ON fence_preview (preview_no) WHERE state IN ('queued', 'running');
CREATE TABLE fence_preview_finding (
    preview_id uuid NOT NULL,
    n int NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid NOT NULL,
    rule text NOT NULL,
    change text NOT NULL CHECK (change IN ('raised', 'gone', 'changed')),
    severity text NOT NULL,
    judgement text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    metrics jsonb NOT NULL,
    PRIMARY KEY (preview_id, n),
    FOREIGN KEY (tenant_id, preview_id) REFERENCES fence_preview (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id)
);
CREATE FUNCTION tell_fence_preview() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('fence_preview', '');
    RETURN NULL;
END $$;
CREATE TRIGGER tell AFTER INSERT ON fence_preview FOR EACH STATEMENT EXECUTE FUNCTION tell_fence_preview();

-- What a vehicle did at a watched fence. A late fix replaces the events of the stretch it touches.
CREATE TABLE fence_event (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    area_id uuid NOT NULL,
    area_version_id uuid NOT NULL,
    vehicle_id uuid NOT NULL,
    event text NOT NULL CHECK (event IN ('enter', 'exit', 'cross', 'dwell', 'inside', 'absent')),
    happened_at timestamptz NOT NULL,
    known_at timestamptz NOT NULL,         -- the fix that settled it
    stayed_s double precision,             -- of dwell and exit
    UNIQUE (vehicle_id, area_id, event, happened_at),
    FOREIGN KEY (tenant_id, area_id) REFERENCES area (tenant_id, id),
    FOREIGN KEY (tenant_id, area_version_id) REFERENCES area_version (tenant_id, id),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id)
);
CREATE INDEX ON fence_event (area_id, happened_at);

-- Who may write: fences are drawn by those who may propose and published by the fleet authority, never by the one who
-- drew it last (domain.md 13).
ALTER TABLE fence_draft ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON fence_draft FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('area.view'));
CREATE POLICY add ON fence_draft FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('area.draft')
    AND created_by = app_person() AND updated_by = app_person() AND state = 'draft');
CREATE POLICY edit ON fence_draft FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND state = 'draft' AND (app_can('area.draft') OR app_can('area.publish')))
    WITH CHECK (tenant_id = app_tenant() AND CASE state WHEN 'draft' THEN app_can('area.draft') AND updated_by = app_person()
        WHEN 'discarded' THEN app_can('area.draft') AND settled_by = app_person()
        ELSE app_can('area.publish') AND settled_by = app_person() AND updated_by IS DISTINCT FROM app_person() END);
GRANT SELECT, INSERT, UPDATE ON fence_draft TO fleet_web;

CREATE POLICY add ON area FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('area.publish'));
CREATE POLICY add ON area_version FOR INSERT TO fleet_web
    WITH CHECK (tenant_id = app_tenant() AND app_can('area.publish') AND created_by = app_person());
CREATE POLICY edit ON area_version FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND app_can('area.publish')) WITH CHECK (tenant_id = app_tenant());
GRANT INSERT ON area, area_version TO fleet_web;
GRANT UPDATE (during) ON area_version TO fleet_web;  -- a version only ends; what it was stays

ALTER TABLE fence_preview ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON fence_preview FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('area.view'));
CREATE POLICY add ON fence_preview FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('area.draft')
    AND asked_by = app_person() AND state = 'queued' AND vehicles IS NULL);
ALTER TABLE fence_preview_finding ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON fence_preview_finding FOR SELECT TO fleet_web USING (tenant_id = app_tenant()
    AND in_visible_track(vehicle_id, started_at));
ALTER TABLE fence_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON fence_event FOR SELECT TO fleet_web USING (tenant_id = app_tenant()
    AND in_visible_track(vehicle_id, happened_at));
GRANT SELECT, INSERT ON fence_preview TO fleet_web;
GRANT SELECT ON fence_preview_finding, fence_event TO fleet_web;
GRANT SELECT ON fence_draft TO fleet_engine;
GRANT SELECT, UPDATE ON fence_preview TO fleet_engine;
GRANT SELECT, INSERT, DELETE ON fence_preview_finding TO fleet_engine;
GRANT SELECT, INSERT, DELETE ON fence_event TO fleet_engine;
