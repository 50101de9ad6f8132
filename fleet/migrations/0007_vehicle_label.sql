-- The plate of a vehicle, for whoever already sees something that names it: an order of one's unit served by a pool
-- vehicle, an alert about a vehicle that has since changed hands. Plates are on the street; files, places and exempt
-- vehicles are not, so this view carries nothing else and leaves the hidden ones out.
CREATE VIEW vehicle_label WITH (security_barrier) AS
SELECT v.id, v.vehicle_no, v.plate, v.make_model, v.vehicle_class, v.seats
FROM vehicle v
WHERE v.tenant_id = app_tenant() AND app_person() IS NOT NULL AND (NOT v.exempt OR app_cleared());
GRANT SELECT ON vehicle_label TO fleet_web;

-- A locator whose vehicle is hidden from the viewer is hidden too.
CREATE FUNCTION device_hidden(in_device uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT EXISTS (SELECT FROM device_binding b WHERE b.device_id = in_device AND b.during @> now()
    AND b.vehicle_id IN (SELECT hidden_vehicle_ids())) $$;
