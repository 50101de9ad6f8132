-- Profiles of thresholds and mutes: dated, reasoned, visible, never erased (domain.md 15).
CREATE TABLE rule_profile (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    version_no int NOT NULL,
    unit_id uuid REFERENCES unit,          -- NULL = whole tenant
    vehicle_class text,                    -- NULL = every class
    profile text NOT NULL CHECK (profile IN ('strict', 'normal', 'grassroots')),
    during tstzrange NOT NULL DEFAULT tstzrange('-infinity', NULL),
    reason text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid REFERENCES person,
    UNIQUE (tenant_id, version_no)
);
CREATE TRIGGER touches_judgement AFTER INSERT OR UPDATE ON rule_profile FOR EACH ROW EXECUTE FUNCTION rule_touches_judgement();
ALTER TABLE rule_version ADD COLUMN reason text NOT NULL DEFAULT '';

-- A yellow suspicion of a muted rule is recorded and shown, and nobody is sent a message about it; red ones are always told.
CREATE TABLE rule_mute (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid NOT NULL REFERENCES vehicle,
    rule text NOT NULL,
    during tstzrange NOT NULL CHECK (NOT lower_inf(during) AND NOT upper_inf(during)),
    reason text NOT NULL CHECK (length(trim(reason)) >= 4),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid REFERENCES person
);
CREATE INDEX ON rule_mute (vehicle_id, rule);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['rule_profile', 'rule_mute'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;
CREATE POLICY see ON rule_profile FOR SELECT TO fleet_web USING (tenant_id = app_tenant());
CREATE POLICY see ON rule_mute FOR SELECT TO fleet_web
    USING (tenant_id = app_tenant() AND vehicle_id NOT IN (SELECT hidden_vehicle_ids()));
GRANT SELECT ON rule_profile, rule_mute TO fleet_web, fleet_engine;

-- Tenants of before get a first version of every rule that is new, as a new tenant does (fleet/seed/reference.py): from now
-- on, so that an upgrade does not send messages about the month before it.
INSERT INTO rule_version (tenant_id, rule, version_no, parameters, during)
SELECT t.id, 'R' || lpad(n::text, 2, '0'), 1, '{}'::jsonb, tstzrange(now(), NULL) FROM tenant t, unnest(ARRAY[2, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 30, 31]) AS n
ON CONFLICT (tenant_id, rule, version_no) DO NOTHING;
