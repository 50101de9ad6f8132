-- Vehicles that broke down within 12 h and have not been driven for an order since: planning must know, whoever asks; never why.
CREATE FUNCTION vehicles_broken(in_tenant uuid, at timestamptz)
RETURNS TABLE (vehicle_id uuid, broke_down_at timestamptz) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT d.vehicle_id, max(d.noticed_at) FROM disruption d
    WHERE d.tenant_id = in_tenant AND (in_tenant = app_tenant() OR session_user <> 'fleet_web') AND d.kind = 'breakdown'
      AND d.vehicle_id IS NOT NULL AND d.noticed_at > at - interval '12 hours'
      AND NOT EXISTS (SELECT FROM dispatch_order o WHERE o.vehicle_id = d.vehicle_id AND o.departed_at > d.noticed_at)
    GROUP BY d.vehicle_id
$$;
REVOKE EXECUTE ON FUNCTION vehicles_broken(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vehicles_broken(uuid, timestamptz) TO fleet_web, fleet_engine;
