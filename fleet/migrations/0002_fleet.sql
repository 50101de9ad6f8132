-- Units, people, vehicles, locators, custody, places, calendar, work schedules, rules, orders.
CREATE TABLE tenant (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_no smallint GENERATED ALWAYS AS IDENTITY UNIQUE,
    code text NOT NULL UNIQUE,           -- region code, GB/T 2260
    name text NOT NULL,
    timezone text NOT NULL DEFAULT 'Asia/Shanghai',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    row_version int NOT NULL DEFAULT 1
);

CREATE TABLE unit (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    parent_id uuid REFERENCES unit,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL DEFAULT '',
    kind text NOT NULL DEFAULT 'administration',
    is_centre boolean NOT NULL DEFAULT false,  -- the vehicle service centre: dispatches the pool
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    row_version int NOT NULL DEFAULT 1,
    UNIQUE (tenant_id, code),
    CHECK (parent_id IS DISTINCT FROM id)
);
CREATE INDEX ON unit (parent_id);

CREATE TABLE person (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    unit_id uuid NOT NULL REFERENCES unit,
    login text NOT NULL,
    name text NOT NULL,
    phone text NOT NULL DEFAULT '',
    password_hash text,                  -- argon2id; NULL = cannot log in
    must_change_password boolean NOT NULL DEFAULT true,
    cleared boolean NOT NULL DEFAULT false,   -- may see exempt vehicles
    active boolean NOT NULL DEFAULT true,
    licence_class text,                  -- A1..C2; NULL = not a driver
    licence_expires_on date,
    locale text NOT NULL DEFAULT 'zh-CN',
    is_demo boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    row_version int NOT NULL DEFAULT 1,
    UNIQUE (login)
);

CREATE TABLE person_role (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    person_id uuid NOT NULL REFERENCES person,
    role text NOT NULL CHECK (role IN ('employee', 'unit_admin', 'approver', 'driver', 'dispatcher', 'fleet_admin',
        'inspector', 'finance', 'device_engineer', 'hotline', 'system_admin')),
    unit_id uuid NOT NULL REFERENCES unit,   -- the right reaches this unit and those below it
    during tstzrange NOT NULL DEFAULT tstzrange(now(), NULL),
    created_at timestamptz NOT NULL DEFAULT now(),
    EXCLUDE USING gist (person_id WITH =, role WITH =, unit_id WITH =, during WITH &&)
);

CREATE TABLE session (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    person_id uuid NOT NULL REFERENCES person,
    token_hash bytea NOT NULL UNIQUE,    -- sha256 of the cookie; the cookie itself is never stored
    csrf_token text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_why text,
    user_agent text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT ''
);
CREATE INDEX ON session (person_id) WHERE ended_at IS NULL;

CREATE TABLE login_attempt (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login text NOT NULL,
    address text NOT NULL,
    tried_at timestamptz NOT NULL,
    succeeded boolean NOT NULL
);
CREATE INDEX ON login_attempt (login, tried_at);
CREATE INDEX ON login_attempt (address, tried_at);

CREATE TABLE area (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    kind text NOT NULL CHECK (kind IN ('depot', 'allowed', 'forbidden', 'sensitive', 'rural', 'subsidy_zone', 'corridor')),
    code text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    row_version int NOT NULL DEFAULT 1,
    UNIQUE (tenant_id, code)
);
-- An alert keeps the version it was judged by; a change makes a new version from a date on.
CREATE TABLE area_version (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    area_id uuid NOT NULL REFERENCES area,
    version_no int NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL DEFAULT '',
    category text,                       -- hotel, scenic, ... for sensitive areas
    geometry jsonb NOT NULL,             -- GeoJSON, WGS 84
    source_datum text NOT NULL DEFAULT 'WGS84',
    capacity int,                        -- places of a depot
    during tstzrange NOT NULL DEFAULT tstzrange('-infinity', NULL),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid REFERENCES person,
    UNIQUE (area_id, version_no),
    EXCLUDE USING gist (area_id WITH =, during WITH &&)
);

CREATE TABLE vehicle (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    vehicle_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    plate text NOT NULL,
    vin text,
    make_model text NOT NULL DEFAULT '',
    vehicle_class text NOT NULL CHECK (vehicle_class IN ('confidential_courier', 'emergency_support', 'law_enforcement',
        'special_technical', 'leader_in_kind', 'other')),
    status text NOT NULL DEFAULT 'in_service' CHECK (status IN ('planned', 'registered', 'in_service', 'in_repair', 'idle',
        'sealed', 'pending_disposal', 'disposed')),
    seats smallint NOT NULL CHECK (seats BETWEEN 1 AND 80),
    energy text NOT NULL DEFAULT 'petrol',
    retained boolean NOT NULL DEFAULT false,
    exempt boolean NOT NULL DEFAULT false,
    home_depot_id uuid REFERENCES area,
    allowed_area_id uuid REFERENCES area,
    exempt_rules text[] NOT NULL DEFAULT '{}',
    documents_valid_until date,          -- the earliest end among licence, insurance, inspection; NULL = unknown
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    row_version int NOT NULL DEFAULT 1,
    UNIQUE (tenant_id, plate)
);

