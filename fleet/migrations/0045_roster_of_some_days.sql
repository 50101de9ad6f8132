-- The roster of a stretch of days, not of all time: single days are never erased.
DROP FUNCTION driver_roster(uuid);
CREATE INDEX driver_shift_newest ON driver_shift (tenant_id, person_id, first_day DESC) WHERE withdrawn_at IS NULL;
CREATE INDEX driver_shift_days ON driver_shift (tenant_id, first_day) WHERE withdrawn_at IS NULL;
CREATE FUNCTION driver_roster(in_tenant uuid, since date, until date)
RETURNS TABLE (person_id uuid, weekday smallint, first_day date, last_day date, starts time, ends time) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT s.person_id, s.weekday, s.first_day, s.last_day, s.starts, s.ends FROM driver_shift s
    WHERE s.tenant_id = in_tenant AND (in_tenant = app_tenant() OR session_user <> 'fleet_web') AND s.withdrawn_at IS NULL AND s.first_day <= until
      AND CASE WHEN s.weekday IS NULL THEN s.first_day >= since ELSE coalesce(s.last_day, 'infinity') >= since END
    UNION
    -- Of each driver the newest line, too: a roster that has run out is still one.
    SELECT n.person_id, n.weekday, n.first_day, n.last_day, n.starts, n.ends FROM person p CROSS JOIN LATERAL (
        SELECT s.* FROM driver_shift s WHERE s.tenant_id = in_tenant AND s.person_id = p.id AND s.withdrawn_at IS NULL
        ORDER BY s.first_day DESC LIMIT 1) n
    WHERE p.tenant_id = in_tenant AND (in_tenant = app_tenant() OR session_user <> 'fleet_web')
$$;
REVOKE EXECUTE ON FUNCTION driver_roster(uuid, date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION driver_roster(uuid, date, date) TO fleet_web, fleet_engine;
