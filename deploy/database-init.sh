#!/bin/bash
# The roles and the empty database; passwords come from .env. Runs by itself on an empty cluster, and may be run again.
set -euo pipefail
# psql reads them from its environment: a command line can be seen by every process.
psql -X -q -v ON_ERROR_STOP=1 -U postgres -d postgres <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv engine_password ENGINE_PASSWORD
\getenv web_password WEB_PASSWORD
\getenv gateway_password GATEWAY_PASSWORD
\i /daylight/roles.sql
SQL
