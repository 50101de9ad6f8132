-- What 0006 left to the queries is decided by the database too: every table of a tenant is scoped, writing asks for the
-- right and not only for the tenant, no row refers to a row of another tenant, and the records tell a missing tail.

-- The actions of fleet/access.py the viewer's roles allow.
CREATE FUNCTION app_can(action text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT action = ANY (string_to_array(coalesce(app_setting('acts'), ''), ',')) $$;

-- Before there is a viewer somebody must be recognised: web/auth.py opens the door for those few queries, and the
-- viewer's scope closes it. Nothing but accounts, units and sessions lies behind it.
CREATE FUNCTION app_at_door() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(app_setting('door') = 'open', false) $$;

ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON tenant FOR SELECT TO fleet_web USING (id = app_tenant() OR app_at_door());

ALTER TABLE unit ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON unit FOR SELECT TO fleet_web USING (tenant_id = app_tenant() OR app_at_door());
CREATE POLICY add ON unit FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('unit.edit'));
CREATE POLICY edit ON unit FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('unit.edit'));

ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON person FOR SELECT TO fleet_web USING (tenant_id = app_tenant() OR app_at_door());
CREATE POLICY add ON person FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('person.edit'));
CREATE POLICY edit ON person FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND (app_can('person.edit') OR id = app_person()));

ALTER TABLE person_role ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON person_role FOR SELECT TO fleet_web USING (tenant_id = app_tenant() OR app_at_door());
CREATE POLICY add ON person_role FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('person.edit'));
CREATE POLICY edit ON person_role FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('person.edit'));

ALTER TABLE session ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON session FOR SELECT TO fleet_web USING (app_at_door()
    OR (tenant_id = app_tenant() AND (person_id = app_person() OR app_can('person.edit'))));
CREATE POLICY add ON session FOR INSERT TO fleet_web WITH CHECK (app_at_door());
CREATE POLICY edit ON session FOR UPDATE TO fleet_web USING (app_at_door()
    OR (tenant_id = app_tenant() AND (person_id = app_person() OR app_can('person.edit'))));

ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON idempotency TO fleet_web USING (tenant_id = app_tenant() AND person_id = app_person());
CREATE POLICY forget ON idempotency FOR DELETE TO fleet_web USING (app_at_door());
CREATE POLICY forget_seen ON idempotency FOR SELECT TO fleet_web USING (app_at_door());

ALTER TABLE device ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON device FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL);
CREATE POLICY add ON device FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('device.edit'));
CREATE POLICY edit ON device FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('device.edit'));

-- These have no tenant of their own: the device's decides.
ALTER TABLE device_state ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON device_state FOR SELECT TO fleet_web USING (device_no IN (SELECT d.device_no FROM device d));
ALTER TABLE latest_position ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON latest_position FOR SELECT TO fleet_web USING (device_no IN (SELECT d.device_no FROM device d));
CREATE POLICY track ON latest_position FOR SELECT TO fleet_track USING (true);
ALTER TABLE quarantine ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON quarantine FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL);

ALTER TABLE dispatch_plan ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON dispatch_plan TO fleet_web USING (tenant_id = app_tenant() AND app_can('dispatch.suggest'));

ALTER TABLE rejudge ENABLE ROW LEVEL SECURITY;
REVOKE INSERT ON rejudge FROM fleet_web;  -- triggers write it

-- What everybody is judged by: read by the tenant's people, written on the machine only.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['area', 'area_version', 'calendar_version', 'calendar_day', 'work_schedule', 'rule_version', 'tariff', 'setting'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY see ON %I FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL)', t);
        EXECUTE format('REVOKE INSERT, UPDATE ON %I FROM fleet_web', t);
    END LOOP;
END $$;
REVOKE INSERT, UPDATE ON tenant FROM fleet_web;

-- Writing a vehicle, its custody and its locator asks for the right, and never reaches what is hidden.
DROP POLICY add ON vehicle;
CREATE POLICY add ON vehicle FOR INSERT TO fleet_web
    WITH CHECK (tenant_id = app_tenant() AND app_can('vehicle.edit') AND (NOT exempt OR app_cleared()));
DROP POLICY edit ON vehicle;
CREATE POLICY edit ON vehicle FOR UPDATE TO fleet_web USING (app_can('vehicle.edit') AND id IN (SELECT visible_vehicle_ids('vehicle')))
    WITH CHECK (tenant_id = app_tenant() AND (NOT exempt OR app_cleared()));
DROP POLICY add ON custody;
CREATE POLICY add ON custody FOR INSERT TO fleet_web
    WITH CHECK (tenant_id = app_tenant() AND app_can('vehicle.edit') AND vehicle_id NOT IN (SELECT hidden_vehicle_ids()));
DROP POLICY edit ON custody;
CREATE POLICY edit ON custody FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND app_can('vehicle.edit') AND vehicle_id NOT IN (SELECT hidden_vehicle_ids()));
DROP POLICY add ON device_binding;
CREATE POLICY add ON device_binding FOR INSERT TO fleet_web
    WITH CHECK (tenant_id = app_tenant() AND app_can('device.edit') AND vehicle_id NOT IN (SELECT hidden_vehicle_ids()));
DROP POLICY edit ON device_binding;
CREATE POLICY edit ON device_binding FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND app_can('device.edit') AND vehicle_id NOT IN (SELECT hidden_vehicle_ids()));
DROP POLICY add ON dispatch_order;
CREATE POLICY add ON dispatch_order FOR INSERT TO fleet_web
    WITH CHECK (tenant_id = app_tenant() AND app_can('order.book') AND created_by = app_person());
