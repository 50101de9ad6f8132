-- A locator that is bound to a vehicle afterwards, or was in another one, makes its stored fixes be judged (again).
CREATE FUNCTION binding_touches_judgement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM judge_again(NEW.tenant_id, NEW.vehicle_id, NEW.during, 'replay');
    ELSIF (OLD.during, OLD.vehicle_id) IS DISTINCT FROM (NEW.during, NEW.vehicle_id) THEN
        PERFORM judge_again(OLD.tenant_id, OLD.vehicle_id, range_merge(OLD.during, NEW.during), 'replay');
        IF OLD.vehicle_id <> NEW.vehicle_id THEN
            PERFORM judge_again(NEW.tenant_id, NEW.vehicle_id, NEW.during, 'replay');
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER touches_judgement AFTER INSERT OR UPDATE ON device_binding FOR EACH ROW EXECUTE FUNCTION binding_touches_judgement();
