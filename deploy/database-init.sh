#!/bin/bash
# Runs once, on an empty cluster: the roles and the empty database. Passwords come from .env.
set -euo pipefail
# psql reads them from its environment: a command line can be seen by every process.
psql -X -q -v ON_ERROR_STOP=1 -U postgres -d postgres <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv engine_password ENGINE_PASSWORD
\getenv web_password WEB_PASSWORD
\i /daylight/roles.sql
SQL
