-- A trip that has begun and then goes on with another vehicle: the first one drove under the order, too, and its movement is
-- not a movement without one. A row is written whoever takes the vehicle away, and never changed.
CREATE TABLE order_earlier_vehicle (
    tenant_id uuid NOT NULL REFERENCES tenant,
    order_id uuid NOT NULL,
    vehicle_id uuid NOT NULL,
    driver_id uuid,
    planned_start_at timestamptz NOT NULL,
    planned_end_at timestamptz NOT NULL,
    departed_at timestamptz NOT NULL,
    left_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_id, vehicle_id, departed_at),
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id)
);
CREATE INDEX ON order_earlier_vehicle (vehicle_id, planned_start_at);
ALTER TABLE order_earlier_vehicle ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON order_earlier_vehicle FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order));
GRANT SELECT ON order_earlier_vehicle TO fleet_web, fleet_engine;

CREATE FUNCTION order_leaves_vehicle() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO order_earlier_vehicle (tenant_id, order_id, vehicle_id, driver_id, planned_start_at, planned_end_at, departed_at)
    VALUES (OLD.tenant_id, OLD.id, OLD.vehicle_id, OLD.driver_id, OLD.planned_start_at, OLD.planned_end_at, OLD.departed_at)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION order_leaves_vehicle() FROM PUBLIC;
CREATE TRIGGER leaves_vehicle AFTER UPDATE OF vehicle_id ON dispatch_order FOR EACH ROW
    WHEN (OLD.vehicle_id IS NOT NULL AND OLD.departed_at IS NOT NULL AND OLD.vehicle_id IS DISTINCT FROM NEW.vehicle_id)
    EXECUTE FUNCTION order_leaves_vehicle();
