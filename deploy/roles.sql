-- The database roles of Daylight, for psql as superuser on an empty cluster; may be run again.
-- Wants the variables owner_password, engine_password, web_password, gateway_password. Used by `local` and by docker-compose.yml.
SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY['fleet_owner', 'fleet_engine', 'fleet_web', 'fleet_gateway', 'fleet_track']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
-- Owns the tables and runs the migrations. May hand the view of positions to fleet_track.
ALTER ROLE fleet_owner LOGIN NOSUPERUSER CREATEDB PASSWORD :'owner_password';
-- The engines see every row: they judge all tenants.
ALTER ROLE fleet_engine LOGIN NOSUPERUSER BYPASSRLS PASSWORD :'engine_password';
-- The web program: row-level security applies to it.
ALTER ROLE fleet_web LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'web_password';
-- The gateway of JT/T 808 terminals: reads which devices there are (migration 0021).
ALTER ROLE fleet_gateway LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'gateway_password';
-- Owns the security-barrier view of positions, nothing else.
ALTER ROLE fleet_track NOLOGIN NOSUPERUSER;
GRANT fleet_track TO fleet_owner WITH SET TRUE, INHERIT TRUE;
SELECT 'CREATE DATABASE fleet OWNER fleet_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'fleet')
\gexec
ALTER DATABASE fleet SET timezone TO 'UTC';
REVOKE ALL ON DATABASE fleet FROM PUBLIC;
GRANT CONNECT ON DATABASE fleet TO fleet_engine, fleet_web, fleet_gateway;
-- Ingest stages each batch in a temporary table.
GRANT TEMPORARY ON DATABASE fleet TO fleet_engine;
