#!/bin/bash
# Runs once, on an empty cluster: the roles and the empty database. Passwords come from .env.
set -euo pipefail
psql -X -q -v ON_ERROR_STOP=1 -U postgres -d postgres \
  -v owner_password="$OWNER_PASSWORD" -v engine_password="$ENGINE_PASSWORD" -v web_password="$WEB_PASSWORD" \
  -f /daylight/roles.sql
