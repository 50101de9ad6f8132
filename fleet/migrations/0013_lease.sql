-- Who of several equal programs works (docs/decisions/0009): one row per kind of program, judged by this server's clock.
CREATE TABLE lease (
    name text PRIMARY KEY,
    holder text NOT NULL,                  -- application_name of the holder's connections
    term bigint NOT NULL,                  -- rises with every taking; what an earlier term writes is refused
    taken_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
-- The fence: a batch commits only in the writer's newest term. 0 = a writer that never worked under a lease.
ALTER TABLE ingest_writer ADD COLUMN term bigint NOT NULL DEFAULT 0;

ALTER TABLE lease ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON lease TO fleet_engine;
