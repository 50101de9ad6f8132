-- Tariffs in dated versions by two people, vouchers of a trip, the lines of its amount; the end of a trip; time-share cars.
ALTER TABLE tariff
    ADD COLUMN km_tiers jsonb NOT NULL DEFAULT '[]',           -- [{"from_km", "cents_per_km"}], rising; cents_per_km holds before the first
    ADD COLUMN cents_per_hour bigint NOT NULL DEFAULT 0 CHECK (cents_per_hour >= 0),
    ADD COLUMN cents_per_waiting_hour bigint NOT NULL DEFAULT 0 CHECK (cents_per_waiting_hour >= 0),
    ADD COLUMN waiting_free_min int NOT NULL DEFAULT 0 CHECK (waiting_free_min >= 0),
    ADD COLUMN allowance_cents_per_day bigint NOT NULL DEFAULT 0 CHECK (allowance_cents_per_day >= 0),
    ADD COLUMN allowance_from_h int NOT NULL DEFAULT 8 CHECK (allowance_from_h BETWEEN 0 AND 24),
    ADD COLUMN state text NOT NULL DEFAULT 'in_force' CHECK (state IN ('draft', 'in_force', 'withdrawn')),
    ADD COLUMN holds_from timestamptz,     -- what the draft asks for; a draft's `during` is empty, so it never prices anything
    ADD COLUMN reason text NOT NULL DEFAULT '',
    ADD COLUMN settled_at timestamptz,
    ADD COLUMN settled_by uuid REFERENCES person,
    ADD CHECK ((state = 'in_force') <> isempty(during)),
    ADD CHECK (cents_per_km >= 0 AND minimum_cents >= 0);
CREATE UNIQUE INDEX tariff_version ON tariff (tenant_id, coalesce(vehicle_class, ''), version_no);
-- Two versions of a class never hold at once.
ALTER TABLE tariff ADD CONSTRAINT tariff_holds_once EXCLUDE USING gist (tenant_id WITH =, (coalesce(vehicle_class, '')) WITH =, during WITH &&);
GRANT INSERT, UPDATE ON tariff TO fleet_web;
CREATE POLICY draft ON tariff FOR INSERT TO fleet_web
    WITH CHECK (tenant_id = app_tenant() AND app_can('tariff.draft') AND created_by = app_person() AND state = 'draft');
CREATE POLICY settle ON tariff FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('tariff.publish')) WITH CHECK (tenant_id = app_tenant());

ALTER TABLE dispatch_order
    ADD COLUMN driving_s double precision, -- of the locator's track between departure and return; the rest of that time is waiting
    ADD COLUMN cost_lines jsonb;           -- how the amount is made up, as dispatch/tariffs/price.py has it

-- What somebody paid on the way. Never changed; a wrong one is taken out with a reason.
CREATE TABLE order_voucher (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    order_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('toll', 'parking', 'other')),
    cents bigint NOT NULL CHECK (cents BETWEEN 1 AND 100000000),
    paid_at timestamptz NOT NULL,
    number text NOT NULL DEFAULT '' CHECK (length(number) <= 60),  -- of the receipt
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    entered_by uuid NOT NULL,
    entered_at timestamptz NOT NULL,
    taken_out_by uuid,
    taken_out_at timestamptz,
    taken_out_why text,
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, entered_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, taken_out_by) REFERENCES person (tenant_id, id),
    CHECK ((taken_out_at IS NULL) = (taken_out_by IS NULL) AND (taken_out_at IS NULL) = (taken_out_why IS NULL))
);
CREATE INDEX ON order_voucher (order_id);
ALTER TABLE order_voucher ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON order_voucher FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY add ON order_voucher FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND entered_by = app_person()
    AND app_can('order.voucher') AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY edit ON order_voucher FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('order.voucher')
    AND taken_out_at IS NULL AND order_id IN (SELECT id FROM dispatch_order)) WITH CHECK (taken_out_by = app_person());
GRANT SELECT, INSERT, UPDATE ON order_voucher TO fleet_web;
GRANT SELECT ON order_voucher TO fleet_engine;

-- The look back into the vehicle at the return (S14): what was looked at, and what was not in order.
CREATE TABLE order_checklist (
    order_id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenant,
    items jsonb NOT NULL,                  -- {item: true | false}, as dispatch/ending/words.py has them
    fuel_pct smallint CHECK (fuel_pct BETWEEN 0 AND 100),
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    checked_by uuid NOT NULL,
    checked_at timestamptz NOT NULL,
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, checked_by) REFERENCES person (tenant_id, id)
);
ALTER TABLE order_checklist ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON order_checklist FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY add ON order_checklist FOR INSERT TO fleet_web
    WITH CHECK (tenant_id = app_tenant() AND checked_by = app_person() AND order_id IN (SELECT id FROM dispatch_order));
