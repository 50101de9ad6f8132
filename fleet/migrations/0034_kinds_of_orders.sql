-- What a request can say, series of orders, the wait-list with its offers, holds, upkeep, shared rides, hire and home travel (decision 0025).
ALTER TABLE dispatch_order
    ADD COLUMN luggage smallint NOT NULL DEFAULT 0 CHECK (luggage BETWEEN 0 AND 99),       -- pieces
    ADD COLUMN equipment text NOT NULL DEFAULT '',
    ADD COLUMN wheelchairs smallint NOT NULL DEFAULT 0 CHECK (wheelchairs BETWEEN 0 AND 79),
    ADD COLUMN self_drive boolean NOT NULL DEFAULT false,   -- the requester drives himself
    ADD COLUMN contact_name text NOT NULL DEFAULT '',       -- whom the driver calls; empty: the requester
    ADD COLUMN contact_phone text NOT NULL DEFAULT '',
    ADD COLUMN service_kind text CHECK (service_kind IN ('repair', 'fuel', 'wash', 'inspection')),
    ADD COLUMN for_vehicle_id uuid,                         -- of a service order: the vehicle it is done to
    ADD COLUMN rental_use text,                             -- of a rental order: the condition it falls under
    ADD COLUMN hire jsonb,                                  -- {vendor, plate, driver_name, driver_phone, cost_cents}
    ADD COLUMN shareable boolean NOT NULL DEFAULT false,    -- others may ask to ride along
    ADD COLUMN rides_with uuid,                             -- the order whose vehicle takes these people along
    ADD COLUMN series_id uuid,
    ADD COLUMN series_day date,                             -- the day of the pattern; the trip itself may have been moved
    ADD COLUMN series_provisional boolean NOT NULL DEFAULT false,  -- no calendar covers the year yet
    ADD COLUMN series_own boolean NOT NULL DEFAULT false,   -- edited on its own
    ADD COLUMN held_vehicle_id uuid,                        -- kept free for this order although it is not assigned yet
    ADD COLUMN held_driver_id uuid,
    ADD COLUMN held_until timestamptz,
    ADD COLUMN held_kind text CHECK (held_kind IN ('tentative', 'offer')),
    ADD CONSTRAINT dispatch_order_share CHECK (NOT (confidential AND (shareable OR rides_with IS NOT NULL))),
    ADD CONSTRAINT dispatch_order_held CHECK ((held_vehicle_id IS NULL) = (held_until IS NULL) AND (held_vehicle_id IS NULL) = (held_kind IS NULL)
        AND (held_driver_id IS NULL OR held_vehicle_id IS NOT NULL)),
    ADD FOREIGN KEY (tenant_id, for_vehicle_id) REFERENCES vehicle (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, held_vehicle_id) REFERENCES vehicle (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, held_driver_id) REFERENCES person (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, rides_with) REFERENCES dispatch_order (tenant_id, id);
CREATE INDEX dispatch_order_series ON dispatch_order (series_id, series_day) WHERE series_id IS NOT NULL;
CREATE UNIQUE INDEX dispatch_order_series_once ON dispatch_order (series_id, series_day)
    WHERE series_id IS NOT NULL AND state NOT IN ('rejected', 'withdrawn', 'cancelled', 'expired');
CREATE INDEX dispatch_order_held_until ON dispatch_order (held_until) WHERE held_until IS NOT NULL;
CREATE INDEX dispatch_order_rides_with ON dispatch_order (rides_with) WHERE rides_with IS NOT NULL;

