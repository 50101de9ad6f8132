-- Rules in versions as people change them: two persons, dated, reasoned, never erased, and tried on stored months first.
-- What somebody wants changed. It changes nothing until a second person publishes it (domain.md 13).
CREATE TABLE rule_change (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    change_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    what text NOT NULL CHECK (what IN ('parameters', 'profile', 'mute', 'end')),
    rules text[] NOT NULL DEFAULT '{}',    -- that it names
    unit_id uuid,                          -- with those below it; NULL = all
    vehicle_class text,                    -- NULL = every class
    vehicle_id uuid,                       -- of a mute of one vehicle
    body jsonb NOT NULL,                   -- as geofence/rulebook/change.py reads it
    from_at timestamptz,                   -- wanted; NULL = from publication. A change never reaches back
    to_at timestamptz,                     -- NULL = until further notice
    reason text NOT NULL CHECK (length(trim(reason)) >= 4),
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'proposed', 'in_force', 'withdrawn')),
    created_at timestamptz NOT NULL,
    created_by uuid,                       -- NULL = a command of the machine
    updated_at timestamptz NOT NULL DEFAULT now(),
    proposed_at timestamptz,
    settled_at timestamptz,
    settled_by uuid,
    began_at timestamptz,                  -- from when on it holds, once published
    row_version int NOT NULL DEFAULT 1,
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, settled_by) REFERENCES person (tenant_id, id),
    CHECK ((settled_at IS NULL) = (state IN ('draft', 'proposed'))),
    CHECK ((began_at IS NOT NULL) = (state = 'in_force')),
    CONSTRAINT rule_change_tenant_id UNIQUE (tenant_id, id)
);
CREATE INDEX ON rule_change (tenant_id, created_at);
CREATE TRIGGER bump BEFORE UPDATE ON rule_change FOR EACH ROW EXECUTE FUNCTION bump_row_version();

-- Which change made a version, and which one ended it; a version only ends, what it said stays.
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['rule_version', 'rule_profile', 'rule_mute'] LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN change_id uuid, ADD COLUMN ended_by_change_id uuid,
            ADD FOREIGN KEY (tenant_id, change_id) REFERENCES rule_change (tenant_id, id),
            ADD FOREIGN KEY (tenant_id, ended_by_change_id) REFERENCES rule_change (tenant_id, id)', name);
        EXECUTE format('CREATE POLICY add ON %I FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can(''rule.publish'')
            AND created_by = app_person())', name);
        EXECUTE format('CREATE POLICY edit ON %I FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can(''rule.publish''))
            WITH CHECK (tenant_id = app_tenant())', name);
        EXECUTE format('GRANT INSERT, UPDATE (during, ended_by_change_id) ON %I TO fleet_web', name);
    END LOOP;
END $$;
-- A mute is a vehicle's, or a unit's with those below it.
ALTER TABLE rule_mute ALTER COLUMN vehicle_id DROP NOT NULL, ADD COLUMN unit_id uuid,
    ADD FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id), ADD CHECK (num_nonnulls(vehicle_id, unit_id) = 1);
DROP POLICY see ON rule_mute;
CREATE POLICY see ON rule_mute FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL
    AND (vehicle_id IS NULL OR vehicle_id NOT IN (SELECT hidden_vehicle_ids())));
CREATE INDEX ON rule_mute (tenant_id, rule);

-- A version that only ends earlier touches the time between; what was judged before its end stays.
CREATE OR REPLACE FUNCTION rule_touches_judgement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - '{during,ended_by_change_id}'::text[] = to_jsonb(NEW) - '{during,ended_by_change_id}'::text[] THEN
        PERFORM judge_again(NEW.tenant_id, NULL, gone, 'rule_change') FROM unnest(multirange(OLD.during) - multirange(NEW.during)) AS gone;
        PERFORM judge_again(NEW.tenant_id, NULL, added, 'rule_change') FROM unnest(multirange(NEW.during) - multirange(OLD.during)) AS added;
    ELSE
        PERFORM judge_again(NEW.tenant_id, NULL, NEW.during, 'rule_change');
    END IF;
    RETURN NULL;
END $$;

ALTER TABLE rule_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON rule_change FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('rule.changes')
    AND (vehicle_id IS NULL OR vehicle_id NOT IN (SELECT hidden_vehicle_ids())));
CREATE POLICY add ON rule_change FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('rule.draft')
    AND created_by = app_person() AND state = 'draft');