DROP POLICY edit ON alert;
CREATE POLICY edit ON alert FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('alert.clear_green')
    AND vehicle_id NOT IN (SELECT hidden_vehicle_ids()));
DROP POLICY mine ON notice_delivery;
CREATE POLICY mine ON notice_delivery FOR SELECT TO fleet_web USING (notice_id IN (SELECT id FROM notice));
CREATE POLICY read ON notice_delivery FOR UPDATE TO fleet_web USING (notice_id IN (SELECT id FROM notice));
REVOKE INSERT ON notice_delivery FROM fleet_web;  -- notice_add writes it

-- The journal is for those who review it; others read what they did themselves and the story of orders they see.
DROP POLICY see ON journal;
CREATE POLICY see ON journal FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL
    AND (object_id IS NULL OR object_id NOT IN (SELECT hidden_vehicle_ids()))
    AND CASE WHEN object_kind = 'order' THEN EXISTS (SELECT FROM dispatch_order o WHERE o.id = journal.object_id)
        ELSE app_may('journal', 'all') OR actor_id = app_person() END);

-- Nothing of a tenant is open to a role no policy names.
DO $$
DECLARE t regclass;
BEGIN
    FOR t IN SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
    END LOOP;
END $$;

-- A row refers only to rows of its own tenant, whatever a program believes.
DO $$
DECLARE r record;
BEGIN
    FOR r IN
        SELECT c.conname, c.conrelid::regclass AS child, a.attname AS col, c.confrelid::regclass AS parent, p.attname AS parent_col
        FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        JOIN pg_attribute p ON p.attrelid = c.confrelid AND p.attnum = c.confkey[1]
        WHERE c.contype = 'f' AND cardinality(c.conkey) = 1 AND c.connamespace = 'public'::regnamespace
          AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.conrelid AND t.attname = 'tenant_id')
          AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.confrelid AND t.attname = 'tenant_id')
        ORDER BY c.oid
    LOOP
        IF NOT EXISTS (SELECT FROM pg_constraint u WHERE u.conrelid = r.parent AND u.conname = r.parent || '_tenant_' || r.parent_col) THEN
            EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I UNIQUE (tenant_id, %I)', r.parent, r.parent || '_tenant_' || r.parent_col, r.parent_col);
        END IF;
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.child, r.conname);
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (tenant_id, %I) REFERENCES %s (tenant_id, %I)',
            r.child, r.conname, r.col, r.parent, r.parent_col);
    END LOOP;
END $$;

-- A tail that was cut off is a break too: the head remembers how far a chain went.
CREATE FUNCTION chain_tail_break(in_tenant uuid, in_chain text, last_seq bigint, last_hash bytea) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(last_seq, 0) + 1 FROM (SELECT) AS once
    LEFT JOIN chain_head h ON h.tenant_id = in_tenant AND h.chain = in_chain
    WHERE (coalesce(h.seq, 0), coalesce(h.hash, '\x00'::bytea)) <> (coalesce(last_seq, 0), coalesce(last_hash, '\x00'::bytea))
$$;
ALTER FUNCTION journal_first_break(uuid) RENAME TO journal_broken_link;
ALTER FUNCTION audit_first_break(uuid) RENAME TO audit_broken_link;
CREATE FUNCTION journal_first_break(in_tenant uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(journal_broken_link(in_tenant), (SELECT chain_tail_break(in_tenant, 'journal', max(j.seq), (array_agg(j.hash ORDER BY j.seq DESC))[1])
        FROM (SELECT seq, hash FROM journal WHERE tenant_id = in_tenant ORDER BY seq DESC LIMIT 1) j))
$$;
CREATE FUNCTION audit_first_break(in_tenant uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(audit_broken_link(in_tenant), (SELECT chain_tail_break(in_tenant, 'audit', max(a.seq), (array_agg(a.hash ORDER BY a.seq DESC))[1])
        FROM (SELECT seq, hash FROM audit WHERE tenant_id = in_tenant ORDER BY seq DESC LIMIT 1) a))
$$;

-- The web program writes into the records only of the viewer's tenant and under the viewer's own name. session_user
-- and not current_user: inside these functions the latter is their owner.
CREATE FUNCTION record_is_own(in_tenant uuid, in_actor_id uuid) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF session_user = 'fleet_web' AND (in_tenant, in_actor_id) IS DISTINCT FROM (app_tenant(), app_person()) THEN
        RAISE insufficient_privilege USING MESSAGE = 'row-level security: a record of another person or tenant';
    END IF;
END $$;
CREATE FUNCTION record_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM record_is_own(NEW.tenant_id, NEW.actor_id);
    RETURN NEW;
END $$;
CREATE TRIGGER own BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION record_guard();
CREATE TRIGGER own BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION record_guard();
CREATE FUNCTION notice_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF session_user = 'fleet_web' AND NEW.tenant_id IS DISTINCT FROM app_tenant() THEN
        RAISE insufficient_privilege USING MESSAGE = 'row-level security: a notice of another tenant';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER own BEFORE INSERT ON notice FOR EACH ROW EXECUTE FUNCTION notice_guard();

-- Without pg_temp at the end a temporary table of the caller's would be looked at first.
DO $$
DECLARE f regprocedure;
BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', f);
    END LOOP;
END $$;