-- A held vehicle counts like an assigned one: one constraint covers both, so a hold and a booking can never overlap.
-- The states are fleet.order.HOLDING_STATES; in them the trigger below has already let the hold go.
ALTER TABLE dispatch_order
    DROP CONSTRAINT vehicle_double_booked,
    DROP CONSTRAINT driver_double_booked,
    ADD CONSTRAINT vehicle_double_booked EXCLUDE USING gist ((coalesce(held_vehicle_id, vehicle_id)) WITH =, occupied WITH &&)
        WHERE (held_vehicle_id IS NOT NULL OR (vehicle_id IS NOT NULL AND state IN ('assigned', 'driver_accepted', 'departed', 'in_use',
            'extended', 'broken_down', 'emergency_started'))),
    ADD CONSTRAINT driver_double_booked EXCLUDE USING gist ((coalesce(held_driver_id, driver_id)) WITH =, occupied WITH &&)
        WHERE (held_driver_id IS NOT NULL OR (driver_id IS NOT NULL AND state IN ('assigned', 'driver_accepted', 'departed', 'in_use',
            'extended', 'broken_down', 'emergency_started')));
CREATE FUNCTION order_lets_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.held_vehicle_id IS NOT NULL
       AND NEW.state NOT IN ('draft', 'submitted', 'unit_approved', 'centre_reviewed', 'reassigning') THEN
        NEW.held_vehicle_id := NULL; NEW.held_driver_id := NULL; NEW.held_until := NULL; NEW.held_kind := NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lets_go BEFORE INSERT OR UPDATE ON dispatch_order FOR EACH ROW EXECUTE FUNCTION order_lets_go();

-- Room beside the seats.
ALTER TABLE vehicle
    ADD COLUMN wheelchair_places smallint NOT NULL DEFAULT 0 CHECK (wheelchair_places BETWEEN 0 AND 20),
    ADD COLUMN luggage_pieces smallint CHECK (luggage_pieces BETWEEN 0 AND 200);           -- NULL: one a passenger seat

-- A letter or notice that belongs to a request. The bytes stay in the database: who sees the order sees them, nobody else.
CREATE TABLE order_attachment (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    order_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    media_type text NOT NULL CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    size_bytes int NOT NULL CHECK (size_bytes BETWEEN 1 AND 5242880),
    sha256 bytea NOT NULL,
    content bytea NOT NULL,
    added_at timestamptz NOT NULL,
    added_by uuid NOT NULL,
    removed_at timestamptz,                -- no longer shown; what was attached stays on record
    removed_by uuid,
    CHECK (length(content) = size_bytes),
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, added_by) REFERENCES person (tenant_id, id)
);
CREATE INDEX ON order_attachment (order_id);
ALTER TABLE order_attachment ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON order_attachment FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY add ON order_attachment FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND added_by = app_person()
    AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY edit ON order_attachment FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order)) WITH CHECK (tenant_id = app_tenant() AND removed_by = app_person());
GRANT SELECT, INSERT ON order_attachment TO fleet_web;
GRANT UPDATE (removed_at, removed_by) ON order_attachment TO fleet_web;

-- A trip that comes again and again. Its occurrences are orders of their own.
CREATE TABLE order_series (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    series_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    unit_id uuid NOT NULL,
    requester_id uuid NOT NULL,
    wish jsonb NOT NULL,                   -- what each occurrence asks for, without its times
    weekdays smallint[] NOT NULL CHECK (cardinality(weekdays) <= 7),  -- 1 = Monday; empty: every workday
    every_weeks smallint NOT NULL DEFAULT 1 CHECK (every_weeks BETWEEN 1 AND 8),
    holidays text NOT NULL CHECK (holidays IN ('skip', 'before', 'after')),
    first_day date NOT NULL,
    last_day date NOT NULL,
    starts_at time NOT NULL,               -- civil time
    duration_min int NOT NULL CHECK (duration_min BETWEEN 1 AND 43200),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'cancelled')),
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id),
    CHECK (last_day >= first_day),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, requester_id) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id)
);
CREATE INDEX ON order_series (tenant_id, last_day);
CREATE TRIGGER bump BEFORE UPDATE ON order_series FOR EACH ROW EXECUTE FUNCTION bump_row_version();
ALTER TABLE dispatch_order ADD FOREIGN KEY (tenant_id, series_id) REFERENCES order_series (tenant_id, id);
ALTER TABLE order_series ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON order_series FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND (app_may('order', 'all')
    OR (app_may('order', 'unit') AND unit_id = ANY (app_units('order')))
    OR (app_may('order', 'own') AND app_person() IN (requester_id, created_by))));
