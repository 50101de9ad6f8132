-- Who drove which vehicle how long without a rest (geofence.who_drives), told from the vehicle's own fixes, orders and badges.
-- Facts like drives: written by judging, which may take them back; other vehicles' judging looks them up by driver.
CREATE TABLE driver_spell (
    vehicle_id uuid NOT NULL REFERENCES vehicle,
    started_at timestamptz NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenant,
    ended_at timestamptz NOT NULL,         -- of the driving told so far
    driven_ms int NOT NULL,                -- of it, short breaks left out
    under_way boolean NOT NULL,            -- more is driven than told
    driver text NOT NULL,                  -- whom the same driver is known by elsewhere: person, or tenant/badge of nobody
    driver_id uuid,                        -- NULL: the badge is nobody's
    source text NOT NULL CHECK (source IN ('badge', 'order')),
    badge text,
    order_id uuid REFERENCES dispatch_order,
    order_driver_id uuid,                  -- whom the order names
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (vehicle_id, started_at),
    FOREIGN KEY (tenant_id, driver_id) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, order_driver_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX ON driver_spell (driver, ended_at);
CREATE INDEX ON driver_spell (badge, tenant_id) WHERE badge IS NOT NULL;
ALTER TABLE driver_spell ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON driver_spell FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND started_at <@ visible_track_span(vehicle_id));
GRANT SELECT ON driver_spell TO fleet_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON driver_spell TO fleet_engine;

-- Who drove during an alert, and how that is known: also when it was another than its order names.
ALTER TABLE alert ADD COLUMN driver_source text CHECK (driver_source IN ('badge', 'order', 'unknown')), ADD COLUMN driver_badge text;

-- Whose badge it is: the number a locator says, or of the certificate in a JT/T 808 driver message (0x0702).
CREATE TABLE driver_badge (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    badge text NOT NULL CHECK (length(badge) BETWEEN 1 AND 64),
    person_id uuid NOT NULL,
    during tstzrange NOT NULL DEFAULT tstzrange('-infinity', NULL) CHECK (NOT isempty(during)),
    created_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
    EXCLUDE USING gist (tenant_id WITH =, badge WITH =, during WITH &&)
);
ALTER TABLE driver_badge ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON driver_badge TO fleet_engine;

-- What was driven with a badge is told anew when it turns out whose it is.
CREATE FUNCTION badge_touches_judgement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM judge_again(s.tenant_id, s.vehicle_id, tstzrange(min(s.started_at), max(s.ended_at), '[]'), 'replay')
    FROM driver_spell s
    WHERE s.tenant_id = NEW.tenant_id AND s.badge = NEW.badge
        AND (tstzrange(s.started_at, s.ended_at, '[]') && NEW.during OR (TG_OP = 'UPDATE' AND tstzrange(s.started_at, s.ended_at, '[]') && OLD.during))
    GROUP BY s.tenant_id, s.vehicle_id;
    RETURN NULL;
END $$;
CREATE TRIGGER touches_judgement AFTER INSERT OR UPDATE ON driver_badge FOR EACH ROW EXECUTE FUNCTION badge_touches_judgement();
-- A driver's card that is put in or taken out says who drives from then on; a few minutes around it are judged again.
CREATE FUNCTION card_touches_judgement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM judge_again(b.tenant_id, b.vehicle_id, tstzrange(NEW.happened_at - interval '1 second', NEW.happened_at + interval '16 hours'), 'replay')
    FROM device_binding b WHERE b.device_no = NEW.device_no AND b.during @> NEW.happened_at;
    PERFORM pg_notify('order_changed', '');
    RETURN NULL;
END $$;
CREATE TRIGGER touches_judgement AFTER INSERT ON device_event FOR EACH ROW WHEN (NEW.code = 'driver_card') EXECUTE FUNCTION card_touches_judgement();
REVOKE EXECUTE ON FUNCTION badge_touches_judgement(), card_touches_judgement() FROM PUBLIC;

