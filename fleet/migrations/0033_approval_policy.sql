-- Approval by policy (docs/dispatch.md, decision 0024): dated versions of the policy, offices, deputies, budgets, and for every
-- order its rounds of levels with who was asked, why, and who decided. Nothing here is erased; a version only ends.
CREATE TABLE approval_change (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    change_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    unit_id uuid,                          -- with those below it; NULL = everybody
    body jsonb,                            -- as dispatch/approving/reading.py reads it; NULL ends the unit's own policy
    reason text NOT NULL CHECK (length(trim(reason)) >= 4),
    from_at timestamptz,                   -- wanted; NULL = from publication. A change never reaches back
    state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'in_force', 'withdrawn')),
    proposed_at timestamptz NOT NULL,
    proposed_by uuid NOT NULL,
    settled_at timestamptz,
    settled_by uuid,
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, proposed_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, settled_by) REFERENCES person (tenant_id, id),
    CHECK ((settled_at IS NULL) = (state = 'proposed')),
    CONSTRAINT approval_change_tenant_id UNIQUE (tenant_id, id)
);
CREATE INDEX ON approval_change (tenant_id, proposed_at);
CREATE TRIGGER bump BEFORE UPDATE ON approval_change FOR EACH ROW EXECUTE FUNCTION bump_row_version();

CREATE TABLE approval_policy (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    version_no int NOT NULL,
    unit_id uuid,                          -- the nearest unit above a trip's with a policy decides; NULL = the tenant's
    body jsonb NOT NULL,
    during tstzrange NOT NULL,
    reason text NOT NULL,
    change_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    UNIQUE (tenant_id, version_no),
    CONSTRAINT approval_policy_once EXCLUDE USING gist (tenant_id WITH =, (coalesce(unit_id, '00000000-0000-0000-0000-000000000000'::uuid)) WITH =, during WITH &&),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, change_id) REFERENCES approval_change (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id),
    CONSTRAINT approval_policy_tenant_id UNIQUE (tenant_id, id)
);

-- Offices beside roles: the leader in charge, the chief, the duty leader's rota.
CREATE TABLE approval_post (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    post text NOT NULL CHECK (post IN ('leader_in_charge', 'chief', 'duty_leader')),
    unit_id uuid NOT NULL,                 -- counts for the units below it, where none has one of its own
    person_id uuid NOT NULL,
    during tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    created_at timestamptz NOT NULL,
    created_by uuid,                       -- NULL = a command of the machine
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id),
    EXCLUDE USING gist (unit_id WITH =, post WITH =, person_id WITH =, during WITH &&)
);
CREATE TRIGGER bump BEFORE UPDATE ON approval_post FOR EACH ROW EXECUTE FUNCTION bump_row_version();

CREATE TABLE approval_delegation (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    person_id uuid NOT NULL,               -- who is away
    deputy_id uuid NOT NULL CHECK (deputy_id <> person_id),
    during tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
    reason text NOT NULL CHECK (length(trim(reason)) >= 2),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, deputy_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX ON approval_delegation (tenant_id, deputy_id);
CREATE TRIGGER bump BEFORE UPDATE ON approval_delegation FOR EACH ROW EXECUTE FUNCTION bump_row_version();

CREATE TABLE approval_budget (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    unit_id uuid NOT NULL,                 -- with the units below it that have none of their own
    days daterange NOT NULL CHECK (NOT isempty(days) AND NOT lower_inf(days) AND NOT upper_inf(days)),
    amount_cents bigint NOT NULL CHECK (amount_cents >= 0),
    reason text NOT NULL CHECK (length(trim(reason)) >= 2),
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id),
    CONSTRAINT approval_budget_once EXCLUDE USING gist (unit_id WITH =, days WITH &&)
);
CREATE TRIGGER bump BEFORE UPDATE ON approval_budget FOR EACH ROW EXECUTE FUNCTION bump_row_version();

