-- What each stored fix was before it was judged, for 30 days: the bytes of a batch packed together (fleet/raw.py).
CREATE TABLE raw_batch (
    received_at timestamptz NOT NULL,      -- of the newest message of the batch
    writer_no smallint NOT NULL,
    batch bigint NOT NULL,
    payloads bytea NOT NULL,
    PRIMARY KEY (writer_no, batch, received_at)
);
DO $$ BEGIN
    PERFORM create_hypertable('raw_batch', by_range('received_at', INTERVAL '1 day'), create_default_indexes => false);
END $$;
ALTER TABLE raw_batch ALTER COLUMN payloads SET STORAGE EXTERNAL;  -- packed already
-- Those a legal hold keeps longer, one by one: the others of their batch go.
CREATE TABLE raw_held (
    device_no int NOT NULL,
    fixed_at timestamptz NOT NULL,
    payload bytea NOT NULL,
    PRIMARY KEY (device_no, fixed_at)
);
ALTER TABLE raw_held ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON raw_batch TO fleet_engine;
GRANT SELECT ON raw_held TO fleet_engine;
