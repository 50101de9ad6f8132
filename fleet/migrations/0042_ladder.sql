-- What else could serve an order no car is free for (decision 0033): vehicles lent between units by consent, hired vehicles and their
-- vendors' prices, and lump sums for public transport.

-- A unit lends a vehicle it uses: to a unit and those below it for a time (standing), or for one order that asked. Agreed by the unit
-- that uses it, never by silence. No vehicle: every one the unit uses then.
CREATE TABLE lending (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    unit_id uuid NOT NULL,                 -- who lends
    vehicle_id uuid,
    to_unit_id uuid,                       -- of a standing consent; absent: any unit
    order_id uuid,                         -- of a question; absent: standing
    during tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    state text NOT NULL CHECK (state IN ('asked', 'agreed', 'declined', 'lapsed', 'withdrawn', 'ended')),
    words text NOT NULL DEFAULT '' CHECK (length(words) <= 500),
    asked_at timestamptz NOT NULL,
    asked_by uuid NOT NULL,
    answer_by timestamptz,                 -- a question lapses then
    answered_at timestamptz,
    answered_by uuid,
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id),
    CHECK (order_id IS NULL OR (vehicle_id IS NOT NULL AND answer_by IS NOT NULL AND to_unit_id IS NOT NULL)),
    CHECK (order_id IS NOT NULL OR state IN ('agreed', 'ended')),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    FOREIGN KEY (tenant_id, to_unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, asked_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, answered_by) REFERENCES person (tenant_id, id)
);
CREATE UNIQUE INDEX lending_asked_once ON lending (order_id, vehicle_id) WHERE state IN ('asked', 'agreed');
CREATE INDEX lending_agreed ON lending USING gist (tenant_id, during) WHERE state = 'agreed';
CREATE INDEX lending_due ON lending (answer_by) WHERE state = 'asked';
CREATE TRIGGER bump BEFORE UPDATE ON lending FOR EACH ROW EXECUTE FUNCTION bump_row_version();
ALTER TABLE lending ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON lending FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND (vehicle_id IS NULL OR vehicle_id NOT IN (SELECT hidden_vehicle_ids()))
    AND (app_may('vehicle', 'all') OR (app_may('vehicle', 'unit') AND (unit_id = ANY (app_units('vehicle')) OR to_unit_id = ANY (app_units('vehicle'))))));
CREATE POLICY add ON lending FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND asked_by = app_person()
    AND CASE WHEN order_id IS NULL THEN app_can('lending.answer') ELSE app_can('lending.ask') AND state = 'asked' AND order_id IN (SELECT id FROM dispatch_order) END);
CREATE POLICY edit ON lending FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND state IN ('asked', 'agreed') AND (app_can('lending.ask')
    OR (app_can('lending.answer') AND unit_id = ANY (app_units('vehicle'))))) WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT ON lending TO fleet_web;
GRANT UPDATE (state, during, words, answered_at, answered_by) ON lending TO fleet_web;
GRANT SELECT, UPDATE ON lending TO fleet_engine;

-- Who hires vehicles out, and for how much.
CREATE TABLE vendor (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    name text NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 120),
    phone text NOT NULL DEFAULT '' CHECK (length(phone) <= 40),
    active boolean NOT NULL DEFAULT true,
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id),
    UNIQUE (tenant_id, name)
);
CREATE TRIGGER bump BEFORE UPDATE ON vendor FOR EACH ROW EXECUTE FUNCTION bump_row_version();
CREATE TABLE vendor_price (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    vendor_id uuid NOT NULL,
    seats smallint NOT NULL CHECK (seats BETWEEN 1 AND 79),      -- without the driver's
    cents_per_day bigint NOT NULL DEFAULT 0 CHECK (cents_per_day BETWEEN 0 AND 100000000),
    cents_per_km bigint NOT NULL DEFAULT 0 CHECK (cents_per_km BETWEEN 0 AND 100000000),
    minimum_cents bigint NOT NULL DEFAULT 0 CHECK (minimum_cents BETWEEN 0 AND 100000000),
    during tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    CHECK (cents_per_day + cents_per_km + minimum_cents > 0),
    FOREIGN KEY (tenant_id, vendor_id) REFERENCES vendor (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id),
    CONSTRAINT vendor_price_once EXCLUDE USING gist (vendor_id WITH =, seats WITH =, during WITH &&)
);