CREATE POLICY add ON order_series FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('order.book') AND created_by = app_person());
CREATE POLICY edit ON order_series FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND (app_may('order', 'all')
    OR (app_may('order', 'unit') AND unit_id = ANY (app_units('order')))
    OR (app_may('order', 'own') AND app_person() IN (requester_id, created_by)))) WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT, UPDATE ON order_series TO fleet_web;

-- Approved orders no vehicle is free for, in the order of priority class and time of joining.
CREATE TABLE wait_entry (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    order_id uuid NOT NULL,
    priority smallint NOT NULL CHECK (priority BETWEEN 1 AND 3),
    joined_at timestamptz NOT NULL,
    joined_by uuid NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'offered', 'taken', 'lapsed', 'declined', 'served', 'left')),
    offered_at timestamptz,
    settled_at timestamptz,
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, joined_by) REFERENCES person (tenant_id, id)
);
CREATE UNIQUE INDEX wait_entry_once ON wait_entry (order_id) WHERE state IN ('waiting', 'offered');
CREATE INDEX wait_entry_line ON wait_entry (tenant_id, priority, joined_at) WHERE state = 'waiting';
ALTER TABLE wait_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON wait_entry FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY add ON wait_entry FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND joined_by = app_person()
    AND order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY edit ON wait_entry FOR UPDATE TO fleet_web
    USING (tenant_id = app_tenant() AND order_id IN (SELECT id FROM dispatch_order)) WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT ON wait_entry TO fleet_web;
GRANT UPDATE (state, offered_at, settled_at) ON wait_entry TO fleet_web;
-- Whoever assigns, cancels or withdraws the order, and however: its place in the line is over.
CREATE FUNCTION order_leaves_line() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE wait_entry SET state = CASE WHEN NEW.vehicle_id IS NOT NULL OR NEW.rides_with IS NOT NULL THEN
            CASE WHEN state = 'offered' AND OLD.held_kind = 'offer' AND OLD.held_vehicle_id = NEW.vehicle_id THEN 'taken' ELSE 'served' END
        ELSE 'left' END, settled_at = now()
    WHERE order_id = NEW.id AND state IN ('waiting', 'offered');
    RETURN NULL;
END $$;
CREATE TRIGGER leaves_line AFTER UPDATE ON dispatch_order FOR EACH ROW
    WHEN (NEW.rides_with IS DISTINCT FROM OLD.rides_with AND NEW.rides_with IS NOT NULL
        OR NEW.state <> OLD.state AND NEW.state NOT IN ('submitted', 'unit_approved', 'centre_reviewed', 'reassigning'))
    EXECUTE FUNCTION order_leaves_line();

-- When a vehicle is not to be sent: repair, inspection, maintenance.
CREATE TABLE vehicle_upkeep (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('repair', 'inspection', 'maintenance', 'other')),
    during tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
    note text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'ended', 'cancelled')),
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id),
    EXCLUDE USING gist (vehicle_id WITH =, during WITH &&) WHERE (state <> 'cancelled')
);
CREATE TRIGGER bump BEFORE UPDATE ON vehicle_upkeep FOR EACH ROW EXECUTE FUNCTION bump_row_version();
ALTER TABLE vehicle_upkeep ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON vehicle_upkeep FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND vehicle_id IN (SELECT visible_vehicle_ids('vehicle')));
CREATE POLICY add ON vehicle_upkeep FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND app_can('upkeep.edit')
    AND created_by = app_person() AND vehicle_id IN (SELECT visible_vehicle_ids('vehicle')));
