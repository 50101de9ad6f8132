-- The JT/T 808 gateway stands where strangers connect: its role reads which devices there are and nothing else.
-- deploy/roles.sql makes the role with LOGIN and password; here only what a database without it would miss.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fleet_gateway') THEN
        CREATE ROLE fleet_gateway NOLOGIN;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'the role fleet_gateway is missing: run deploy/roles.sql as superuser first (docs/operations.md)';
END $$;
GRANT USAGE ON SCHEMA public TO fleet_gateway;
GRANT SELECT (code, model, active, row_version, device_no) ON device TO fleet_gateway;
-- Of every tenant: terminals do not say whose they are.
CREATE POLICY gateway_reads_devices ON device FOR SELECT TO fleet_gateway USING (true);