CREATE POLICY edit ON rule_change FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND state IN ('draft', 'proposed') AND (created_by = app_person() OR app_can('rule.publish')))
    WITH CHECK (tenant_id = app_tenant() AND CASE state
        WHEN 'withdrawn' THEN settled_by = app_person() AND (created_by = app_person() OR app_can('rule.publish'))
        WHEN 'in_force' THEN settled_by = app_person() AND app_can('rule.publish') AND created_by IS DISTINCT FROM app_person()
        ELSE created_by = app_person() AND app_can('rule.draft') END);
GRANT SELECT, INSERT, UPDATE ON rule_change TO fleet_web;
GRANT SELECT ON rule_change TO fleet_engine;

-- Stored months judged with a change and without: asked over the interface, done by `python -m geofence preview --forever`.
-- What was asked about is copied, so that a draft that goes on changing does not change what was found.
CREATE TABLE rule_preview (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    preview_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    change_id uuid NOT NULL,
    change_version int NOT NULL,           -- the change as it was asked about
    what text NOT NULL CHECK (what IN ('parameters', 'profile', 'end')),
    unit_id uuid,
    vehicle_class text,
    body jsonb NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL CHECK (to_at > from_at),
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
    vehicles int,                          -- whom the change can concern; NULL until it runs
    vehicles_done int NOT NULL DEFAULT 0,
    fixes bigint NOT NULL DEFAULT 0,       -- judged, each once with and once without
    asked_at timestamptz NOT NULL,
    asked_by uuid NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    trouble text,                          -- of a failed one
    FOREIGN KEY (tenant_id, change_id) REFERENCES rule_change (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, asked_by) REFERENCES person (tenant_id, id),
    CONSTRAINT rule_preview_tenant_id UNIQUE (tenant_id, id),
    CHECK ((ended_at IS NULL) = (state IN ('queued', 'running')))
);
CREATE INDEX ON rule_preview (change_id, asked_at);
CREATE INDEX rule_preview_open ON rule_preview (asked_at) WHERE state IN ('queued', 'running');
CREATE TABLE rule_preview_count (
    preview_id uuid NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenant,
    rule text NOT NULL,
    unit_id uuid,                          -- that used the vehicle then; NULL = nobody is known
    before_suspected int NOT NULL,
    before_undetermined int NOT NULL,
    after_suspected int NOT NULL,
    after_undetermined int NOT NULL,
    UNIQUE NULLS NOT DISTINCT (preview_id, rule, unit_id),
    FOREIGN KEY (tenant_id, preview_id) REFERENCES rule_preview (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id)
);
CREATE TABLE rule_preview_finding (
    preview_id uuid NOT NULL,
    n int NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid NOT NULL,
    unit_id uuid,
    rule text NOT NULL,
    change text NOT NULL CHECK (change IN ('raised', 'gone', 'changed')),
    started_at timestamptz NOT NULL,
    before_judgement text,                 -- NULL = there was none
    before_severity text,
    after_judgement text,
    after_severity text,
    PRIMARY KEY (preview_id, n),
    FOREIGN KEY (tenant_id, preview_id) REFERENCES rule_preview (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id)
);
CREATE TRIGGER tell AFTER INSERT ON rule_preview FOR EACH STATEMENT EXECUTE FUNCTION tell_fence_preview();
ALTER TABLE rule_preview ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON rule_preview FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('rule.changes'));
CREATE POLICY add ON rule_preview FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant()
    AND (app_can('rule.draft') OR app_can('rule.publish')) AND asked_by = app_person() AND state = 'queued' AND vehicles IS NULL);
-- Counts as far as suspicions of that unit may be seen, findings as far as the vehicle's track of then.
ALTER TABLE rule_preview_count ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON rule_preview_count FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('rule.changes')
    AND (app_may('alert', 'all') OR (app_may('alert', 'unit') AND unit_id = ANY (app_units('alert')))));
ALTER TABLE rule_preview_finding ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON rule_preview_finding FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('rule.changes')
    AND in_visible_track(vehicle_id, started_at));
GRANT SELECT, INSERT ON rule_preview TO fleet_web;
GRANT SELECT ON rule_preview_count, rule_preview_finding TO fleet_web;
GRANT SELECT, UPDATE ON rule_preview TO fleet_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON rule_preview_count, rule_preview_finding TO fleet_engine;
