-- Event transport: a movement plan in versions, its lots, what is planned for each movement, and the orders that come of it (decision 0034).
CREATE TABLE transport_event (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    event_no int GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id uuid NOT NULL REFERENCES tenant,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    unit_id uuid NOT NULL,                 -- whose people are driven; its orders belong to it
    commander_id uuid NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'rehearsed', 'frozen', 'running', 'over')),
    version_no int NOT NULL DEFAULT 0,     -- of the plan in force; 0 = none yet
    on_time_min int NOT NULL DEFAULT 10 CHECK (on_time_min BETWEEN 1 AND 120),   -- so late is still on time
    staged_min int NOT NULL DEFAULT 30 CHECK (staged_min BETWEEN 0 AND 240),     -- a vehicle stands in its lot so long before
    frozen_at timestamptz,
    frozen_by uuid,
    approved_at timestamptz,
    approved_by uuid CHECK (approved_by <> frozen_by),
    over_at timestamptz,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id),
    CHECK (last_day >= first_day AND last_day - first_day < 62),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
    FOREIGN KEY (tenant_id, commander_id) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, frozen_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, approved_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id)
);
CREATE TRIGGER bump BEFORE UPDATE ON transport_event FOR EACH ROW EXECUTE FUNCTION bump_row_version();

-- Where vehicles wait before their trips.
CREATE TABLE event_lot (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    event_id uuid NOT NULL,
    name text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    capacity int CHECK (capacity BETWEEN 0 AND 100000),  -- vehicles at once; NULL = nobody said
    row_version int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (event_id, name),
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES transport_event (tenant_id, id)
);
CREATE TRIGGER bump BEFORE UPDATE ON event_lot FOR EACH ROW EXECUTE FUNCTION bump_row_version();

-- Every file that was read, with what it changed line by line; nothing is erased.
CREATE TABLE event_version (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    event_id uuid NOT NULL,
    version_no int NOT NULL CHECK (version_no > 0),
    state text NOT NULL CHECK (state IN ('applied', 'proposed', 'overtaken', 'refused')),
    reason text NOT NULL DEFAULT '',
    sha256 bytea NOT NULL,                 -- of the file
    trips int NOT NULL,                    -- of the plan with it
    added int NOT NULL,
    removed int NOT NULL,
    moved int NOT NULL,                    -- other times or places
    changed int NOT NULL,                  -- anything else
    imported_at timestamptz NOT NULL,
    imported_by uuid NOT NULL,
    decided_at timestamptz,
    decided_by uuid CHECK (decided_by <> imported_by),
    UNIQUE (event_id, version_no),
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES transport_event (tenant_id, id),
    FOREIGN KEY (tenant_id, imported_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, decided_by) REFERENCES person (tenant_id, id)
);
CREATE TABLE event_change (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    version_id uuid NOT NULL,
    trip_no text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('added', 'removed', 'moved', 'changed')),
    before jsonb,
    after jsonb,
    UNIQUE (version_id, trip_no),
    CHECK ((before IS NULL) = (kind = 'added') AND (after IS NULL) = (kind = 'removed')),
    FOREIGN KEY (tenant_id, version_id) REFERENCES event_version (tenant_id, id)
);

-- The plan as it is now. A removed movement stays, with its order.
CREATE TABLE event_movement (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    event_id uuid NOT NULL,
    trip_no text NOT NULL,
    version_no int NOT NULL,               -- that changed it last
    removed boolean NOT NULL DEFAULT false,
    wave text NOT NULL,
    group_name text NOT NULL DEFAULT '',
    people smallint NOT NULL CHECK (people BETWEEN 1 AND 79),
    priority smallint NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 2),  -- 2 = VIP
    origin jsonb NOT NULL,                 -- {"name", "lon", "lat"}
    destination jsonb NOT NULL,
    meeting_point text NOT NULL DEFAULT '',
    lot_id uuid,                           -- NULL = its vehicle waits at the origin
    planned_start_at timestamptz NOT NULL,
    planned_end_at timestamptz NOT NULL CHECK (planned_end_at > planned_start_at),
    class_wanted text,
    order_id uuid UNIQUE,                  -- NULL = the plan is not frozen yet
    vehicle_id uuid,                       -- as planned; once assigned the order has the last word
    driver_id uuid,
    way_s int,                             -- planned way of that vehicle to the origin
    drive_s int,                           -- and of the trip itself
    left_code text,                        -- why it has no vehicle or driver; NULL with no vehicle = not planned yet
    left_params jsonb,
    planned_at timestamptz,
    UNIQUE (event_id, trip_no),
    UNIQUE (tenant_id, id),
    CHECK ((vehicle_id IS NULL) = (driver_id IS NULL) AND (vehicle_id IS NULL OR left_code IS NULL)),
    FOREIGN KEY (tenant_id, event_id) REFERENCES transport_event (tenant_id, id),
    FOREIGN KEY (tenant_id, lot_id) REFERENCES event_lot (tenant_id, id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES dispatch_order (tenant_id, id),
    FOREIGN KEY (tenant_id, vehicle_id) REFERENCES vehicle (tenant_id, id),
    FOREIGN KEY (tenant_id, driver_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX ON event_movement (event_id, planned_start_at);

-- What somebody saw with his own eyes: the newest of an item counts.
CREATE TABLE event_mark (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenant,
    movement_id uuid NOT NULL,
    item text NOT NULL CHECK (item IN ('staged', 'fuel', 'vehicle', 'driver', 'manifest')),
    good boolean NOT NULL,
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    marked_at timestamptz NOT NULL,
    marked_by uuid NOT NULL,
    FOREIGN KEY (tenant_id, movement_id) REFERENCES event_movement (tenant_id, id),
    FOREIGN KEY (tenant_id, marked_by) REFERENCES person (tenant_id, id)
);
CREATE INDEX ON event_mark (movement_id, item, id);

-- Planning a day takes longer than a request may: asked for here, done by the engine, one at a time.
CREATE TABLE event_run (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    event_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('plan', 'rehearse')),
    day date NOT NULL,
    seconds real NOT NULL CHECK (seconds BETWEEN 0.1 AND 300),
    seed int NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'done', 'failed')),
    asked_at timestamptz NOT NULL,
    asked_by uuid NOT NULL,
    claimed_until timestamptz,             -- a lease
    tries int NOT NULL DEFAULT 0,
    done_at timestamptz,
    plan_version int,                      -- of the movements it read
    figures jsonb,
    FOREIGN KEY (tenant_id, event_id) REFERENCES transport_event (tenant_id, id),
    FOREIGN KEY (tenant_id, asked_by) REFERENCES person (tenant_id, id)
);
CREATE UNIQUE INDEX event_run_once ON event_run (event_id, day) WHERE state = 'asked' AND kind = 'plan';
CREATE INDEX ON event_run (event_id, asked_at DESC);