-- What somebody on a trip says about a span of it: never changed, never taken back, and no finding goes away because of it.
CREATE TABLE order_statement (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    order_id uuid NOT NULL REFERENCES dispatch_order,
    person_id uuid NOT NULL,
    said_as text NOT NULL CHECK (said_as IN ('driver', 'requester')),
    reason text NOT NULL CHECK (reason IN ('road_closed', 'traffic', 'weather', 'fuel', 'rest', 'fault', 'passenger_request', 'task_changed', 'emergency', 'other')),
    words text NOT NULL CHECK (length(words) <= 500),
    during tstzrange NOT NULL CHECK (NOT lower_inf(during) AND NOT upper_inf(during) AND NOT isempty(during)),
    lon double precision,
    lat double precision,
    said_at timestamptz NOT NULL,
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
    CHECK (reason <> 'other' OR length(trim(words)) >= 4),
    CHECK ((lon IS NULL) = (lat IS NULL))
);
CREATE INDEX ON order_statement (order_id, said_at);
ALTER TABLE order_statement ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON order_statement FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY add ON order_statement FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND person_id = app_person()
    AND order_id IN (SELECT id FROM dispatch_order o WHERE CASE said_as WHEN 'driver' THEN o.driver_id ELSE o.requester_id END = app_person()));
GRANT SELECT, INSERT ON order_statement TO fleet_web;
GRANT SELECT ON order_statement TO fleet_engine;

-- A stop of a trip that an approver allows, beside those that were booked.
CREATE TABLE approved_stop (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    order_id uuid NOT NULL REFERENCES dispatch_order,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    radius_m int NOT NULL DEFAULT 300 CHECK (radius_m BETWEEN 50 AND 2000),
    reason text NOT NULL CHECK (length(trim(reason)) >= 4),
    approver_id uuid NOT NULL,
    approved_at timestamptz NOT NULL,
    FOREIGN KEY (tenant_id, approver_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX ON approved_stop (order_id);
ALTER TABLE approved_stop ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON approved_stop FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY add ON approved_stop FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND approver_id = app_person()
    AND app_can('order.approve') AND order_id IN (SELECT id FROM dispatch_order o WHERE app_person() NOT IN (o.requester_id, coalesce(o.driver_id, o.requester_id))));
GRANT SELECT, INSERT ON approved_stop TO fleet_web;
GRANT SELECT ON approved_stop TO fleet_engine;
CREATE FUNCTION approved_stop_touches_judgement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM judge_again(o.tenant_id, o.vehicle_id, tstzrange(o.planned_start_at - interval '1 hour', o.planned_end_at + interval '6 hours'), 'order_change')
    FROM dispatch_order o WHERE o.id = NEW.order_id AND o.vehicle_id IS NOT NULL;
    PERFORM pg_notify('order_changed', NEW.order_id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER touches_judgement AFTER INSERT ON approved_stop FOR EACH ROW EXECUTE FUNCTION approved_stop_touches_judgement();
REVOKE EXECUTE ON FUNCTION approved_stop_touches_judgement() FROM PUBLIC;

-- Another driver of an order is a change that judging must hear of.
CREATE OR REPLACE FUNCTION order_touches_judgement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('order_changed', NEW.id::text);
    IF TG_OP = 'UPDATE' AND OLD.vehicle_id IS NOT NULL AND OLD.vehicle_id IS DISTINCT FROM NEW.vehicle_id THEN
        INSERT INTO rejudge (tenant_id, vehicle_id, during, why)
        VALUES (OLD.tenant_id, OLD.vehicle_id, tstzrange(OLD.planned_start_at - interval '1 hour', OLD.planned_end_at + interval '2 hours'), 'order_change');
    END IF;
    IF NEW.vehicle_id IS NOT NULL AND (TG_OP = 'INSERT'
        OR (OLD.state, OLD.vehicle_id, OLD.driver_id, OLD.planned_start_at, OLD.planned_end_at, OLD.off_hours_approved, OLD.holiday_approved, OLD.type, OLD.route)
           IS DISTINCT FROM
           (NEW.state, NEW.vehicle_id, NEW.driver_id, NEW.planned_start_at, NEW.planned_end_at, NEW.off_hours_approved, NEW.holiday_approved, NEW.type, NEW.route)) THEN
        INSERT INTO rejudge (tenant_id, vehicle_id, during, why)
        VALUES (NEW.tenant_id, NEW.vehicle_id, tstzrange(NEW.planned_start_at - interval '1 hour', NEW.planned_end_at + interval '2 hours'), 'order_change');
    END IF;
    RETURN NULL;
END $$;
