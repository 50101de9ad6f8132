-- Events at fences are stored by the engine (docs/decisions/0022): late data corrects them, every correction stays.
ALTER TABLE fence_event
    ADD COLUMN unit_id uuid,                -- that used the vehicle then; NULL = nobody is known
    ADD COLUMN revision int NOT NULL DEFAULT 1,
    ADD COLUMN withdrawn_at timestamptz,    -- it is not found any more
    ADD COLUMN untold boolean NOT NULL DEFAULT false,
    ADD COLUMN told_at timestamptz,         -- somebody was told of it
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD CONSTRAINT fence_event_tenant_id UNIQUE (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id);
CREATE INDEX ON fence_event (tenant_id, happened_at);
CREATE INDEX ON fence_event (vehicle_id, known_at);
CREATE INDEX fence_event_untold ON fence_event (happened_at) WHERE untold;
REVOKE DELETE ON fence_event FROM fleet_engine;
GRANT UPDATE ON fence_event TO fleet_engine;

-- An event as it was found each time.
CREATE TABLE fence_event_revision (
    tenant_id uuid NOT NULL REFERENCES tenant,
    event_id uuid NOT NULL,
    revision int NOT NULL,
    area_version_id uuid NOT NULL,
    happened_at timestamptz NOT NULL,
    known_at timestamptz NOT NULL,
    stayed_s double precision,
    withdrawn boolean NOT NULL,
    why text NOT NULL,                      -- seen, late_fix, area_change ...
    written_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_id, revision),
    FOREIGN KEY (tenant_id, event_id) REFERENCES fence_event (tenant_id, id),
    FOREIGN KEY (tenant_id, area_version_id) REFERENCES area_version (tenant_id, id)
);
ALTER TABLE fence_event_revision ENABLE ROW LEVEL SECURITY;
-- Whoever may see the event as it is now may see how it came about.
CREATE POLICY see ON fence_event_revision FOR SELECT TO fleet_web USING (tenant_id = app_tenant()
    AND event_id IN (SELECT id FROM fence_event));
GRANT SELECT ON fence_event_revision TO fleet_web;
GRANT SELECT, INSERT ON fence_event_revision TO fleet_engine;

-- Who stood in a depot is asked by its shape.
CREATE INDEX stop_place ON stop (tenant_id, lat, lon);

-- Own names of places are kept over the interface, too.
CREATE POLICY add ON named_place FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('place.edit'));
CREATE POLICY edit ON named_place FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND app_can('place.edit')) WITH CHECK (tenant_id = app_tenant());
GRANT INSERT ON named_place TO fleet_web;
GRANT UPDATE (name, name_en, short_names, kind, lon, lat, active, updated_at, row_version) ON named_place TO fleet_web;