ALTER TABLE dispatch_order ADD COLUMN event_id uuid,  -- the event whose movement it is
    ADD FOREIGN KEY (tenant_id, event_id) REFERENCES transport_event (tenant_id, id);
CREATE INDEX dispatch_order_event ON dispatch_order (event_id, planned_start_at) WHERE event_id IS NOT NULL;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['transport_event', 'event_lot', 'event_version', 'event_change', 'event_movement', 'event_mark', 'event_run'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY see ON %I FOR SELECT TO fleet_web USING (tenant_id = app_tenant() AND (SELECT app_can(''event.read'')))', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO fleet_engine', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO fleet_web', t);
    END LOOP;
    -- Who approves applies a proposed version, and so writes what it holds.
    FOREACH t IN ARRAY ARRAY['transport_event', 'event_lot', 'event_version', 'event_movement'] LOOP
        EXECUTE format('CREATE POLICY add ON %I FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant()
            AND ((SELECT app_can(''event.write'')) OR (SELECT app_can(''event.approve''))))', t);
        EXECUTE format('CREATE POLICY edit ON %I FOR UPDATE TO fleet_web USING (tenant_id = app_tenant()
            AND ((SELECT app_can(''event.write'')) OR (SELECT app_can(''event.approve''))))', t);
        EXECUTE format('GRANT UPDATE ON %I TO fleet_web', t);
    END LOOP;
END $$;
CREATE POLICY add ON event_change FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND (SELECT app_can('event.write')));
CREATE POLICY add ON event_mark FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND marked_by = app_person() AND (SELECT app_can('event.write')));
CREATE POLICY add ON event_run FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND asked_by = app_person() AND (SELECT app_can('event.write')));
-- Orders of an approved change are booked in the name of who brought it, and never of who approves.
CREATE POLICY of_event ON dispatch_order FOR INSERT TO fleet_web WITH CHECK (tenant_id = app_tenant() AND (SELECT app_can('event.approve'))
    AND type = 'batch' AND state = 'submitted' AND created_by <> app_person() AND event_id IN (SELECT id FROM transport_event));
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO fleet_engine, fleet_web;

-- Many entries of one deed, in the order given: the same chain as journal_append, whose head is read and written once.
CREATE FUNCTION journal_append_many(in_tenant uuid, in_at timestamptz, in_actor_id uuid, in_actor text, in_action text,
    in_kind text, in_objects uuid[], in_before jsonb[], in_after jsonb[], in_reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE n bigint; p bytea; h bytea;
BEGIN
    IF cardinality(in_objects) = 0 THEN RETURN NULL; END IF;
    SELECT next_seq, previous INTO n, p FROM chain_next(in_tenant, 'journal');
    FOR i IN 1 .. cardinality(in_objects) LOOP
        h := sha256(p || chain_text(in_tenant::text, n::text, chain_instant(in_at), in_actor_id::text, in_actor, in_action, in_kind,
            in_objects[i]::text, in_before[i]::text, in_after[i]::text, in_reason));
        INSERT INTO journal (tenant_id, seq, happened_at, actor_id, actor, action, object_kind, object_id, before, after, reason, previous_hash, hash)
        VALUES (in_tenant, n, in_at, in_actor_id, in_actor, in_action, in_kind, in_objects[i], in_before[i], in_after[i], in_reason, p, h);
        p := h;
        n := n + 1;
    END LOOP;
    UPDATE chain_head SET seq = n - 1, hash = p WHERE tenant_id = in_tenant AND chain = 'journal';
    RETURN n - 1;
END $$;
REVOKE ALL ON FUNCTION journal_append_many FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal_append_many TO fleet_engine, fleet_web;