CREATE TABLE custody (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    vehicle_id uuid NOT NULL REFERENCES vehicle,
    relation text NOT NULL CHECK (relation IN ('owner', 'manager', 'user')),
    unit_id uuid NOT NULL REFERENCES unit,
    during tstzrange NOT NULL,
    basis text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid REFERENCES person,
    row_version int NOT NULL DEFAULT 1,
    EXCLUDE USING gist (vehicle_id WITH =, relation WITH =, during WITH &&)
);
CREATE INDEX ON custody (unit_id, relation);

CREATE TABLE device (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    device_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    code text NOT NULL UNIQUE CHECK (code ~ '^[A-Za-z0-9_.-]{1,64}$'),  -- the id in the topic, unique over all tenants
    model text NOT NULL DEFAULT '',
    protocol text NOT NULL DEFAULT 'native',
    source_datum text NOT NULL DEFAULT 'WGS84',
    acknowledges text NOT NULL DEFAULT 'application' CHECK (acknowledges IN ('application', 'broker')),
    installed_at timestamptz NOT NULL,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    row_version int NOT NULL DEFAULT 1
);

CREATE TABLE device_binding (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    device_id uuid NOT NULL REFERENCES device,
    device_no int NOT NULL REFERENCES device (device_no),
    vehicle_id uuid NOT NULL REFERENCES vehicle,
    during tstzrange NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    EXCLUDE USING gist (device_id WITH =, during WITH &&),
    EXCLUDE USING gist (vehicle_id WITH =, during WITH &&)
);
CREATE INDEX ON device_binding (device_no);

CREATE TABLE calendar_version (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    version_no int NOT NULL,
    source text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid REFERENCES person,
    UNIQUE (tenant_id, version_no)
);
-- Only what a version says; the newest version that names a date wins. A year of which not every date is named is provisional.
CREATE TABLE calendar_day (
    tenant_id uuid NOT NULL REFERENCES tenant,
    version_id uuid NOT NULL REFERENCES calendar_version,
    day date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('workday', 'weekend', 'holiday', 'adjusted_workday', 'adjusted_rest')),
    name text NOT NULL DEFAULT '',
    PRIMARY KEY (version_id, day)
);

CREATE TABLE work_schedule (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    unit_id uuid REFERENCES unit,         -- NULL = the tenant's default
    work_hours jsonb NOT NULL,            -- {"mon": [["08:30", "12:00"], ...], ...} local time
    during tstzrange NOT NULL DEFAULT tstzrange('-infinity', NULL),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid REFERENCES person,
    row_version int NOT NULL DEFAULT 1
);

CREATE TABLE rule_version (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    rule text NOT NULL,                   -- R01 ...
    version_no int NOT NULL,
    unit_id uuid REFERENCES unit,         -- NULL = whole tenant
    vehicle_class text,                   -- NULL = every class
    enabled boolean NOT NULL DEFAULT true,
    parameters jsonb NOT NULL,
    during tstzrange NOT NULL DEFAULT tstzrange('-infinity', NULL),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid REFERENCES person,
    UNIQUE (tenant_id, rule, version_no)
);

-- Immutable in truth: an interval of seconds does not depend on the time zone, which is why PostgreSQL doubts it.
CREATE FUNCTION occupied_span(start_at timestamptz, end_at timestamptz) RETURNS tstzrange LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT tstzrange(start_at, end_at + interval '900 seconds') $$;

