-- What a vehicle's file said and when: rules ask whether it was sealed or in repair then, not what it is today.
CREATE TABLE vehicle_status_span (
    vehicle_id uuid NOT NULL REFERENCES vehicle ON DELETE CASCADE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    status text NOT NULL,
    during tstzrange NOT NULL,
    EXCLUDE USING gist (vehicle_id WITH =, during WITH &&)
);
CREATE INDEX ON vehicle_status_span (vehicle_id);
ALTER TABLE vehicle_status_span ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON vehicle_status_span FOR SELECT TO fleet_web
    USING (tenant_id = app_tenant() AND vehicle_id NOT IN (SELECT hidden_vehicle_ids()));
GRANT SELECT ON vehicle_status_span TO fleet_web;
GRANT SELECT ON vehicle_status_span TO fleet_engine;

-- Of vehicles that were there before, only what their file says today is known.
INSERT INTO vehicle_status_span (vehicle_id, tenant_id, status, during)
SELECT id, tenant_id, status, tstzrange(CASE WHEN status = 'in_service' THEN '-infinity' ELSE updated_at END, NULL) FROM vehicle;

CREATE FUNCTION vehicle_status_then() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO vehicle_status_span (vehicle_id, tenant_id, status, during)
        VALUES (NEW.id, NEW.tenant_id, NEW.status, tstzrange('-infinity', NULL));
    ELSIF NEW.status IS DISTINCT FROM OLD.status THEN
        DELETE FROM vehicle_status_span WHERE vehicle_id = NEW.id AND lower(during) >= now();  -- changed twice in one transaction
        UPDATE vehicle_status_span SET during = tstzrange(lower(during), now()) WHERE vehicle_id = NEW.id AND during @> now();
        INSERT INTO vehicle_status_span (vehicle_id, tenant_id, status, during) VALUES (NEW.id, NEW.tenant_id, NEW.status, tstzrange(now(), NULL));
        PERFORM judge_again(NEW.tenant_id, NEW.id, tstzrange(now() - interval '1 minute', NULL), 'custody_change');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER status_then AFTER INSERT OR UPDATE OF status ON vehicle FOR EACH ROW EXECUTE FUNCTION vehicle_status_then();