-- One round per submission; what an approved order changes opens the next.
CREATE TABLE approval_round (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    order_id uuid NOT NULL,
    round_no smallint NOT NULL,
    why text NOT NULL CHECK (why IN ('submit', 'edit', 'emergency', 'found')),  -- found: submitted before there were rounds
    order_row_version int NOT NULL,        -- the order as it was asked about
    policy_id uuid,                        -- NULL = the built-in matrix
    policy_no int,
    facts jsonb NOT NULL,                  -- what the policy looked at
    cost_cents bigint,                     -- estimated; NULL = nobody can say
    difference jsonb NOT NULL DEFAULT '[]', -- [{field, before, after}] against what was approved
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'rejected', 'overtaken')),
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    UNIQUE (order_id, round_no),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES approval_policy (tenant_id, id),
    CHECK ((closed_at IS NULL) = (state = 'open')),
    CONSTRAINT approval_round_tenant_id UNIQUE (tenant_id, id)
);
CREATE UNIQUE INDEX approval_round_open ON approval_round (order_id) WHERE state = 'open';
CREATE TABLE approval_level (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    round_id uuid NOT NULL,
    order_id uuid NOT NULL,
    level smallint NOT NULL,
    who jsonb NOT NULL,
    note_required boolean NOT NULL,
    reasons jsonb NOT NULL,                -- [{row, name, name_en, figures}]
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'open', 'approved', 'rejected', 'overridden', 'overtaken')),
    opened_at timestamptz,                 -- its turn came; a time-out counts from the last change of who is asked
    asked_at timestamptz,
    reminded_at timestamptz,
    escalated smallint NOT NULL DEFAULT 0, -- so many time-outs brought in the next in line
    stuck_at timestamptz,                  -- nobody is in line: told, and still not approved
    UNIQUE (round_id, level),
    FOREIGN KEY (tenant_id, round_id) REFERENCES approval_round (tenant_id, id),
    CONSTRAINT approval_level_tenant_id UNIQUE (tenant_id, id)
);
CREATE INDEX ON approval_level (order_id);
CREATE INDEX approval_level_open ON approval_level (asked_at) WHERE state = 'open';
-- Who is, or was, asked for a level; a row ends when he no longer may decide.
CREATE TABLE approval_seat (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    level_id uuid NOT NULL,
    order_id uuid NOT NULL,
    person_id uuid NOT NULL,
    for_id uuid,                           -- as whose deputy
    step smallint NOT NULL DEFAULT 0,      -- brought in by so many time-outs
    since timestamptz NOT NULL,
    left_at timestamptz,
    FOREIGN KEY (tenant_id, level_id) REFERENCES approval_level (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, for_id) REFERENCES person (tenant_id, id)
);
CREATE UNIQUE INDEX ON approval_seat (level_id, person_id) WHERE left_at IS NULL;
CREATE INDEX ON approval_seat (person_id, order_id) WHERE left_at IS NULL;

-- A decision names its round, the policy and the figures the approver had before him.
ALTER TABLE approval
    ADD COLUMN round_id uuid,
    ADD COLUMN policy_no int,
    ADD COLUMN seen jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN override boolean NOT NULL DEFAULT false,
    ADD FOREIGN KEY (tenant_id, round_id) REFERENCES approval_round (tenant_id, id);
-- Nobody decides two levels of one round, whatever a program believes; nor does anybody in his name.
CREATE UNIQUE INDEX approval_one_level ON approval (round_id, approver_id) WHERE round_id IS NOT NULL;
CREATE UNIQUE INDEX approval_one_name ON approval (round_id, delegate_of) WHERE delegate_of IS NOT NULL;

