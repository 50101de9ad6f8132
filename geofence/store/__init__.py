"""All SQL of geofence. Instants cross this folder as epoch milliseconds, ids as text; rows become our dataclasses."""
