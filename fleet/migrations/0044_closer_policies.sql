-- Row policies as close as the use cases: whose roster, whose vehicles are lent, who changes what a hire costs.
DO $$
DECLARE t text; r text; mine text;
BEGIN
    FOREACH t IN ARRAY ARRAY['driver_shift', 'driver_absence', 'driver_qualification'] LOOP
        mine := 'person_id IN (SELECT id FROM person WHERE unit_id = ANY (app_units(''roster'')))';
        r := CASE t WHEN 'driver_qualification' THEN 'driver.qualify' ELSE 'roster.edit' END;
        EXECUTE format('DROP POLICY see ON %I', t);
        EXECUTE format('DROP POLICY add ON %I', t);
        EXECUTE format('DROP POLICY edit ON %I', t);
        EXECUTE format('CREATE POLICY see ON %I FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND (person_id = app_person() OR app_can(''roster.all'')
            OR app_can(''roster.edit'') AND %s))', t, mine);
        EXECUTE format('CREATE POLICY add ON %I FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND entered_by = app_person() AND withdrawn_at IS NULL
            AND (app_can(%L) AND (app_can(''roster.all'') OR %s) OR %L = ''driver_absence'' AND person_id = app_person() AND app_can(''roster.call_in'')))', t, r, mine, t);
        EXECUTE format('CREATE POLICY edit ON %I FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND withdrawn_at IS NULL
            AND (app_can(%L) AND (app_can(''roster.all'') OR %s) OR %L = ''driver_absence'' AND person_id = app_person() AND app_can(''roster.call_in'')))
            WITH CHECK (tenant_id = app_tenant() AND (withdrawn_by IS NULL OR withdrawn_by = app_person()))', t, r, mine, t);
    END LOOP;
END $$;
DROP POLICY add ON lending;
CREATE POLICY add ON lending FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND asked_by = app_person()
    AND CASE WHEN order_id IS NULL THEN app_can('lending.answer') AND unit_id = ANY (app_units('vehicle'))
        ELSE app_can('lending.ask') AND state = 'asked' AND order_id IN (SELECT id FROM dispatch_order) END);
DROP POLICY edit ON order_means;
CREATE POLICY edit ON order_means FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order)
    AND (app_can('order.hire') OR means = 'public_transport' AND app_can('order.edit'))) WITH CHECK (tenant_id = app_tenant());
