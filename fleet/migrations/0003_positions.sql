-- Positions, their ingest bookkeeping, quarantine and device state.
-- A position row uses compact numbers instead of UUIDs (docs/decisions/0003): tenant_no, device_no and writer_no name
-- rows that carry the UUIDs. Coordinates are 1e-7 degree (11 mm), speeds 0.1 km/h.
CREATE TABLE ingest_writer (
    writer_no smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    name text NOT NULL UNIQUE,
    last_batch bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE position (
    fixed_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    batch bigint NOT NULL,
    device_no int NOT NULL,
    lon_e7 int NOT NULL,
    lat_e7 int NOT NULL,
    quality int NOT NULL DEFAULT 0,        -- fleet.position.Quality
    odometer_m int,                        -- dashboard odometer
    tenant_no smallint NOT NULL,
    writer_no smallint NOT NULL,
    speed_dkmh smallint,
    heading_deg smallint,
    altitude_m smallint,
    accuracy_dm smallint,
    hdop_d smallint,
    satellites smallint,
    source_datum smallint NOT NULL DEFAULT 0,  -- fleet.position.Datum.number
    valid boolean,
    ignition boolean,
    detail jsonb,                          -- fuel, voltage, rssi, alarms, driver, seq, unknown keys; NULL when empty
    PRIMARY KEY (device_no, fixed_at)
);
DO $$ BEGIN
    PERFORM create_hypertable('position', by_range('fixed_at', INTERVAL '1 day'), create_default_indexes => false);
END $$;
-- The engine reads by (writer, batch); rows of a batch lie together, so a block-range index of a few pages is enough.
CREATE INDEX position_batch ON position USING brin (batch) WITH (pages_per_range = 16, autosummarize = on);

CREATE TABLE ingest_batch (
    writer_no smallint NOT NULL REFERENCES ingest_writer,
    batch bigint NOT NULL,
    committed_at timestamptz NOT NULL DEFAULT now(),
    first_fixed_at timestamptz NOT NULL,
    last_fixed_at timestamptz NOT NULL,
    fixes int NOT NULL,
    PRIMARY KEY (writer_no, batch)
);

-- The newest fix of each device; a cache of `position`, updated in the same transaction.
CREATE TABLE latest_position (
    device_no int PRIMARY KEY,
    tenant_no smallint NOT NULL,
    fixed_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    batch bigint NOT NULL,
    writer_no smallint NOT NULL,
    lon_e7 int NOT NULL,
    lat_e7 int NOT NULL,
    quality int NOT NULL,
    speed_dkmh smallint,
    heading_deg smallint,
    accuracy_dm smallint,
    ignition boolean
) WITH (fillfactor = 50);

CREATE TABLE quarantine (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid REFERENCES tenant,      -- NULL when the device is unknown
    device text NOT NULL,
    topic text NOT NULL,
    received_at timestamptz NOT NULL,
    reason text NOT NULL CHECK (reason IN ('malformed', 'future', 'ancient', 'impossible', 'unknown_device', 'forged',
        'collision', 'oversized', 'unsupported')),
    detail text NOT NULL DEFAULT '',
    payload bytea NOT NULL,                -- the message as it came
    item int,                              -- index inside a batch
    digest bytea NOT NULL,                 -- sha256 of (device, reason, payload, item): sending again adds nothing
    times int NOT NULL DEFAULT 1,
    last_received_at timestamptz NOT NULL,
    UNIQUE (digest)
);
CREATE INDEX ON quarantine (device, received_at);

CREATE TABLE device_state (
    device_no int PRIMARY KEY REFERENCES device (device_no),
    online boolean NOT NULL,
    changed_at timestamptz NOT NULL
);

CREATE TABLE device_event (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    device_no int NOT NULL REFERENCES device (device_no),
    happened_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    code text NOT NULL,
    body jsonb NOT NULL,
    UNIQUE (device_no, happened_at, code)
);