CREATE POLICY edit ON vehicle_upkeep FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('upkeep.edit')
    AND vehicle_id IN (SELECT visible_vehicle_ids('vehicle'))) WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT ON vehicle_upkeep TO fleet_web;
GRANT UPDATE (during, note, state) ON vehicle_upkeep TO fleet_web;

-- Somebody asks to ride along with another's trip; who booked that one first says yes or no.
CREATE TABLE ride_share (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    host_order_id uuid NOT NULL,
    guest_order_id uuid NOT NULL CHECK (guest_order_id <> host_order_id),
    state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'agreed', 'declined', 'withdrawn', 'ended')),
    detour_s int NOT NULL,
    asked_at timestamptz NOT NULL,
    asked_by uuid NOT NULL,
    answered_at timestamptz,
    answered_by uuid,
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, host_order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, guest_order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, asked_by) REFERENCES person (tenant_id, id)
);
CREATE UNIQUE INDEX ride_share_once ON ride_share (guest_order_id) WHERE state IN ('asked', 'agreed');
CREATE INDEX ON ride_share (host_order_id);
CREATE TRIGGER bump BEFORE UPDATE ON ride_share FOR EACH ROW EXECUTE FUNCTION bump_row_version();
ALTER TABLE ride_share ENABLE ROW LEVEL SECURITY;
-- Either side sees that it was asked, not the other's order.
CREATE POLICY see ON ride_share FOR SELECT TO fleet_web USING (tenant_id = app_tenant()
    AND (host_order_id IN (SELECT id FROM dispatch_order) OR guest_order_id IN (SELECT id FROM dispatch_order)));
CREATE POLICY add ON ride_share FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND asked_by = app_person()
    AND guest_order_id IN (SELECT id FROM dispatch_order));
CREATE POLICY edit ON ride_share FOR UPDATE TO fleet_web USING (tenant_id = app_tenant()
    AND (host_order_id IN (SELECT id FROM dispatch_order) OR guest_order_id IN (SELECT id FROM dispatch_order)))
    WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT ON ride_share TO fleet_web;
GRANT UPDATE (state, answered_at, answered_by) ON ride_share TO fleet_web;

-- Cadres posted elsewhere and how often a year they may be driven home (S12).
CREATE TABLE home_travel_right (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    person_id uuid NOT NULL,
    trips_a_year smallint NOT NULL CHECK (trips_a_year BETWEEN 0 AND 366),
    home jsonb NOT NULL,                   -- {"name", "lon", "lat"}
    basis text NOT NULL,                   -- the paper it rests on
    days daterange NOT NULL CHECK (NOT isempty(days)),
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id),
    EXCLUDE USING gist (person_id WITH =, days WITH &&)
);
CREATE TRIGGER bump BEFORE UPDATE ON home_travel_right FOR EACH ROW EXECUTE FUNCTION bump_row_version();
ALTER TABLE home_travel_right ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON home_travel_right FOR SELECT TO fleet_web USING (tenant_id = app_tenant()
    AND (person_id = app_person() OR app_can('home_travel.view') OR app_can('home_travel.edit')));
CREATE POLICY add ON home_travel_right FOR INSERT TO fleet_web
    WITH CHECK (tenant_id = app_tenant() AND app_can('home_travel.edit') AND created_by = app_person());
CREATE POLICY edit ON home_travel_right FOR UPDATE TO fleet_web USING (tenant_id = app_tenant() AND app_can('home_travel.edit'))
    WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT ON home_travel_right TO fleet_web;
GRANT UPDATE (trips_a_year, days, basis) ON home_travel_right TO fleet_web;

GRANT SELECT, INSERT, UPDATE ON order_attachment, order_series, wait_entry, vehicle_upkeep, ride_share, home_travel_right TO fleet_engine;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO fleet_engine, fleet_web;