-- What a trip by public transport is worth: a lump sum a person and way, by mode, level of the traveller and distance.
CREATE TABLE reimbursement_tier (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    mode text NOT NULL CHECK (mode IN ('metro', 'bus', 'taxi', 'coach', 'train')),
    level text NOT NULL DEFAULT '' CHECK (length(level) <= 40),  -- empty: everybody without a tier of his level
    up_to_km int NOT NULL CHECK (up_to_km BETWEEN 1 AND 10000),  -- included, one way
    cents_per_person bigint NOT NULL CHECK (cents_per_person BETWEEN 1 AND 10000000),
    during tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id),
    CONSTRAINT reimbursement_tier_once EXCLUDE USING gist (tenant_id WITH =, mode WITH =, level WITH =, up_to_km WITH =, during WITH &&)
);
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['vendor', 'vendor_price', 'reimbursement_tier'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        -- Prices are asked for whoever looks for another way; the lists of them are for who may read them.
        EXECUTE format('CREATE POLICY see ON %I FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_person() IS NOT NULL)', t);
        EXECUTE format('CREATE POLICY add ON %I FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can(''vendor.edit''))', t);
        EXECUTE format('CREATE POLICY edit ON %I FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can(''vendor.edit'')) WITH CHECK (tenant_id = app_tenant())', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO fleet_web', t);
        EXECUTE format('GRANT SELECT ON %I TO fleet_engine', t);
    END LOOP;
END $$;
GRANT UPDATE (name, phone, active) ON vendor TO fleet_web;
GRANT UPDATE (during) ON vendor_price, reimbursement_tier TO fleet_web;

-- By what means an order is served that has no vehicle of one's own; the amount is kept here until it is settled.
ALTER TABLE dispatch_order ADD COLUMN means text CHECK (means IN ('hire', 'public_transport')),
    ADD CONSTRAINT dispatch_order_means CHECK (means IS NULL OR (vehicle_id IS NULL AND driver_id IS NULL AND rides_with IS NULL));
CREATE TABLE order_means (
    order_id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenant,
    means text NOT NULL CHECK (means IN ('hire', 'public_transport')),
    vendor_id uuid,
    plate text CHECK (length(plate) BETWEEN 2 AND 20),
    driver_name text NOT NULL DEFAULT '' CHECK (length(driver_name) <= 80),
    driver_phone text NOT NULL DEFAULT '' CHECK (length(driver_phone) <= 40),
    mode text,
    level text NOT NULL DEFAULT '',
    during tstzrange NOT NULL CHECK (NOT isempty(during)),  -- a hired vehicle serves one order at a time
    lines jsonb NOT NULL,                  -- of the amount, as dispatch/ladder/cost.py makes them
    cents bigint NOT NULL CHECK (cents BETWEEN 0 AND 1000000000),
    off_at timestamptz,
    taken_at timestamptz NOT NULL,
    taken_by uuid NOT NULL,
    CHECK ((means = 'hire') = (vendor_id IS NOT NULL) AND (means = 'hire') = (plate IS NOT NULL) AND (means = 'public_transport') = (mode IS NOT NULL)),
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, vendor_id) REFERENCES vendor (tenant_id, id),
    FOREIGN KEY (tenant_id, taken_by) REFERENCES person (tenant_id, id),
    CONSTRAINT hired_vehicle_double_booked EXCLUDE USING gist (tenant_id WITH =, plate WITH =, during WITH &&) WHERE (plate IS NOT NULL AND off_at IS NULL)
);
ALTER TABLE order_means ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON order_means FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY add ON order_means FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND taken_by = app_person()
    AND (app_can('order.hire') OR (means = 'public_transport' AND app_can('order.edit'))) AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY edit ON order_means FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND (app_can('order.hire') OR app_can('order.edit'))
    AND order_id IN (SELECT id FROM dispatch_order)) WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT, UPDATE ON order_means TO fleet_web;
GRANT SELECT, UPDATE ON order_means TO fleet_engine;

-- However a hired order ends or gets a vehicle of one's own after all: the hired one is free again.
CREATE FUNCTION order_means_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE order_means SET off_at = now() WHERE order_id = NEW.id AND off_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER means_follow AFTER UPDATE ON dispatch_order FOR EACH ROW
    WHEN (OLD.means IS NOT NULL AND (NEW.means IS NULL OR NEW.state IN ('rejected', 'withdrawn', 'cancelled', 'expired', 'no_show')))
    EXECUTE FUNCTION order_means_follow();
REVOKE EXECUTE ON FUNCTION order_means_follow() FROM PUBLIC;