ALTER TABLE dispatch_order
    ADD COLUMN permitted_by uuid,          -- the duty leader who let an emergency start, by telephone
    ADD COLUMN paper_overdue_at timestamptz, -- when its missing paper was told of
    ADD CONSTRAINT dispatch_order_permitted_by FOREIGN KEY (tenant_id, permitted_by) REFERENCES person (tenant_id, id);
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['approval_round', 'approval_level', 'approval_seat'] LOOP
        EXECUTE format('ALTER TABLE %I ADD FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY see ON %I FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order))', name);
        EXECUTE format('CREATE POLICY add ON %I FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order))', name);
        EXECUTE format('CREATE POLICY edit ON %I FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order))
            WITH CHECK (tenant_id = app_tenant())', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['approval_change', 'approval_policy', 'approval_post', 'approval_delegation', 'approval_budget'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT ON approval_round, approval_level, approval_seat TO fleet_web;
GRANT UPDATE (state, closed_at) ON approval_round TO fleet_web;
GRANT UPDATE (state, opened_at, asked_at, reminded_at, escalated, stuck_at) ON approval_level TO fleet_web;
GRANT UPDATE (left_at) ON approval_seat TO fleet_web;
GRANT SELECT, INSERT, UPDATE ON approval_round, approval_level, approval_seat TO fleet_engine;
GRANT SELECT ON approval_change, approval_policy, approval_post, approval_delegation, approval_budget TO fleet_engine;

-- Who is asked to decide an order sees it, whatever his roles reach; who holds an office sees what waits below him.
CREATE FUNCTION asked_order_ids() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT order_id FROM approval_seat WHERE tenant_id = app_tenant() AND person_id = app_person() AND left_at IS NULL
    UNION ALL
    SELECT o.id FROM dispatch_order o WHERE o.tenant_id = app_tenant() AND o.state IN ('submitted', 'emergency_started') AND o.unit_id IN (
        WITH RECURSIVE below AS (
            SELECT unit_id FROM approval_post WHERE tenant_id = app_tenant() AND person_id = app_person() AND during @> now()
            UNION SELECT u.id FROM unit u JOIN below b ON u.parent_id = b.unit_id)
        SELECT unit_id FROM below)
$$;
REVOKE EXECUTE ON FUNCTION asked_order_ids() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION asked_order_ids() TO fleet_web;
CREATE POLICY asked ON dispatch_order FOR SELECT TO fleet_web USING (tenant_id = app_tenant()
    AND (vehicle_id IS NULL OR vehicle_id NOT IN (SELECT hidden_vehicle_ids())) AND id IN (SELECT asked_order_ids()));
CREATE POLICY decide ON dispatch_order FOR UPDATE TO fleet_web USING (tenant_id = app_tenant()
    AND (vehicle_id IS NULL OR vehicle_id NOT IN (SELECT hidden_vehicle_ids())) AND id IN (SELECT asked_order_ids()))
    WITH CHECK (tenant_id = app_tenant());

CREATE POLICY see ON approval_change FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can('approval.changes'));
CREATE POLICY add ON approval_change FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('approval.draft')
    AND proposed_by = app_person() AND state = 'proposed');
CREATE POLICY edit ON approval_change FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND state = 'proposed' AND (proposed_by = app_person() OR app_can('approval.publish')))
    WITH CHECK (tenant_id = app_tenant() AND settled_by = app_person()
        AND (state = 'withdrawn' OR (app_can('approval.publish') AND proposed_by <> app_person())));
GRANT SELECT, INSERT, UPDATE (state, settled_at, settled_by, updated_at, row_version) ON approval_change TO fleet_web;
CREATE POLICY see ON approval_policy FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL);
CREATE POLICY add ON approval_policy FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('approval.publish')
    AND created_by = app_person());
CREATE POLICY edit ON approval_policy FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('approval.publish'))
    WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT, UPDATE (during) ON approval_policy TO fleet_web;
CREATE POLICY see ON approval_post FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL);
CREATE POLICY add ON approval_post FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('approval.post')
    AND created_by = app_person() AND person_id <> app_person());
CREATE POLICY edit ON approval_post FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('approval.post'))
    WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT, UPDATE (during, updated_at, row_version) ON approval_post TO fleet_web;
CREATE POLICY see ON approval_delegation FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL);
CREATE POLICY add ON approval_delegation FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND person_id = app_person()
    AND revoked_at IS NULL);
CREATE POLICY edit ON approval_delegation FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND person_id = app_person())
    WITH CHECK (tenant_id = app_tenant() AND person_id = app_person());
GRANT SELECT, INSERT, UPDATE (revoked_at, updated_at, row_version) ON approval_delegation TO fleet_web;
CREATE POLICY see ON approval_budget FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL);
CREATE POLICY add ON approval_budget FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('budget.edit')
    AND created_by = app_person());
CREATE POLICY edit ON approval_budget FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('budget.edit'))
    WITH CHECK (tenant_id = app_tenant() AND created_by = app_person());
GRANT SELECT, INSERT, UPDATE (amount_cents, reason, created_by, updated_at, row_version) ON approval_budget TO fleet_web;
