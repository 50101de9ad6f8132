-- Where judging can start again, and what makes it start again.
-- A checkpoint is the engine's state of a parked vehicle: a late fix or a changed order is judged from the checkpoint
-- before it up to the first later checkpoint that comes out the same.
CREATE TABLE engine_checkpoint (
    vehicle_id uuid NOT NULL REFERENCES vehicle,
    at timestamptz NOT NULL,               -- the newest fix folded into the state
    tenant_id uuid NOT NULL REFERENCES tenant,
    state_version int NOT NULL,
    state jsonb NOT NULL,
    PRIMARY KEY (vehicle_id, at)
);
-- Judging counts in epoch milliseconds, the resolution of stored fixes.
CREATE FUNCTION epoch_ms(t timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (extract(epoch FROM t) * 1000)::bigint $$;
CREATE FUNCTION from_epoch_ms(ms bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT to_timestamp(ms / 1000.0) $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON engine_checkpoint TO fleet_engine;

-- A change of calendar, custody, areas or rule parameters re-judges what it touches of the last 31 days.
CREATE FUNCTION judge_again(in_tenant uuid, in_vehicle uuid, in_during tstzrange, in_why text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO rejudge (tenant_id, vehicle_id, during, why)
    SELECT in_tenant, in_vehicle, in_during * tstzrange(now() - interval '31 days', now()), in_why
    WHERE in_during && tstzrange(now() - interval '31 days', now())
$$;
REVOKE EXECUTE ON FUNCTION judge_again FROM PUBLIC;

CREATE FUNCTION calendar_touches_judgement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM judge_again(c.tenant_id, NULL, tstzrange((min(c.day) - 1)::timestamptz, (max(c.day) + 2)::timestamptz), 'calendar_change')
        FROM changed c WHERE c.day > current_date - 33 AND c.day <= current_date + 1 GROUP BY c.tenant_id;
    RETURN NULL;
END $$;
CREATE TRIGGER touches_judgement AFTER INSERT ON calendar_day REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION calendar_touches_judgement();

CREATE FUNCTION custody_touches_judgement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM judge_again(NEW.tenant_id, NEW.vehicle_id, NEW.during, 'custody_change');
    ELSIF (OLD.during, OLD.unit_id) IS DISTINCT FROM (NEW.during, NEW.unit_id) THEN
        PERFORM judge_again(NEW.tenant_id, NEW.vehicle_id, range_merge(OLD.during, NEW.during), 'custody_change');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER touches_judgement AFTER INSERT OR UPDATE ON custody FOR EACH ROW EXECUTE FUNCTION custody_touches_judgement();

-- A version that only ends earlier or later touches the time between; what was judged before its end stays.
CREATE FUNCTION area_touches_judgement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM judge_again(NEW.tenant_id, NULL, NEW.during, 'area_change');
    ELSIF NEW.geometry = OLD.geometry AND lower(NEW.during) IS NOT DISTINCT FROM lower(OLD.during) THEN
        PERFORM judge_again(NEW.tenant_id, NULL, tstzrange(least(upper(OLD.during), upper(NEW.during)),
            nullif(greatest(coalesce(upper(OLD.during), 'infinity'), coalesce(upper(NEW.during), 'infinity')), 'infinity')), 'area_change');
    ELSE
        PERFORM judge_again(NEW.tenant_id, NULL, range_merge(OLD.during, NEW.during), 'area_change');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER touches_judgement AFTER INSERT OR UPDATE ON area_version FOR EACH ROW EXECUTE FUNCTION area_touches_judgement();

CREATE FUNCTION rule_touches_judgement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM judge_again(NEW.tenant_id, NULL, NEW.during, 'rule_change');
    RETURN NULL;
END $$;
CREATE TRIGGER touches_judgement AFTER INSERT OR UPDATE ON rule_version FOR EACH ROW EXECUTE FUNCTION rule_touches_judgement();