GRANT SELECT, INSERT ON order_checklist TO fleet_web;
GRANT SELECT ON order_checklist TO fleet_engine;

-- Something left behind: missed by who rode, or found by who drove.
CREATE TABLE lost_property (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    order_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('missed', 'found')),
    what text NOT NULL CHECK (length(trim(what)) BETWEEN 2 AND 200),
    place text NOT NULL DEFAULT '' CHECK (length(place) <= 200),
    reported_by uuid NOT NULL,
    reported_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'given_back', 'not_found', 'handed_in')),
    closed_by uuid,
    closed_at timestamptz,
    closing_note text NOT NULL DEFAULT '' CHECK (length(closing_note) <= 500),
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, reported_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, closed_by) REFERENCES person (tenant_id, id),
    CHECK ((state = 'open') = (closed_at IS NULL) AND (closed_at IS NULL) = (closed_by IS NULL))
);
CREATE INDEX ON lost_property (order_id);
CREATE TRIGGER bump BEFORE UPDATE ON lost_property FOR EACH ROW EXECUTE FUNCTION bump_row_version();
ALTER TABLE lost_property ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON lost_property FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY add ON lost_property FOR INSERT TO fleet_web
    WITH CHECK (tenant_id = app_tenant() AND reported_by = app_person() AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY edit ON lost_property FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND state = 'open' AND order_id IN (SELECT id FROM dispatch_order)) WITH CHECK (closed_by = app_person());
GRANT SELECT, INSERT, UPDATE ON lost_property TO fleet_web;

-- What those who rode say of the trip: each once.
CREATE TABLE order_rating (
    order_id uuid NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenant,
    person_id uuid NOT NULL,
    stars smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
    words text NOT NULL DEFAULT '' CHECK (length(words) <= 500),
    complaint boolean NOT NULL DEFAULT false,
    rated_at timestamptz NOT NULL,
    PRIMARY KEY (order_id, person_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
ALTER TABLE order_rating ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON order_rating FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY add ON order_rating FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND person_id = app_person()
    AND order_id IN (SELECT id FROM dispatch_order o WHERE app_person() = o.requester_id OR app_person() = ANY (o.passenger_ids)));
GRANT SELECT, INSERT ON order_rating TO fleet_web;

-- Time-share cars: sites with bays, the cars of the scheme and where each stands now, who takes which from where to where.
CREATE TABLE share_site (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    bays int NOT NULL CHECK (bays BETWEEN 1 AND 1000),
    active boolean NOT NULL DEFAULT true,
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id),
    UNIQUE (tenant_id, name)
);
CREATE TRIGGER bump BEFORE UPDATE ON share_site FOR EACH ROW EXECUTE FUNCTION bump_row_version();
CREATE TABLE share_car (
    vehicle_id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenant,
    site_id uuid NOT NULL,                 -- where it stood at `since`; bookings and moves after that carry it on
    since timestamptz NOT NULL,
    active boolean NOT NULL DEFAULT true,
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES share_site (tenant_id, id)
);
CREATE TABLE share_trip (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid NOT NULL,
    order_id uuid UNIQUE,                  -- NULL: a move of a rebalancing plan
    from_site_id uuid NOT NULL,
    to_site_id uuid NOT NULL,
    during tstzrange NOT NULL CHECK (NOT lower_inf(during) AND NOT upper_inf(during) AND NOT isempty(during)),
    off_at timestamptz,                    -- given up: the car stays
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, from_site_id) REFERENCES share_site (tenant_id, id),
    FOREIGN KEY (tenant_id, to_site_id) REFERENCES share_site (tenant_id, id),
    CONSTRAINT share_car_double_booked EXCLUDE USING gist (vehicle_id WITH =, during WITH &&) WHERE (off_at IS NULL)
);
CREATE INDEX ON share_trip (tenant_id, vehicle_id) WHERE off_at IS NULL;
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['share_site', 'share_car', 'share_trip'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY see ON %I FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND app_can(''share.view''))', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO fleet_web', t);
        EXECUTE format('GRANT SELECT ON %I TO fleet_engine', t);
    END LOOP;
END $$;
CREATE POLICY add ON share_site FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('share.edit'));
CREATE POLICY edit ON share_site FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('share.edit'));
CREATE POLICY add ON share_car FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('share.edit'));
CREATE POLICY edit ON share_car FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('share.edit'));
CREATE POLICY add ON share_trip FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant()
    AND CASE WHEN order_id IS NULL THEN app_can('share.edit') ELSE app_can('order.book') AND order_id IN (SELECT id FROM dispatch_order) END);
CREATE POLICY edit ON share_trip FOR UPDATE TO fleet_web USING (tenant_id = app_tenant()
    AND (app_can('share.edit') OR order_id IN (SELECT id FROM dispatch_order))) WITH CHECK (tenant_id = app_tenant());