CREATE TABLE dispatch_order (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    order_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    type text NOT NULL CHECK (type IN ('normal', 'emergency', 'retained', 'service', 'shared', 'time_share', 'rental',
        'batch', 'standing', 'back_fill')),
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'submitted', 'unit_approved', 'centre_reviewed', 'assigned',
        'driver_accepted', 'departed', 'in_use', 'returned', 'receipted', 'settled', 'archived', 'rejected', 'withdrawn',
        'cancelled', 'reassigning', 'no_show', 'extended', 'broken_down', 'emergency_started', 'expired')),
    unit_id uuid NOT NULL REFERENCES unit,
    requester_id uuid REFERENCES person,
    passengers smallint NOT NULL DEFAULT 1 CHECK (passengers BETWEEN 0 AND 79),
    passenger_ids uuid[] NOT NULL DEFAULT '{}',
    purpose text NOT NULL DEFAULT '',      -- class of purpose
    purpose_text text NOT NULL DEFAULT '',
    class_wanted text,
    confidential boolean NOT NULL DEFAULT false,
    origin jsonb,                          -- {"name", "lon", "lat"}
    stops jsonb NOT NULL DEFAULT '[]',
    destination jsonb,
    round_trip boolean NOT NULL DEFAULT true,
    planned_start_at timestamptz NOT NULL,
    planned_end_at timestamptz NOT NULL CHECK (planned_end_at > planned_start_at),
    earliest_start_at timestamptz,
    latest_start_at timestamptz,
    off_hours_approved boolean NOT NULL DEFAULT false,
    holiday_approved boolean NOT NULL DEFAULT false,
    allowed_area_id uuid REFERENCES area,
    vehicle_id uuid REFERENCES vehicle,
    driver_id uuid REFERENCES person,
    assigned_by uuid REFERENCES person,
    assignment_reason jsonb,               -- [{"code", "params"}]
    route jsonb,                           -- [[lon, lat], ...] planned path
    route_source text,                     -- router | straight_line | drawn
    route_distance_m double precision,
    route_duration_s double precision,
    departed_at timestamptz,
    arrived_at timestamptz,
    returned_at timestamptz,
    depart_odometer_km double precision,
    return_odometer_km double precision,
    distance_m double precision,           -- what settlement counts
    distance_source text,                  -- track | odometer | route
    tariff jsonb,                          -- the tariff version used
    cost_cents bigint,
    currency text NOT NULL DEFAULT 'CNY',
    receipt_note text,
    rating smallint CHECK (rating BETWEEN 1 AND 5),
    state_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid REFERENCES person,
    updated_at timestamptz NOT NULL DEFAULT now(),
    row_version int NOT NULL DEFAULT 1,
    -- The span a vehicle is taken, with the turnaround of 15 minutes after it.
    occupied tstzrange GENERATED ALWAYS AS (occupied_span(planned_start_at, planned_end_at)) STORED,
    -- Double booking is impossible whatever a program believes (F15).
    CONSTRAINT vehicle_double_booked EXCLUDE USING gist (vehicle_id WITH =, occupied WITH &&)
        WHERE (vehicle_id IS NOT NULL AND state IN ('assigned', 'driver_accepted', 'departed', 'in_use', 'extended', 'broken_down',
            'emergency_started')),
    CONSTRAINT driver_double_booked EXCLUDE USING gist (driver_id WITH =, occupied WITH &&)
        WHERE (driver_id IS NOT NULL AND state IN ('assigned', 'driver_accepted', 'departed', 'in_use', 'extended', 'broken_down',
            'emergency_started'))
);
CREATE INDEX ON dispatch_order (vehicle_id, planned_start_at);
CREATE INDEX ON dispatch_order (unit_id, planned_start_at);
CREATE INDEX ON dispatch_order (state, planned_start_at);
CREATE INDEX ON dispatch_order (requester_id);
CREATE INDEX ON dispatch_order (driver_id);

CREATE TABLE approval (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    order_id uuid NOT NULL REFERENCES dispatch_order,
    level smallint NOT NULL DEFAULT 1,
    approver_id uuid NOT NULL REFERENCES person,
    delegate_of uuid REFERENCES person,
    decision text NOT NULL CHECK (decision IN ('approved', 'rejected')),
    opinion text NOT NULL DEFAULT '',
    order_row_version int NOT NULL,        -- what the approver saw
    decided_at timestamptz NOT NULL
);
CREATE INDEX ON approval (order_id);

-- A stored proposal of the solver; accepting names the plan, so what was shown is what is done.
CREATE TABLE dispatch_plan (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    created_at timestamptz NOT NULL,
    created_by uuid REFERENCES person,
    problem jsonb NOT NULL,
    plan jsonb NOT NULL,
    travel_times text NOT NULL,
    seed int NOT NULL,
    state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'accepted', 'partly_accepted', 'discarded'))
);

CREATE TABLE tariff (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    version_no int NOT NULL,
    vehicle_class text,                    -- NULL = every class
    cents_per_km bigint NOT NULL,
    minimum_cents bigint NOT NULL DEFAULT 0,
    during tstzrange NOT NULL DEFAULT tstzrange('-infinity', NULL),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid REFERENCES person
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['tenant', 'unit', 'person', 'area', 'vehicle', 'device', 'dispatch_order'] LOOP
        EXECUTE format('CREATE TRIGGER bump BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION bump_row_version()', t);
    END LOOP;
END $$;
